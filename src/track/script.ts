// A vrrp_script: when it runs, what its results mean, when it is signalled. keepalived.conf(5): interval, timeout, rise,
// fall, init_fail. It starts no process and reads no clock: it says what is due, and is told how a run ended.

import type { VrrpScript } from '../config/model.js';
import {
  after,
  describeDuration,
  earliest,
  milliseconds,
  nextPeriod,
  seconds,
  times,
  type Duration,
  type Instant,
} from '../time.js';
import type { Standing } from './standing.js';

/** How a run ended. `output` is the last lines it wrote, empty when it wrote none. */
export type ScriptOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly milliseconds: number; readonly output: string }
  | { readonly kind: 'signalled'; readonly signal: string; readonly milliseconds: number; readonly output: string }
  /** It could not be started: not there, not executable, no such user. */
  | { readonly kind: 'cannot-run'; readonly error: string }
  /** Still running at its written timeout, or at its interval where none is written. */
  | { readonly kind: 'overran'; readonly limit: Duration };

/** What a script asks for when its deadline is there. */
export type ScriptAction = 'run' | 'SIGTERM' | 'SIGKILL';

interface Run {
  /** When it counts as a failure if it has not ended; absent before it has begun, and once it has been counted. */
  overrunAt?: Instant;
  /** Absent before it has begun. */
  signalAt?: Instant;
  signal: 'SIGTERM' | 'SIGKILL';
  /** A run of a command that is not the check's any more: it is being ended, and the new one waits for that. */
  superseded?: true;
}

/** signal(7): keepalived tells their numbers. */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** How long after SIGTERM a script is killed. */
const KILL_AFTER = seconds(2);

export class ScriptTracker {
  /** Undefined until the first result; that first one decides alone, rise and fall count from then on. */
  up: boolean | undefined;
  lastOutcome: ScriptOutcome | undefined;
  lastEndedAt: Instant | undefined;
  #result = 0;
  #nextRunAt: Instant | undefined;
  #run: Run | undefined;
  #config: VrrpScript;
  /** The next result decides alone, whatever rise and fall say. */
  #isFirst = true;

  /** With `former`, a check of another name or command, what that one found out holds until there is a first result. */
  constructor(config: VrrpScript, former?: ScriptTracker) {
    this.#config = config;
    this.up = former ? former.up : config.initFail ? false : undefined;
    this.lastOutcome = former?.lastOutcome;
    this.lastEndedAt = former?.lastEndedAt;
    // The first result counts from init_fail as from any other.
    this.#isFirst = this.up === undefined || former !== undefined;
  }

  get config(): VrrpScript {
    return this.#config;
  }

  /** The first run is due at once. */
  start(now: Instant): void {
    this.#nextRunAt = now;
  }

  /** No run is started any more; a running one is to be ended by the caller. */
  stop(): void {
    this.#nextRunAt = undefined;
  }

  /** A reload that leaves the name: what was found out stays. True when a run of the old command is to be ended now. */
  reconfigure(config: VrrpScript, { sameCommand, now }: { sameCommand: boolean; now: Instant }): boolean {
    const { rise, fall, interval } = this.#config;
    this.#config = config;
    if (rise !== config.rise || fall !== config.fall)
      this.#result = this.up === true ? config.rise + config.fall - 1 : 0;
    if (interval !== config.interval && this.#nextRunAt !== undefined)
      this.#nextRunAt = earliest(this.#nextRunAt, after(now, config.interval));
    if (sameCommand) return false;
    this.#isFirst = true;
    if (this.#run) this.#run = { signal: 'SIGKILL', signalAt: after(now, KILL_AFTER), superseded: true };
    else this.#nextRunAt = now;
    return this.isRunning;
  }

  get standing(): Standing {
    return this.up === undefined ? { kind: 'unknown' } : { kind: this.up ? 'up' : 'down' };
  }

  /** keepalived's counter: 0 .. rise + fall - 1, up from rise on. */
  get result(): number {
    return this.#result;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#nextRunAt, this.#run?.overrunAt, this.#run?.signalAt);
  }

  /** What is due now. An overrun is counted here, as one failure. */
  due(now: Instant): ScriptAction[] {
    const actions: ScriptAction[] = [];
    const run = this.#run;
    if (run?.overrunAt !== undefined && run.overrunAt <= now) {
      delete run.overrunAt;
      this.#count({ kind: 'overran', limit: this.#limit });
    }
    if (run?.signalAt !== undefined && run.signalAt <= now) {
      actions.push(run.signal);
      run.signal = 'SIGKILL';
      run.signalAt = after(now, KILL_AFTER);
    }
    if (this.#nextRunAt !== undefined && this.#nextRunAt <= now) {
      if (!this.#run) {
        this.#run = { signal: 'SIGTERM' };
        actions.push('run');
      }
      this.#nextRunAt = nextPeriod(this.#nextRunAt, { period: this.config.interval, now });
    }
    return actions;
  }

  /**
   * The run that was asked for has begun: its time counts from now. Without a written timeout a long one is left alone for
   * max(10 s, 5 intervals): it may be mending things.
   */
  begun(now: Instant): void {
    const run = this.#run;
    if (run === undefined || run.superseded) return;
    const patience = this.config.timeout ?? (Math.max(seconds(10), times(5, this.config.interval)) as Duration);
    run.overrunAt = after(now, this.#limit);
    run.signalAt = after(now, patience);
  }

  /** The run ended; one that had been counted as overrun and then signalled is not counted again. */
  ended(outcome: ScriptOutcome, now: Instant): void {
    const run = this.#run;
    this.#run = undefined;
    this.lastEndedAt = now;
    if (run?.superseded && this.#nextRunAt !== undefined) this.#nextRunAt = now;
    const endedBySignalOfOurs = run?.signal === 'SIGKILL';
    if (!endedBySignalOfOurs) this.#count(outcome);
  }

  get memory() {
    return {
      name: this.#config.name,
      up: this.up,
      lastOutcome: this.lastOutcome,
      result: this.#result,
      nextRunAt: this.#nextRunAt,
      run: this.#run && { ...this.#run },
      isFirst: this.#isFirst,
    };
  }

  recall({ up, lastOutcome, result, nextRunAt, run, isFirst }: Omit<ScriptTracker['memory'], 'name'>): void {
    [this.up, this.lastOutcome, this.#result, this.#nextRunAt] = [up, lastOutcome, result, nextRunAt];
    [this.#run, this.#isFirst] = [run && { ...run }, isFirst];
  }

  /** What it has found out, without the run under way; undefined before the first result. */
  get findings() {
    return this.up === undefined ? undefined : { name: this.#config.name, up: this.up, result: this.#result };
  }

  /** What the same check had found out in another process counts until the next result, and rise and fall go on from it. */
  takeFindings({ up, result }: Omit<ScriptFindings, 'name'>): void {
    const { rise, fall } = this.#config;
    this.up = up;
    this.#result = up ? Math.min(Math.max(result, rise), rise + fall - 1) : Math.min(Math.max(result, 0), rise - 1);
    this.#isFirst = false;
  }

  get #limit(): Duration {
    return this.config.timeout ?? this.config.interval;
  }

  #count(outcome: ScriptOutcome): void {
    const { rise, fall } = this.config;
    const first = this.#isFirst;
    this.#isFirst = false;
    this.lastOutcome = outcome;
    if (outcome.kind === 'exited' && outcome.code === 0) {
      this.#result += 1;
      if (first || this.#result >= rise) [this.up, this.#result] = [true, rise + fall - 1];
    } else {
      this.#result -= 1;
      if (first || this.#result < rise) [this.up, this.#result] = [false, 0];
    }
  }
}

export type ScriptFindings = NonNullable<ScriptTracker['findings']>;

/** "exit 1 after 31 ms: "haproxy: no process found"". */
export function describeOutcome(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case 'exited':
    case 'signalled': {
      const how = outcome.kind === 'exited' ? `exit ${outcome.code}` : outcome.signal;
      const said = outcome.output === '' ? '' : `: "${outcome.output.replaceAll('\n', ' / ')}"`;
      return `${how} after ${describeDuration(milliseconds(outcome.milliseconds))}${said}`;
    }
    case 'cannot-run':
      return `cannot run: ${outcome.error}`;
    case 'overran':
      return `still running after ${describeDuration(outcome.limit)}`;
  }
}

/** The result in keepalived's words: "failed (exited with status 1)". */
export function describeResult(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? 'succeeded' : `failed (exited with status ${outcome.code})`;
    case 'signalled':
      return `failed (due to signal ${SIGNALS[outcome.signal] ?? outcome.signal})`;
    case 'cannot-run':
      return `failed (${describeOutcome(outcome)})`;
    case 'overran':
      return `timed_out (${describeOutcome(outcome)})`;
  }
}

// The tracked things of a router at work: which check runs when, what a file or a process count means now. It turns
// their inputs and deadlines into changes; what a change does to instances is router.ts's business.

import { isEqual } from '../config/diff.js';
import type { Config, TrackFile, TrackKind, TrackProcess } from '../config/model.js';
import { usedFiles, usedProcesses } from '../config/tracks.js';
import type { FileReading } from '../track/file.js';
import { ProcessTracker } from '../track/process.js';
import { describeOutcome, describeResult, type ScriptOutcome, type ScriptTracker } from '../track/script.js';
import type { Deadlines } from './deadlines.js';
import type { Input } from './input.js';
import type { Owner } from './owner.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';

/** Something that is tracked stands otherwise than before; `why` in the operator's words. */
export interface Change {
  readonly kind: TrackKind;
  readonly name: string;
  readonly why: string;
}

type Found = Extract<Input, { kind: 'script-begun' | 'script' | 'file' | 'process' }>;

interface Watched {
  readonly files: readonly TrackFile[];
  readonly processes: readonly TrackProcess[];
}
const NOTHING: Watched = { files: [], processes: [] };

export class Watch {
  #watched = NOTHING;

  constructor(
    readonly surroundings: Surroundings,
    readonly deadlines: Deadlines<Owner>,
  ) {}

  /** Those that do not run yet begin; the host is told what to look at. */
  start(config: Config, turn: Turn): void {
    const { scripts, processes } = this.surroundings;
    for (const tracker of scripts.values()) {
      if (tracker.nextDeadline() === undefined) tracker.start(turn.now);
      this.#schedule(tracker);
    }
    for (const tracker of processes.values()) this.#schedule(tracker);
    this.#look({ files: usedFiles(config), processes: usedProcesses(config) }, turn);
  }

  /** What the host was told to look at. */
  get memory(): Watched {
    return this.#watched;
  }

  recall(memory: Watched): void {
    this.#watched = memory;
  }

  stop(turn: Turn): void {
    for (const tracker of this.surroundings.scripts.values()) {
      tracker.stop();
      if (tracker.isRunning) turn.do({ kind: 'signal-script', script: tracker.config.name, signal: 'SIGTERM' });
    }
    this.#look(NOTHING, turn);
  }

  /** A deadline is there. */
  due(tracker: ScriptTracker | ProcessTracker, turn: Turn): Change | undefined {
    if (tracker instanceof ProcessTracker) return this.#settleProcess(tracker, turn, () => tracker.due(turn.now));
    const before = standingOf(tracker);
    const { name } = tracker.config;
    for (const action of tracker.due(turn.now)) {
      if (action === 'run') turn.do({ kind: 'run-script', script: name });
      else {
        turn.log('warn', `Track script ${name} is still running: sending ${action} to its process group`);
        turn.do({ kind: 'signal-script', script: name, signal: action });
      }
    }
    return this.#settleScript(tracker, before, turn);
  }

  /** What the host has found. */
  see(input: Found, turn: Turn): Change | undefined {
    switch (input.kind) {
      case 'script-begun':
        this.#scriptBegun(input.script, turn);
        return undefined;
      case 'script':
        return this.#scriptEnded(input.script, input.outcome, turn);
      case 'file':
        return this.#fileRead(input.name, input.reading, turn);
      case 'process':
        return this.#processCounted(input.name, input.count, turn);
    }
  }

  #scriptBegun(name: string, turn: Turn): void {
    const tracker = this.surroundings.scripts.get(name);
    tracker?.begun(turn.now);
    if (tracker) this.#schedule(tracker);
  }

  #scriptEnded(name: string, outcome: ScriptOutcome, turn: Turn): Change | undefined {
    const tracker = this.surroundings.scripts.get(name);
    if (!tracker) return undefined;
    const before = standingOf(tracker);
    tracker.ended(outcome, turn.now);
    return this.#settleScript(tracker, before, turn);
  }

  #fileRead(name: string, reading: FileReading, turn: Turn): Change | undefined {
    const tracker = this.surroundings.files.get(name);
    if (!tracker) return undefined;
    const [before, problem] = [tracker.value, tracker.problem];
    const hasChanged = tracker.read(reading);
    if (tracker.problem !== undefined && tracker.problem !== problem)
      turn.log('warn', `track_file ${name}: ${tracker.problem}: it counts as 0`);
    if (!hasChanged) return undefined;
    const value = tracker.value ?? 0;
    if (before !== undefined || value !== 0) turn.log('info', `track_file ${name} holds ${value}`);
    return { kind: 'file', name, why: `${name} holds ${value}` };
  }

  #processCounted(name: string, count: number, turn: Turn): Change | undefined {
    const tracker = this.surroundings.processes.get(name);
    return tracker && this.#settleProcess(tracker, turn, () => tracker.counted(count, turn.now));
  }

  /** Tells the host, unless it looks at just these already. */
  #look(watched: Watched, turn: Turn): void {
    if (isEqual(watched, this.#watched)) return;
    this.#watched = watched;
    turn.do({ kind: 'watch', ...watched });
  }

  /** A check that changed its mind; its first result is told also when init_fail had it right. */
  #settleScript(tracker: ScriptTracker, before: ReturnType<typeof standingOf>, turn: Turn): Change | undefined {
    this.#schedule(tracker);
    const { name } = tracker.config;
    const outcome = tracker.lastOutcome;
    const isFirst = before.outcome === undefined && outcome !== undefined;
    if (tracker.up === before.up && !isFirst) return undefined;
    turn.log(tracker.up ? 'info' : 'warn', `VRRP_Script(${name}) ${outcome ? describeResult(outcome) : ''}`);
    if (tracker.up === before.up) return undefined;
    const result = outcome ? ` (${describeOutcome(outcome)})` : '';
    return { kind: 'script', name, why: `${name} ${tracker.up ? 'succeeded' : 'failed'}${result}` };
  }

  #settleProcess(tracker: ProcessTracker, turn: Turn, change: () => void): Change | undefined {
    const before = tracker.up;
    change();
    this.#schedule(tracker);
    if (tracker.up === before) return undefined;
    const { name } = tracker.config;
    const quorum = tracker.up ? 'quorum achieved' : 'quorum not achieved';
    turn.log(tracker.up ? 'info' : 'warn', `track_process ${name}: ${quorum} (${tracker.words})`);
    return { kind: 'process', name, why: `${name} ${tracker.up ? 'is there' : 'failed'} (${tracker.words})` };
  }

  #schedule(tracker: ScriptTracker | ProcessTracker): void {
    this.deadlines.set(tracker, tracker.nextDeadline());
  }
}

const standingOf = ({ up, lastOutcome }: ScriptTracker) => ({ up, outcome: lastOutcome });

// Runs notify scripts: those of an instance or a group one after the other in the order of its events, and beside those of
// others. It never holds up the protocol: a script starts after the turn in which its event happened, and one that does
// not end is passed over after a while, or ended. Which scripts an event means is said in src/notify/.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../config/model.js';
import type { Running } from '../linux/scripts.js';
import type { NotifyCommand } from '../notify/scripts.js';
import { describeOutcome, type ScriptOutcome } from '../track/script.js';
import type { LogLevel } from '../vrrp/effect.js';

/** Starts a command and calls back once when it has ended. */
export type StartScript = (command: Command, ended: (outcome: ScriptOutcome) => void) => Running;

/** A script that runs so long is left alone, and the next one starts beside it. */
const PATIENCE_MILLISECONDS = 10_000;
/** Between SIGTERM and SIGKILL for one that is ended. */
const KILL_MILLISECONDS = 2_000;
/** keepalived's limit for notify_stop. */
const STOP_MILLISECONDS = 1_000;

export interface Surroundings {
  readonly start: StartScript;
  readonly log: (level: LogLevel, text: string) => void;
  /** A script that runs so many milliseconds is ended; absent: none is. */
  readonly limit?: number;
}

export class NotifyScriptQueues {
  readonly #surroundings: Surroundings;
  readonly #queues = new Map<string, Queue>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Behind those that wait for this instance or group. */
  push(subject: string, commands: readonly NotifyCommand[]): void {
    if (commands.length === 0) return;
    const queue = this.#queues.get(subject) ?? new Queue(subject, this.#surroundings);
    this.#queues.set(subject, queue);
    queue.push(commands);
  }

  /** After the STOP events: starts everything that still waits. Resolves when every notify_stop ended or after 1 s. */
  async stop(): Promise<void> {
    const ends = [...this.#queues.values()].flatMap((queue) => queue.hurry());
    if (ends.length > 0) await Promise.race([Promise.all(ends), sleep(STOP_MILLISECONDS)]);
  }
}

/** The scripts of one instance or group. */
class Queue {
  readonly #waiting: NotifyCommand[] = [];
  /** Absent while nothing runs that the next one has to wait for. */
  #passOver: NodeJS.Timeout | undefined;

  constructor(
    readonly subject: string,
    readonly surroundings: Surroundings,
  ) {}

  /** One that may be repeated, and waits already, is not run once more for that. */
  push(commands: readonly NotifyCommand[]): void {
    const isWaiting = ({ keyword }: NotifyCommand): boolean => this.#waiting.some((one) => one.keyword === keyword);
    this.#waiting.push(...commands.filter((command) => !command.once || !isWaiting(command)));
    setImmediate(() => {
      if (this.#passOver === undefined) this.#startNext();
    });
  }

  /** Starts all that waits at once; a promise for the end of each notify_stop. */
  hurry(): Promise<void>[] {
    clearTimeout(this.#passOver);
    return this.#waiting.splice(0).flatMap((command) => {
      const ended = new Promise<void>((resolve) => this.#start(command, resolve));
      return command.keyword === 'notify_stop' ? [ended] : [];
    });
  }

  #startNext(): void {
    this.#passOver = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const { limit } = this.surroundings;
    const running = this.#start(next, () => {
      clearTimeout(patience);
      if (this.#passOver === patience) this.#startNext();
    });
    const patience =
      limit === undefined
        ? setTimeout(() => this.#leave(next), PATIENCE_MILLISECONDS)
        : setTimeout(() => this.#end(next, running), limit);
    this.#passOver = patience;
  }

  #leave(one: NotifyCommand): void {
    this.#say('warn', one, `still runs after ${PATIENCE_MILLISECONDS / 1000} s: no longer waited for`);
    this.#startNext();
  }

  /** Its end, however it comes, is what the next one waits for. */
  #end(one: NotifyCommand, running: Running): void {
    this.#say('warn', one, `still runs after ${(this.surroundings.limit ?? 0) / 1000} s: it is ended`);
    running.signal('SIGTERM');
    setTimeout(() => running.signal('SIGKILL'), KILL_MILLISECONDS).unref();
  }

  #start(next: NotifyCommand, ended: () => void): Running {
    return this.surroundings.start(next.command, (outcome) => {
      const isWell = outcome.kind === 'exited' && outcome.code === 0;
      this.#say(isWell ? 'info' : 'warn', next, describeOutcome(outcome));
      ended();
    });
  }

  #say(level: LogLevel, { keyword, command }: NotifyCommand, words: string): void {
    this.surroundings.log(level, `(${this.subject}) ${keyword} ${command.argv[0]}: ${words}`);
  }
}

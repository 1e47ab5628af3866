// Runs notify scripts: those of an instance one after the other in the order of its events, and beside those of other
// instances. It never holds up the protocol: a script starts after the turn in which its event happened, and one that
// does not end is passed over after a while. Which scripts an event means is said in src/notify/.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Config, NotifyScripts } from '../config/model.js';
import { notifyCommands, type NotifyCommand } from '../notify/scripts.js';
import { describeOutcome, type ScriptOutcome } from '../track/script.js';
import type { LogLevel } from '../vrrp/effect.js';
import type { Event } from '../vrrp/event.js';

/** Starts a command and calls back once when it has ended. */
export type StartScript = (command: Command, ended: (outcome: ScriptOutcome) => void) => void;

/** A script that runs so long is left alone, and the next one starts beside it. */
const PATIENCE_MILLISECONDS = 10_000;
/** keepalived's limit for notify_stop. */
const STOP_MILLISECONDS = 1_000;

interface Surroundings {
  readonly start: StartScript;
  readonly log: (level: LogLevel, text: string) => void;
}

/** The scripts of one instance. */
class Queue {
  readonly #waiting: NotifyCommand[] = [];
  /** Absent while nothing runs that the next one has to wait for. */
  #passOver: NodeJS.Timeout | undefined;

  constructor(
    readonly instance: string,
    readonly surroundings: Surroundings,
  ) {}

  push(commands: readonly NotifyCommand[]): void {
    this.#waiting.push(...commands);
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
    const patience = setTimeout(() => {
      this.#say(next, `still runs after ${PATIENCE_MILLISECONDS / 1000} s: no longer waited for`);
      this.#startNext();
    }, PATIENCE_MILLISECONDS);
    this.#passOver = patience;
    this.#start(next, () => {
      clearTimeout(patience);
      if (this.#passOver === patience) this.#startNext();
    });
  }

  #start(next: NotifyCommand, ended: () => void): void {
    this.surroundings.start(next.command, (outcome) => {
      if (outcome.kind !== 'exited' || outcome.code !== 0) this.#say(next, describeOutcome(outcome));
      ended();
    });
  }

  #say({ keyword, command }: NotifyCommand, words: string): void {
    this.surroundings.log('warn', `(${this.instance}) ${keyword} ${command.argv[0]}: ${words}`);
  }
}

export class Notifier {
  readonly #surroundings: Surroundings;
  readonly #queues = new Map<string, Queue>();
  #scripts: ReadonlyMap<string, NotifyScripts> = new Map();
  /** Those before the last reload: an instance that it removed has a farewell to tell. */
  #former: ReadonlyMap<string, NotifyScripts> = new Map();

  constructor(config: Config, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.update(config);
  }

  /** The scripts of a new configuration. */
  update({ vrrpInstances }: Config): void {
    this.#former = this.#scripts;
    this.#scripts = new Map(vrrpInstances.map(({ name, notify }) => [name, notify]));
  }

  notify(event: Event): void {
    const scripts = this.#scripts.get(event.name) ?? this.#former.get(event.name) ?? {};
    const commands = notifyCommands(event, scripts);
    if (commands.length > 0) this.#queueOf(event.name).push(commands);
  }

  #queueOf(instance: string): Queue {
    const queue = this.#queues.get(instance) ?? new Queue(instance, this.#surroundings);
    this.#queues.set(instance, queue);
    return queue;
  }

  /** After the STOP events: starts everything that still waits. Resolves when every notify_stop ended or after 1 s. */
  async stop(): Promise<void> {
    const ends = [...this.#queues.values()].flatMap((queue) => queue.hurry());
    if (ends.length > 0) await Promise.race([Promise.all(ends), sleep(STOP_MILLISECONDS)]);
  }
}

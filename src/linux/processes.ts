// How many processes of a program run: by the kernel's process connector where there is one, else by a look at /proc each
// second. It never holds up the process for long: /proc is read in small pieces. proc(5)

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { TrackProcess } from '../config/model.js';
import { ProcessConnector, type ProcessEvents } from './process-events.js';

const LOOK_MILLISECONDS = 1_000;
/** So many processes are looked at without a pause: about half a millisecond. */
const PIECE = 20;
/** TASK_COMM_LEN without the NUL. */
const COMM_LENGTH = 15;

/** How processes are watched here. */
export type Means = 'the process connector' | 'a look at /proc each second';

interface Handlers {
  readonly onCount: (name: string, count: number) => void;
  /** Before the first count. */
  readonly onMeans: (means: Means) => void;
}

export class Processes {
  readonly #handlers: Handlers;
  readonly #settings: { receiveBuffer?: number };
  #wanted: readonly TrackProcess[] = [];
  /** Those that match, by the name of who wants them. */
  #found = new Map<string, Set<number>>();
  readonly #told = new Map<string, number>();
  #connector: ProcessConnector | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** One look at a time; what is asked for meanwhile is looked for after it. */
  #isLooking = false;
  #lookAgain = false;
  /** Until a look is over, a count is only a part. */
  #isWhole = false;

  /** `receiveBuffer`: octets of the connector's queue. */
  constructor(handlers: Handlers, settings: { receiveBuffer?: number } = {}) {
    this.#handlers = handlers;
    this.#settings = settings;
  }

  /** These from now on, each counted at once; without any nothing is looked at. */
  set(wanted: readonly TrackProcess[]): void {
    const isNew = this.#wanted.length === 0;
    this.#wanted = wanted;
    this.#told.clear();
    this.#found = new Map(wanted.map(({ name }) => [name, new Set()]));
    if (wanted.length === 0) this.#end();
    else {
      if (isNew) this.#begin();
      void this.#look();
    }
  }

  close(): void {
    this.set([]);
  }

  #begin(): void {
    const handlers = {
      onEvents: (events: ProcessEvents) => this.#follow(events),
      onLoss: () => this.#lookLater(),
    };
    try {
      this.#connector = new ProcessConnector(handlers, this.#settings);
    } catch {
      this.#connector = undefined;
    }
    this.#handlers.onMeans(this.#connector ? 'the process connector' : 'a look at /proc each second');
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#connector?.close();
    this.#connector = undefined;
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, LOOK_MILLISECONDS);
  }

  async #look(): Promise<void> {
    this.#lookAgain = this.#isLooking;
    if (this.#isLooking) return;
    this.#isLooking = true;
    const isDone = await this.#scan();
    this.#isLooking = false;
    if (this.#wanted.length === 0) return;
    if (this.#lookAgain) void this.#look();
    else if (!isDone || this.#connector === undefined) this.#lookLater();
  }

  /**
   * All processes; what comes, goes or changes meanwhile is told by its event, or found the next time. False when it was
   * not done: others are wanted by now, or /proc can't be read at the moment.
   */
  async #scan(): Promise<boolean> {
    const wanted = this.#wanted;
    this.#isWhole = false;
    try {
      const pids = new Set(readdirSync('/proc').map(Number).filter(Boolean));
      for (const set of this.#found.values()) for (const pid of set) if (!pids.has(pid)) set.delete(pid);
      let looked = 0;
      for (const pid of pids) {
        // Before the first one too: nothing is told before set() has returned.
        if (looked % PIECE === 0) await turn();
        looked += 1;
        if (wanted !== this.#wanted) return false;
        this.#update(pid);
      }
      this.#isWhole = true;
      this.#tell();
      return true;
    } catch (error) {
      if (isScarce(error)) return false;
      throw error;
    }
  }

  #follow(events: ProcessEvents): void {
    try {
      for (const [pid, what] of events)
        if (what === 'changed') this.#update(pid);
        else for (const set of this.#found.values()) set.delete(pid);
    } catch (error) {
      if (!isScarce(error)) throw error;
      this.#lookLater();
    }
    if (this.#isWhole) this.#tell();
  }

  #update(pid: number): void {
    const seen = new Seen(pid);
    for (const wanted of this.#wanted) {
      const set = this.#found.get(wanted.name);
      if (seen.matches(wanted)) set?.add(pid);
      else set?.delete(pid);
    }
  }

  #tell(): void {
    for (const [name, { size }] of this.#found) {
      if (this.#told.get(name) === size) continue;
      this.#told.set(name, size);
      this.#handlers.onCount(name, size);
    }
  }
}

/** One process, read as far as it is asked for. */
class Seen {
  #comm: string | undefined;
  #argv: readonly string[] | undefined;

  constructor(readonly pid: number) {}

  matches({ command: [program, ...parameters], fullCommand, paramMatch }: TrackProcess): boolean {
    const asksForParameters = parameters.length > 0 || paramMatch !== undefined;
    const byCommand = fullCommand || asksForParameters || program.includes('/');
    if (!byCommand) return this.comm === program.slice(0, COMM_LENGTH);
    const [own, ...rest] = this.argv;
    if (own === undefined || (own !== program && basename(own) !== program)) return false;
    return !asksForParameters || parametersMatch(rest, parameters, paramMatch);
  }

  /** Empty for a zombie and for a process that is gone. */
  private get comm(): string {
    this.#comm ??= commOf(textOf(`/proc/${this.pid}/stat`));
    return this.#comm;
  }

  private get argv(): readonly string[] {
    this.#argv ??= textOf(`/proc/${this.pid}/cmdline`).replace(/\0$/, '').split('\0');
    return this.#argv;
  }
}

function parametersMatch(
  given: readonly string[],
  wanted: readonly string[],
  how: TrackProcess['paramMatch'] = 'exact',
): boolean {
  if (how === 'partial') return wanted.every((one, index) => given[index] === one);
  if (given.length !== wanted.length) return false;
  return wanted.every((one, index) => {
    const own = given[index] ?? '';
    return how === 'initial' && index === wanted.length - 1 ? own.startsWith(one) : own === one;
  });
}

/** The name in /proc/PID/stat, "12 (name) S ..."; empty for a zombie. */
export function commOf(stat: string): string {
  const end = stat.lastIndexOf(')');
  const state = stat.charAt(end + 2);
  return state === 'Z' || state === 'X' ? '' : stat.slice(stat.indexOf('(') + 1, end);
}

/** Empty when the process is gone or not to be seen. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isScarce(error)) throw error;
    return '';
  }
}

/** Descriptors or memory are short at the moment: that says nothing of a process. */
const isScarce = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '');

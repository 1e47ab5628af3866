// How many processes of a program run: by the kernel's process connector where there is one, else by a look at /proc each
// second. It never holds up the process for long: /proc is read in small pieces. proc(5)

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { TrackProcess } from '../config/model.js';
import { ProcessEvents } from './process-events.js';

const POLL_MILLISECONDS = 1_000;
/** So many processes are looked at without a pause: about half a millisecond. */
const PIECE = 20;
/** TASK_COMM_LEN without the NUL. */
const COMM_LENGTH = 15;

/** How processes are watched here. */
export type Means = 'the process connector' | 'a look at /proc each second';

interface Handlers {
  readonly onCount: (name: string, count: number) => void;
  /** Once, before the first count. */
  readonly onMeans: (means: Means) => void;
}

export class Processes {
  readonly #handlers: Handlers;
  #wanted: readonly TrackProcess[] = [];
  readonly #found = new Map<string, Set<number>>();
  readonly #told = new Map<string, number>();
  #events: ProcessEvents | undefined;
  #poll: NodeJS.Timeout | undefined;
  /** The latest scan; an older one that is still going on counts no more. */
  #scan = 0;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  /** These from now on, each counted at once; without any nothing is looked at. */
  set(wanted: readonly TrackProcess[]): void {
    const isNew = this.#wanted.length === 0 && wanted.length > 0;
    this.#wanted = wanted;
    this.#told.clear();
    if (wanted.length === 0) this.close();
    else if (isNew) this.#begin();
    else void this.#look();
  }

  close(): void {
    this.#scan += 1;
    clearTimeout(this.#poll);
    this.#events?.close();
    this.#events = undefined;
  }

  #begin(): void {
    let means: Means = 'the process connector';
    try {
      this.#events = new ProcessEvents(
        ({ kind, pid }) => this.#update(pid, kind === 'changed'),
        () => void this.#look(),
      );
    } catch {
      means = 'a look at /proc each second';
    }
    this.#handlers.onMeans(means);
    void this.#look();
  }

  /** All processes; a process that comes or goes meanwhile is found by its event, or next time. */
  async #look(): Promise<void> {
    const scan = (this.#scan += 1);
    const found = new Map(this.#wanted.map(({ name }) => [name, new Set<number>()]));
    const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
    for (const [index, pid] of pids.entries()) {
      if (index % PIECE === PIECE - 1) await turn();
      if (scan !== this.#scan) return;
      for (const name of this.#matching(pid)) found.get(name)?.add(pid);
    }
    this.#found.clear();
    for (const [name, set] of found) this.#found.set(name, set);
    this.#tell();
    if (this.#events === undefined) this.#poll = setTimeout(() => void this.#look(), POLL_MILLISECONDS);
  }

  #update(pid: number, isThere: boolean): void {
    const names = isThere ? this.#matching(pid) : [];
    for (const [name, set] of this.#found) {
      if (names.includes(name)) set.add(pid);
      else set.delete(pid);
    }
    this.#tell();
  }

  #tell(): void {
    for (const [name, { size }] of this.#found) {
      if (this.#told.get(name) === size) continue;
      this.#told.set(name, size);
      this.#handlers.onCount(name, size);
    }
  }

  #matching(pid: number): string[] {
    const seen = new Seen(pid);
    return this.#wanted.filter((wanted) => seen.matches(wanted)).map(({ name }) => name);
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
    this.#argv ??= textOf(`/proc/${this.pid}/cmdline`).split('\0').slice(0, -1);
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

/** "12 (name) S ..." */
function commOf(stat: string): string {
  const end = stat.lastIndexOf(')');
  const state = stat.charAt(end + 2);
  return state === 'Z' || state === 'X' ? '' : stat.slice(stat.indexOf('(') + 1, end);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

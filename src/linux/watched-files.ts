// Files with a number in them: read when they are there, and again whenever something happens to them. A file that
// comes, goes, is replaced, is a directory or a pipe holds up nobody, nor does a file system that hangs. inotify(7) on the
// folder, since editors replace files.

import { constants, watch, type FSWatcher } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TrackFile } from '../config/model.js';
import type { FileReading } from '../track/file.js';

/** What inotify does not tell is found by a look: a link's target, another host's hand, a folder above that is replaced. */
const LOOK_MILLISECONDS = 5_000;
/** The same where the folder can't be watched: it is not there, or there are too many watches. */
const UNWATCHED_MILLISECONDS = 1_000;
/** More than the longest number. */
const OCTETS = 64;
const LARGEST = 2 ** 31 - 1;

type OnReading = (name: string, reading: FileReading) => void;

export class WatchedFiles {
  readonly #onReading: OnReading;
  readonly #threads = new Threads();
  #watched = new Map<string, WatchedFile>();

  constructor(onReading: OnReading) {
    this.#onReading = onReading;
  }

  /** These from now on; each is read at once, one that was watched before is not begun anew. */
  set(files: readonly TrackFile[]): void {
    const former = this.#watched;
    this.#watched = new Map(
      files.map((file) => {
        const same = former.get(file.name);
        if (same?.path !== file.file) return [file.name, new WatchedFile(file, this.#threads, this.#onReading)];
        former.delete(file.name);
        return [file.name, same];
      }),
    );
    for (const one of former.values()) one.close();
  }

  close(): void {
    this.set([]);
  }
}

/** Node has four threads for files and names: a file system that hangs gets two of them. */
class Threads {
  #free = 2;
  readonly #waiting: (() => void)[] = [];

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

class WatchedFile {
  readonly path: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #threads: Threads;
  readonly #onReading: OnReading;
  #watcher: FSWatcher | undefined;
  /** Device and number of the folder that is watched. */
  #watched = '';
  #timer: NodeJS.Timeout | undefined;
  /** One look at a time; what happens meanwhile is looked at after it. */
  #isLooking = false;
  #lookAgain = false;
  #told: FileReading | undefined;
  #isClosed = false;

  constructor({ name, file, initFile }: TrackFile, threads: Threads, onReading: OnReading) {
    this.#name = name;
    this.path = file;
    this.#folder = dirname(file);
    this.#threads = threads;
    this.#onReading = onReading;
    void this.#begin(initFile);
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  async #begin(initFile: TrackFile['initFile']): Promise<void> {
    if (initFile) await this.#threads.use(() => initialize(this.path, initFile));
    if (!this.#isClosed) await this.#look();
  }

  async #look(): Promise<void> {
    this.#lookAgain = this.#isLooking;
    if (this.#isLooking) return;
    this.#isLooking = true;
    clearTimeout(this.#timer);
    const reading = await this.#threads.use(async () => {
      if (!this.#isClosed) await this.#watch();
      return readNumber(this.path);
    });
    this.#isLooking = false;
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), this.#watcher ? LOOK_MILLISECONDS : UNWATCHED_MILLISECONDS);
    if (!isDeepStrictEqual(reading, this.#told)) this.#onReading(this.#name, reading);
    this.#told = reading;
    if (this.#lookAgain) void this.#look();
  }

  /** The folder that is there now. It is asked for first, since watch() would wait for a file system that hangs. */
  async #watch(): Promise<void> {
    const there = await stat(this.#folder).then(
      ({ dev, ino }) => `${dev} ${ino}`,
      () => '',
    );
    if (this.#isClosed || (this.#watcher && there === this.#watched)) return;
    this.#unwatch();
    if (there === '') return;
    try {
      this.#watcher = watch(this.#folder, (_event, changed) => {
        // It is the folder itself that was moved or removed.
        if (changed === basename(this.#folder)) this.#unwatch();
        else if (changed !== basename(this.path)) return;
        void this.#look();
      });
      this.#watcher.on('error', () => this.#unwatch());
      this.#watched = there;
    } catch {
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** Never waits for a writer of a pipe. */
async function readNumber(path: string): Promise<FileReading> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: 'unusable', problem: `${path} is no plain file` };
      const { buffer, bytesRead } = await file.read(Buffer.alloc(OCTETS), 0, OCTETS, 0);
      return parseNumber(path, buffer.toString('latin1', 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'nothing' } : { kind: 'unusable', problem: message };
  }
}

/** As keepalived reads it: white space, the number, and whatever stands behind that ("1 # since Monday"). */
export function parseNumber(path: string, text: string): FileReading {
  const [line = ''] = text.trim().split('\n');
  if (line === '') return { kind: 'nothing' };
  const value = Number(/^[+-]?\d+/.exec(line)?.[0] ?? NaN);
  if (Math.abs(value) <= LARGEST) return { kind: 'number', value };
  const shown = line.replace(/[^\x20-\x7e]/g, '?').slice(0, 20);
  return { kind: 'unusable', problem: `${path} holds "${shown}", which is no number` };
}

/** keepalived.conf(5): init_file. No link is followed; a file that can't be written says so when it is read. */
async function initialize(path: string, { value, overwrite }: NonNullable<TrackFile['initFile']>): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const file = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (overwrite ? O_TRUNC : O_EXCL), 0o644);
    try {
      if ((await file.stat()).isFile()) await file.writeFile(`${value}\n`);
    } finally {
      await file.close();
    }
  } catch {
    return;
  }
}

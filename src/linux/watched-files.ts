// Files with a number in them: read when they are there, and again whenever something happens to them. A file that
// comes, goes, is replaced, is a directory or a pipe holds up nobody. inotify(7) on the folder, since editors replace files.

import { constants, watch, type FSWatcher } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { TrackFile } from '../config/model.js';
import type { FileReading } from '../track/file.js';

/** A folder that can't be watched is tried again after this; what is in it is read then in any case. */
const RETRY_MILLISECONDS = 1_000;
/** More than the longest number. */
const OCTETS = 64;
const LARGEST = 2 ** 31 - 1;

type OnReading = (name: string, reading: FileReading) => void;

export class WatchedFiles {
  readonly #onReading: OnReading;
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
        if (same?.path !== file.file) return [file.name, new WatchedFile(file, this.#onReading)];
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

class WatchedFile {
  readonly path: string;
  readonly #name: string;
  readonly #onReading: OnReading;
  #watcher: FSWatcher | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** One read at a time; what happens meanwhile is read after it. */
  #isReading = false;
  #readAgain = false;
  #isClosed = false;

  constructor({ name, file, initFile }: TrackFile, onReading: OnReading) {
    this.#name = name;
    this.path = file;
    this.#onReading = onReading;
    void (initFile ? initialize(file, initFile) : Promise.resolve()).then(() => this.#begin());
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    clearTimeout(this.#retry);
  }

  #begin(): void {
    if (this.#isClosed) return;
    const name = basename(this.path);
    try {
      this.#watcher = watch(dirname(this.path), (_event, changed) => {
        // The folder itself was moved or removed when it is named.
        if (changed === name) void this.#read();
        else if (changed === basename(dirname(this.path))) this.#lose();
      });
      this.#watcher.on('error', () => this.#lose());
    } catch {
      this.#lose();
    }
    void this.#read();
  }

  #lose(): void {
    this.#watcher?.close();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#begin(), RETRY_MILLISECONDS);
  }

  async #read(): Promise<void> {
    this.#readAgain = this.#isReading;
    if (this.#isReading) return;
    this.#isReading = true;
    const reading = await readNumber(this.path);
    this.#isReading = false;
    if (this.#isClosed) return;
    this.#onReading(this.#name, reading);
    if (this.#readAgain) void this.#read();
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

function parseNumber(path: string, text: string): FileReading {
  const line = (text.split('\n')[0] ?? '').trim();
  if (text.trim() === '') return { kind: 'nothing' };
  const value = /^[+-]?\d+$/.test(line) ? Number(line) : NaN;
  if (Math.abs(value) <= LARGEST) return { kind: 'number', value };
  const shown = line.replace(/[^\x20-\x7e]/g, '?').slice(0, 20);
  return { kind: 'unusable', problem: `${path} holds "${shown}", which is no number` };
}

/** keepalived.conf(5): init_file. A link is not followed; one that can't be written says so when it is read. */
async function initialize(path: string, { value, overwrite }: NonNullable<TrackFile['initFile']>): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    const file = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | (overwrite ? O_TRUNC : O_EXCL), 0o644);
    await file.writeFile(`${value}\n`).finally(() => file.close());
  } catch {
    return;
  }
}

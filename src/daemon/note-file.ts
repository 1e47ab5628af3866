// A file in /run that tells the next process something: believed only when it is ours, replaced as a whole, and changed
// in place where it has a fixed width. It knows nothing of what is in it. open(2): O_NOFOLLOW.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';

/** A longer one is none: 1,000 instances with ten addresses each need 2 MB. */
const LIMIT = 16 * 1024 * 1024;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Its message says why the file is not believed. */
export class UntrustedFile extends Error {}

export class NoteFile {
  /** Of the present file, once it has been written. */
  #descriptor: number | undefined;

  constructor(readonly path: string) {}

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Its text; undefined when there is none. Throws an UntrustedFile, or what the file system refuses. */
  read(): string | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      if (code === 'ELOOP') throw new UntrustedFile('it is a symbolic link');
      throw error;
    }
    try {
      const doubt = doubtAbout(fstatSync(descriptor));
      if (doubt !== undefined) throw new UntrustedFile(doubt);
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  }

  /** Throws what the file system refuses; the file is as it was then. */
  replace(octets: Uint8Array): void {
    const fresh = `${this.path}.new`;
    let descriptor: number | undefined;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o750 });
      rmSync(fresh, { force: true });
      descriptor = openSync(fresh, 'wx+', 0o600);
      writeAll(descriptor, octets, 0);
      renameSync(fresh, this.path);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      rmSync(fresh, { force: true });
      throw error;
    }
    this.close();
    this.#descriptor = descriptor;
  }

  /** Octets of the present file from `position` on become these. */
  patch(octets: Uint8Array, position: number): void {
    if (this.#descriptor !== undefined) writeAll(this.#descriptor, octets, position);
  }

  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function doubtAbout(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'it is no regular file';
  if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) return `it belongs to the user ${stats.uid}`;
  const mode = stats.mode & 0o7777;
  if ((mode & ~0o600) !== 0) return `others may use it: its mode is ${mode.toString(8).padStart(4, '0')}`;
  return stats.size > LIMIT ? `it has ${stats.size} octets` : undefined;
}

function writeAll(descriptor: number, octets: Uint8Array, position: number): void {
  for (let done = 0; done < octets.length;)
    done += writeSync(descriptor, octets, done, octets.length - done, position + done);
}

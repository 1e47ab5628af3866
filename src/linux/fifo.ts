// A named pipe that is written to whether or not anybody reads it: a write never blocks, and what a full pipe does not
// take is lost and counted. It knows nothing of what is in a line.
// fifo(7): opened for reading too, so that it has a reader always and the one outside never sees its end.

import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { Account } from './account.js';
import { mkfifo, refusalOf } from './native.js';

const { O_RDWR, O_NONBLOCK, O_NOFOLLOW, O_NOCTTY } = constants;
const FLAGS = O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
/** As keepalived's come out: whoever else could open it could take lines away from its reader. */
const MODE = 0o600;

export class Fifo {
  /** Lines that the pipe had no room for. */
  lost = 0;
  readonly #path: string;
  /** Undefined once closed. */
  #descriptor: number | undefined;

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** Makes the pipe, for the owner, where it is missing; a text that says what is in the way. */
  static open(path: string, owner?: Account): Fifo | string {
    try {
      const isNew = make(path);
      const fifo = new Fifo(path, openSync(path, FLAGS));
      const wrong = fifo.#prepare({ isNew, owner });
      if (wrong === undefined) return fifo;
      fifo.close();
      return wrong;
    } catch (error) {
      return `${path}: ${refusalOf(error).message}`;
    }
  }

  /** The descriptor is asked, not the path, which may name another file by now; a text that says what is wrong. */
  #prepare({ isNew, owner }: { isNew: boolean; owner: Account | undefined }): string | undefined {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || !fstatSync(descriptor).isFIFO()) return `${this.#path}: not a FIFO`;
    if (!isNew) return undefined;
    try {
      // The umask may have taken more than was wanted.
      fchmodSync(descriptor, MODE);
      if (owner) fchownSync(descriptor, owner.uid, owner.gid);
      return undefined;
    } catch (error) {
      return `${this.#path}: ${refusalOf(error).message}`;
    }
  }

  /** A line of up to 4096 octets goes whole or not at all. */
  write(line: string): void {
    if (this.#descriptor === undefined) return;
    try {
      writeSync(this.#descriptor, line);
    } catch (error) {
      if (refusalOf(error).code !== 'EAGAIN') throw error;
      this.lost += 1;
    }
  }

  /** It stays where it is: its reader may wait there for the next daemon. May be called more than once. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** False where there is something already. */
function make(path: string): boolean {
  try {
    mkfifo(path, MODE);
    return true;
  } catch (error) {
    if (refusalOf(error).code !== 'EEXIST') throw error;
    return false;
  }
}

// The two places a log line can go: standard error and syslog's socket. Both are written to without ever waiting:
// standard error is opened anew as non-blocking, since its own flags are shared with whoever started this process.
// They know nothing of what a line means. syslog(3), sd-daemon(3)

import { constants, fstatSync, openSync, write, writeSync, type Stats } from 'node:fs';
import { Socket as StreamSocket } from 'node:net';
import { AF_UNIX, SOCK_DGRAM, Socket, unixAddress } from '../linux/native.js';
import type { Outlet } from './line-queue.js';

const STDERR = 2;
const DEV_NULL = 0x103;
const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;

/** What standard error is: absent also when it is /dev/null. */
export function standardError(): { kind: 'absent' | 'journal' | 'other' } {
  const stat = stderrStat();
  if (stat === undefined || (stat.isCharacterDevice() && stat.rdev === DEV_NULL)) return { kind: 'absent' };
  return { kind: process.env.JOURNAL_STREAM === `${stat.dev}:${stat.ino}` ? 'journal' : 'other' };
}

function stderrStat(): Stats | undefined {
  try {
    return fstatSync(STDERR);
  } catch {
    return undefined;
  }
}

export class StandardError implements Outlet {
  readonly isStream = true;
  readonly #descriptor: number;
  /** Held, so that it is not collected: that would close the descriptor. */
  readonly #socket: StreamSocket | undefined;

  constructor() {
    const stat = stderrStat();
    this.#descriptor = (stat?.isFile() === false ? reopened() : undefined) ?? STDERR;
    // A socket can't be opened anew; this makes it non-blocking, and nothing else is done with it.
    if (this.#descriptor === STDERR && (stat?.isSocket() === true || stat?.isFIFO() === true))
      this.#socket = new StreamSocket({ fd: STDERR, readable: false });
    this.#socket?.on('error', () => undefined);
  }

  write(line: Buffer, taken: (octets: number) => void): void {
    // A reader that is gone never comes back: its lines count as taken.
    write(this.#descriptor, line, (error, octets) => taken(error ? (isFull(error) ? 0 : line.length) : octets));
  }

  writeNow(line: Buffer): void {
    try {
      writeSync(this.#descriptor, line);
    } catch {
      return;
    }
  }
}

function reopened(): number | undefined {
  try {
    return openSync(`/proc/self/fd/${STDERR}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}

const isFull = ({ code }: NodeJS.ErrnoException): boolean => code === 'EAGAIN';

export class Syslog implements Outlet {
  readonly #socket = new Socket(AF_UNIX, SOCK_DGRAM, 0);
  readonly #address = unixAddress('/dev/log');

  write(line: Buffer, taken: (octets: number) => void): void {
    taken(this.#send(line));
  }

  writeNow(line: Buffer): void {
    this.#send(line);
  }

  /** Where no syslog listens, its lines count as taken. */
  #send(line: Buffer): number {
    try {
      return this.#socket.send(line, this.#address) === undefined ? 0 : line.length;
    } catch {
      return line.length;
    }
  }
}

/** Takes everything and keeps nothing. */
export const NOWHERE: Outlet = {
  write: (line, taken) => taken(line.length),
  writeNow: () => undefined,
};

// Pid files: they say which process serves this host, to scripts and to a second daemon that is about to start. A file
// that a dead process left, or whose number another program has by now, says nothing. It never ends a process.

import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';

/** Names of programs that serve virtual addresses. */
const DAEMONS = ['vrrpd', 'keepalived'];

export class PidFile {
  constructor(readonly path: string) {}

  /** The living daemon that this file names; undefined when there is none or it is this process. */
  holder(): { pid: number; name: string } | undefined {
    const pid = this.#read();
    // In a container a restarted daemon often gets the number that it had before.
    if (pid === undefined || pid === process.pid) return undefined;
    const name = textOf(`/proc/${pid}/comm`)?.trim();
    return name !== undefined && DAEMONS.includes(name) ? { pid, name } : undefined;
  }

  /** Writes this process's number; why not, when it can't be. */
  write(): string | undefined {
    try {
      writeFileSync(this.path, `${process.pid}\n`);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Removes the file when it is this process's. */
  remove(): void {
    if (this.#read() !== process.pid) return;
    try {
      unlinkSync(this.path);
    } catch {
      return; // Somebody else removed it.
    }
  }

  #read(): number | undefined {
    const [, digits] = /^\s*([1-9]\d{0,9})\s*$/.exec(textOf(this.path) ?? '') ?? [];
    return digits === undefined ? undefined : Number(digits);
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

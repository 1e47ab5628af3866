// Pid files: they say which process serves this host, to scripts and to a second daemon that is about to start. A file
// that a dead process left, or whose number another program has by now, says nothing. It never ends a process.

import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/model.js';

/** Names of programs that serve virtual addresses. */
const DAEMONS = ['vrrpd', 'keepalived'];

/** By what name the daemon was called, and what its options say. */
export interface PidOptions {
  readonly name: 'vrrpd' | 'keepalived';
  /** keepalived's -p */
  readonly pidFile?: string;
  /** -r */
  readonly vrrpPidFile?: string;
}

/**
 * keepalived's places: a second file for the VRRP process, and a folder for use_pid_dir and instance. Who is not root can't
 * write there: then the folder of the control socket.
 */
export function pidPaths(
  { usePidDir, instance }: Pick<Config, 'usePidDir' | 'instance'>,
  { name, pidFile, vrrpPidFile }: PidOptions,
  { isRoot } = { isRoot: process.getuid?.() === 0 },
): string[] {
  const usual = usePidDir || instance !== undefined ? '/run/keepalived' : '/run';
  const folder = isRoot ? usual : '/run/vrrpd';
  const suffix = instance === undefined ? '' : `_${instance}`;
  const second = vrrpPidFile ?? (name === 'keepalived' ? `${folder}/vrrp${suffix}.pid` : undefined);
  return [pidFile ?? `${folder}/${name}${suffix}.pid`, ...(second === undefined ? [] : [second])];
}

export class PidFile {
  /** Where a daemon that is not to be disturbed says that it runs. */
  static readonly usual = ['/run/keepalived.pid', '/run/vrrpd.pid'].map((path) => new PidFile(path));

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
      makeFolder(dirname(this.path));
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

/** The last part of the path alone. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch {
    return; // It is there, or the file will tell what is in the way.
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

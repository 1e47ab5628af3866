// The note of maintenance in /run: it outlives the daemon, so that a restart does not end maintenance, but not the
// machine's boot. Who reads it decides nothing about its end: that is an instant of the same clock.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Instant } from '../time.js';
import type { Maintenance } from '../vrrp/surroundings.js';

export class MaintenanceNote {
  constructor(readonly path: string) {}

  /** Undefined when there is none of this boot; a text that says why one that is there can't be understood. */
  read(): Maintenance | string | undefined {
    try {
      const note: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      if (typeof note !== 'object' || note === null || !('boot' in note))
        return `${this.path} is no note of maintenance`;
      if (note.boot !== boot()) return undefined;
      if (!('until' in note)) return {};
      const { until } = note;
      return Number.isSafeInteger(until) ? { until: until as Instant } : `${this.path} has no instant for its end`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      return error instanceof SyntaxError ? `${this.path} is no note of maintenance` : String(error);
    }
  }

  /** Without maintenance it is removed. Throws what the file system refuses; the note is as it was then. */
  write(maintenance: Maintenance | undefined): void {
    if (maintenance === undefined) rmSync(this.path, { force: true });
    else this.#replace(`${JSON.stringify({ boot: boot(), ...maintenance })}\n`);
  }

  /** As a whole: on a full file system half a note, or none, would end maintenance at the next start. */
  #replace(text: string): void {
    const fresh = `${this.path}.new`;
    try {
      rmSync(fresh, { force: true });
      writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
      renameSync(fresh, this.path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  }
}

/** random(4): another one after each boot. */
const boot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

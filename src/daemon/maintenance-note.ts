// The note of maintenance in /run: it outlives the daemon, so that a restart does not end maintenance, but not the
// machine's boot. Who reads it decides nothing about its end: that is an instant of the same clock.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Instant } from '../time.js';
import type { Maintenance } from '../vrrp/surroundings.js';

export class MaintenanceNote {
  constructor(readonly path: string) {}

  /** Undefined when there is none of this boot. */
  read(): Maintenance | undefined {
    try {
      const note: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      if (typeof note !== 'object' || note === null || !('boot' in note) || note.boot !== boot()) return undefined;
      return 'until' in note && typeof note.until === 'number' ? { until: note.until as Instant } : {};
    } catch {
      return undefined;
    }
  }

  /** Without maintenance it is removed. Throws what the file system refuses. */
  write(maintenance: Maintenance | undefined): void {
    if (maintenance === undefined) rmSync(this.path, { force: true });
    else writeFileSync(this.path, `${JSON.stringify({ boot: boot(), ...maintenance })}\n`, { mode: 0o600 });
  }
}

/** random(4): another one after each boot. */
const boot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

// What an operator asks of a running router: to hand its addresses over once, and not to take any for a while.
// Who is to be asked is found here; what becomes of it is unit.ts's and backup.ts's.

import type { Instant } from '../time.js';
import { unitsOf } from './group.js';
import type { Instance } from './instance.js';
import * as backup from './backup.js';
import type { Roster } from './roster.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';
import { yieldFor } from './unit.js';

/** An instance or a sync group gives its addresses up; one of a group with all of it. */
export function failover(name: string, { instances, groups }: Roster, turn: Turn): void {
  yieldFor({ kind: 'yielded', cause: 'failover' }, instances.get(name)?.unit ?? groups.get(name)?.members ?? [], turn);
}

/** On: whoever is MASTER yields, and nobody becomes it. Off: the election is as before. */
export function maintain(
  { on, until }: { readonly on: boolean; readonly until?: Instant },
  { surroundings, instances }: { surroundings: Surroundings; instances: ReadonlyMap<string, Instance> },
  turn: Turn,
): void {
  const wasOn = surroundings.maintenance !== undefined;
  surroundings.maintenance = on ? { ...(until !== undefined && { until }) } : undefined;
  if (on !== wasOn) turn.log('warn', on ? 'Maintenance: this host does not become MASTER' : 'Maintenance is over');
  if (on)
    for (const unit of unitsOf(instances.values())) yieldFor({ kind: 'yielded', cause: 'maintenance' }, unit, turn);
  else if (wasOn) for (const instance of instances.values()) backup.resume(instance, turn);
}

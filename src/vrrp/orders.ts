// What an operator asks of a running router: to hand its addresses over once, and not to take any for a while.
// Who is to be asked is found here; the transitions are machine.ts's.

import type { Instant } from '../time.js';
import { unitsOf } from './group.js';
import type { Instance } from './instance.js';
import * as machine from './machine.js';
import type { Roster } from './roster.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';

/** An instance or a sync group gives its addresses up; one of a group with all of it. */
export function failover(name: string, { instances, groups }: Roster, turn: Turn): void {
  machine.yieldTo('failover', instances.get(name)?.unit ?? groups.get(name)?.members ?? [], turn);
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
  if (on) for (const unit of unitsOf(instances.values())) machine.yieldTo('maintenance', unit, turn);
  else if (wasOn) for (const instance of instances.values()) machine.resume(instance, turn);
}

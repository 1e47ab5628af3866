// What an instance says of itself: events for those outside, and its lines in the log. Words only; every transition that
// is told here has been made by machine.ts.

import type { IpAddress } from '../address.js';
import { between, type Instant } from '../time.js';
import type { Event } from './event.js';
import type { Instance } from './instance.js';
import type { Reason } from './reason.js';
import { describeSecondOwner, type SecondOwner } from './second-owner.js';
import { outerState } from './state.js';
import type { Turn } from './turn.js';

/** An event of an instance: notify scripts, FIFO, mail. */
export function tell({ config, priority }: Instance, state: Event['state'], turn: Turn): void {
  turn.do({ kind: 'notify', event: { subject: 'INSTANCE', name: config.name, state, priority } });
}

/** A new state with its line. */
export function report(
  instance: Instance,
  { state, words }: { state: 'MASTER' | 'BACKUP' | 'FAULT'; words: string },
  turn: Turn,
): void {
  turn.log(state === 'FAULT' ? 'warn' : 'info', `(${instance.config.name}) ${words}`);
  tell(instance, state, turn);
}

/** The own priority changed; a FIFO line only where it is asked for. */
export function tellPriority(instance: Instance, turn: Turn): void {
  const { config, group, state } = instance;
  if (!config.notifyPriorityChanges && group?.config.notifyPriorityChanges !== true) return;
  const known = outerState(state);
  if (known === 'MASTER' || known === 'BACKUP') tell(instance, `${known}_PRIORITY`, turn);
}

/** A BACKUP does not let this advert count. */
export function tellDiscarded(instance: Instance, other: { source: IpAddress; priority: number }, turn: Turn): void {
  const { source, priority } = other;
  const line = `(${instance.config.name}) received lower priority (${priority}) advert from ${source} - discarding`;
  if (instance.repeated.first(`lower ${source}`, turn.now, [`${line}; `, ' more in the last 10 s']))
    turn.log('info', line);
}

/** A MASTER hears one that it gives way to. */
export function tellBetter(instance: Instance, other: { source: IpAddress; priority: number }, turn: Turn): void {
  const { source, priority } = other;
  const how =
    priority > instance.priority
      ? `with higher priority ${priority}, ours ${instance.priority}`
      : `with same priority ${priority} but higher IP address than ours`;
  turn.log('info', `(${instance.config.name}) Master received advert from ${source} ${how}`);
}

/** A MASTER hears another one that has to go. */
export function tellElection(instance: Instance, other: { source: IpAddress; priority: number }, turn: Turn): void {
  const { source, priority } = other;
  const what = `Received advert from ${source} with lower priority ${priority}, ours ${instance.priority}`;
  const line = `(${instance.config.name}) ${what}, forcing new election`;
  if (instance.repeated.first(`worse ${source}`, turn.now, [`${line} (`, ' more in the last 10 s)']))
    turn.log('warn', line);
}

/** Somebody else has an address of this MASTER. */
export function tellSecondOwner(instance: Instance, owner: SecondOwner, turn: Turn): void {
  instance.statistics.secondOwners += 1;
  const line = `(${instance.config.name}) ${describeSecondOwner(owner)}`;
  // A flood of them, each with a MAC address of its own, is no flood of lines.
  const key = `second owner ${owner.mac ?? owner.source ?? ''}`;
  if (instance.repeated.first(key, turn.now, [`${line} (`, ' more in the last 10 s)'])) turn.log('error', line);
}

/** Nobody serves, and this host may not. */
export function tellHeldBack(instance: Instance, turn: Turn): void {
  const line = `(${instance.config.name}) no master is heard, but in maintenance this host does not take over`;
  if (instance.repeated.first('held back', turn.now, [`${line} (`, ' times in the last 10 s)'])) turn.log('warn', line);
}

/** Why a Master_Down_Timer ran out. */
export function silence(instance: Instance, now: Instant): Reason {
  const { master, lower, priority: ours } = instance;
  if (ours === 255) return { kind: 'owner' };
  if (lower) return { kind: 'preempted', master: lower.address, theirs: lower.priority, ours };
  if (!master) return { kind: 'nobody-heard', silence: between({ from: instance.since, to: now }), ours };
  if (master.priority === 0) return { kind: 'master-left', master: master.address, ours };
  const quiet = between({ from: master.heardAt, to: now });
  return { kind: 'master-silent', master: master.address, silence: quiet, theirs: master.priority, ours };
}

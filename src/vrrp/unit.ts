// What happens to a unit as a whole (the members of a sync group, or an instance that is in none): it starts, stops,
// has faults, hands over. The transitions themselves are machine.ts's. RFC 3768 § 6.4.1; FAULT is keepalived's.

import { between } from '../time.js';
import { faultsOf, othersOf } from './group.js';
import type { Instance } from './instance.js';
import * as machine from './machine.js';
import type { FaultReason, Reason } from './reason.js';
import type { Turn } from './turn.js';

/** What it tracks may add up to another priority. */
export function weigh(instance: Instance, why: string, turn: Turn): void {
  const { trackedPriority: priority, config } = instance;
  if (priority === instance.priority) return;
  const change = `Changing effective priority from ${instance.priority} to ${priority}`;
  turn.log('info', `(${config.name}) ${change}: ${why}`);
  machine.changePriority(instance, priority, turn);
}

/** RFC 3768 § 6.4.1 Initialize; keepalived starts every router but the owner as BACKUP, whatever `state` says. */
export const start = (unit: readonly Instance[], turn: Turn): void => review(unit, turn, { kind: 'started' });

/**
 * An interface or a track without weight changed: the unit goes into FAULT, out of it, or has other reasons in it. One
 * that need not wait any longer begins, for the reason `begun`.
 */
export function review(unit: readonly Instance[], turn: Turn, begun: Reason = { kind: 'checks-passed' }): void {
  const found = faultsOf(unit);
  const links = new Set(
    unit.flatMap(({ config, addresses }) => [config.interface, ...addresses.map(({ dev }) => dev)]),
  );
  const isOnLink = found.every(({ faults }) => faults.every((fault) => leavesLinks(fault, links)));
  for (const { member, faults } of found) {
    if (faults.length > 0) fail(member, faults, { isOnLink }, turn);
    else if (member.state.kind === 'FAULT' || member.state.kind === 'INIT') recover(member, begun, turn);
  }
}

/** All addresses can still be reached: something that is tracked says so, at most a link that none of them is on. */
function leavesLinks(reason: FaultReason, links: ReadonlySet<string>): boolean {
  const fault = reason.kind === 'member-failed' ? reason.fault : reason;
  switch (fault.kind) {
    case 'script-failed':
    case 'file-says':
    case 'process-failed':
    case 'link-up':
      return true;
    case 'link-down':
    case 'no-interface':
      return !links.has(fault.interface);
    case 'no-address':
    case 'no-source':
    case 'no-peer':
    case 'cannot-open':
      return false;
  }
}

/** Where the addresses can still be reached, they stay until the heir has them. */
function fail(member: Instance, faults: readonly FaultReason[], { isOnLink }: { isOnLink: boolean }, turn: Turn): void {
  const { state } = member;
  const [why] = faults;
  if (state.kind === 'FAULT') machine.changeFaults(member, faults);
  else if (why && isOnLink && member.holds && isReachable(member)) {
    if (state.kind !== 'RELEASING') machine.release(member, { why, then: 'election' }, turn);
  } else {
    // keepalived says priority 0 twice here, and once for the fault of another member.
    const farewells = why?.kind === 'member-failed' ? 1 : 2;
    if (state.kind === 'RELEASING') machine.giveUpAtOnce(member, { farewells: 0 }, turn);
    else if (member.holds) machine.giveUpAtOnce(member, { farewells: isReachable(member) ? farewells : 0 }, turn);
    if (state.kind === 'RELEASING' && state.then !== 'election') machine.end(member, turn);
    else machine.toFault(member, faults, turn);
  }
}

function recover(member: Instance, begun: Reason, turn: Turn): void {
  const { state } = member;
  const [fault] = state.kind === 'FAULT' ? state.reasons : [];
  const why: Reason = fault ? { kind: 'fault-over', fault } : begun;
  if (member.isWaiting()) {
    if (fault) machine.toInit(member, why, turn);
  } else if (state.kind === 'INIT' && member.left?.kind === 'resume')
    machine.toMaster(member, resumed(member, turn), turn);
  else machine.toBackup(member, why, turn);
}

const resumed = ({ lastAdvertAt }: Instance, { now }: Turn): Reason => ({
  kind: 'resumed',
  silence: between({ from: lastAdvertAt ?? now, to: now }),
});

/** Over a dead link, or one that is not listened on, nothing could leave. */
export const isReachable = ({ links, config, source, openError }: Instance): boolean =>
  links.get(config.interface)?.up === true && source !== undefined && openError === undefined;

/** A MASTER gives its addresses up although it is the best, a group as a whole; another serves after its skew time. */
export function yieldFor(why: Reason, unit: readonly Instance[], turn: Turn): void {
  const masters = unit.filter(({ state }) => state.kind === 'MASTER');
  if (why.kind === 'yielded' && why.cause === 'failover' && masters.length > 0)
    for (const member of unit) member.hasYielded = true;
  for (const member of masters) machine.release(member, { why, then: 'election' }, turn);
}

/**
 * In a sync group one that stays or becomes BACKUP takes all others along. They say farewell: who has taken over for the
 * whole group answers it at once. One that may be MASTER again at `returnAt` has them wait as it does.
 */
export function followToBackup(
  instance: Instance,
  turn: Turn,
  { returnAt }: Pick<machine.Release, 'returnAt'> = {},
): void {
  const { group } = instance;
  const others = othersOf(instance).filter(({ state }) => state.kind === 'MASTER');
  if (!group || others.length === 0) return;
  turn.log('info', `VRRP_Group(${group.config.name}) Syncing instances to BACKUP state`);
  const why: Reason = { kind: 'synced', group: group.config.name, member: instance.config.name };
  for (const member of others)
    machine.release(member, { why, then: 'election', ...(returnAt !== undefined && { returnAt }) }, turn);
}

/** RFC 3768 § 6.4.2, § 6.4.3: the shutdown event. It may take until an heir is heard: see Instance.holds. */
export function stop(instance: Instance, cause: string, turn: Turn): void {
  const why: Reason = { kind: 'stopped', cause };
  if (instance.state.kind === 'RELEASING') machine.redirect(instance, { why, then: 'STOP' }, turn);
  else if (instance.holds && isReachable(instance)) machine.release(instance, { why, then: 'STOP' }, turn);
  else {
    if (instance.holds) machine.giveUpAtOnce(instance, { farewells: 0 }, turn);
    machine.leave(instance, { event: 'STOP', why }, turn);
  }
}

/** Its link is gone while it gives its addresses up. */
export function stopUnreachable(instance: Instance, turn: Turn): void {
  if (!isReachable(instance)) stopAtOnce(instance, turn);
}

/** At once, whoever is heard. */
export function stopAtOnce(instance: Instance, turn: Turn): void {
  if (instance.state.kind !== 'RELEASING') return;
  machine.giveUpAtOnce(instance, { farewells: 0 }, turn);
  machine.end(instance, turn);
}

/**
 * The file has it no longer: it goes as with a stop. `isReplaced`: another one begins on this host with its name, virtual
 * router or addresses, which must not be there twice; `forGood` is told outside.
 */
export function remove(
  instance: Instance,
  { forGood, isReplaced }: { forGood: boolean; isReplaced: boolean },
  turn: Turn,
): void {
  const { state } = instance;
  const cause = forGood ? 'a reload removed it' : 'a reload made it another virtual router';
  const why: Reason = { kind: 'stopped', cause };
  if (instance.holds && !isReplaced && isReachable(instance)) {
    if (state.kind === 'RELEASING') machine.redirect(instance, { why, then: 'DELETED' }, turn);
    else machine.release(instance, { why, then: 'DELETED' }, turn);
    return;
  }
  if (instance.holds) machine.giveUpAtOnce(instance, { farewells: 1 }, turn);
  machine.leave(instance, { event: forGood ? 'DELETED' : undefined, why }, turn);
}

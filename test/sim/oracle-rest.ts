// Oracles of the calm at the end, which is long enough for all that is waited for: whatever happened before, hosts stand as
// the world around them demands, and each virtual router is served by the one whom the rules of the election name. The
// world is asked, not the trackers of the code that is judged.

import { addressesOf } from '../../src/config/diff.js';
import { groupsByMember, tracksOf } from '../../src/config/tracks.js';
import type { Track, VrrpInstance } from '../../src/config/model.js';
import type { Client } from '../../src/sim/client.js';
import type { Host } from '../../src/sim/host.js';
import type { Router } from '../../src/vrrp/router.js';
import { sourceOf, type Member } from './member.js';
import { Violation } from './violation.js';
import type { Witness } from './witness.js';

const fail = (words: string): never => {
  throw new Violation('rest', words);
};

/** keepalived.conf(5): what a tracked thing adds, and whether it is a FAULT, as it is in truth. */
function effectOf(host: Host, track: Track): { readonly value: number; readonly failed: boolean } {
  const { kind, name, weight, reverse } = track;
  if (kind === 'file') {
    const number = host.files.get(name) ?? 0;
    if (weight === 0) return { value: 0, failed: (number !== 0) !== reverse };
    const value = number * weight * (reverse ? -1 : 1);
    return value < -253 ? { value: 0, failed: true } : { value: Math.min(253, value), failed: false };
  }
  const isUp =
    kind === 'interface'
      ? host.interfaces.get(name)?.up === true
      : kind === 'script'
        ? (host.checks.get(name) ?? 'succeeds') === 'succeeds'
        : (host.processes.get(name) ?? 1) >= 1;
  const isGood = isUp !== reverse;
  if (weight === 0) return { value: 0, failed: !isGood };
  return { value: weight > 0 === isGood ? weight : 0, failed: false };
}

function isFaulty(host: Host, instance: VrrpInstance, tracks: readonly Track[]): boolean {
  const { interface: own } = instance;
  const devices = [own, ...addressesOf(instance).map(({ dev }) => dev)];
  if (devices.some((dev) => host.interfaces.get(dev)?.up !== true)) return true;
  const source = sourceOf(instance, host.interfaces.get(own));
  // Unicast peers know it by the address that is written.
  if (source === undefined || (instance.unicast && !host.has(source))) return true;
  return tracks
    .filter(({ kind, name }) => kind !== 'interface' || name !== own)
    .some((track) => effectOf(host, track).failed);
}

/** FAULT or not, and the effective priority, of each instance on the host. */
export function judgeStanding(host: Host, { instances, config }: Router): void {
  const groups = groupsByMember(config);
  const faulty = new Map(
    [...instances.values()].map((one) => {
      const tracks = tracksOf(one.config, groups.get(one.config.name));
      return [one.config.name, isFaulty(host, one.config, tracks)] as const;
    }),
  );
  for (const { config: own, state, priority } of instances.values()) {
    const group = groups.get(own.name);
    const tracks = tracksOf(own, group).filter(({ weight }) => weight !== 0);
    const total = tracks.reduce((sum, track) => sum + effectOf(host, track).value, own.priority);
    const expected = own.priority === 255 ? 255 : Math.min(254, Math.max(1, total));
    const members = group?.members ?? [own.name];
    const isFault = members.some((name) => faulty.get(name));
    if (isFault !== (state.kind === 'FAULT')) fail(`${host.name} ${own.name} is ${state.kind}, faulty: ${isFault}`);
    if (state.kind === 'INIT') fail(`${host.name} ${own.name} has not begun`);
    if (priority !== expected) fail(`${host.name} ${own.name} has priority ${priority}, not ${expected}`);
  }
}

/** All of them take each other's adverts in. */
const areOne = (members: readonly Member[]): boolean =>
  members.every((one) => members.every((other) => one === other || one.follows(other)));

/** It takes part, and so do those of its group. */
const takesPart = (member: Member): boolean =>
  !member.isHeldBack &&
  (member.instance?.unit ?? []).every(({ state }) => state.kind === 'MASTER' || state.kind === 'BACKUP');

/** The members of a virtual router that can do without each other's faults: exactly one holds, and the right one. */
export function judgeRouter(members: readonly Member[]): Member | undefined {
  const awake = members.filter(({ isAwake, state }) => isAwake && state !== 'FAULT' && state !== 'INIT');
  if (!areOne(awake)) return undefined;
  const [holder, ...others] = awake.filter(({ holds }) => holds);
  if (holder?.state === 'RELEASING') fail(`${holder.name} still gives its addresses up`);
  if (others.length > 0) return fail(`${[holder, ...others].map((one) => one?.name).join(' and ')} hold`);
  // A group waits for all of its members, and the other host may serve one of them for good reasons.
  const alone = awake.filter(({ instance }) => instance?.group === undefined);
  const candidates = alone.filter((member) => member.instance && takesPart(member));
  if (!holder) {
    if (candidates.length > 0) fail(`${candidates.map(({ name }) => name).join(', ')}: nobody holds`);
    return undefined;
  }
  const better = candidates.find(
    (one) => one !== holder && one.mayPreempt && one.yielded === 'no' && one.priority > holder.priority,
  );
  if (better)
    fail(`${holder.name} (${holder.priority}) holds, although ${better.name} (${better.priority}) may preempt`);
  return holder;
}

/** Clients end at the one who holds; where somebody left the address behind, they may end there. */
export function judgeClients({ network, members }: Witness, clients: readonly Client[]): void {
  for (const holder of members) {
    if (!holder.holds || !holder.isAwake || !holder.instance) continue;
    for (const { dev, prefix } of holder.instance.addresses) {
      const found = holder.host.interfaces.get(dev);
      const client = clients.find(
        ({ segment, plan }) => segment === found?.segment && plan.targets.includes(prefix.address),
      );
      const isElsewhere = [...network.hosts.values()].some((host) => host !== holder.host && host.has(prefix.address));
      if (!found?.up || !client || isElsewhere) continue;
      const by = client.answeredBy(prefix.address);
      if (by !== holder.host) fail(`${prefix.address} is answered by ${by?.name ?? 'nobody'}, held by ${holder.name}`);
    }
  }
}

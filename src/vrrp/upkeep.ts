// What an instance does about hands that are not its own: addresses, routes and rules of a MASTER that others removed come
// back, and an interface that loses its address for a moment, as under a network manager that restarts, is no fault yet.
// It changes no state. keepalived gives the addresses up instead and takes over again.

import { familyOf, formatPrefix, sameNetwork, type IpAddress, type Prefix } from '../address.js';
import { isEqual, without } from '../config/diff.js';
import type { Route, Rule, VirtualAddress } from '../config/model.js';
import { describeRoute } from '../config/route-text.js';
import { after, before as earlier, between, describeDuration, seconds, type Instant } from '../time.js';
import { announce } from './announcing.js';
import { addRoutes, removeResidue, restore, restoreRoutes } from './holding.js';
import type { Link } from './input.js';
import type { Instance } from './instance.js';
import type { Statics } from './statics.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';

/** Somebody else removed it. */
export interface Removal {
  /** A name of what was removed that nothing else has. */
  readonly what: string;
  readonly at: Instant;
}

/** Others may remove one thing this often in REMOVAL_WINDOW before putting it back waits. */
export const REMOVALS_AT_ONCE = 5;
const REMOVAL_WINDOW = seconds(10);
/** So long an interface that lost its addresses counts as if it had them: network managers need milliseconds. */
const PATIENCE = seconds(1);

/** What is of interest in an interface that is there and was not so before. */
export interface LinkChange {
  readonly name: string;
  readonly link: Link;
  /** It came, or was made again. */
  readonly isNew: boolean;
  readonly cameUp: boolean;
  /** The MAC address until now, where it is another one. */
  readonly formerMac?: string;
  /** Addresses of the host itself: those it has, those it did not have, those it had. */
  readonly own: readonly Prefix[];
  readonly came: readonly Prefix[];
  readonly gone: readonly Prefix[];
}

/** Undefined when nothing but virtual addresses differ. */
export function linkChange(
  surroundings: Surroundings,
  { name, before, link }: { name: string; before: Link | undefined; link: Link },
): LinkChange | undefined {
  const isNew = before?.index !== link.index;
  const known = isNew ? undefined : before;
  const ownOf = ({ addresses }: Link): Prefix[] => addresses.filter((prefix) => surroundings.isOwn(prefix));
  const [had, own] = [known ? ownOf(known) : [], ownOf(link)];
  const [came, gone] = [without(own, had), without(had, own)];
  const cameUp = link.up && known?.up === false;
  const hasOtherMac = known !== undefined && known.mac !== link.mac;
  if (!isNew && known?.up === link.up && !hasOtherMac && came.length + gone.length === 0) return undefined;
  return { name, link, isNew, cameUp, ...(hasOtherMac && { formerMac: known.mac }), own, came, gone };
}

/**
 * A MASTER puts back what the kernel took along (all addresses of an interface that was made again, those that waited for
 * their network, routes whenever they may be gone) and says its new MAC address. From another one's new interface comes off
 * what an earlier run left.
 */
export function meetInterface(instance: Instance, change: LinkChange, turn: Turn): void {
  const { name, isNew, came } = change;
  if (name === instance.config.interface) noteLoss(instance, change, turn);
  if (instance.state.kind !== 'MASTER') {
    if (isNew && !instance.holds) removeResidue(instance, name, turn);
    return;
  }
  const here = instance.addresses.filter(({ dev }) => dev === name);
  const hasNetwork = ({ prefix }: VirtualAddress): boolean => came.some((one) => sameNetwork(one, prefix));
  const back = here.filter((address) => isNew || (instance.missing.has(address) && hasNetwork(address)));
  for (const address of back) instance.missing.delete(address);
  restore(instance, back, turn);
  const mayHaveLost = isNew || change.cameUp || came.length > 0;
  if (back.length === 0 && mayHaveLost && change.link.up) routesMayBeGone(instance, name, turn);
  if (change.formerMac === undefined || here.length === 0) return;
  announce(instance, instance.config.garp.masterRepeat, turn, here);
  const words = `${name} has the MAC address ${change.link.mac} now, not ${change.formerMac}`;
  turn.log('info', `(${instance.config.name}) ${words}: addresses announced`);
}

/** An address of the host was removed and is there again: nobody saw the interface without it, but routes went with it. */
export function ownAddressRemoved(
  instances: readonly Instance[],
  { name, address }: { name: string; address: IpAddress },
  turn: Turn,
): void {
  for (const instance of instances)
    if (instance.links.get(name)?.addresses.some((one) => one.address === address))
      routesMayBeGone(instance, name, turn);
}

/** Something happened to an interface, or to an address of the host, that takes IPv4 routes along. */
function routesMayBeGone(instance: Instance, name: string, turn: Turn): void {
  if (instance.holds && instance.config.virtualRoutes.some(({ dev = name }) => dev === name))
    restoreRoutes(instance, turn);
}

/** Somebody else removed a route or a rule: whoever has it puts it back. */
export function putBackRoute(
  entry: Route | Rule,
  { instances, statics }: { instances: Iterable<Instance>; statics: Statics },
  turn: Turn,
): void {
  statics.routeRemoved(entry, turn);
  for (const instance of instances) routeRemoved(instance, entry, turn);
}

/** Back with it at once, unless that is a fight. */
function routeRemoved(instance: Instance, entry: Route | Rule, turn: Turn): void {
  const { removals, missingRoutes, statistics, config } = instance;
  const ours = instance.routes.find((one) => isEqual(one, entry));
  if (!ours || instance.state.kind !== 'MASTER' || ours.noTrack === true || missingRoutes.has(ours)) return;
  const count = countRemoval(removals, { what: describeRoute(ours), at: turn.now });
  const atOnce = count <= REMOVALS_AT_ONCE;
  if (atOnce) addRoutes([ours], turn);
  else missingRoutes.add(ours);
  statistics.routesPutBack += 1;
  turn.log(
    'warn',
    `(${config.name}) ${describeRemoval(ours, atOnce, 'with the next advert')} (${count} in the last 10 s)`,
  );
}

/** "route 10.8.0.0/16 dev eth1 was removed by somebody else: put back at once" */
export const describeRemoval = (entry: Route | Rule, atOnce: boolean, later: string): string =>
  `${entry.kind} ${describeRoute(entry)} was removed by somebody else: put back ${atOnce ? 'at once' : later}`;

/** Adds a removal to those that are known; how many there were lately of the same thing, itself included. */
export function countRemoval(removals: Removal[], removal: Removal): number {
  removals.push(removal);
  while (removals[0] !== undefined && after(removals[0].at, REMOVAL_WINDOW) < removal.at) removals.shift();
  return removals.filter(({ what }) => what === removal.what).length;
}

/**
 * An IPv4 address that comes back before the interface's own one of its network would be the primary one there, and the
 * kernel would take the own one along when it leaves: it waits while the own one may still come back.
 */
export function awaitsNetwork({ config, lost, links, surroundings }: Instance, address: VirtualAddress): boolean {
  if (lost === undefined || address.dev !== config.interface || familyOf(address.prefix.address) === 'ipv6')
    return false;
  const isIn = (one: Prefix): boolean => sameNetwork(one, address.prefix);
  const there = links.get(address.dev)?.addresses.some((one) => surroundings.isOwn(one) && isIn(one)) ?? false;
  return !there && lost.prefixes.some(isIn);
}

/** The time is over in which addresses that an interface has lost count as there; true when the instance had any. */
export function forgetLost(instance: Instance, turn: Turn): boolean {
  if (instance.lost === undefined || instance.lost.until > turn.now) return false;
  instance.lost = undefined;
  if (instance.source !== undefined) routesMayBeGone(instance, instance.config.interface, turn);
  return true;
}

/** Keeps in mind what the interface has lost, while it is up and the instance needs an address. */
function noteLoss(instance: Instance, { name, link, isNew, own, gone }: LinkChange, turn: Turn): void {
  const { lost, state, config, surroundings } = instance;
  const isPrimary = (prefix: Prefix): boolean =>
    prefix.address === config.srcIp || surroundings.isPrimary(prefix, config.family);
  const needsOne = link.up && !isNew && state.kind !== 'INIT' && state.kind !== 'FAULT';
  const prefixes = needsOne ? without([...(lost?.prefixes ?? []), ...gone.filter(isPrimary)], own) : [];
  const until = lost?.until ?? after(turn.now, PATIENCE);
  instance.lost = prefixes.length > 0 && until > turn.now ? { prefixes, until } : undefined;
  const [was, is] = [gone.find(isPrimary), own.find(isPrimary)];
  if (!needsOne || config.srcIp !== undefined) return;
  if (instance.lost && was && !is)
    turn.log('warn', `(${config.name}) ${formatPrefix(was)} was removed from ${name} by somebody else: waiting for it`);
  else if (lost && !instance.lost && is) {
    const time = describeDuration(between({ from: earlier(until, PATIENCE), to: turn.now }));
    turn.log('info', `(${config.name}) ${formatPrefix(is)} is on ${name} again after ${time}`);
  }
}

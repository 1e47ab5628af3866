// What an instance does with its addresses on the wire and on the host: adverts, adding, removing, and putting back what
// others removed. It turns the instance's data into effects and changes no state. Announcing is announcing.ts's.

import { formatPrefix } from '../address.js';
import { isEqual } from '../config/diff.js';
import type { Route, Rule, VirtualAddress } from '../config/model.js';
import { describeRoute } from '../config/route-text.js';
import { sendAdvert } from './advert.js';
import { announce, sendAnnouncements } from './announcing.js';
import type { Failure } from './input.js';
import type { Instance } from './instance.js';
import type { Reason } from './reason.js';
import type { Turn } from './turn.js';
import { awaitsNetwork, countRemoval, REMOVALS_AT_ONCE } from './upkeep.js';

/**
 * One advert, to the group or to each peer, by default with the effective priority; 0 is a farewell. One that lets another
 * router serve says the interval of that one: in version 3 those who listen follow what they heard last.
 */
export function advertise(
  instance: Instance,
  turn: Turn,
  priority = instance.priority,
  interval = instance.config.advertInt,
): void {
  const { source, statistics, config, advertised: addresses } = instance;
  if (source === undefined) return;
  for (const destination of instance.destinations) {
    instance.identification = (instance.identification + 1) & 0xffff;
    const { identification } = instance;
    const hasOldChecksum = instance.oldChecksums.includes(destination);
    turn.do(sendAdvert(config, { priority, interval, addresses, source, destination, identification, hasOldChecksum }));
  }
  instance.lastAdvertAt = turn.now;
  statistics.advertsSent += 1;
  if (priority > 0) return;
  statistics.priorityZeroSent += 1;
  turn.log('debug', `(${config.name}) sent 0 priority`);
}

export function addAddresses(instance: Instance, turn: Turn): void {
  instance.missing.clear();
  instance.missingRoutes.clear();
  turn.do(...instance.addresses.map((address) => ({ kind: 'add-address', address }) as const));
  addRoutes(instance.routes, turn);
  turn.log('debug', `(${instance.config.name}) setting VIPs.`);
}

/** Also from an interface that is gone: it may only have another name. */
export const removeAddresses = (instance: Instance, turn: Turn): void =>
  takeOff(instance, instance.addresses, { isLast: true }, turn);

/** Routes may need any of the addresses: they go before the last ones. */
export function takeOff(
  instance: Instance,
  addresses: readonly VirtualAddress[],
  { isLast }: { isLast: boolean },
  turn: Turn,
): void {
  if (isLast) removeRoutes(instance.routes, turn);
  turn.do(...addresses.map((address) => ({ kind: 'remove-address', address }) as const));
  if (!isLast) return;
  instance.missing.clear();
  instance.missingRoutes.clear();
  instance.announcedAt = undefined;
  turn.log('debug', `(${instance.config.name}) removing VIPs.`);
}

/** Routes and rules, after the addresses that they may need. */
export function addRoutes(entries: readonly (Route | Rule)[], turn: Turn): void {
  turn.do(...entries.map((entry) => ({ kind: 'add-route', entry }) as const));
}

/**
 * Routes that the kernel may have taken along with a link or an address: it tells nobody, and one that is there is fine. They
 * wait for an own address that may come back. Rules stay whatever happens.
 */
export function restoreRoutes({ config, lost }: Instance, turn: Turn): void {
  if (lost === undefined) addRoutes(config.virtualRoutes, turn);
}

/** Rules first, then routes. */
export function removeRoutes(entries: readonly (Route | Rule)[], turn: Turn): void {
  turn.do(...entries.toReversed().map((entry) => ({ kind: 'remove-route', entry }) as const));
}

/** Takes off what an earlier run left on an interface: a router that is not MASTER holds none. */
export function removeResidue(
  instance: Instance,
  interfaceName: string,
  turn: Turn,
  addresses = instance.addresses,
): void {
  const present = instance.links.get(interfaceName)?.addresses ?? [];
  for (const address of addresses) {
    if (address.dev !== interfaceName) continue;
    if (!present.some(({ address: there }) => there === address.prefix.address)) continue;
    turn.do({ kind: 'remove-address', address });
    const words = `removing VIPs. ${formatPrefix(address.prefix)} was left on ${interfaceName} by an earlier run`;
    turn.log('info', `(${instance.config.name}) ${words}`);
  }
}

/** Of an earlier run, everywhere: nothing may be there when it begins. */
export function removeAllResidue(instance: Instance, turn: Turn): void {
  removeRoutes(instance.routes, turn);
  for (const name of instance.links.keys()) removeResidue(instance, name, turn);
}

/**
 * Somebody else removed an address of a MASTER: back with it at once, unless that is a fight, which nobody on this host can
 * win: then it says why it should give up. One that the kernel took along with the interface's own address is no fight.
 */
export function putBack(instance: Instance, address: VirtualAddress, turn: Turn): Reason | undefined {
  const { removals, config, statistics, missing } = instance;
  const { prefix, dev } = address;
  const line = `(${config.name}) Netlink reflector reports IP ${prefix.address} removed from ${dev}`;
  if (awaitsNetwork(instance, address)) {
    missing.add(address);
    statistics.addressesPutBack += 1;
    turn.log('warn', `${line}: put back after the interface's own address`);
    return undefined;
  }
  const times = countRemoval(removals, { what: `${formatPrefix(prefix)} ${dev}`, at: turn.now });
  if (times > REMOVALS_AT_ONCE) {
    turn.log('error', `${line} (${times} times in the last 10 s): not put back any more`);
    missing.add(address);
    removals.length = 0;
    return { kind: 'fought', address: prefix.address, interface: dev, times };
  }
  restore(instance, [address], turn);
  statistics.addressesPutBack += 1;
  turn.log('warn', `${line}: put back at once (${times} in the last 10 s)`);
  return undefined;
}

/** A reload takes addresses away: off the host, when they are there by us. */
export function giveUp(instance: Instance, addresses: readonly VirtualAddress[], turn: Turn): void {
  for (const address of addresses) {
    if (!instance.holds || !instance.links.has(address.dev)) continue;
    turn.do({ kind: 'remove-address', address });
    turn.log(
      'info',
      `(${instance.config.name}) ${formatPrefix(address.prefix)} removed from ${address.dev} by a reload`,
    );
  }
}

/** A reload brings new addresses: a MASTER adds and announces them, and them only; another must not have them. */
export function takeUp(instance: Instance, addresses: readonly VirtualAddress[], turn: Turn): void {
  if (instance.state.kind !== 'MASTER') {
    if (instance.holds) return;
    for (const dev of new Set(addresses.map((address) => address.dev))) removeResidue(instance, dev, turn, addresses);
    return;
  }
  turn.do(...addresses.map((address) => ({ kind: 'add-address', address }) as const));
  announce(instance, instance.config.garp.masterRepeat, turn, addresses);
  for (const { prefix, dev } of addresses)
    turn.log('info', `(${instance.config.name}) ${formatPrefix(prefix)} added to ${dev} by a reload`);
}

/** Another try, with each advert, for addresses that the kernel refused or that others removed too often. */
export function putBackMissing(instance: Instance, turn: Turn): void {
  const addresses = [...instance.missing].filter((address) => !awaitsNetwork(instance, address));
  for (const address of addresses) instance.missing.delete(address);
  restore(instance, addresses, turn);
  const routes = [...instance.missingRoutes];
  instance.missingRoutes.clear();
  addRoutes(routes, turn);
}

/** The kernel refused something: kept for the status, told once in a while, tried again with each advert. */
export function refused(instance: Instance, failure: Failure, turn: Turn): void {
  const { effect, interface: name, family, address, entry, error } = failure;
  const { config, statistics, missing, missingRoutes, repeated } = instance;
  const ours = instance.addresses.find(({ dev, prefix }) => dev === name && prefix.address === address);
  const route = entry && instance.routes.find((one) => isEqual(one, entry));
  if ((address !== undefined && !ours) || (entry !== undefined && !route)) return;
  const isOfLink = effect === 'open-link' || effect === 'send-advert';
  if (isOfLink && (config.interface !== name || (family !== undefined && config.family !== family))) return;
  if (effect === 'open-link') instance.openError = error;
  if (effect === 'send-advert') statistics.sendErrors += 1;
  const isMaster = instance.state.kind === 'MASTER';
  if (effect === 'add-address' && ours && isMaster) missing.add(ours);
  if (effect === 'add-route' && route && isMaster) missingRoutes.add(route);
  const what = route ? describeRoute(route) : (address ?? '');
  const where = name === '' || route ? '' : ` on ${name}`;
  const line = `(${config.name}) ${effect}${what === '' ? '' : ` ${what}`}${where} refused: ${error}`;
  if (repeated.first(`${effect} ${what}`, turn.now, [`${line} (`, ' more in the last 10 s)'])) turn.log('error', line);
}

/** Addresses that are gone, with the routes that the kernel took along, and announced. */
export function restore(instance: Instance, addresses: readonly VirtualAddress[], turn: Turn): void {
  turn.do(...addresses.map((address) => ({ kind: 'add-address', address }) as const));
  if (addresses.length > 0) restoreRoutes(instance, turn);
  if (addresses.length > 0) sendAnnouncements(instance, { rounds: 1, addresses }, turn);
}

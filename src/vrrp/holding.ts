// What an instance does with its addresses on the wire and on the host: adverts, adding, removing, announcing, and
// putting back what others removed. It turns the instance's data into effects and changes no state.

import { after, seconds } from '../time.js';
import { formatPrefix, type IpAddress } from '../address.js';
import { isEqual } from '../config/diff.js';
import type { Route, Rule, VirtualAddress } from '../config/model.js';
import { describeRoute } from '../config/route-text.js';
import { sendAdvert } from './advert.js';
import type { Failure } from './input.js';
import type { Instance } from './instance.js';
import type { Turn } from './turn.js';

/** Others may remove an address this often in REMOVAL_WINDOW before putting it back waits for the next advert. */
const REMOVALS_AT_ONCE = 5;
const REMOVAL_WINDOW = seconds(10);

/** One advert, by default with the effective priority; 0 is a farewell. */
export function advertise(instance: Instance, turn: Turn, priority = instance.priority): void {
  const { source, statistics, config } = instance;
  if (source === undefined) return;
  instance.identification = (instance.identification + 1) & 0xffff;
  const { identification, advertised: addresses } = instance;
  turn.do(sendAdvert(config, { priority, source, identification, addresses }));
  statistics.advertsSent += 1;
  if (priority > 0) return;
  statistics.priorityZeroSent += 1;
  turn.log('debug', `(${config.name}) sent 0 priority`);
}

export function addAddresses(instance: Instance, turn: Turn): void {
  turn.do(...instance.addresses.map((address) => ({ kind: 'add-address', address }) as const));
  addRoutes(instance.routes, turn);
  turn.log('debug', `(${instance.config.name}) setting VIPs.`);
}

/** Those on an interface that is gone went with it. */
export function removeAddresses(instance: Instance, turn: Turn): void {
  removeRoutes(instance.routes, turn);
  const there = instance.addresses.filter(({ dev }) => instance.links.has(dev));
  turn.do(...there.map((address) => ({ kind: 'remove-address', address }) as const));
  instance.missing.clear();
  instance.missingRoutes.clear();
  instance.announcedAt = undefined;
  turn.log('debug', `(${instance.config.name}) removing VIPs.`);
}

/** Routes and rules, after the addresses that they may need. */
export function addRoutes(entries: readonly (Route | Rule)[], turn: Turn): void {
  turn.do(...entries.map((entry) => ({ kind: 'add-route', entry }) as const));
}

/** Rules first, then routes. */
export function removeRoutes(entries: readonly (Route | Rule)[], turn: Turn): void {
  turn.do(...entries.toReversed().map((entry) => ({ kind: 'remove-route', entry }) as const));
}

/** `rounds` bursts of gratuitous ARP: each round over all addresses, those of one interface together. */
export function announce(instance: Instance, rounds: number, turn: Turn, addresses = instance.addresses): void {
  const byDevice = new Map<string, IpAddress[]>();
  for (const { dev, prefix } of addresses) byDevice.set(dev, [...(byDevice.get(dev) ?? []), prefix.address]);
  for (const [dev, addresses] of byDevice) {
    const link = instance.links.get(dev);
    if (!link?.up) continue;
    turn.do({ kind: 'send-garp', interface: dev, mac: link.mac, addresses, rounds });
    for (const address of addresses)
      turn.log('debug', `(${instance.config.name}) Sending gratuitous ARP on ${dev} for ${address}`);
  }
  instance.announcedAt = turn.now;
}

/** Takes off what an earlier run left on an interface, asking the kernel for all: a router that is not MASTER holds none. */
export function removeResidue(
  instance: Instance,
  interfaceName: string,
  turn: Turn,
  addresses = instance.addresses,
): void {
  const present = instance.links.get(interfaceName)?.addresses ?? [];
  for (const address of addresses) {
    if (address.dev !== interfaceName) continue;
    turn.do({ kind: 'remove-address', address });
    if (!present.some(({ address: there }) => there === address.prefix.address)) continue;
    const words = `removing VIPs. ${formatPrefix(address.prefix)} was left on ${interfaceName} by an earlier run`;
    turn.log('info', `(${instance.config.name}) ${words}`);
  }
}

/**
 * An interface came (`isNew`) or came up. A MASTER puts back what the kernel took along: routes when it went down, addresses
 * too when it was deleted. From another one's new interface comes off what an earlier run left.
 */
export function meetInterface(instance: Instance, { name, isNew }: { name: string; isNew: boolean }, turn: Turn): void {
  if (!instance.holds) {
    if (isNew) removeResidue(instance, name, turn);
    return;
  }
  const addresses = isNew ? instance.addresses.filter(({ dev }) => dev === name) : [];
  for (const address of addresses) instance.missing.delete(address);
  restore(instance, addresses, turn);
  const hasRoutes = instance.config.virtualRoutes.some(({ dev = name }) => dev === name);
  if (addresses.length === 0 && hasRoutes) addRoutes(instance.routes, turn);
}

/** Somebody else removed an address of a MASTER: back with it at once, unless that is a fight. */
export function putBack(instance: Instance, address: VirtualAddress, turn: Turn): void {
  const { removals, config, statistics } = instance;
  removals.push(turn.now);
  while (removals[0] !== undefined && after(removals[0], REMOVAL_WINDOW) < turn.now) removals.shift();
  const atOnce = removals.length <= REMOVALS_AT_ONCE;
  if (atOnce) restore(instance, [address], turn);
  else instance.missing.add(address);
  statistics.addressesPutBack += 1;
  const when = atOnce ? 'put back at once' : 'put back with the next advert';
  const times = `${removals.length} in the last 10 s`;
  turn.log(
    'warn',
    `(${config.name}) Netlink reflector reports IP ${address.prefix.address} removed from ${address.dev}: ${when} (${times})`,
  );
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
  if (!instance.holds) {
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
  const addresses = [...instance.missing];
  instance.missing.clear();
  restore(instance, addresses, turn);
  const routes = [...instance.missingRoutes];
  instance.missingRoutes.clear();
  addRoutes(routes, turn);
}

/** The kernel refused something: kept for the status, told once in a while, tried again with each advert. */
export function refused(instance: Instance, failure: Failure, turn: Turn): void {
  const { effect, interface: name, address, entry, error } = failure;
  const { config, statistics, missing, missingRoutes, repeated } = instance;
  const ours = instance.addresses.find(({ dev, prefix }) => dev === name && prefix.address === address);
  const route = entry && instance.routes.find((one) => isEqual(one, entry));
  if ((address !== undefined && !ours) || (entry !== undefined && !route)) return;
  const isOfLink = address === undefined && entry === undefined && effect !== 'send-garp';
  if (isOfLink && config.interface !== name) return;
  if (effect === 'open-link') instance.openError = error;
  if (effect === 'send-advert') statistics.sendErrors += 1;
  if (effect === 'add-address' && ours && instance.holds) missing.add(ours);
  if (effect === 'add-route' && route && instance.holds) missingRoutes.add(route);
  const what = route ? describeRoute(route) : (address ?? '');
  const where = name === '' || route ? '' : ` on ${name}`;
  const line = `(${config.name}) ${effect}${what === '' ? '' : ` ${what}`}${where} refused: ${error}`;
  if (repeated.first(`${effect} ${what}`, turn.now, [`${line} (`, ' more in the last 10 s)'])) turn.log('error', line);
}

function restore(instance: Instance, addresses: readonly VirtualAddress[], turn: Turn): void {
  turn.do(...addresses.map((address) => ({ kind: 'add-address', address }) as const));
  // The kernel took those along that need an address.
  if (addresses.length > 0) addRoutes(instance.routes, turn);
  for (const { dev, prefix } of addresses) {
    const link = instance.links.get(dev);
    if (link?.up) turn.do({ kind: 'send-garp', interface: dev, mac: link.mac, addresses: [prefix.address], rounds: 1 });
  }
}

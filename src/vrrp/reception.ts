// A packet that names a virtual router of ours: judged, counted, told, and handed to the state machine when it counts.
// RFC 3768 § 7.1. A dropped packet moves no timer: the machine never hears of it.

import type { IpAddress } from '../address.js';
import type { ReceivedAdvert } from '../packet/vrrp.js';
import { accept, type NamedAdvert } from './accept.js';
import type { Input } from './input.js';
import type { Instance, Links } from './instance.js';
import type { Roster } from './roster.js';
import type { DropReason, UnclaimedPackets } from './statistics.js';
import { tellSecondOwner } from './tell.js';
import type { Turn } from './turn.js';
import { hear, hearClaim } from './virtual-router.js';

/** Drops that another pair with a copied VRID would cause. */
const foreignPair: readonly DropReason[] = [
  'version',
  'authentication-type',
  'authentication-mismatch',
  'password',
  'interval',
  'address-list',
];

/** Counts what nobody is meant by; the instance that is, if any. */
export function receive(
  { interface: name, packet }: { interface: string; packet: ReceivedAdvert },
  { roster, unclaimed }: { roster: Roster; unclaimed: UnclaimedPackets },
  turn: Turn,
): Instance[] {
  if (packet.kind === 'unreadable') {
    unclaimed.unreadable += 1;
    return [];
  }
  const { virtualRouterId } = packet.kind === 'advert' ? packet.advert : packet;
  const instance = roster.virtualRouter(name, virtualRouterId, packet);
  if (!instance) {
    unclaimed.unknownVirtualRouter += 1;
    return [];
  }
  if (instance.state.kind !== 'INIT' && instance.state.kind !== 'FAULT') judge(instance, packet, turn);
  return [instance];
}

/** ARP: a foreign MAC address, one of no interface here, has an address. Those whose address it is. */
export function receiveClaim(
  { interface: name, address, mac, isAnswer }: Extract<Input, { kind: 'claim' }>,
  { roster, links }: { roster: Roster; links: Links },
  turn: Turn,
): readonly Instance[] {
  const concerned = roster.withAddress(name, address);
  if (concerned.length === 0 || [...links.values()].some((link) => link.mac === mac)) return [];
  for (const instance of concerned) hearClaim(instance, { address, mac, isAnswer }, turn);
  return concerned;
}

function judge(instance: Instance, packet: NamedAdvert, turn: Turn): void {
  const { statistics } = instance;
  const verdict = accept(instance, packet);
  if (verdict.kind === 'dropped') {
    statistics.dropped[verdict.reason] += 1;
    tellDrop(instance, { source: packet.source, ...verdict }, turn);
    noteSecondOwner(instance, packet, verdict.reason, turn);
    return;
  }
  statistics.advertsHeard += 1;
  if (verdict.listsDiffer !== undefined) {
    statistics.addressListsDiffer += 1;
    tellDifference(instance, { source: packet.source, difference: verdict.listsDiffer }, turn);
  }
  followChecksum(instance, packet, turn);
  hear(instance, { advert: verdict.advert, source: packet.source }, turn);
}

/** keepalived before 1.3.6 takes no other checksum than the one that it makes: it is spoken to in its own way. */
function followChecksum(instance: Instance, packet: NamedAdvert, turn: Turn): void {
  const { oldChecksums, config } = instance;
  const { source } = packet;
  const isOld = packet.kind === 'advert' && packet.hasOldChecksum === true;
  if (isOld === oldChecksums.includes(source) || !instance.destinations.includes(source)) return;
  instance.oldChecksums = isOld ? [...oldChecksums, source] : oldChecksums.filter((one) => one !== source);
  const words = isOld ? 'as keepalived before 1.3.6 does' : 'as others do';
  turn.log('info', `(${config.name}) ${source} makes its checksums ${words}: it is answered in the same way`);
}

/** A pair that is configured otherwise, and has an address of ours: both serve it. Without one it is another pair's. */
function noteSecondOwner(instance: Instance, packet: NamedAdvert, reason: DropReason, turn: Turn): void {
  if (instance.state.kind !== 'MASTER' || packet.kind !== 'advert' || !foreignPair.includes(reason)) return;
  const { priority, addresses } = packet.advert;
  const address = addresses.find((one) => instance.advertised.includes(one));
  if (address === undefined || priority === 0) return;
  const how = `advertises it, but its adverts are dropped (${reason})`;
  const { config, secondOwners } = instance;
  const seen = { now: turn.now, advertInt: config.advertInt };
  const { owner, isNew } = secondOwners.see({ source: packet.source, address, how }, seen);
  if (isNew) tellSecondOwner(instance, owner, turn);
}

function tellDrop(
  instance: Instance,
  { source, reason, detail }: { source: IpAddress; reason: DropReason; detail: string },
  turn: Turn,
): void {
  const { name, virtualRouterId } = instance.config;
  const clash = foreignPair.includes(reason)
    ? `. Another VRRP pair on this network may use VRID ${virtualRouterId}`
    : '';
  const why = `: ${detail}${clash}`;
  const summary = [`(${name}) dropped `, ` adverts from ${source} in the last 10 s${why}`] as const;
  if (instance.repeated.first(`${reason} ${source}`, turn.now, summary))
    turn.log('warn', `(${name}) dropped an advert from ${source}${why}`);
}

/** One warning for each difference that shows up, not for each advert. */
function tellDifference(
  instance: Instance,
  { source, difference }: { source: IpAddress; difference: string },
  turn: Turn,
): void {
  if (instance.listDifference === difference) return;
  instance.listDifference = difference;
  const words = `${source} has another address list: ${difference}. Its adverts count all the same`;
  turn.log('warn', `(${instance.config.name}) ${words}`);
}

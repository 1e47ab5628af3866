// Planted bugs in what version 3, IPv6 and unicast need, and in what a MASTER says to one that it gives way to.

import type { Mutant } from './mutant.js';

const inFile =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace });

const vrrpPacket = inFile('src/packet/vrrp.ts');
const ndisc = inFile('src/packet/ndisc.ts');
const accept = inFile('src/vrrp/accept.ts');
const advert = inFile('src/vrrp/advert.ts');
const announcing = inFile('src/vrrp/announcing.ts');
const instance = inFile('src/vrrp/instance.ts');
const master = inFile('src/vrrp/master.ts');
const openings = inFile('src/vrrp/openings.ts');
const reception = inFile('src/vrrp/reception.ts');
const releasing = inFile('src/vrrp/releasing.ts');

export const FAMILIES: readonly Mutant[] = [
  // version 3
  inFile('src/vrrp/timers.ts')(
    'the skew of version 3 is a part of a second',
    'const scale = version === 2 ? 1_000_000 : masterAdvertInt;',
    'const scale = 1_000_000 + 0 * masterAdvertInt * version;',
  ),
  instance(
    "the master's interval is not learned",
    'version === 3 ? (this.master?.advertInt ?? advertInt) : advertInt',
    'version === 3 ? advertInt : advertInt',
  ),
  inFile('src/vrrp/holding.ts')(
    'a new MASTER says the interval of the one before it',
    'interval = instance.config.advertInt,',
    'interval = instance.masterAdvertInt,',
  ),
  master(
    'one that gives way says its own interval',
    'advertise(instance, turn, config.higherPrioSendAdvert ? ours : 1, advertInt);',
    'advertise(instance, turn, config.higherPrioSendAdvert ? ours : 1);',
  ),
  accept('an interval of 0 is learned', '? advert.interval > 0 :', '? advert.interval >= 0 :'),
  vrrpPacket('the reserved bits count to the interval', 'vrrp.readUInt16BE(4) & 0x0fff', 'vrrp.readUInt16BE(4)'),
  instance(
    'an advert of IPv6 has the room of one of IPv4',
    "family === 'ipv4' ? [20, 4] : [56, 16]",
    "family === 'ipv4' ? [20, 4] : [20, 16]",
  ),
  // IPv6
  vrrpPacket(
    'the checksum on IPv6 is that of version 2',
    'if (addressLength === IPV6_LENGTH) return { checksumValid: isValid(startFor(vrrp, ends)) };',
    'if (addressLength === IPV6_LENGTH) return { checksumValid: isValid(0) };',
  ),
  ndisc('an advertisement leaves caches as they are', 'OVERRIDE | (isRouter ? ROUTER : 0)', 'isRouter ? ROUTER : 0'),
  ndisc(
    'an advertisement that was forwarded counts',
    "if (ip.hopLimit !== HOP_LIMIT) return { kind: 'unreadable'",
    "if (ip.hopLimit > HOP_LIMIT) return { kind: 'unreadable'",
  ),
  inFile('src/vrrp/surroundings.ts')(
    'adverts on IPv6 come from any address',
    "(family === 'ipv4' || isLinkLocal(address))",
    'isLinkLocal(address) === isLinkLocal(address)',
  ),
  announcing('IPv6 addresses are announced by ARP', "ipv6: { kind: 'send-na',", "ipv6: { kind: 'send-garp',"),
  announcing(
    'addresses that are not on the wire are not announced',
    'turn: Turn, addresses = instance.addresses)',
    'turn: Turn, addresses = instance.config.virtualAddresses)',
  ),
  announcing(
    'the addresses of IPv6 wait until all is said for IPv4',
    'isMixed && rounds > 1 ? [1, rounds - 1] : [rounds]',
    'isMixed && rounds > 1 ? [rounds] : [rounds]',
  ),
  inFile('src/vrrp/farewell.ts')(
    'on IPv6 it gives up as soon as on IPv4',
    "basis.family === 'ipv4' ? patience(basis) : times(2.2, basis.advertInt)",
    "basis.family === 'ipv4' ? patience(basis) : times(1, patience(basis))",
  ),
  master(
    'an heir that announces itself ahead of its first advert is announced over',
    'isHeir ? planOnHeir(',
    'isHeir && advertInt < 0 ? planOnHeir(',
  ),
  master(
    'the next advert announces over an heir that is waited for',
    'burst.rounds === 0 && burst.plan.heirBy === undefined',
    'burst.rounds === 0',
  ),
  inFile('src/vrrp/departure.ts')(
    'an address that the heir looks for duplicates of stays until it is announced',
    "flags?.includes('dad') === true",
    "flags?.includes('dad') === null",
  ),
  // unicast
  instance(
    'a host sends adverts to itself',
    '.filter((address) => !this.surroundings.isHere(address))',
    '.filter((address) => address !== undefined)',
  ),
  advert('unicast adverts have the TTL of those to a group', 'config.unicast?.ttl ?? 255', '255'),
  advert(
    "a peer's old checksum is not answered in its way",
    "unicast?.oldChecksum === 'as-heard' && hasOldChecksum",
    'false',
  ),
  reception(
    'an old checksum is not remembered',
    'instance.oldChecksums = isOld ? [...oldChecksums, source] :',
    'instance.oldChecksums = isOld ? oldChecksums :',
  ),
  vrrpPacket(
    'the old checksum is good for a packet to a group',
    'if (version === 3 && !isMulticast(from.destination) && isValid',
    'if (version === 3 && isValid',
  ),
  accept(
    'the limits of the TTL of a peer are not looked at',
    'unicast ? { ...peer } :',
    'unicast ? { ...peer, minTtl: 0, maxTtl: 255 } :',
  ),
  accept(
    'adverts of anybody count, whatever check_unicast_src says',
    'if (!unicast?.checkSrc || unicast.peers',
    'if (!unicast?.checkSrc || unicast.checkSrc || unicast.peers',
  ),
  accept(
    'a unicast advert counts for one that speaks to a group',
    'unicast ? !isMulticast(destination) : destination === mcastDstIp',
    'unicast ? !isMulticast(destination) : !isMulticast(destination) || destination === mcastDstIp',
  ),
  inFile('src/vrrp/roster.ts')(
    'of several with one VRID the first is meant',
    'all.length > 1 ? (all.find(isMeant) ?? all[0]) : all[0]',
    'all.length > 9 ? (all.find(isMeant) ?? all[0]) : all[0]',
  ),
  openings(
    'one that has only unicast peers joins the group',
    '(unicast ? [] : [mcastDstIp])',
    '(unicast ? [mcastDstIp] : [mcastDstIp])',
  ),
  announcing(
    'unicast networks are asked for second owners',
    ' && config.unicast === undefined',
    ' && config !== undefined',
  ),
  // two of them
  master(
    'one whose announcement may have come last gives way without a word',
    '!hasJustSpoken(instance, turn) || hasAnnouncedSince(instance)',
    '!hasJustSpoken(instance, turn)',
  ),
  master(
    'one that has stood still answers a farewell that had waited',
    'if (silenceOf(instance, state, turn) === undefined) answer(',
    'if (silenceOf(instance, state, turn) !== null) answer(',
  ),
  releasing(
    'of a group one is relieved, and one that is MASTER again stays',
    "if (instance.state.kind === 'BACKUP') followToBackup(instance, turn);",
    '',
  ),
];

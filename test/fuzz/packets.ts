// Packets off the wire: adverts in both families, ARP and neighbour discovery. What is decoded is encoded again: a good
// packet comes back octet for octet, and everything else has a name for what is wrong with it. RFC 3768 § 5, RFC 5798 § 5,
// RFC 826, RFC 4861 § 4.4

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { macFromOctets, VRRP_GROUPS, type Family } from '../../src/address.js';
import { decodeAdvertPacket, encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';
import { describeAdvert } from '../../src/packet/describe.js';
import { decodeAdvertisement, encodeNeighbourProbe, encodeUnsolicitedAdvertisement } from '../../src/packet/ndisc.js';
import type { Advert } from '../../src/packet/vrrp.js';
import { randomAddress, randomAdvert, randomHeader, randomOctets } from '../packet/random.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, readPcap, type Frame } from '../pcap.js';
import type { Random } from '../../src/sim/random.js';
import { must, mustEqual, type Target } from './target.js';

const CAPTURES = 'test/fixtures/pcaps';
const captures = readdirSync(CAPTURES).map((file) => readPcap(readFileSync(join(CAPTURES, file))));
const frames = captures.flat();
/** The headers' lengths, and that of the packet without the frame's padding. */
function lengthsOf(packet: Buffer): { readonly header: number; readonly total: number } {
  const first = packet[0] ?? 0;
  return first >> 4 === 6
    ? { header: 40, total: 40 + packet.readUInt16BE(4) }
    : { header: (first & 0x0f) * 4, total: packet.readUInt16BE(2) };
}
const isOnIpv6 = (packet: Buffer): boolean => (packet[0] ?? 0) >> 4 === 6;
const isAdvert = ({ etherType, payload }: Frame): boolean =>
  (etherType === ETHERTYPE_IPV4 && payload[9] === 112) || (etherType === ETHERTYPE_IPV6 && payload[6] === 112);
/** The first ones of each capture, without the frames' padding. */
const adverts = captures.flatMap((each) =>
  each
    .filter(isAdvert)
    .slice(0, 4)
    .map(({ payload }) => payload.subarray(0, lengthsOf(payload).total)),
);

/** The octets of a random advert with whatever header. */
export function advertOctets(random: Random, family: Family = 'ipv4'): Buffer {
  return encodeAdvertPacket(
    { ...randomHeader((below) => random.below(below), family), destination: VRRP_GROUPS[family], ttl: 255 },
    randomAdvert((below) => random.below(below), family),
  );
}

const hasEmptyAuthentication = (vrrp: Buffer): boolean => vrrp.subarray(-8).equals(Buffer.alloc(8));

/** Whether the octets have nothing in them that a decoded advert does not say. */
function isPlain(vrrp: Buffer, { advert, onIpv6 }: { advert: Advert; onIpv6: boolean }): boolean {
  if (advert.version === 3) return ((vrrp[4] ?? 0) & 0xf0) === 0;
  return onIpv6 || advert.authentication.type === 'PASS' || hasEmptyAuthentication(vrrp);
}

function checkAdvert(octets: Buffer): void {
  const received = decodeAdvertPacket(octets);
  const line = describeAdvert(received);
  must(!/\p{Cc}/u.test(line) && line.length < 12_000, 'described in a line');
  if (received.kind === 'unreadable') {
    must(['ip-header', 'too-short'].includes(received.reason), 'a known reason');
    return;
  }
  mustEqual(decodeAdvertPacket(Buffer.concat([octets, Buffer.alloc(6)])), received, 'padding changes nothing');
  if (received.kind === 'malformed') {
    must(['version', 'length'].includes(received.reason) && received.found !== '', 'a known reason');
    return;
  }
  const { source, destination, ttl, advert, type, checksumValid, hasOldChecksum } = received;
  const header = { source, destination, ttl, identification: octets.readUInt16BE(4) };
  const encoded = encodeAdvertPacket(hasOldChecksum ? { ...header, checksum: 'group' } : header, advert);
  mustEqual(
    decodeAdvertPacket(encoded),
    { ...received, type: 1, checksumValid: true },
    'decoded, encoded and decoded it is the same',
  );
  const lengths = lengthsOf(octets);
  const vrrp = octets.subarray(lengths.header, lengths.total);
  const ours = encoded.subarray(lengthsOf(encoded).header);
  must(ours.length === vrrp.length, 'the length is that of its content');
  if (type !== 1 || !checksumValid || !isPlain(vrrp, { advert, onIpv6: isOnIpv6(octets) })) return;
  const theirs = Buffer.from(vrrp);
  // RFC 9568 § 5.2.8 and RFC 5798 differ in the checksum of version 3 on IPv4: both are valid.
  if (advert.version === 3 && !isOnIpv6(octets)) for (const each of [theirs, ours]) each.writeUInt16BE(0, 6);
  must(theirs.equals(ours), 'a valid advert comes back octet for octet');
}

export const advert: Target = {
  name: 'advert',
  share: 60,
  seeds: adverts,
  words: [],
  input: (random) =>
    random.chance(8)
      ? randomOctets((below) => random.below(below), random.below(120))
      : advertOctets(random, random.pick(['ipv4', 'ipv6'])),
  check: checkAdvert,
};

export const arp: Target = {
  name: 'arp',
  share: 15,
  seeds: frames
    .filter(({ etherType }) => etherType === ETHERTYPE_ARP)
    .slice(0, 30)
    .map(({ octets }) => octets),
  words: [],
  input: (random) => {
    const mac = macFromOctets(randomOctets((below) => random.below(below), 6));
    const { source } = randomHeader((below) => random.below(below));
    return encodeGratuitousArp({ mac, address: source });
  },
  check: (octets) => {
    const received = decodeArp(octets);
    if (received.kind === 'unreadable') {
      must(['too-short', 'ethertype', 'not-ipv4-over-ethernet'].includes(received.reason), 'a known reason');
      return;
    }
    const { sender, target, operation } = received;
    mustEqual(decodeArp(octets.subarray(0, 42)), received, 'padding changes nothing');
    const encoded = encodeGratuitousArp(sender);
    mustEqual(
      decodeArp(encoded),
      { ...received, operation: 1, target: { mac: 'ff:ff:ff:ff:ff:ff', address: sender.address } },
      'decoded, encoded and decoded it is the same',
    );
    // Gratuitous, as this program says it, behind whatever Ethernet addresses.
    if (operation === 1 && sender.address === target.address && target.mac === 'ff:ff:ff:ff:ff:ff')
      must(encoded.subarray(12).equals(octets.subarray(12, 42)), 'a gratuitous request comes back octet for octet');
  },
};

const REASONS = ['too-short', 'ethertype', 'not-an-advertisement', 'hop-limit', 'checksum', 'target', 'option'];

/** What is alike in all that this program says for an address: length to destination, flags, the beginning of the option. */
const OURS = [
  [18, 54],
  [58, 62],
  [78, 80],
] as const;

export const advertisement: Target = {
  name: 'advertisement',
  share: 15,
  seeds: frames
    .filter(({ etherType, payload }) => etherType === ETHERTYPE_IPV6 && payload[6] === 58)
    .slice(0, 30)
    .map(({ octets }) => octets),
  words: [],
  input: (random) => {
    const mac = macFromOctets(randomOctets((below) => random.below(below), 6));
    const address = randomAddress((below) => random.below(below), 'ipv6');
    if (random.chance(8)) return encodeNeighbourProbe({ mac, address });
    return encodeUnsolicitedAdvertisement({ mac, address, isRouter: random.chance(2) });
  },
  check: (octets) => {
    const received = decodeAdvertisement(octets);
    if (received.kind === 'unreadable') {
      must(REASONS.includes(received.reason), 'a known reason');
      return;
    }
    const { target } = received;
    mustEqual(decodeAdvertisement(Buffer.concat([octets, Buffer.alloc(6)])), received, 'padding changes nothing');
    const isRouter = ((octets[58] ?? 0) & 0x80) !== 0;
    const encoded = encodeUnsolicitedAdvertisement({ ...target, isRouter });
    mustEqual(
      decodeAdvertisement(encoded),
      { kind: 'advertisement', source: target.address, target },
      'decoded, encoded and decoded it is the same',
    );
    // Unsolicited, as this program says it, behind whatever Ethernet addresses and with whatever class and flow.
    const isOurs = OURS.every(([start, end]) => octets.subarray(start, end).equals(encoded.subarray(start, end)));
    if (isOurs)
      must(encoded.subarray(54).equals(octets.subarray(54, 86)), 'an unsolicited one comes back octet for octet');
  },
};

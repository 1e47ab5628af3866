// Packets off the wire: adverts and ARP frames. What is decoded is encoded again: a good packet comes back octet for octet,
// and everything else has a name for what is wrong with it. RFC 3768 § 5, RFC 5798 § 5, RFC 826

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { macFromOctets, VRRP_GROUPS } from '../../src/address.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';
import { describeAdvert } from '../../src/packet/describe.js';
import { decodeIpv4Advert, encodeIpv4Advert, type Advert } from '../../src/packet/vrrp.js';
import { randomAdvert, randomHeader, randomOctets } from '../packet/random.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, readPcap } from '../pcap.js';
import type { Random } from '../../src/sim/random.js';
import { must, mustEqual, type Target } from './target.js';

const CAPTURES = 'test/fixtures/pcaps';
const frames = readdirSync(CAPTURES).flatMap((file) => readPcap(readFileSync(join(CAPTURES, file))));
/** Up to the header's total length, without the frame's padding. */
const adverts = frames
  .filter(({ etherType, payload }) => etherType === ETHERTYPE_IPV4 && payload[9] === 112)
  .map(({ payload }) => payload.subarray(0, payload.readUInt16BE(2)));

/** The octets of a random advert with whatever header. */
export const advertOctets = (random: Random): Buffer =>
  encodeIpv4Advert(
    { ...randomHeader((below) => random.below(below)), destination: VRRP_GROUPS.ipv4, ttl: 255 },
    randomAdvert((below) => random.below(below)),
  );

const hasEmptyAuthentication = (vrrp: Buffer): boolean => vrrp.subarray(-8).equals(Buffer.alloc(8));

/** Whether the octets have nothing in them that a decoded advert does not say. */
function isPlain(vrrp: Buffer, advert: Advert): boolean {
  if (advert.version === 3) return ((vrrp[4] ?? 0) & 0xf0) === 0;
  return advert.authentication.type === 'PASS' || hasEmptyAuthentication(vrrp);
}

function checkAdvert(octets: Buffer): void {
  const received = decodeIpv4Advert(octets);
  const line = describeAdvert(received);
  must(!/\p{Cc}/u.test(line) && line.length < 6_000, 'described in a line');
  if (received.kind === 'unreadable') {
    must(['ip-header', 'too-short'].includes(received.reason), 'a known reason');
    return;
  }
  mustEqual(decodeIpv4Advert(Buffer.concat([octets, Buffer.alloc(6)])), received, 'padding changes nothing');
  if (received.kind === 'malformed') {
    must(['version', 'length'].includes(received.reason) && received.found !== '', 'a known reason');
    return;
  }
  const { source, destination, ttl, advert, type, checksumValid } = received;
  const encoded = encodeIpv4Advert({ source, destination, ttl, identification: octets.readUInt16BE(4) }, advert);
  mustEqual(
    decodeIpv4Advert(encoded),
    { ...received, type: 1, checksumValid: true },
    'decoded, encoded and decoded it is the same',
  );
  const header = ((octets[0] ?? 0) & 0x0f) * 4;
  const vrrp = octets.subarray(header, octets.readUInt16BE(2));
  must(encoded.length - 20 === vrrp.length, 'the length is that of its content');
  if (type !== 1 || !checksumValid || !isPlain(vrrp, advert)) return;
  const [theirs, ours] = [Buffer.from(vrrp), encoded.subarray(20)];
  // RFC 9568 § 5.2.8 and RFC 5798 differ in the checksum of version 3 on IPv4: both are valid.
  if (advert.version === 3) for (const each of [theirs, ours]) each.writeUInt16BE(0, 6);
  must(theirs.equals(ours), 'a valid advert comes back octet for octet');
}

export const advert: Target = {
  name: 'advert',
  share: 60,
  seeds: adverts.slice(0, 60),
  words: [],
  input: (random) =>
    random.chance(8) ? randomOctets((below) => random.below(below), random.below(120)) : advertOctets(random),
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

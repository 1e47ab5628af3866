// What holds for every advert and for every sequence of octets, tried on random ones.

import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { isMulticast, VRRP_GROUPS } from '../../src/address.js';
import { decodeAdvertPacket, encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { decodeArp } from '../../src/packet/arp.js';
import { describeAdvert } from '../../src/packet/describe.js';
import { decodeAdvertisement } from '../../src/packet/ndisc.js';
import { encodeIpv4Advert, type Advert, type ReceivedAdvert } from '../../src/packet/vrrp.js';
import { randomAdvert, randomFrom, randomHeader, randomOctets, type Random } from './random.js';

const FAMILIES = ['ipv4', 'ipv6'] as const;

t.test('decode(encode(x)) = x, in both families and with each form of the checksum', (t) => {
  const random = randomFrom(1);
  let different = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const family = FAMILIES[round % 2] ?? 'ipv4';
    const [plain, advert] = [randomHeader(random, family), randomAdvert(random, family)];
    const checksum = ([undefined, 'plain', 'group'] as const)[random(3)];
    const header = checksum === undefined ? plain : { ...plain, checksum };
    const { source, destination, ttl } = header;
    const isOld = checksum === 'group' && family === 'ipv4' && advert.version === 3 && destination !== VRRP_GROUPS.ipv4;
    const judged = isOld && isMulticast(destination) ? { checksumValid: false } : { checksumValid: true };
    const expected: ReceivedAdvert = {
      ...{ kind: 'advert', source, destination, ttl, type: 1, advert },
      ...judged,
      ...(isOld && judged.checksumValid && { hasOldChecksum: true }),
    };
    const received = decodeAdvertPacket(encodeAdvertPacket(header, advert));
    if (isDeepStrictEqual(received, expected)) continue;
    different += 1;
    t.same(received, expected, `round ${round}`);
  }
  t.equal(different, 0);
  t.end();
});

const REASONS = {
  unreadable: ['ip-header', 'too-short'],
  malformed: ['version', 'length'],
};

/** The name of what came out; throws when it is none of those that the type names. */
function outcome(received: ReceivedAdvert): string {
  if (received.kind === 'advert') return `advert, checksum ${received.checksumValid ? 'right' : 'wrong'}`;
  if (!REASONS[received.kind].includes(received.reason)) throw new Error(`unnamed reason ${JSON.stringify(received)}`);
  return `${received.kind} ${received.reason}`;
}

/** Damages of a valid packet, from one octet to its whole length. */
const DAMAGES: ((octets: Buffer, random: Random) => Buffer)[] = [
  (octets, random) => randomOctets(random, octets.length),
  (octets, random) => octets.subarray(0, random(octets.length + 1)),
  (octets, random) => Buffer.concat([octets, randomOctets(random, random(50))]),
  (octets, random) => {
    for (let count = random(4); count >= 0; count -= 1) octets[random(octets.length)] = random(256);
    return octets;
  },
  (octets, random) => {
    // The length in the IP header follows, so that the length of the VRRP part is what is wrong.
    const header = octets[0] === 0x45 ? 20 : 40;
    const cut = octets.subarray(0, header + random(octets.length - header));
    if (header === 20) cut.writeUInt16BE(cut.length, 2);
    else cut.writeUInt16BE(cut.length - header, 4);
    return cut;
  },
];

t.test('200,000 random, mutated and truncated packets give only named reasons', (t) => {
  const random = randomFrom(2);
  const seen = new Set<string>();
  const valid = Array.from({ length: 100 }, (_, index) => {
    const family = FAMILIES[index % 2];
    return encodeAdvertPacket(randomHeader(random, family), randomAdvert(random, family));
  });
  for (let round = 0; round < 200_000; round += 1) {
    const original = valid[random(valid.length)] ?? Buffer.alloc(0);
    const damaged = DAMAGES[random(DAMAGES.length)]?.(Buffer.from(original), random) ?? original;
    const received = decodeAdvertPacket(damaged);
    seen.add(outcome(received));
    describeAdvert(received);
    decodeArp(damaged);
    decodeAdvertisement(damaged);
  }
  t.same([...seen].sort(), [
    'advert, checksum right',
    'advert, checksum wrong',
    'malformed length',
    'malformed version',
    'unreadable ip-header',
    'unreadable too-short',
  ]);
  t.end();
});

t.test('random octets as ARP give only named reasons', (t) => {
  const random = randomFrom(3);
  const seen = new Set<string>();
  for (let round = 0; round < 20_000; round += 1) {
    const frame = randomOctets(random, random(60));
    const start = [0x08, 0x06, 0, 1, 8, 0, 6, 4].slice(0, random(9));
    if (frame.length >= 12 + start.length) frame.set(start, 12);
    const received = decodeArp(frame);
    seen.add(received.kind === 'arp' ? 'arp' : received.reason);
  }
  t.same([...seen].sort(), ['arp', 'ethertype', 'not-ipv4-over-ethernet', 'too-short']);
  t.end();
});

/** The advert inside, where the packet would be taken for a good one. */
function accepted(packet: Buffer): Advert | undefined {
  const received = decodeAdvertPacket(packet);
  return received.kind === 'advert' && received.checksumValid ? received.advert : undefined;
}

/** Flips each bit of the first hundred octets; how often nobody would notice. */
function flipEachBit(t: Test, packet: Buffer, headerLength: number): number {
  let unnoticed = 0;
  for (let bit = 0; bit < Math.min(packet.length, 100) * 8; bit += 1) {
    const flipped = Buffer.from(packet);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const found = accepted(flipped);
    if (found === undefined) continue;
    unnoticed += 1;
    // Damage of the IP header is the kernel's to see; the advert inside is whole then.
    if (bit >= headerLength * 8 || !isDeepStrictEqual(found, accepted(packet)))
      t.fail(`bit ${bit} of ${packet.toString('hex')}`);
  }
  return unnoticed;
}

t.test('no single flipped bit of an advert of version 2, or on IPv6, goes unnoticed', (t) => {
  const random = randomFrom(4);
  let unnoticed = 0;
  for (let round = 0; round < 50; round += 1) {
    const authentication = { type: 'PASS', password: 'secret' } as const;
    const onIpv4 = { ...randomAdvert(random), version: 2, authentication } as const;
    unnoticed += flipEachBit(t, encodeIpv4Advert(randomHeader(random), onIpv4), 20);
    const onIpv6 = encodeAdvertPacket(randomHeader(random, 'ipv6'), randomAdvert(random, 'ipv6'));
    unnoticed += flipEachBit(t, onIpv6, 40);
  }
  t.ok(unnoticed > 0, 'packets with another TTL were accepted, so the test sees what is accepted');
  t.end();
});

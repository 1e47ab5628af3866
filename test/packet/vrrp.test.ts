// The octets of adverts one by one: the samples of other routers, and each way in which a packet can be wrong. What of
// them is a sentence of an RFC is in test/sentences.

import t from 'tap';
import { VRRP_GROUPS, type IpAddress, type MacAddress } from '../../src/address.js';
import { decodeAdvertPacket, encodeAdvertFrame, encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import {
  decodeIpv4Advert,
  decodeIpv6Advert,
  encodeIpv4Advert,
  encodeIpv6Advert,
  type Advert,
} from '../../src/packet/vrrp.js';
import { milliseconds, seconds } from '../../src/time.js';

const ip = (text: string): IpAddress => text as IpAddress;

const header = { source: ip('10.9.0.1'), destination: VRRP_GROUPS.ipv4, ttl: 255, identification: 1 };
const pass: Advert = {
  version: 2,
  virtualRouterId: 51,
  priority: 150,
  interval: seconds(1),
  authentication: { type: 'PASS', password: 'secretpa' },
  addresses: [ip('10.9.0.100'), ip('10.9.0.101')],
};
const v3: Advert = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  interval: milliseconds(250),
  addresses: [ip('10.9.0.100')],
};

/** A copy with the octets from `offset` on replaced. */
function change(packet: Buffer, { offset, octets }: { offset: number; octets: readonly number[] }): Buffer {
  const changed = Buffer.from(packet);
  changed.set(octets, offset);
  return changed;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

t.test('version 2 with a password, as keepalived sends it', (t) => {
  const octets = hex(
    '45c0002c 00010000 ff70d084 0a090001 e0000012 21339602 01018640 0a090064 0a090065 7365637265747061',
  );
  t.same(encodeIpv4Advert(header, pass), octets);
  t.same(decodeIpv4Advert(octets), {
    kind: 'advert',
    source: '10.9.0.1',
    destination: '224.0.0.18',
    ttl: 255,
    type: 1,
    checksumValid: true,
    advert: pass,
  });
  t.end();
});

t.test('version 2 without authentication still has its eight octets (RFC 3768 § 5.3.10)', (t) => {
  const packet = encodeIpv4Advert(header, { ...pass, authentication: { type: 'none' } });
  t.same(packet.subarray(20), hex('21339602000133ee0a0900640a0900650000000000000000'));
  t.end();
});

t.test('the checksum covers the password', (t) => {
  const packet = change(encodeIpv4Advert(header, pass), { offset: 43, octets: [0] });
  t.match(decodeIpv4Advert(packet), { checksumValid: false, advert: { authentication: { password: 'secretp' } } });
  t.end();
});

t.test('passwords: NULs at the end are padding, others are not; each octet is one latin1 character', (t) => {
  for (const [octets, password] of [
    [[0, 0, 0, 0, 0, 0, 0, 0], ''],
    [[0x31, 0x31, 0x31, 0x31, 0, 0, 0, 0], '1111'],
    [[0x61, 0, 0x62, 0, 0, 0, 0, 0], 'a\0b'],
    [[0xff, 0xe4, 0, 0, 0, 0, 0, 0x7f], 'ÿä\0\0\0\0\0\x7f'],
  ] as const) {
    const packet = change(encodeIpv4Advert(header, pass), { offset: 36, octets });
    t.match(decodeIpv4Advert(packet), { advert: { authentication: { type: 'PASS', password } } });
    const again = encodeIpv4Advert(header, { ...pass, authentication: { type: 'PASS', password } });
    t.same([...again.subarray(36)], octets);
  }
  t.end();
});

t.test('what a receiver must judge is reported, not judged', (t) => {
  const packet = encodeIpv4Advert(header, pass);
  t.match(decodeIpv4Advert(change(packet, { offset: 20, octets: [0x22] })), { kind: 'advert', type: 2 });
  t.match(decodeIpv4Advert(change(packet, { offset: 8, octets: [254] })), { kind: 'advert', ttl: 254 });
  t.match(decodeIpv4Advert(change(packet, { offset: 24, octets: [2] })), {
    advert: { authentication: { type: 'other', number: 2 } },
  });
  t.match(decodeIpv4Advert(change(packet, { offset: 21, octets: [0, 0] })), {
    advert: { virtualRouterId: 0, priority: 0 },
  });
  t.end();
});

t.test('lengths', (t) => {
  const packet = encodeIpv4Advert(header, pass);
  /** The packet cut or filled up to a VRRP part of `length` octets, with the IP total length that says so. */
  const sized = (length: number): Buffer =>
    change(Buffer.concat([packet, Buffer.alloc(20)]).subarray(0, 20 + length), { offset: 2, octets: [0, 20 + length] });
  const malformed = { kind: 'malformed', source: '10.9.0.1', destination: '224.0.0.18', ttl: 255, virtualRouterId: 51 };

  t.same(decodeIpv4Advert(sized(23)), { ...malformed, reason: 'length', found: 'length 23, expected 24' });
  t.same(decodeIpv4Advert(sized(28)), { ...malformed, reason: 'length', found: 'length 28, expected 24' });
  t.same(decodeIpv4Advert(sized(8)), { ...malformed, reason: 'length', found: 'length 8, expected 24' });
  t.same(decodeIpv4Advert(sized(7)), { kind: 'unreadable', reason: 'too-short' });
  t.same(decodeIpv4Advert(sized(0)), { kind: 'unreadable', reason: 'too-short' });
  t.match(decodeIpv4Advert(change(packet, { offset: 23, octets: [3] })), { found: 'length 24, expected 28' });
  t.match(decodeIpv4Advert(change(encodeIpv4Advert(header, v3), { offset: 23, octets: [0] })), {
    found: 'length 12, expected 8',
  });
  for (const version of [0, 1, 4, 15])
    t.same(decodeIpv4Advert(change(packet, { offset: 20, octets: [(version << 4) | 1] })), {
      ...malformed,
      reason: 'version',
      found: `version ${version}`,
    });
  t.end();
});

t.test('the IP header: options are skipped, padding is ignored, anything else is unreadable', (t) => {
  const packet = encodeIpv4Advert(header, pass);
  const plain = decodeIpv4Advert(packet);
  const options = Buffer.concat([packet.subarray(0, 20), Buffer.alloc(4, 1), packet.subarray(20)]);
  t.same(decodeIpv4Advert(change(change(options, { offset: 0, octets: [0x46] }), { offset: 3, octets: [48] })), plain);
  t.same(decodeIpv4Advert(Buffer.concat([packet, Buffer.alloc(10, 0xff)])), plain);

  const bad: [string, Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['19 octets', packet.subarray(0, 19)],
    ['version 6', change(packet, { offset: 0, octets: [0x65] })],
    ['IHL 4', change(packet, { offset: 0, octets: [0x44] })],
    ['IHL beyond the total length', change(packet, { offset: 0, octets: [0x4f] })],
    ['total length below the header', change(packet, { offset: 2, octets: [0, 19] })],
    ['total length beyond what came', packet.subarray(0, -1)],
    ['UDP', change(packet, { offset: 9, octets: [17] })],
  ];
  for (const [name, octets] of bad) t.same(decodeIpv4Advert(octets), { kind: 'unreadable', reason: 'ip-header' }, name);
  t.end();
});

t.test('255 addresses and a full interval fit; the identification counts modulo 2^16', (t) => {
  const addresses = Array.from({ length: 255 }, (_, index) => ip(`10.0.${index}.1`));
  const advert: Advert = { ...pass, interval: seconds(255), addresses };
  const packet = encodeIpv4Advert({ ...header, identification: 65_537 }, advert);
  t.equal(packet.length, 20 + 8 + 4 * 255 + 8);
  t.equal(packet.readUInt16BE(4), 1);
  t.match(decodeIpv4Advert(packet), { advert });
  t.end();
});

t.test('the value keeps no part of a buffer that is used again, and finds its octets in the middle of one', (t) => {
  const shared = Buffer.concat([Buffer.alloc(7, 0xee), encodeIpv4Advert(header, pass), Buffer.alloc(9, 0xee)]);
  const received = decodeIpv4Advert(new Uint8Array(shared.buffer, shared.byteOffset + 7, 44));
  shared.fill(0xff);
  t.match(received, { kind: 'advert', source: '10.9.0.1', checksumValid: true, advert: pass });
  t.end();
});

t.test('the checksum of RFC 1071', (t) => {
  t.equal(internetChecksum(hex('0001f203f4f5f6f7220d')), 0, 'zero over data with its own checksum');
  t.equal(internetChecksum(hex('ab')), 0xffff - 0xab00, 'an odd octet is the high half of a word');
  t.end();
});

const header6 = { source: ip('fe80::ff:fe00:a'), destination: VRRP_GROUPS.ipv6, ttl: 255, identification: 1 };
const arrival6 = { source: header6.source, destination: header6.destination, hopLimit: 255 };
const onIpv6: Advert = { ...v3, addresses: [ip('fe80::190'), ip('2001:db8::190')] };
const OCTETS_6 = hex(`
  31339602 00190c1f
  fe800000 00000000 00000000 00000190
  20010db8 00000000 00000000 00000190
`);

t.test('version 3 on IPv6: addresses of 16 octets, the checksum with the pseudo header of RFC 8200 § 8.1', (t) => {
  t.same(encodeIpv6Advert(header6, onIpv6), OCTETS_6);
  const { source, destination } = header6;
  const received = { kind: 'advert', source, destination, ttl: 255, type: 1, checksumValid: true, advert: onIpv6 };
  t.same(decodeIpv6Advert(OCTETS_6, arrival6), received);
  t.match(decodeIpv6Advert(OCTETS_6, { ...arrival6, hopLimit: 64 }), { ttl: 64, checksumValid: true });
  t.match(decodeIpv6Advert(OCTETS_6, { ...arrival6, source: ip('fe80::ff:fe00:b') }), { checksumValid: false });
  t.match(decodeIpv6Advert(OCTETS_6, { ...arrival6, destination: ip('2001:db8::1') }), { checksumValid: false });
  t.match(decodeIpv6Advert(change(OCTETS_6, { offset: 6, octets: [0, 0] }), arrival6), { checksumValid: false });
  const plain = change(OCTETS_6, { offset: 6, octets: [0, 0] });
  plain.writeUInt16BE(internetChecksum(plain), 6);
  t.match(decodeIpv6Advert(plain, arrival6), { checksumValid: false }, 'on IPv6 it is never without');
  t.end();
});

t.test('lengths on IPv6', (t) => {
  const malformed = {
    kind: 'malformed',
    source: header6.source,
    destination: 'ff02::12',
    ttl: 255,
    virtualRouterId: 51,
  };
  const { length } = OCTETS_6;
  const decode = (octets: Buffer): unknown => decodeIpv6Advert(octets, arrival6);
  t.same(decode(OCTETS_6.subarray(0, 24)), { ...malformed, reason: 'length', found: 'length 24, expected 40' });
  t.match(decode(Buffer.concat([OCTETS_6, Buffer.alloc(8)])), { found: `length ${length + 8}, expected ${length}` });
  t.match(decode(change(OCTETS_6, { offset: 3, octets: [255] })), { found: 'length 40, expected 4088' });
  t.match(decode(change(OCTETS_6, { offset: 0, octets: [0x41] })), { reason: 'version', found: 'version 4' });
  t.same(decode(OCTETS_6.subarray(0, 7)), { kind: 'unreadable', reason: 'too-short' });
  t.same(decode(Buffer.alloc(0)), { kind: 'unreadable', reason: 'too-short' });
  t.end();
});

t.test('version 2 on IPv6, as keepalived sends it: a type of authentication, and no data of it', (t) => {
  const octets = hex('215bfa01 0101e668 fe800000 00000000 00000000 00000190');
  const authentication = { type: 'PASS', password: '' };
  t.match(decodeIpv6Advert(octets, arrival6), { checksumValid: true, advert: { version: 2, authentication } });
  t.match(decodeIpv6Advert(change(octets, { offset: 4, octets: [2] }), arrival6), {
    checksumValid: false,
    advert: { authentication: { type: 'other', number: 2 } },
  });
  t.end();
});

t.test('the forms of the checksum of version 3 on IPv4', (t) => {
  const unicast = { ...header, destination: ip('10.9.0.2') };
  const checksumOf = (packet: Buffer): string => packet.toString('hex', 26, 28);
  const [own, plain, group] = [
    encodeIpv4Advert(unicast, v3),
    encodeIpv4Advert({ ...unicast, checksum: 'plain' }, v3),
    encodeIpv4Advert({ ...unicast, checksum: 'group' }, v3),
  ];
  t.same([own, plain, group].map(checksumOf), ['19b4', '2e45', '43ac'], 'that of the group is as in a packet to it');
  t.notHas(decodeIpv4Advert(own), { hasOldChecksum: true });
  t.match(decodeIpv4Advert(own), { checksumValid: true });
  t.match(decodeIpv4Advert(plain), { checksumValid: true, hasOldChecksum: undefined });
  t.match(decodeIpv4Advert(group), { checksumValid: true, hasOldChecksum: true });
  const toAnotherGroup = encodeIpv4Advert({ ...header, destination: ip('224.0.0.99'), checksum: 'group' }, v3);
  t.match(decodeIpv4Advert(toAnotherGroup), { checksumValid: false, hasOldChecksum: undefined }, 'only old unicast');
  t.match(decodeIpv4Advert(change(group, { offset: 22, octets: [151] })), { checksumValid: false });
  t.same(
    encodeIpv4Advert({ ...unicast, checksum: 'group' }, pass),
    encodeIpv4Advert(unicast, pass),
    'not in version 2',
  );
  t.end();
});

t.test('whole packets and frames of both families', (t) => {
  const packet = encodeAdvertPacket(header6, onIpv6);
  t.equal(packet.toString('hex', 0, 8), '6c000000002870ff', 'class 0xc0, protocol 112, hop limit 255');
  t.same(packet.subarray(40), OCTETS_6);
  t.same(decodeAdvertPacket(packet), decodeIpv6Advert(OCTETS_6, arrival6));
  t.same(decodeAdvertPacket(Buffer.concat([packet, Buffer.alloc(4)])), decodeAdvertPacket(packet), 'padding');
  t.same(decodeAdvertPacket(change(packet, { offset: 6, octets: [58] })), { kind: 'unreadable', reason: 'ip-header' });
  t.same(decodeAdvertPacket(packet.subarray(0, -1)), { kind: 'unreadable', reason: 'ip-header' });
  t.same(decodeAdvertPacket(packet.subarray(0, 39)), { kind: 'unreadable', reason: 'ip-header' });
  t.same(decodeAdvertPacket(encodeIpv4Advert(header, pass)), decodeIpv4Advert(encodeIpv4Advert(header, pass)));

  const mac = '02:00:00:00:00:0a' as MacAddress;
  const frame = encodeAdvertFrame(mac, { header: header6, advert: onIpv6 });
  t.equal(frame.toString('hex', 0, 14), '33330000001202000000000a86dd');
  t.same(frame.subarray(14), packet);
  const destination = '02:00:00:00:00:0b' as MacAddress;
  const unicast = encodeAdvertFrame(mac, { header, advert: v3, destination });
  t.equal(unicast.toString('hex', 0, 14), '02000000000b02000000000a0800');
  t.end();
});

t.test('255 IPv6 addresses; the value keeps no part of a buffer that is used again', (t) => {
  const addresses = Array.from({ length: 255 }, (_, index) => ip(`2001:db8::${(index + 1).toString(16)}:0:0:1`));
  const advert: Advert = { ...v3, interval: milliseconds(40_950), addresses };
  const octets = encodeIpv6Advert(header6, advert);
  t.equal(octets.length, 8 + 16 * 255);
  const received = decodeIpv6Advert(octets, arrival6);
  octets.fill(0xff);
  t.match(received, { checksumValid: true, advert });
  t.end();
});

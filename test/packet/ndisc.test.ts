// Neighbour discovery octet by octet, and what is no advertisement that counts. The captures are in captures.test.ts.

import t from 'tap';
import type { IpAddress, MacAddress } from '../../src/address.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import {
  decodeAdvertisement,
  encodeNeighbourProbe,
  encodeUnsolicitedAdvertisement,
  encodeUnsolicitedAdvertisements,
} from '../../src/packet/ndisc.js';

const here = { mac: '02:00:00:00:00:0a' as MacAddress, address: '2001:db8::190' as IpAddress };
const ADDRESS = '20010db8000000000000000000000190';
const ALL_NODES = 'ff020000000000000000000000000001';
const FRAME = [
  ...['333300000001', '02000000000a', '86dd'],
  ...['60000000', '0020', '3a', 'ff', ADDRESS, ALL_NODES],
  ...['88', '00', 'f603', '20000000', ADDRESS, '0201', '02000000000a'],
].join('');
const [IP, BODY] = [14, 54];

/** The frame with other octets at places in it, its length and its checksum right again. */
function changed(octets: Buffer, changes: Record<number, number[]>): Buffer {
  const frame = Buffer.from(octets);
  for (const [offset, values] of Object.entries(changes)) frame.set(values, Number(offset));
  const body = frame.subarray(BODY);
  frame.writeUInt16BE(body.length, IP + 4);
  body.writeUInt16BE(0, 2);
  const ends = frame.subarray(IP + 8, BODY);
  const pseudoHeader = Buffer.concat([ends, Buffer.from([0, 0, 0, body.length, 0, 0, 0, 58])]);
  body.writeUInt16BE(internetChecksum(Buffer.concat([pseudoHeader, body])), 2);
  return frame;
}

const advertisement = encodeUnsolicitedAdvertisement(here);

t.test(
  'an unsolicited advertisement: from the address itself to all nodes, to be taken instead of what is known',
  (t) => {
    t.equal(advertisement.toString('hex'), FRAME);
    t.same(changed(advertisement, {}), advertisement, 'the checksum is that of RFC 8200 § 8.1');
    const expected = { kind: 'advertisement', source: here.address, target: here };
    t.same(decodeAdvertisement(advertisement), expected);
    t.same(decodeAdvertisement(Buffer.concat([advertisement, Buffer.alloc(9, 0xee)])), expected, 'padding is ignored');
    const router = encodeUnsolicitedAdvertisement({ ...here, isRouter: true });
    t.equal(router[BODY + 4], 0xa0);
    t.same(decodeAdvertisement(router), expected);
    t.end();
  },
);

t.test('many at once are the same as one by one', (t) => {
  const addresses = ['::', '2001:db8::190', 'fe80::ffff:ffff:ffff:ffff', 'ffff:ffff::1'] as IpAddress[];
  for (const isRouter of [false, true])
    t.same(
      encodeUnsolicitedAdvertisements({ mac: here.mac, addresses, isRouter }),
      addresses.map((address) => encodeUnsolicitedAdvertisement({ mac: here.mac, address, isRouter })),
    );
  t.end();
});

t.test('a probe: from nobody to the solicited-node group of the address, without an option', (t) => {
  const octets = [
    ...['3333ff000190', '02000000000a', '86dd'],
    ...['60000000', '0018', '3a', 'ff', '0'.repeat(32), 'ff0200000000000000000001ff000190'],
    ...['87', '00', '49cf', '00000000', ADDRESS],
  ].join('');
  const probe = encodeNeighbourProbe(here);
  t.equal(probe.toString('hex'), octets);
  t.same(changed(probe, {}), probe);
  t.same(decodeAdvertisement(probe), { kind: 'unreadable', reason: 'not-an-advertisement' });
  t.end();
});

const reason = (octets: Buffer): string => {
  const received = decodeAdvertisement(octets);
  return received.kind === 'unreadable' ? received.reason : received.kind;
};

t.test('what is no advertisement, or one that does not count, has a reason (RFC 4861 § 7.1.2)', (t) => {
  t.equal(reason(Buffer.alloc(0)), 'too-short');
  for (const length of [13, 53, 54, 77, 85])
    t.equal(reason(advertisement.subarray(0, length)), 'too-short', `${length}`);
  t.equal(reason(changed(advertisement, { 13: [0] })), 'ethertype');
  t.equal(reason(changed(advertisement, { [IP]: [0x40] })), 'too-short', 'IPv4 by its version');
  t.equal(reason(changed(advertisement, { [IP + 6]: [59] })), 'not-an-advertisement', 'no next header');
  t.equal(reason(changed(advertisement, { [BODY + 1]: [1] })), 'not-an-advertisement', 'another code');
  t.equal(reason(changed(advertisement.subarray(0, BODY + 16), {})), 'too-short', 'a message of 16 octets');
  t.equal(reason(changed(advertisement, { [IP + 7]: [254] })), 'hop-limit', 'it was forwarded');
  t.equal(reason(changed(advertisement, { [BODY + 8]: [0xff, 2] })), 'target', 'about a group');
  for (let offset = IP + 8; offset < advertisement.length; offset += 1) {
    const damaged = Buffer.from(advertisement);
    damaged.writeUInt8(damaged.readUInt8(offset) ^ 0x10, offset);
    t.match(reason(damaged), /^(checksum|not-an-advertisement)$/, `damaged at ${offset}`);
  }
  t.end();
});

t.test('options: others are skipped, none may be without length or cut short (RFC 4861 § 7.1.2)', (t) => {
  const bare = advertisement.subarray(0, BODY + 24);
  const withOptions = (...octets: number[]): Buffer => changed(Buffer.concat([bare, Buffer.from(octets)]), {});
  const named = [2, 1, 2, 0, 0, 0, 0, 0xc];
  const heard = (frame: Buffer): unknown => {
    const received = decodeAdvertisement(frame);
    return received.kind === 'advertisement' ? received.target.mac : received.reason;
  };
  t.equal(heard(withOptions()), here.mac, 'without one it is where the frame came from');
  t.equal(heard(withOptions(...named)), '02:00:00:00:00:0c');
  t.equal(heard(withOptions(14, 2, ...Array<number>(14).fill(0), ...named)), '02:00:00:00:00:0c', 'a nonce before it');
  t.equal(heard(withOptions(...named, ...named.with(7, 0xd))), '02:00:00:00:00:0c', 'the first of two');
  t.equal(heard(withOptions(2, 2, ...Array<number>(14).fill(0))), here.mac, 'a longer address is none of Ethernet');
  t.equal(heard(withOptions(2, 0, 0, 0, 0, 0, 0, 0)), 'option', 'no length');
  t.equal(heard(withOptions(14, 1, 0, 0, 0, 0, 0, 0, 2, 0)), 'option', 'no length behind another');
  t.equal(heard(withOptions(2, 1, 2, 0, 0, 0)), 'option', 'cut short');
  t.equal(heard(withOptions(2)), 'option', 'one octet');
  t.equal(heard(withOptions(14, 255, ...named)), 'option', 'longer than the message');
  t.end();
});

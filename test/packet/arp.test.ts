// Gratuitous ARP octet by octet, and what is not ARP. The captures are in captures.test.ts.

import t from 'tap';
import type { IpAddress, MacAddress } from '../../src/address.js';
import { decodeArp, encodeArpProbe, encodeGratuitousArp, encodeGratuitousArps } from '../../src/packet/arp.js';

const end = { mac: '02:00:00:00:00:0a' as MacAddress, address: '192.168.1.190' as IpAddress };
const FRAME = [
  ...['ffffffffffff', '02000000000a', '0806'],
  ...['0001', '0800', '06', '04', '0001', '02000000000a', 'c0a801be', 'ffffffffffff', 'c0a801be'],
].join('');

t.test('a gratuitous request', (t) => {
  const frame = encodeGratuitousArp(end);
  t.equal(frame.toString('hex'), FRAME);
  const expected = { kind: 'arp', operation: 1, sender: end, target: { ...end, mac: 'ff:ff:ff:ff:ff:ff' } };
  t.same(decodeArp(frame), expected);
  t.same(decodeArp(Buffer.concat([frame, Buffer.alloc(18, 0xee)])), expected, 'padded to 60 octets');
  t.end();
});

t.test('gratuitous requests for many addresses', (t) => {
  const { mac, address } = end;
  const addresses = [address, '10.0.0.1' as IpAddress, '255.0.255.7' as IpAddress];
  const frames = encodeGratuitousArps({ mac, addresses });
  t.same(
    frames,
    addresses.map((each) => encodeGratuitousArp({ mac, address: each })),
  );
  t.same(encodeGratuitousArps({ mac, addresses: [] }), []);
  t.end();
});

t.test('a probe', (t) => {
  const frame = encodeArpProbe(end);
  const octets = [
    ...['ffffffffffff', '02000000000a', '0806'],
    ...['0001', '0800', '06', '04', '0001', '02000000000a', '00000000', '000000000000', 'c0a801be'],
  ].join('');
  t.equal(frame.toString('hex'), octets);
  t.same(decodeArp(frame), {
    kind: 'arp',
    operation: 1,
    sender: { ...end, address: '0.0.0.0' },
    target: { ...end, mac: '00:00:00:00:00:00' },
  });
  t.end();
});

t.test('a reply to somebody', (t) => {
  const frame = encodeGratuitousArp(end);
  frame.set([2], 21);
  frame.set([2, 0, 0, 0, 0, 0xc, 192, 168, 1, 7], 32);
  t.same(decodeArp(frame), {
    kind: 'arp',
    operation: 2,
    sender: end,
    target: { mac: '02:00:00:00:00:0c', address: '192.168.1.7' },
  });
  t.end();
});

t.test('what is not ARP for IPv4 has a reason', (t) => {
  const frame = encodeGratuitousArp(end);
  const changed = (offset: number, octet: number): Buffer => {
    const copy = Buffer.from(frame);
    copy[offset] = octet;
    return copy;
  };
  const reason = (octets: Buffer): string => {
    const received = decodeArp(octets);
    return received.kind === 'unreadable' ? received.reason : received.kind;
  };
  t.equal(reason(Buffer.alloc(0)), 'too-short');
  t.equal(reason(frame.subarray(0, 13)), 'too-short');
  t.equal(reason(frame.subarray(0, 41)), 'too-short');
  t.equal(reason(changed(13, 0)), 'ethertype');
  for (const offset of [14, 15, 16, 17, 18, 19])
    t.equal(reason(changed(offset, 0x7f)), 'not-ipv4-over-ethernet', `octet ${offset}`);
  t.end();
});

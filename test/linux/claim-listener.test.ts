// ARP and neighbour advertisements that claim an address are heard on every interface; all others neither come through nor
// wake anybody.

import { ip, until, vethPair } from './own-network.js';
import t from 'tap';
import { addressFromOctets, macFromOctets, type MacAddress } from '../../src/address.js';
import { ARP_CLAIM } from '../../src/linux/arp-claim.js';
import { ClaimListener, type Claim } from '../../src/linux/claim-listener.js';
import { FrameSocket } from '../../src/linux/frame-socket.js';
import { NEIGHBOUR_CLAIM } from '../../src/linux/neighbour-claim.js';
import { encodeArp, encodeArpProbe, encodeGratuitousArp } from '../../src/packet/arp.js';
import { encodeNeighbourProbe, encodeUnsolicitedAdvertisement } from '../../src/packet/ndisc.js';

interface Shown {
  readonly ifindex: number;
  readonly address: MacAddress;
}
const shown = (name: string): Shown => (JSON.parse(ip(`-j link show ${name}`)) as [Shown])[0];
const REQUEST = 1;
const REPLY = 2;
const address = addressFromOctets(Uint8Array.of(192, 0, 2, 10));
const other = addressFromOctets(Uint8Array.of(192, 0, 2, 11));
const none = addressFromOctets(Uint8Array.of(0, 0, 0, 0));
const mac = macFromOctets(Uint8Array.of(2, 0, 0, 0, 0, 9));
const stranger = macFromOctets(Uint8Array.of(2, 0, 0, 0, 0, 7));
const noMac = macFromOctets(new Uint8Array(6));
const everybody = macFromOctets(new Uint8Array(6).fill(255));

await vethPair('vl-a', 'vl-b');
const [here, there] = [shown('vl-a'), shown('vl-b')];
const frames = new FrameSocket();
let wakes = 0;
const listener = new ClaimListener([ARP_CLAIM, NEIGHBOUR_CLAIM], () => (wakes += 1));
t.teardown(() => {
  frames.close();
  listener.close();
});
/** From the other end of the cable to this one. */
const say = (...list: Buffer[]): boolean => t.equal(frames.send(there.ifindex, list), undefined);
async function heard(count: number): Promise<Claim[]> {
  const claims: Claim[] = [];
  await until(`${count} claims`, () => claims.push(...listener.receive()) >= count);
  return claims;
}

const last = encodeGratuitousArp({ mac, address: other });
const LAST = { ifindex: here.ifindex, address: other, mac, isAnswer: false };

t.test('gratuitous ARP of both operations, broadcast and unicast', async (t) => {
  const reply = { operation: REPLY, sender: { mac, address } };
  say(
    encodeGratuitousArp({ mac, address }),
    encodeArp({ ...reply, target: { mac: everybody, address } }),
    encodeArp({ ...reply, target: { mac: here.address, address } }),
    Buffer.concat([encodeGratuitousArp({ mac, address }), Buffer.alloc(18, 0xee)]),
  );
  await until('a wake', () => wakes > 0);
  const claim = { ifindex: here.ifindex, address, mac, isAnswer: false };
  t.strictSame(await heard(4), [claim, claim, claim, claim]);
});

t.test('a Linux host answers a probe with a reply to nobody', async (t) => {
  ip(`addr add ${address}/24 dev vl-b`);
  t.equal(frames.send(here.ifindex, [encodeArpProbe({ mac: here.address, address })]), undefined);
  t.strictSame(await heard(1), [{ ifindex: here.ifindex, address, mac: there.address, isAnswer: true }]);
  ip(`addr del ${address}/24 dev vl-b`);
});

t.test('an answer to a probe that everybody hears', async (t) => {
  const target = { mac: here.address, address: none };
  say(encodeArp({ operation: REPLY, sender: { mac, address }, target, destination: everybody }));
  t.strictSame(await heard(1), [{ ifindex: here.ifindex, address, mac, isAnswer: true }]);
});

t.test('what is sent here is heard where it arrives alone', async (t) => {
  t.equal(frames.send(here.ifindex, [last]), undefined);
  t.strictSame(await heard(1), [{ ...LAST, ifindex: there.ifindex }]);
});

t.test('all other ARP wakes nobody', async (t) => {
  ip('link set vl-a promisc on');
  const sender = { mac, address };
  const cutAt = (length: number): Buffer => encodeGratuitousArp(sender).subarray(0, length);
  const changed = (offset: number, ...octets: number[]): Buffer => {
    const frame = encodeGratuitousArp(sender);
    frame.set(octets, offset);
    return frame;
  };
  const ordinary = [
    encodeArp({ operation: REQUEST, sender, target: { mac: noMac, address: other }, destination: everybody }),
    encodeArp({ operation: REPLY, sender, target: { mac: here.address, address: other } }),
    encodeArp({ operation: REPLY, sender: { mac, address: none }, target: { mac: everybody, address: none } }),
    encodeArp({ operation: REQUEST, sender, target: { mac: everybody, address: none } }),
    encodeArpProbe(sender),
    // To another host: only an interface in promiscuous mode shows these.
    encodeArp({ operation: REPLY, sender, target: { mac: stranger, address: none } }),
    encodeArp({ operation: REPLY, sender, target: { mac: stranger, address } }),
    ...[15, 21, 30, 41].map(cutAt),
    // Of another network, another protocol, other lengths; neither a request nor a reply.
    ...[changed(15, 6), changed(16, 0x86, 0xdd), changed(18, 8), changed(19, 16), changed(21, 8)],
    // Of a VLAN that has no interface here.
    tagged(encodeGratuitousArp(sender), 77),
  ];
  const before = wakes;
  say(...ordinary);
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(wakes, before);
  say(last);
  t.strictSame(await heard(1), [LAST]);
  ip('link set vl-a promisc off');
});

t.test('a flood comes in small portions and in its order', async (t) => {
  const numbers = Array.from({ length: 1000 }, (_, number) => number);
  const addressOf = (number: number) => addressFromOctets(Uint8Array.of(192, 0, number >> 8, number & 0xff));
  say(...numbers.map((number) => encodeGratuitousArp({ mac, address: addressOf(number) })));
  t.equal(listener.receive().length, 64);
  const rest = await heard(1000 - 64);
  t.strictSame(
    rest.map((claim) => claim.address),
    numbers.slice(64).map((number) => addressOf(number)),
  );
});

const address6 = addressFromOctets(Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Uint8Array(11), 10));
const CLAIM6 = { ifindex: here.ifindex, address: address6, mac, isAnswer: false };

t.test('an unsolicited neighbour advertisement', async (t) => {
  const before = wakes;
  say(encodeUnsolicitedAdvertisement({ mac, address: address6, isRouter: true }));
  await until('a wake', () => wakes > before);
  t.strictSame(await heard(1), [CLAIM6]);
});

t.test('a Linux host answers a probe for an IPv6 address', async (t) => {
  ip(`addr add ${address6}/64 dev vl-b nodad`);
  t.equal(frames.send(here.ifindex, [encodeNeighbourProbe({ mac: here.address, address: address6 })]), undefined);
  t.strictSame(await heard(1), [{ ...CLAIM6, mac: there.address }]);
  ip(`addr del ${address6}/64 dev vl-b`);
});

t.test('all other neighbour discovery wakes nobody', async (t) => {
  const changed = (offset: number, ...octets: number[]): Buffer => {
    const frame = encodeUnsolicitedAdvertisement({ mac, address: address6 });
    frame.set(octets, offset);
    return frame;
  };
  const before = wakes;
  say(
    encodeNeighbourProbe({ mac, address: address6 }),
    // Not ICMPv6, of a router further away, another type, another code, an answer to a solicitation.
    ...[changed(20, 17), changed(21, 254), changed(54, 134), changed(55, 1), changed(58, 0x60)],
    changed(0).subarray(0, 58),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(wakes, before);
  // A wrong checksum passes the filter and claims nothing.
  say(changed(56, 0, 0), encodeUnsolicitedAdvertisement({ mac, address: address6 }));
  t.strictSame(await heard(1), [CLAIM6]);
});

/** As it is on the wire of a VLAN: IEEE 802.1Q. */
function tagged(frame: Buffer, vlan: number): Buffer {
  return Buffer.concat([frame.subarray(0, 12), Uint8Array.of(0x81, 0, vlan >> 8, vlan & 0xff), frame.subarray(12)]);
}

// IPv6 adverts between the two ends of a cable: what is sent arrives with what its IP header said, whether it is good or
// not, and of groups only those that were asked for. The kernel's refusals name their cause.

import { ip, until, vethPair } from './own-network.js';
import { writeFileSync } from 'node:fs';
import { putU16, putU16be, putU32 } from 'netlink/dist/structs.js';
import t from 'tap';
import { addressOctets, parseAddress, VRRP_GROUPS, type IpAddress } from '../../src/address.js';
import { Ipv6AdvertSockets, type Ends } from '../../src/linux/advert-socket-ipv6.js';
import { AF_PACKET, SOCK_RAW, Socket } from '../../src/linux/native.js';
import { decodeIpv6Advert, encodeIpv6Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';

function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}
const [A, B] = [addressOf('fe80::a'), addressOf('fe80::b')];
const GROUP = VRRP_GROUPS.ipv6;
const otherGroup = addressOf('ff02::abcd');
const indexOf = (name: string): number => (JSON.parse(ip(`-j link show ${name}`)) as [{ ifindex: number }])[0].ifindex;

writeFileSync('/proc/sys/net/ipv6/conf/default/addr_gen_mode', '1');
await vethPair('vl-a', 'vl-b');
ip('addr add fe80::a/64 dev vl-a nodad');
ip('addr add fe80::b/64 dev vl-b nodad');
const heard: { name: string; octets: Buffer; ends: Ends }[] = [];
let calls = 0;
const sockets = new Ipv6AdvertSockets(() => calls++);
t.teardown(() => sockets.closeAll());
/** How many came in. */
function receive(): number {
  const before = heard.length;
  sockets.receive((name, octets, ends) => heard.push({ name, octets: Buffer.from(octets), ends }));
  return heard.length - before;
}
/** The next one that comes in. */
async function next(): Promise<(typeof heard)[number] | undefined> {
  await until('a packet', () => receive() > 0);
  return heard.at(-1);
}
const toGroup: Ends = { source: A, destination: GROUP, hopLimit: 255 };
const advert = (ends: Ends = toGroup): Buffer =>
  encodeIpv6Advert(ends, { version: 3, virtualRouterId: 91, priority: 120, interval: seconds(1), addresses: [A] });
const opening = (name: string, ...groups: IpAddress[]) => ({ name, index: indexOf(name), groups });
await until('the addresses', () => !ip('addr').includes('tentative'));
sockets.open(opening('vl-a', GROUP));
sockets.open(opening('vl-b', GROUP));

t.test('an advert arrives with what its header said, and not where it came from', async (t) => {
  const witness = new Socket(AF_PACKET, SOCK_RAW, 0);
  t.teardown(() => witness.close());
  witness.bind(Buffer.concat([putU16(AF_PACKET), putU16be(0x86dd), putU32(indexOf('vl-b')), Buffer.alloc(12)]));
  sockets.send('vl-a', advert(), toGroup);
  await until('the call', () => calls > 0);
  t.equal(receive(), 1);
  const [one] = heard;
  t.match(one, { name: 'vl-b', ends: toGroup });
  t.ok(one?.octets.equals(advert()));
  const frame = Buffer.alloc(200);
  await until('the frame', () => {
    const length = witness.receive(frame)?.length ?? 0;
    return length > 0 && frame[20] === 112;
  });
  t.equal(frame.readUInt16BE(14) >> 4, 0x6c0, 'version 6, traffic class 0xc0');
  t.equal(frame.toString('hex', 0, 6), '333300000012');
});

t.test('a packet that is not good is heard as it is', async (t) => {
  const far = { ...toGroup, hopLimit: 254 };
  sockets.send('vl-a', advert(), far);
  t.same((await next())?.ends, far);
  const wrong = advert();
  wrong[7] = (wrong[7] ?? 0) ^ 1;
  sockets.send('vl-a', wrong, toGroup);
  const received = await next();
  t.ok(received?.octets.equals(wrong));
  t.match(received && decodeIpv6Advert(received.octets, received.ends), { kind: 'advert', checksumValid: false });
  sockets.send('vl-a', Buffer.alloc(3), toGroup);
  t.equal((await next())?.octets.length, 3);
});

t.test('unicast', async (t) => {
  const ends = { source: A, destination: B, hopLimit: 64 };
  sockets.send('vl-a', advert(ends), ends);
  const received = await next();
  t.match(received, { name: 'vl-b', ends });
  t.match(received && decodeIpv6Advert(received.octets, received.ends), { ttl: 64, checksumValid: true });
});

t.test('of groups, only those that were asked for', async (t) => {
  const IPV6_JOIN_GROUP = 20;
  const member = new Socket(10, SOCK_RAW, 89);
  t.teardown(() => member.close());
  member.setOption(41, IPV6_JOIN_GROUP, Buffer.concat([addressOctets(otherGroup), putU32(indexOf('vl-b'))]));
  const toOther = { ...toGroup, destination: otherGroup };
  const both = (): void => {
    for (const ends of [toOther, toGroup]) sockets.send('vl-a', advert(ends), ends);
  };
  const groups = (): IpAddress[] => heard.splice(0).map(({ ends }) => ends.destination);
  heard.length = 0;
  both();
  await next();
  t.same(groups(), [GROUP], 'somebody else on the host is in the other one');
  sockets.open(opening('vl-b', otherGroup));
  both();
  await next();
  t.same(groups(), [otherGroup]);
  sockets.open(opening('vl-b', GROUP, otherGroup));
  both();
  await until('both', () => heard.length + receive() >= 2 && heard.length === 2);
  t.same(groups(), [otherGroup, GROUP]);
});

t.test('a flood is read in bounded portions, and the rest is told of again', async (t) => {
  for (let count = 0; count < 1200; count++) sockets.send('vl-a', advert(), toGroup);
  t.equal(receive(), 1024);
  const before = calls;
  await until('the next call', () => calls > before);
  t.equal(receive(), 176);
});

t.test('a source that may not be used yet, or never', (t) => {
  ip('addr add fe80::c/64 dev vl-a');
  for (const text of ['fe80::c', 'fe80::dead', '2001:db8::1']) {
    const ends = { ...toGroup, source: addressOf(text) };
    t.throws(() => sockets.send('vl-a', advert(ends), ends), {
      message: `sending on vl-a: ${text} is not, or not yet, an address of this host`,
    });
  }
  t.end();
});

t.test('a link that goes down, away and comes back', async (t) => {
  ip('link set vl-a down');
  t.throws(() => sockets.send('vl-a', advert(), toGroup), { message: /^sending on vl-a: / });
  ip('link del vl-a');
  t.throws(() => sockets.send('vl-a', advert(), toGroup), { message: /^sending on vl-a: / });
  await vethPair('vl-a', 'vl-b');
  ip('addr add fe80::a/64 dev vl-a nodad');
  await until('the address', () => !ip('addr').includes('tentative'));
  receive();
  sockets.open(opening('vl-a', GROUP));
  sockets.open(opening('vl-b', GROUP));
  sockets.send('vl-a', advert(), toGroup);
  t.match(await next(), { name: 'vl-b', ends: toGroup });
  sockets.close('vl-a');
  t.throws(() => sockets.send('vl-a', advert(), toGroup), /no IPv6 advert socket is open on vl-a/);
});

t.test('a refusal names what was refused', (t) => {
  t.throws(() => sockets.open({ name: 'vl-none', index: 999, groups: [GROUP] }), {
    message: 'SO_BINDTODEVICE for vl-none: no such device',
  });
  t.throws(() => sockets.open({ name: 'vl-b', index: 999, groups: [GROUP] }), {
    message: 'IPV6_JOIN_GROUP for vl-b: no such device',
  });
  t.end();
});

// Adverts between two network namespaces: what is sent arrives as it was, a queue is drained at one call, interfaces may
// go and come back, and the kernel's refusals name their cause.

import { ip, running, startPeer, until } from './own-network.js';
import { putU32 } from 'netlink/dist/structs.js';
import t from 'tap';
import { addressFromOctets, VRRP_GROUPS } from '../../src/address.js';
import { Ipv4AdvertSockets } from '../../src/linux/advert-socket-ipv4.js';
import { AF_INET } from '../../src/linux/addresses.js';
import { SOCK_RAW, Socket } from '../../src/linux/native.js';
import { encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';

const OWN = addressFromOctets(Uint8Array.of(192, 0, 2, 1));
const PEER = addressFromOctets(Uint8Array.of(192, 0, 2, 2));
const groups = [VRRP_GROUPS.ipv4];
const indexOf = (name: string): number => (JSON.parse(ip(`-j link show ${name}`)) as [{ ifindex: number }])[0].ifindex;
const advert = (destination = VRRP_GROUPS.ipv4): Buffer =>
  encodeIpv4Advert(
    { source: OWN, destination, ttl: 255, identification: 0x1234 },
    {
      version: 2,
      virtualRouterId: 91,
      priority: 120,
      interval: seconds(1),
      addresses: [OWN],
      authentication: { type: 'none' },
    },
  );

/** A host at the other end of a new veth pair whose end here is `name`. */
async function peerBehind(
  name: string,
): Promise<{ say: (line: string) => Promise<void>; lines: string[]; end: () => void }> {
  const peer = await startPeer('advert-peer.ts', 'vl-p');
  const lines: string[] = [];
  let rest = '';
  peer.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  ip(`link add ${name} type veth peer name vl-p netns ${String(peer.pid)}`);
  ip(`addr add ${OWN}/24 dev ${name}`);
  ip(`link set ${name} up`);
  await until('the peer', () => lines.includes('open'));
  const say = async (line: string): Promise<void> => {
    peer.stdin?.write(`${line}\n`);
    await until(`the answer to ${line}`, () => lines.includes(`sent ${line}`));
    lines.splice(lines.indexOf(`sent ${line}`), 1);
  };
  return { say, lines, end: () => peer.stdin?.end() };
}

t.test('between two hosts', async (t) => {
  const peer = await peerBehind('vl-a');
  const heard: [string, Buffer][] = [];
  let calls = 0;
  const sockets = new Ipv4AdvertSockets(() => calls++);
  const receive = (): number => {
    const before = heard.length;
    sockets.receive((name, octets) => heard.push([name, Buffer.from(octets)]));
    return heard.length - before;
  };
  sockets.open({ name: 'vl-a', index: indexOf('vl-a'), groups });

  await t.test('an advert arrives with its IP header and TTL 255', async (t) => {
    await peer.say('1');
    await until('the call', () => calls > 0);
    t.equal(receive(), 1);
    const [name, octets] = heard[0] ?? ['', Buffer.alloc(0)];
    t.equal(name, 'vl-a');
    t.equal(octets.length, 36);
    t.equal(octets.toString('hex', 0, 1), '45');
    t.equal(octets[1], 0xc0, 'TOS');
    t.equal(octets.readUInt16BE(4), 1, 'the sender’s identification');
    t.equal(octets.readUInt16BE(6), 0, 'may be fragmented, as the sender wrote');
    t.equal(octets[8], 255, 'TTL');
    t.equal(octets[9], 112);
    t.equal(octets.subarray(12, 20).join('.'), '192.0.2.2.224.0.0.18');
    t.equal(receive(), 0);
  });

  await t.test('the peer hears ours, we do not', async (t) => {
    sockets.send('vl-a', advert());
    const line = await until('the advert', () => peer.lines.find((line) => line.startsWith('heard')));
    t.match(JSON.parse(line.slice(6)), { kind: 'advert', source: OWN, ttl: 255, checksumValid: true });
    t.equal(receive(), 0);
    sockets.send('vl-a', advert(PEER));
    t.match(await until('unicast', () => peer.lines.find((line) => line.includes('"destination":"192.0.2.2"'))), /255/);
  });

  await t.test('unicast, and of groups only those that were asked for', async (t) => {
    const destinations = (): string[] => heard.splice(0).map(([, octets]) => octets.subarray(16, 20).join('.'));
    const others = new Socket(AF_INET, SOCK_RAW, 89);
    t.teardown(() => others.close());
    const membership = Buffer.concat([Uint8Array.of(224, 0, 0, 99, 0, 0, 0, 0), putU32(indexOf('vl-a'))]);
    others.setOption(0, 35, membership);
    const allThree = async (): Promise<void> => {
      for (const to of ['224.0.0.99', '224.0.0.18', OWN]) await peer.say(`1 ${to}`);
    };
    await allThree();
    heard.length = 0;
    receive();
    t.same(destinations(), ['224.0.0.18', OWN], 'somebody else on the host is in the other one');
    const group = addressFromOctets(Uint8Array.of(224, 0, 0, 99));
    sockets.open({ name: 'vl-a', index: indexOf('vl-a'), groups: [group] });
    await allThree();
    receive();
    t.same(destinations(), ['224.0.0.99', OWN]);
    sockets.open({ name: 'vl-a', index: indexOf('vl-a'), groups });
  });

  await t.test('500 queued packets come in one call, each its own', async (t) => {
    heard.length = 0;
    await peer.say('500');
    t.equal(receive(), 500);
    const first = heard[0]?.[1].readUInt16BE(4) ?? 0;
    t.same(
      heard.map(([, octets]) => octets.readUInt16BE(4)),
      Array.from({ length: 500 }, (_, i) => i + first),
    );
    t.equal(receive(), 0);
  });

  await t.test('a flood is read in bounded portions, and the rest is told of again', async (t) => {
    await peer.say('1200');
    t.equal(receive(), 1024);
    const before = calls;
    await until('the next call', () => calls > before);
    t.equal(receive(), 176);
  });

  await t.test('a link that is down refuses to send and works again when it is up', async (t) => {
    ip('link set vl-a down');
    t.throws(() => sockets.send('vl-a', advert()), { message: /^sending on vl-a: Network is (unreachable|down)$/ });
    ip('link set vl-a up');
    await running('vl-a');
    await peer.say('1');
    t.equal(await until('the advert', () => receive()), 1);
  });

  await t.test(
    'after close() it is silent and refuses; nothing that came meanwhile is heard after open()',
    async (t) => {
      sockets.close('vl-a');
      await peer.say('3');
      t.equal(receive(), 0);
      t.throws(() => sockets.send('vl-a', advert()), /no advert socket is open on vl-a/);
      sockets.open({ name: 'vl-a', index: indexOf('vl-a'), groups });
      t.equal(receive(), 0);
      await peer.say('2');
      t.equal(await until('the adverts', () => receive()), 2);
    },
  );

  peer.end();
  sockets.closeAll();
  sockets.closeAll();
});

t.test('an interface that is deleted and made again: close and open', async (t) => {
  const heard: string[] = [];
  const sockets = new Ipv4AdvertSockets(() => sockets.receive((name) => heard.push(name)));
  t.teardown(() => sockets.closeAll());
  const first = await peerBehind('vl-b');
  const gone = indexOf('vl-b');
  sockets.open({ name: 'vl-b', index: gone, groups });
  ip('link del vl-b');
  t.throws(() => sockets.send('vl-b', advert()), { message: /^sending on vl-b: No such device/ });
  first.end();

  const second = await peerBehind('vl-b');
  t.not(indexOf('vl-b'), gone);
  sockets.close('vl-b');
  sockets.open({ name: 'vl-b', index: indexOf('vl-b'), groups });
  await second.say('4');
  await until('four adverts', () => heard.length === 4);
  sockets.send('vl-b', advert());
  t.ok(await until('ours', () => second.lines.find((line) => line.startsWith('heard'))));
  second.end();
});

t.test('two interfaces are told apart', async (t) => {
  const heard: string[] = [];
  const sockets = new Ipv4AdvertSockets(() => sockets.receive((name) => heard.push(name)));
  t.teardown(() => sockets.closeAll());
  const [one, other] = [await peerBehind('vl-c'), await peerBehind('vl-d')];
  for (const name of ['vl-c', 'vl-d']) sockets.open({ name, index: indexOf(name), groups });
  await one.say('2');
  await other.say('3');
  await until('five', () => heard.length >= 5);
  t.same(heard.toSorted(), ['vl-c', 'vl-c', 'vl-d', 'vl-d', 'vl-d']);
  one.end();
  other.end();
});

t.test('a refusal names what was refused and leaves nothing open', (t) => {
  const sockets = new Ipv4AdvertSockets(() => undefined);
  t.throws(() => sockets.open({ name: 'vl-none', index: 999, groups }), {
    message: 'SO_BINDTODEVICE for vl-none: No such device',
  });
  t.throws(() => sockets.open({ name: 'lo', index: 999, groups }), {
    message: 'IP_ADD_MEMBERSHIP for lo: No such device',
  });
  t.throws(() => sockets.send('lo', advert()), /no advert socket is open on lo/);
  sockets.closeAll();
  t.end();
});

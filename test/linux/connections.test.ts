// TCP connections to an address that is about to leave: a client that only listens learns of it at once, while the address
// is still there, and all other connections go on.

import { ip } from './own-network.js';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { parseAddress, type IpAddress } from '../../src/address.js';
import { Connections } from '../../src/linux/connections.js';

function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}
const vip = addressOf('192.0.2.10');
const otherVip = addressOf('192.0.2.11');
const vip6 = addressOf('2001:db8::10');
const own = addressOf('192.0.2.1');
const own6 = addressOf('2001:db8::1');
ip('link set lo up');
for (const address of [vip, otherVip, own]) ip(`addr add ${address}/32 dev lo`);
for (const address of [vip6, own6]) ip(`addr add ${address}/128 dev lo nodad`);

const told: [readonly IpAddress[], number][] = [];
const connections = new Connections((addresses, count) => told.push([addresses, count]));
t.teardown(() => connections.close());
t.equal(connections.refusal, undefined, 'this kernel can');

/** A port that all may connect to; `ends` are its ends of the connections. */
async function listen(t: Test, host: string): Promise<{ server: Server; port: number; ends: Socket[] }> {
  const ends: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (end) => {
    ends.push(end);
    end.on('error', () => undefined);
    end.write('welcome');
  }).listen(0, host);
  await once(server, 'listening');
  const bound = server.address();
  t.teardown(() => {
    server.close();
    for (const end of ends) end.destroy();
  });
  return { server, port: typeof bound === 'object' && bound ? bound.port : 0, ends };
}

/** A client that says nothing; `end` is the code of the error that ends it. */
async function client(t: Test, host: IpAddress, port: number, localAddress: IpAddress) {
  const socket = connect({ host, port, localAddress, allowHalfOpen: true });
  await once(socket, 'data');
  const end = new Promise<string | undefined>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on('close', () => resolve(undefined));
  });
  t.teardown(() => socket.destroy());
  return { socket, end };
}
const clients = (count: number, ...where: Parameters<typeof client>) =>
  Promise.all(Array.from({ length: count }, () => client(...where)));
const ends = (list: readonly { end: Promise<string | undefined> }[]) => Promise.all(list.map(({ end }) => end));
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** They have heard no end, and hear what is said. */
async function goOn(t: Test, list: readonly { socket: Socket }[], far: readonly Socket[]): Promise<void> {
  const heard = Promise.all(list.map(({ socket }) => once(socket, 'data')));
  for (const end of far) if (!end.destroyed) end.write('still here');
  t.same(String(await heard), String(times(list.length, 'still here')));
}

for (const [listener, host] of [
  ['an IPv4 listener', '0.0.0.0'],
  ['an IPv6 listener with IPv4 clients', '::'],
] as const)
  t.test(listener, async (t) => {
    const { port, ends: far, server } = await listen(t, host);
    const leaving = await clients(3, t, vip, port, own);
    const staying = await client(t, own, port, own);
    const elsewhere = await client(t, otherVip, port, own);
    t.same(connections.reset([[vip]]), [3]);
    t.same(await ends(leaving), times(3, 'ECONNRESET'));
    t.match(ip('addr show dev lo'), `inet ${vip}/32`);
    await goOn(t, [staying, elsewhere], far);
    t.ok(server.listening);
    t.equal((await clients(1, t, vip, port, own)).length, 1, 'the next one is served');
  });

t.test('an IPv6 address', async (t) => {
  const { port, ends: far } = await listen(t, '::');
  const leaving = await clients(2, t, vip6, port, own6);
  const staying = await client(t, own6, port, own6);
  t.same(connections.reset([[otherVip, vip6]]), [2]);
  t.same(await ends(leaving), times(2, 'ECONNRESET'));
  await goOn(t, [staying], far);
});

t.test('clients that have said all they had to say', async (t) => {
  const { port, ends: far } = await listen(t, '::');
  const waiting = await clients(2, t, vip, port, own);
  for (const { socket } of waiting) socket.end();
  await Promise.all(far.map((end) => once(end.resume(), 'end')));
  t.same(connections.reset([[vip]]), [2]);
  t.same(await ends(waiting), times(2, 'ECONNRESET'));
});

t.test('a connection within the host is one', async (t) => {
  const { port, ends: far } = await listen(t, '0.0.0.0');
  const inside = await client(t, vip, port, vip);
  t.same(connections.reset([[vip]]), [1]);
  t.match(await inside.end, /^ECONN(RESET|ABORTED)$/);
  t.equal(far.length, 1);
});

t.test('many take their time, and one request goes after the other', async (t) => {
  const { port } = await listen(t, '0.0.0.0');
  const leaving = await clients(300, t, vip, port, own);
  const later = await clients(2, t, otherVip, port, own);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (told.length < 2) setImmediate(count);
  };
  setImmediate(count);
  t.equal(connections.reset([[vip]]), undefined);
  t.equal(connections.reset([[otherVip]]), undefined);
  t.same(told, []);
  t.same(await ends(leaving), times(300, 'ECONNRESET'));
  t.same(await ends(later), times(2, 'ECONNRESET'));
  t.same(told, [
    [[vip], 300],
    [[otherVip], 2],
  ]);
  t.ok(turns > 4, `others had ${turns} turns`);
});

t.test('of many addresses', async (t) => {
  const { port, ends: far } = await listen(t, '0.0.0.0');
  const list = Array.from({ length: 255 }, (_, number) => addressOf(`198.51.100.${number}`));
  const leaving = await clients(3, t, otherVip, port, own);
  const staying = await client(t, vip, port, own);
  t.same(connections.reset([[...list, otherVip]]), [3]);
  t.same(await ends(leaving), times(3, 'ECONNRESET'));
  await goOn(t, [staying], far);
});

t.test('of none, and of none that is here', (t) => {
  t.same(connections.reset([[]]), [0]);
  t.same(connections.reset([[addressOf('203.0.113.1')]]), [0]);
  t.end();
});

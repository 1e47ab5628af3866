// The addon: raw IPv6 with control data both ways, many datagrams in a call, errors with their parts, a watch that
// outlives errors, and descriptors that are closed whenever and however often.

import { ip, until, vethPair } from './own-network.js';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import {
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  makeRoom,
  MSG_TRUNC,
  netlinkAddress,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  SOL_SOCKET,
  Timer,
  unixAddress,
  type Control,
} from '../../src/linux/native.js';

const AF_INET6 = 10;
const VRRP = 112;
const IPPROTO_IPV6 = 41;
const SO_RCVBUF = 8;
const SO_TIMESTAMPNS = 35;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_JOIN_GROUP = 20;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;

const int = (value: number): Buffer => Buffer.from(new Int32Array([value]).buffer);
const octetsOf = (control: Control, wanted: number): Buffer =>
  control.find(([, type]) => type === wanted)?.[2] ?? Buffer.alloc(0);
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

ip('link set lo up');
await vethPair('vl-a', 'vl-b');

/** sockaddr_in6 */
const inet6 = (octets: Uint8Array, scope: number): Buffer =>
  Buffer.concat([Buffer.from(new Uint16Array([AF_INET6]).buffer), Buffer.alloc(6), octets, int(scope)]);
const GROUP = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12);

t.test(
  'raw IPv6: hop limit and source are chosen, and told of with the interface and the kernel’s stamp',
  async (t) => {
    const index = (name: string): number =>
      (JSON.parse(ip(`-j link show ${name}`)) as [{ ifindex: number }])[0].ifindex;
    await until('duplicate detection', () => !ip('-6 addr show').includes('tentative'));
    const [, local = ''] = /inet6 fe80::([0-9a-f:]+)/.exec(ip('-6 addr show vl-a')) ?? [];
    const tail = local.split(':').flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
    const source = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...tail);

    const receiver = new Socket(AF_INET6, SOCK_RAW, VRRP);
    t.teardown(() => receiver.close());
    for (const [level, option] of [
      [IPPROTO_IPV6, IPV6_RECVPKTINFO],
      [IPPROTO_IPV6, IPV6_RECVHOPLIMIT],
      [SOL_SOCKET, SO_TIMESTAMPNS],
    ] as const)
      receiver.setOption(level, option, 1);
    receiver.setOption(IPPROTO_IPV6, IPV6_JOIN_GROUP, Buffer.concat([GROUP, int(index('vl-b'))]));
    const sender = new Socket(AF_INET6, SOCK_RAW, VRRP);
    t.teardown(() => sender.close());
    sender.setOption(IPPROTO_IPV6, IPV6_MULTICAST_IF, index('vl-a'));
    sender.setOption(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
    const control: Control = [
      [IPPROTO_IPV6, IPV6_HOPLIMIT, int(64)],
      [IPPROTO_IPV6, IPV6_PKTINFO, Buffer.concat([source, int(index('vl-a'))])],
    ];
    t.equal(sender.send(Buffer.from('advert'), inet6(GROUP, index('vl-a')), control), 6);

    const into = Buffer.alloc(100);
    const got = await until('the packet', () => receiver.receive(into));
    t.equal(into.toString('utf8', 0, got.length), 'advert');
    t.same(octetsOf(got.control, IPV6_HOPLIMIT), int(64));
    t.same(
      octetsOf(got.control, IPV6_PKTINFO),
      Buffer.concat([GROUP, int(index('vl-b'))]),
      'destination and interface',
    );
    const [seconds = 0] = new BigInt64Array(Uint8Array.from(octetsOf(got.control, SO_TIMESTAMPNS)).buffer);
    t.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 60, 'the stamp is of now');
    t.same(got.source.subarray(8, 24), Buffer.from(source));
    t.equal(receiver.receive(into), undefined, 'and nothing else');
    t.throws(() => sender.send(into, undefined, [[0, 0, Buffer.alloc(600)]]), { code: 'ENOBUFS' });
    t.throws(() => sender.send(into, undefined, [[0, 0]] as unknown as Control), TypeError);
  },
);

t.test('many datagrams in a call, more than one batch of the kernel', (t) => {
  const receiver = new Socket(AF_UNIX, SOCK_DGRAM, 0);
  receiver.bind(unixAddress('@vl-many'));
  const sender = new Socket(AF_UNIX, SOCK_DGRAM, 0);
  const wanted = Array.from({ length: 400 }, (_, number) => Buffer.from(`datagram ${String(number)}`));
  const buffers = Array.from({ length: 100 }, () => Buffer.alloc(32));
  const got: string[] = [];
  for (let sent = 0; sent < wanted.length || got.length < wanted.length;) {
    sent += sender.sendMany(wanted.slice(sent), unixAddress('@vl-many'));
    for (const [index, { length }] of receiver.receiveMany(buffers).entries())
      got.push(buffers[index]?.toString('utf8', 0, length) ?? '');
  }
  t.same(got, wanted.map(String));
  t.same(receiver.receiveMany(buffers), [], 'an empty queue is an empty array');

  while (sender.send(Buffer.from('x'), unixAddress('@vl-many')) !== undefined);
  t.equal(sender.sendMany(wanted, unixAddress('@vl-many')), 0, 'a full queue takes none');
  t.match(receiver.receive(Buffer.alloc(0)), { length: 0, flags: MSG_TRUNC }, 'what has no room is cut off');
  sender.close();
  receiver.close();
  t.end();
});

t.test('errors carry code, errno and syscall', (t) => {
  const nobody = unixAddress('@vl-nobody');
  const socket = new Socket(AF_UNIX, SOCK_DGRAM, 0);
  const refused = { code: 'ECONNREFUSED', errno: -111, message: 'ECONNREFUSED: connection refused, sendmsg' };
  t.throws(() => socket.send(Buffer.from('x'), nobody), { ...refused, syscall: 'sendmsg' });
  t.throws(() => socket.sendMany([Buffer.from('x')], nobody), { code: 'ECONNREFUSED', syscall: 'sendmmsg' });
  t.throws(() => socket.setOption(SOL_SOCKET, 9999, 1), { code: 'ENOPROTOOPT', syscall: 'setsockopt' });
  t.throws(() => socket.getOption(SOL_SOCKET, 9999), { code: 'ENOPROTOOPT', syscall: 'getsockopt' });
  t.throws(() => socket.bind(netlinkAddress(0)), { code: 'EINVAL', syscall: 'bind' });
  t.throws(() => new Socket(AF_UNIX, 77, 0), { code: 'EINVAL', syscall: 'socket' });
  t.throws(() => new Socket(AF_UNIX, '2' as unknown as number, 0), TypeError);
  t.throws(() => socket.send('x' as unknown as Buffer), TypeError);
  t.throws(() => socket.sendMany(['x'] as unknown as Buffer[]), TypeError);
  t.throws(() => socket.receive(new Uint16Array(4) as unknown as Buffer), TypeError);
  t.throws(() => socket.watch('x' as unknown as () => void), TypeError);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the wrong object on purpose
  const { send } = socket;
  t.throws(() => send.call(new Timer() as unknown as Socket, Buffer.from('x')), TypeError);
  socket.close();
  socket.close();
  t.throws(() => socket.send(Buffer.from('x'), nobody), { code: 'EBADF' });
  t.throws(() => socket.watch(() => undefined), { code: 'EBADF' });
  t.end();
});

t.test('options are numbers or octets, and names are octets', (t) => {
  const socket = new Socket(AF_NETLINK, SOCK_RAW, 0);
  socket.setOption(SOL_SOCKET, SO_RCVBUF, 8192);
  t.same(socket.getOption(SOL_SOCKET, SO_RCVBUF), int(16384), 'the kernel doubles it');
  socket.setOption(SOL_SOCKET, SO_RCVBUF, int(4096));
  t.same(socket.getOption(SOL_SOCKET, SO_RCVBUF), int(8192));
  socket.bind(netlinkAddress(0));
  t.equal(socket.localName().length, 12);
  t.not(socket.localName().readUInt32LE(4), 0);
  socket.close();
  t.end();
});

t.test('a watch outlives an error on the socket', async (t) => {
  await vethPair('vl-c', 'vl-d');
  const socket = new Socket(AF_PACKET, SOCK_RAW, 0x0300);
  const index = (JSON.parse(ip('-j link show vl-c')) as [{ ifindex: number }])[0].ifindex;
  // sockaddr_ll with ETH_P_ALL
  socket.bind(Buffer.concat([Uint8Array.of(AF_PACKET, 0, 0, 3), int(index), Buffer.alloc(12)]));
  const seen: string[] = [];
  const into = Buffer.alloc(2048);
  socket.watch(() => {
    try {
      while (socket.receive(into) !== undefined) seen.push('frame');
    } catch (error) {
      seen.push((error as NodeJS.ErrnoException).code ?? '');
    }
  });
  t.throws(() => socket.watch(() => undefined), { code: 'EALREADY' });
  ip('link set vl-c down');
  await until('the error', () => seen.includes('ENETDOWN'));
  seen.length = 0;
  ip('link set vl-c up');
  await until('a frame after it', () => seen.includes('frame'));
  socket.close();
  t.pass('it went on');
});

t.test('an exception in a watch is the process’s uncaught exception', async (t) => {
  const failure = new Error('of the test');
  const caught = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  t.teardown(() => {
    process.setUncaughtExceptionCaptureCallback(null);
  });
  const timer = new Timer();
  timer.watch(() => {
    timer.close();
    throw failure;
  });
  timer.set(1);
  t.equal(await caught, failure);
});

t.test('descriptors are closed by close(), by collection, and with a thread', async (t) => {
  const before = openDescriptors();
  for (let count = 0; count < 200; count++) {
    const timer = new Timer();
    timer.watch(() => undefined);
    timer.close();
    new Socket(AF_UNIX, SOCK_DGRAM, 0);
  }
  t.ok(openDescriptors() <= before + 200);
  // Enough garbage for a collection.
  await until('the collection', () => {
    Array.from({ length: 200_000 }, () => ({}));
    return openDescriptors() <= before + 20;
  });

  const addon = new URL('../../native/build/Release/socket.node', import.meta.url).pathname;
  const code = `const { Socket, Timer } = require(${JSON.stringify(addon)});
    const timer = new Timer(); timer.watch(() => {}); new Timer().watch(() => {});
    globalThis.kept = new Socket(1, 2, 0); kept.watch(() => {});
    timer.close(); require('node:worker_threads').parentPort.postMessage('open');`;
  const worker = new Worker(code, { eval: true, execArgv: [] });
  await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  t.ok(openDescriptors() <= before + 20, 'of a thread that was ended');
});

t.test('room for descriptors is made beside the process, and none is left open', async (t) => {
  // proc(5): what the table of descriptors holds at present.
  const room = (): number => Number(/^FDSize:\s*(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const [before, open] = [room(), openDescriptors()];
  makeRoom(before * 2);
  await until('the room', () => room() >= before * 2);
  t.ok(room() < before * 4, 'no more than was asked for');
  await until('its end', () => openDescriptors() === open);
  t.throws(() => makeRoom('many' as never), { message: /./ });
});

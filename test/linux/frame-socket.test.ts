// Gratuitous ARP as ready-made frames: seen at the other end as they were given, in their order, many in a call; what
// the kernel refuses comes back as a value.

import { ip, until, vethPair } from './own-network.js';
import { execFileSync } from 'node:child_process';
import { putU32 } from 'netlink/dist/structs.js';
import t from 'tap';
import { addressFromOctets, macFromOctets } from '../../src/address.js';
import { FrameSocket } from '../../src/linux/frame-socket.js';
import { AF_PACKET, setBuffer, SOCK_RAW, Socket } from '../../src/linux/native.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';

/** ETH_P_ARP in network order, as the kernel wants it. */
const ARP = 0x0608;
const indexOf = (name: string): number => (JSON.parse(ip(`-j link show ${name}`)) as [{ ifindex: number }])[0].ifindex;

await vethPair('vl-a', 'vl-b');
const mac = macFromOctets(Uint8Array.of(2, 0, 0, 0, 0, 1));
const frameOf = (number: number): Buffer =>
  encodeGratuitousArp({ mac, address: addressFromOctets(Uint8Array.of(192, 0, number >> 8, number & 0xff)) });
const witness = new Socket(AF_PACKET, SOCK_RAW, ARP);
setBuffer(witness, 'receive', 4 << 20);
witness.bind(Buffer.concat([Uint8Array.of(AF_PACKET, 0, 8, 6), putU32(indexOf('vl-b')), Buffer.alloc(12)]));
const socket = new FrameSocket();
t.teardown(() => {
  socket.close();
  witness.close();
});

const into = Buffer.alloc(1500);
const seen = (): Buffer | undefined => {
  const got = witness.receive(into);
  return got && Buffer.from(into.subarray(0, got.length));
};

t.test('a gratuitous ARP is seen at the other end, octet for octet', async (t) => {
  t.equal(socket.send(indexOf('vl-a'), [frameOf(7)]), undefined);
  const frame = await until('the frame', seen);
  t.same(frame, frameOf(7));
  t.match(decodeArp(frame), { kind: 'arp', operation: 1, sender: { mac, address: '192.0.0.7' } });
  t.equal(seen(), undefined);
});

t.test('a thousand in one call, in their order', async (t) => {
  const frames = Array.from({ length: 1000 }, (_, number) => frameOf(number));
  t.equal(socket.send(indexOf('vl-a'), frames), undefined);
  for (const [number, frame] of frames.entries())
    if (!frame.equals(await until(`frame ${String(number)}`, seen))) t.fail(`frame ${String(number)} differs`);
  t.equal(seen(), undefined);
  t.equal(socket.send(indexOf('vl-a'), []), undefined);
});

t.test('a refusal comes back with the number of frames that went', (t) => {
  t.match(socket.send(999_999, [frameOf(1)]), { code: 'ENXIO', sent: 0 });
  t.match(socket.send(indexOf('vl-a'), [frameOf(1), Buffer.alloc(5000), frameOf(2)]), { code: 'EMSGSIZE', sent: 1 });
  ip('link set vl-a down');
  t.match(socket.send(indexOf('vl-a'), [frameOf(1)]), { code: 'ENETDOWN', message: 'network is down', sent: 0 });
  t.end();
});

t.test('a transmit queue that is full refuses the rest', (t) => {
  ip('link set vl-a up');
  execFileSync('tc', 'qdisc replace dev vl-a root tbf rate 8kbit burst 1540 limit 2000'.split(' '));
  const refused = socket.send(
    indexOf('vl-a'),
    Array.from({ length: 500 }, (_, number) => frameOf(number)),
  );
  t.match(refused, { code: 'ENOBUFS' });
  const sent = refused?.sent ?? 0;
  t.ok(sent > 0 && sent < 500, `${String(sent)} went`);
  t.end();
});

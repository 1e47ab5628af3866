// The loop on the real kernel, driven by a core that only asks: a second owner answers a probe, and an answer that the
// kernel has at once is handled right after the effect that it belongs to.

import { ip, until, vethPair } from '../linux/own-network.js';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { putU16, putU16be } from 'netlink/dist/structs.js';
import t from 'tap';
import { addressFromOctets, parseAddress, VRRP_GROUPS, type IpAddress, type MacAddress } from '../../src/address.js';
import { Loop, type Core } from '../../src/daemon/loop.js';
import { KernelHost } from '../../src/daemon/perform.js';
import { AF_PACKET, SOCK_RAW, Socket } from '../../src/linux/native.js';
import { Scripts } from '../../src/linux/scripts.js';
import { seconds } from '../../src/time.js';
import { after, milliseconds, type Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input } from '../../src/vrrp/input.js';
import { aConfig, anInstance } from '../vrrp/host.js';

function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}
const address = addressFromOctets(Uint8Array.of(192, 0, 2, 10));
await vethPair('vl-a', 'vl-b');
ip('link set lo up');
const macOf = (name: string): MacAddress =>
  (JSON.parse(ip(`-j link show ${name}`)) as [{ address: MacAddress }])[0].address;

/** Of the instance whose take-over is rehearsed: it must never be on the interface. */
const rehearsed = {
  dev: 'vl-b',
  prefix: { address: addressOf('192.0.2.99'), length: 32 },
  scope: 0,
  place: { file: '', line: 1, column: 1 },
};

/** Asks for these effects at the next input. */
let asked: Effect[] = [];
const inputs: Input[] = [];
const core: Core = {
  hasStopped: false,
  handle: (input) => {
    inputs.push(input);
    if (input.kind === 'tick') due = undefined;
    return asked.splice(0);
  },
  nextDeadline: () => due,
  get isTakeOverNext() {
    return isTakeOver;
  },
};
let due: Instant | undefined;
let isTakeOver = false;
const log: string[] = [];
const host = new KernelHost({
  config: aConfig({ instances: [anInstance({ interface: 'vl-b', virtualAddresses: [rehearsed] })] }),
  scripts: new Scripts(),
  log: (_level, text) => log.push(text),
  notify: () => undefined,
  wake: () => {
    wakes += 1;
    loop.wake();
  },
});
let wakes = 0;
const loop = new Loop(core, host);
t.teardown(() => host.close());
loop.wake();
/** What comes in until the loop is left, the tick that brings the effects apart. */
function perform(...effects: Effect[]): Input[] {
  asked = effects;
  inputs.length = 0;
  loop.handle({ kind: 'tick' });
  return inputs.slice(1);
}

t.test('a second owner answers a probe', async (t) => {
  ip(`addr add ${address}/24 dev vl-b`);
  loop.wake();
  perform({ kind: 'send-probe', interface: 'vl-a', mac: macOf('vl-a'), address });
  const claim = await until('the answer', () => inputs.find(({ kind }) => kind === 'claim'));
  t.same(claim, { kind: 'claim', interface: 'vl-a', address, mac: macOf('vl-b'), isAnswer: true });
});

t.test('adverts on IPv6, and who claims an address', async (t) => {
  const [source, vip] = [addressOf('fe80::a'), addressOf('2001:db8::10')];
  ip(`addr add ${source}/64 dev vl-a nodad`);
  await until('the address', () => {
    loop.wake();
    return inputs.some(
      (input) => input.kind === 'link' && input.link?.addresses.some(({ address }) => address === source),
    );
  });
  const family = 'ipv6';
  const groups = [VRRP_GROUPS.ipv6];
  for (const name of ['vl-a', 'vl-b']) t.same(perform({ kind: 'open-link', interface: name, family, groups }), []);
  const failure = { kind: 'failed', effect: 'open-link', interface: 'vl-x', family, error: 'no such interface' };
  t.same(perform({ kind: 'open-link', interface: 'vl-x', family, groups }), [failure]);

  const ends = { source, destination: VRRP_GROUPS.ipv6, ttl: 254 };
  const advert = { version: 3, virtualRouterId: 7, priority: 9, interval: seconds(1), addresses: [vip] } as const;
  perform({ kind: 'send-advert', interface: 'vl-a', header: { ...ends, identification: 1 }, advert });
  const packet = await until('the advert', () => inputs.find(({ kind }) => kind === 'packet'));
  t.match(packet, { interface: 'vl-b', packet: { ...ends, checksumValid: true, advert } });

  const mac = macOf('vl-a');
  perform({ kind: 'send-na', interface: 'vl-a', mac, addresses: [vip], rounds: 1 });
  const claim = await until('the claim', () => inputs.find(({ kind }) => kind === 'claim'));
  t.same(claim, { kind: 'claim', interface: 'vl-b', address: vip, mac, isAnswer: false });
});

t.test('neighbour advertisements say whether the host is a router', async (t) => {
  const witness = new Socket(AF_PACKET, SOCK_RAW, 0);
  t.teardown(() => witness.close());
  witness.bind(Buffer.concat([putU16(AF_PACKET), putU16be(0x86dd), Buffer.alloc(16)]));
  const frame = Buffer.alloc(100);
  const flags = async (): Promise<number | undefined> => {
    perform({
      kind: 'send-na',
      interface: 'vl-a',
      mac: macOf('vl-a'),
      addresses: [addressOf('2001:db8::10')],
      rounds: 1,
    });
    await until('the advertisement', () => witness.receive(frame) && frame[54] === 136);
    return frame[58];
  };
  t.equal(await flags(), 0x20, 'override');
  writeFileSync('/proc/sys/net/ipv6/conf/vl-a/forwarding', '1');
  await flags();
  t.equal(await flags(), 0xa0, 'and router: what it is at one time is said at the next');
});

t.test('a probe that cannot be sent is no failure', (t) => {
  t.same(perform({ kind: 'send-probe', interface: 'vl-x', mac: macOf('vl-a'), address }), []);
  ip('link set vl-a down');
  const told = perform({ kind: 'send-probe', interface: 'vl-a', mac: macOf('vl-a'), address });
  t.same(
    told.filter(({ kind }) => kind === 'failed'),
    [],
  );
  t.end();
});

t.test('a few connections are reset before the next effect, and the answer comes in the same wake', async (t) => {
  const server = createServer((end) => end.on('error', () => undefined).write('welcome')).listen(0, '0.0.0.0');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const bound = server.address();
  const client = connect({ host: address, port: typeof bound === 'object' && bound ? bound.port : 0 });
  await once(client, 'data');
  const end = new Promise<string | undefined>((resolve) => {
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    client.on('close', () => resolve(undefined));
  });
  const leaving = { dev: 'vl-b', prefix: { address, length: 24 }, scope: 0, place: { file: '', line: 1, column: 1 } };
  const told = perform(
    { kind: 'reset-connections', addresses: [address] },
    { kind: 'remove-address', address: leaving },
  );
  t.same(told, [{ kind: 'connections-reset', addresses: [address], count: 1 }]);
  t.match(await end, /^ECONN(RESET|ABORTED)$/);
  t.same(
    log.filter((line) => line.includes('reset')),
    [],
  );
});

t.test('before a take-over it looks at its queues, and nothing that it does then is seen', async (t) => {
  const witness = new Socket(AF_PACKET, SOCK_RAW, 0);
  t.teardown(() => witness.close());
  witness.bind(Buffer.concat([putU16(AF_PACKET), putU16be(3), Buffer.alloc(16)]));
  ip('link set vl-a up');
  isTakeOver = true;
  for (let count = 0; count < 5; count += 1) {
    const addresses = ip('-4 -o addr show');
    due = after(host.now(), milliseconds(50));
    inputs.length = 0;
    const tick = until('the tick', () => inputs.some(({ kind }) => kind === 'tick'));
    const at = due;
    loop.wake();
    await tick;
    t.ok(host.now() >= at, 'not before it is due');
    t.same(
      inputs.filter(({ kind }) => kind !== 'link'),
      [{ kind: 'tick' }],
    );
    t.equal(ip('-4 -o addr show'), addresses);
  }
  isTakeOver = false;
  const seen: string[] = [];
  // What the kernel says by itself goes by IGMP and by IPv6.
  const isOurs = (frame: Buffer): boolean => frame.readUInt16BE(12) === 0x0806 || frame[23] === 112;
  for (const frame = Buffer.alloc(100); witness.receive(frame);) if (isOurs(frame)) seen.push(frame.toString('hex'));
  t.same(seen, []);
});

t.test('what is due each 10 ms wakes the process once each time', async (t) => {
  const before = wakes;
  for (let count = 0; count < 20; count += 1) {
    due = after(host.now(), milliseconds(10));
    inputs.length = 0;
    loop.wake();
    await until('the tick', () => inputs.some(({ kind }) => kind === 'tick'));
  }
  t.ok(wakes - before < 30, `${wakes - before} times`);
});

// The loop on the real kernel, driven by a core that only asks: a second owner answers a probe, and an answer that the
// kernel has at once is handled right after the effect that it belongs to.

import { ip, until, vethPair } from '../linux/own-network.js';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import t from 'tap';
import { addressFromOctets, type MacAddress } from '../../src/address.js';
import { Loop, type Core } from '../../src/daemon/loop.js';
import { KernelHost } from '../../src/daemon/perform.js';
import { Scripts } from '../../src/linux/scripts.js';
import { after, milliseconds, type Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input } from '../../src/vrrp/input.js';
import { aConfig } from '../vrrp/host.js';

const address = addressFromOctets(Uint8Array.of(192, 0, 2, 10));
await vethPair('vl-a', 'vl-b');
ip('link set lo up');
const macOf = (name: string): MacAddress =>
  (JSON.parse(ip(`-j link show ${name}`)) as [{ address: MacAddress }])[0].address;

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
};
let due: Instant | undefined;
const log: string[] = [];
const host = new KernelHost({
  config: aConfig({}),
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

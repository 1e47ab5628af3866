// HAProxy on both hosts, and clients with connections of every habit, while the address moves by a planned stop: new ones
// are opened as before, old ones are told at once that they are over. RFC 9293 § 3.5.2: a reset. sock_diag(7) is who tells.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { COUNT, HABITS, PORT, type Habit, type Told } from '../bench/service-plan.js';
import type { Daemon } from './daemon.js';
import { projectRoot } from './daemon.js';
import { eventually } from './eventually.js';
import { VIP } from './pair.js';
import { Prober } from './prober.js';
import { WatchedPair } from './watched-pair.js';

const SERVER = '192.168.1.201';
const OWN = '192.168.1.191';
/** ms. Five times what an idle machine needs. */
const SLOW = 1_000;
const TOLD = 250;
/** ms. How long the clients are watched from the stop on. */
const WATCHED = 3_000;
const HAPROXY = `defaults
    mode tcp
    timeout connect 1s
    timeout client 60s
    timeout server 60s
listen service
    bind *:${PORT}
    server one ${SERVER}:${PORT}
`;

const program = (name: string, ...args: string[]): string[] => [
  process.execPath,
  path.join(projectRoot(), `dist/${name}.js`),
  ...args,
];

/** What clients of an address have told until now; returns when they are served. */
async function clientsOf({ pair }: WatchedPair, address: string): Promise<readonly Told[]> {
  const heard: Told[] = [];
  pair.client.namespace.start(program('clients', address), (line) => heard.push(JSON.parse(line) as Told));
  await eventually('the clients are served', () => heard.filter(({ kind }) => kind === 'new').length > 20);
  return heard;
}

const endsOf = (heard: readonly Told[], habit: Habit): number[] =>
  heard.flatMap((one) => (one.kind === 'ended' && one.habit === habit ? [one.at] : []));

async function move(t: Test, watched: WatchedPair, { resets }: { resets: boolean }): Promise<void> {
  const { a, b, pair } = watched;
  const server = await pair.lab.host({ name: 'server', interface: 'eth1', address: `${SERVER}/24` });
  server.namespace.start(program('server'));
  for (const { host } of [a, b]) {
    await host.namespace.write('/run/haproxy.cfg', HAPROXY);
    await host.namespace.run('haproxy', '-D', '-f', '/run/haproxy.cfg');
  }
  const [heard, own] = [await clientsOf(watched, VIP), await clientsOf(watched, OWN)];
  const from = Prober.mark();
  await a.job?.stop();
  await sleep(from + WATCHED - Prober.mark());
  const movedAt = (await watched.words(from)).find(({ name }) => name === 'b')?.at ?? NaN;
  const opened = heard.flatMap((one) => (one.kind === 'new' && one.at >= from ? [one] : []));
  const served = opened.filter(({ isBroken }) => !isBroken);
  const [longest = { at: NaN, took: NaN }] = served.toSorted((one, other) => other.took - one.took);
  t.ok(opened.length > 100, `${opened.length} new connections`);
  const when = `opened ${Math.round(longest.at - movedAt)} ms after the take-over`;
  // A request for a connection that nobody was there to hear is repeated after a second (RFC 6298).
  const most = (await watched.heldUp(b, from)) > 0 ? 2 * SLOW : SLOW;
  t.ok(longest.took < most, `the longest one, ${when}, took ${Math.round(longest.took)} ms of ${most}`);
  // One that is on its way to HAProxy's server in the moment of the move is reset.
  const broken = opened.flatMap(({ at, isBroken }) => (isBroken ? [Math.round(at - movedAt)] : []));
  t.ok(
    broken.every((at) => Math.abs(at) < TOLD),
    `reset: those opened ${broken.join()} ms after the take-over`,
  );
  for (const habit of HABITS) {
    const ends = endsOf(heard, habit);
    const last = Math.max(...ends) - movedAt;
    // One that sends anything, if only an acknowledgement, is told by the new host, whatever the old one does.
    if (resets || habit === 'active') t.equal(ends.length, COUNT, `each ${habit} connection is told`);
    if (resets) t.ok(last < TOLD, `${Math.round(last)} ms after the take-over`);
    else if (habit === 'idle') t.strictSame(ends, [], 'nobody tells an idle one');
    t.strictSame(endsOf(own, habit), [], `and none to the host's own address`);
  }
  t.equal(
    a.job?.log.some((line) => line.includes(') connections of the addresses that left')),
    resets,
    'the log says so',
  );
}

t.jobs = 2;
for (const b of ['vrrpd', 'keepalived'] as const satisfies readonly Daemon[])
  t.test(`from vrrpd to ${b}`, { buffered: true }, (t) =>
    WatchedPair.play(t, { a: 'vrrpd', b, nopreempt: true }, (watched) => move(t, watched, { resets: true })),
  );
t.test('with reset_connections off', { buffered: true }, (t) => {
  const edit = (text: string): string => text.replace('advert_int 1', 'advert_int 1\n    reset_connections off');
  return WatchedPair.play(t, { a: 'vrrpd', b: 'vrrpd', nopreempt: true, edit }, (watched) =>
    move(t, watched, { resets: false }),
  );
});

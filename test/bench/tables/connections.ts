// TCP connections through HAProxy on both hosts while the address is moved by a planned stop: new ones, and those that
// have lived for some time.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../lab/daemon.js';
import { eventually } from '../../lab/eventually.js';
import type { Host } from '../../lab/host.js';
import { COUNT, HABITS, PATIENCE, PORT, type Habit, type Told } from '../service-plan.js';
import { clock, Stage, takesOver, VIP } from '../stage.js';
import type { Figure, Row, Table } from '../table.js';
import { claimsIn } from '../wire.js';

const SERVER = '192.168.1.201';
/** Milliseconds: how long the clients are watched from the stop on. */
const WATCHED = 5_000;
const SLOW = 200;
const HAPROXY = `defaults
    mode tcp
    timeout connect 1s
    timeout client 60s
    timeout server 60s
listen service
    bind *:${PORT}
    server one ${SERVER}:${PORT}
`;

const told = (habit: Habit, title: string): Row => ({
  key: habit,
  title: `${title}: told after the take-over`,
  unit: 'ms',
  limit: 0,
});

export const connections: Table = {
  name: 'connections',
  title: 'Connections across a planned stop, with HAProxy',
  about:
    'HAProxy runs on both hosts in front of one server. The daemon of the master is stopped while a client opens a new ' +
    'connection each 5 ms and has twelve that live long: four ask each 50 ms, four are told something each 10 ms, four are ' +
    `idle. They are watched for ${WATCHED / 1_000} s from the stop on. "Told" is the last of the four to learn of its end; ` +
    '"never" is one that still hangs then.',
  rows: [
    { key: 'slow', title: `new connections over ${SLOW} ms`, unit: '', limit: 0, target: 0 },
    { key: 'broken', title: 'new connections that were reset', unit: '', limit: 0 },
    { key: 'longest', title: 'the longest new connection', unit: 'ms', limit: 0 },
    told('active', 'who asks'),
    { ...told('receiving', 'who only receives'), target: 50 },
    { ...told('idle', 'who is idle'), target: 50 },
  ],
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon }, async (stage) => {
      const { lab, a, b, client } = stage;
      const server = await lab.host({ name: 'server', interface: 'eth1', address: `${SERVER}/24` });
      server.namespace.start(program('server'));
      for (const { host } of [a, b]) await startHaproxy(host);
      await stage.begin();
      const heard: Told[] = [];
      client.namespace.start(program('clients', VIP), (line) => heard.push(JSON.parse(line) as Told));
      await eventually('the clients are served', () => heard.filter(({ kind }) => kind === 'new').length > 100);
      const from = clock();
      await a.job?.signal('SIGTERM');
      await takesOver(b);
      const span = { from, to: from + WATCHED };
      await sleep(span.to + PATIENCE - clock());
      const movedAt = claimsIn(await stage.frames(b))[0]?.at ?? NaN;
      const opened = heard.flatMap((one) => (one.kind === 'new' && one.at >= from && one.at < span.to ? one : []));
      const served = opened.filter(({ isBroken }) => !isBroken).map(({ took }) => took);
      return {
        figures: {
          slow: served.filter((took) => took > SLOW).length,
          broken: opened.length - served.length,
          longest: Math.max(...served),
          ...Object.fromEntries(HABITS.map((habit) => [habit, lastToldOf(habit, heard, { movedAt, to: span.to })])),
        },
        span,
      };
    }),
};

const program = (name: string, ...args: string[]): string[] => [
  process.execPath,
  path.join(projectRoot(), `dist/${name}.js`),
  ...args,
];

async function startHaproxy({ namespace }: Host): Promise<void> {
  await namespace.write('/run/haproxy.cfg', HAPROXY);
  await namespace.run('haproxy', '-D', '-f', '/run/haproxy.cfg');
}

/** Milliseconds after the take-over. One that was told before it was told at once. */
function lastToldOf(habit: Habit, heard: readonly Told[], { movedAt, to }: { movedAt: number; to: number }): Figure {
  const ends = heard.flatMap((one) => (one.kind === 'ended' && one.habit === habit && one.at < to ? one.at : []));
  return ends.length < COUNT ? 'never' : Math.max(0, ...ends.map((at) => at - movedAt));
}

// The daemon of the master crashes and is started again, by its supervisor at once or some time later.

import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../lab/job.js';
import { lost } from '../probes.js';
import { clock, Stage, type Router } from '../stage.js';
import { together, type Contestant, type Round, type Row, type Table } from '../table.js';
import { claimsIn } from '../wire.js';

/** Seconds after the crash at which all of it is started again. */
const LATER = [0.15, 0.5, 2] as const;
/** Milliseconds after the crash: by then the other one has taken over if it is to. */
const WATCHED = 4_500;

const rowsOf = (key: string, title: string): Row[] => [
  { key: `${key}-lost`, title: `${title}: probes lost`, unit: '', limit: 0, target: 2 },
  { key: `${key}-moved`, title: `${title}: changes of master`, unit: '', limit: 0, target: 0 },
];

export const crash: Table = {
  name: 'crash',
  title: 'The daemon crashes and comes back',
  about:
    'The process that speaks VRRP is killed on the master. Under its supervisor (keepalived has its own, its parent; ' +
    'vrrpd is started again at once, as systemd does with RestartSec=0) or, when all of the daemon is killed, by hand ' +
    'after some time. The probes of the client, one each millisecond, are counted until the other one would have taken ' +
    'over. Up to a second has passed since the last advert when it crashes: whoever starts 2 s later may come too late ' +
    'to remain master.',
  rows: [
    ...rowsOf('at-once', 'under its supervisor'),
    ...LATER.flatMap((seconds) => rowsOf(String(seconds), `started again after ${seconds} s`)),
  ],
  play: async (daemon) =>
    together(
      ...(await Promise.all([
        play(daemon, 'at-once', supervised),
        ...LATER.map((seconds) => play(daemon, String(seconds), (stage) => startedLater(stage, seconds))),
      ])),
    ),
};

const play = (daemon: Contestant, key: string, suffer: (stage: Stage) => Promise<void>): Promise<Round> =>
  Stage.with({ a: daemon, b: daemon }, async (stage) => {
    await stage.begin();
    const from = clock();
    await suffer(stage);
    await sleep(Math.max(0, from + WATCHED - clock()));
    const span = { from, to: clock() };
    const probes = await stage.probes.stop(span);
    const moved = claimsIn(await stage.frames(stage.b)).length > 0 ? 1 : 0;
    return { figures: { [`${key}-lost`]: lost(probes), [`${key}-moved`]: moved }, span };
  });

async function supervised(stage: Stage): Promise<void> {
  process.kill(await speakerOf(stage.a), 'SIGKILL');
  if (stage.a.daemon === 'keepalived') return;
  await stage.a.job?.ended;
  await stage.launch(stage.a);
}

async function startedLater(stage: Stage, seconds: number): Promise<void> {
  await stage.a.job?.kill();
  await sleep(seconds * 1_000);
  await stage.launch(stage.a);
}

/** The process that speaks VRRP: of keepalived the one that its parent starts again. */
async function speakerOf({ job, daemon }: Router): Promise<number> {
  const pid = (await job?.pid()) ?? NaN;
  if (daemon === 'vrrpd') return pid;
  const [child] = await childrenOf(pid);
  return child ?? NaN;
}

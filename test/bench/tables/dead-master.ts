// The master dies: its daemon alone, whose kernel goes on answering for the address, or the whole host with its cables.

import { setTimeout as sleep } from 'node:timers/promises';
import { firstAnswerOf, longestHole } from '../probes.js';
import { BONUS, PRIORITIES, clock, masterDownInterval, Stage, takesOver } from '../stage.js';
import { foretell, type Loss } from '../../lab/layout1.js';
import type { Contestant, Round, Row, Table } from '../table.js';
import { announcementsIn, claimsIn, firstAfter } from '../wire.js';

/** That of the other one, whose check succeeds. */
export const MASTER_DOWN_INTERVAL = masterDownInterval(PRIORITIES.b + BONUS);

/** Of every take-over from a master that said no farewell. */
export const TAKE_OVER_ROWS: readonly Row[] = [
  { key: 'silence', title: 'silence over Master_Down_Interval', unit: 'ms', limit: 0, target: 1 },
  { key: 'announced', title: 'first advert to first gratuitous ARP', unit: 'ms', limit: 0, target: 0.5 },
  { key: 'answered', title: 'first advert to the new host answering', unit: 'ms', limit: 0, target: 2 },
  { key: 'foretold', title: 'silence, off from what "vrrpd simulate" foretells', unit: 'ms', limit: 0, target: 30 },
];

export const deadMaster: Table = {
  name: 'dead-master',
  title: 'The master dies',
  about:
    'The daemon of the master and all that it started is killed at once; its kernel goes on answering until the other ' +
    'one announces itself. Then the same with the whole host, which is gone in an instant. Who keeps to the protocol has ' +
    `to wait for Master_Down_Interval, which is ${MASTER_DOWN_INTERVAL.toFixed(0)} ms here, from the last advert.`,
  rows: [
    ...TAKE_OVER_ROWS,
    { key: 'daemon', title: 'daemon killed: hole at the client', unit: 'ms', limit: 0 },
    {
      key: 'host',
      title: 'host gone: hole at the client',
      unit: 'ms',
      limit: MASTER_DOWN_INTERVAL - 1_000,
    },
  ],
  play: async (daemon) => {
    // One after the other: what ends a host keeps a processor busy.
    const killed = await takeOver(daemon, 'crash', ({ a }) => a.job?.kill() ?? Promise.resolve());
    const gone = await takeOver(daemon, 'crash', ({ a }) => a.host.namespace.close());
    const { hole, span, ...figures } = killed;
    return {
      figures: { ...figures, daemon: hole, host: gone.hole },
      span,
    };
  },
};

/** How b takes over when this is done to the master, in milliseconds; for the simulation it is a loss of this kind. */
export async function takeOver(daemon: Contestant, loss: Loss, lose: (stage: Stage) => Promise<void>) {
  return Stage.with({ a: daemon, b: daemon }, async (stage) => {
    const { a, b } = stage;
    await stage.begin();
    const from = clock();
    await lose(stage);
    await takesOver(b);
    await sleep(200);
    const span: Round['span'] = { from, to: clock() };
    const probes = await stage.probes.stop(span);
    const last = claimsIn(await stage.frames(a)).at(-1)?.at ?? NaN;
    const seen = await stage.frames(b);
    const first = claimsIn(seen)[0]?.at ?? NaN;
    return {
      silence: first - last - MASTER_DOWN_INTERVAL,
      foretold: Math.abs(first - last - (foretell(daemon).get(loss) ?? NaN)),
      announced: firstAfter(announcementsIn(seen), first) - first,
      answered: (firstAnswerOf(b.host.mac, probes) ?? NaN) - first,
      hole: longestHole(probes),
      span,
    };
  });
}

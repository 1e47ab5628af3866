// The check of HAProxy fails on the master: with a weight that makes the other one better, and without a weight.

import { setTimeout as sleep } from 'node:timers/promises';
import { longestHole, lost } from '../probes.js';
import { clock, Stage, takesOver, type Edit } from '../stage.js';
import { together, type Contestant, type Round, type Row, type Table } from '../table.js';
import { claimsIn, firstAfter } from '../wire.js';

const withWeight =
  (weight: string): Edit =>
  (text) =>
    text.replace(/interval 2.*/, 'interval 1\n    fall 2').replace(/weight 2.*/, weight);

const rowsOf = (key: string, title: string): Row[] => [
  { key: `${key}-lost`, title: `${title}: probes lost`, unit: '', limit: 0 },
  { key: `${key}-hole`, title: `${title}: longest hole at the client`, unit: 'ms', limit: 0 },
  { key: `${key}-after`, title: `${title}: failure to the first advert of the heir`, unit: 'ms' },
];

export const checkFailure: Table = {
  name: 'check-failure',
  title: 'The check fails on the master',
  about:
    'The check of both routers runs each second and counts as failed after two failures. With "weight -30" the master ' +
    'becomes worse than its peer, which preempts; without a weight it is in FAULT.',
  rows: [...rowsOf('weight', 'weight -30'), ...rowsOf('fault', 'without a weight')],
  play: async (daemon) =>
    together(
      ...(await Promise.all([play(daemon, 'weight', withWeight('weight -30')), play(daemon, 'fault', withWeight(''))])),
    ),
};

const play = (daemon: Contestant, key: string, edit: Edit): Promise<Round> =>
  Stage.with({ a: daemon, b: daemon, edit }, async (stage) => {
    const { a, b } = stage;
    await stage.begin();
    const from = clock();
    await stage.failCheck(a);
    await takesOver(b);
    await sleep(500);
    const span = { from, to: clock() };
    const probes = await stage.probes.stop(span);
    const heir = claimsIn(await stage.frames(b)).map(({ at }) => at);
    return {
      figures: {
        [`${key}-lost`]: lost(probes),
        [`${key}-hole`]: longestHole(probes),
        [`${key}-after`]: firstAfter(heir, from) - from,
      },
      span,
    };
  });

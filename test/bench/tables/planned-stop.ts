// The master is stopped as an operator does it: SIGTERM.

import { setTimeout as sleep } from 'node:timers/promises';
import { foretell } from '../../lab/layout1.js';
import { longestHole, lost, wrongAnswers } from '../probes.js';
import { BONUS, clock, skewTime, Stage, takesOver } from '../stage.js';
import type { Table } from '../table.js';
import { claimsIn, farewellsIn, firstAfter } from '../wire.js';

export const plannedStop: Table = {
  name: 'planned-stop',
  title: 'The master is stopped',
  about:
    'The daemon of the master gets SIGTERM. It says priority 0, and the other one takes over after its skew, which is ' +
    `${skewTime(112).toFixed(0)} ms here; how long the address is served meanwhile is up to the one who leaves.`,
  rows: [
    { key: 'lost', title: 'probes lost, one each millisecond', unit: '', limit: 0, target: 2 },
    { key: 'hole', title: 'longest hole at the client', unit: 'ms', limit: 0 },
    { key: 'wrong', title: 'answers of the old host after the first of the new one', unit: '', limit: 0 },
    { key: 'farewell', title: 'SIGTERM to priority 0', unit: 'ms', limit: 0, target: 2 },
    { key: 'skew', title: 'priority 0 to the first advert, over the skew', unit: 'ms', limit: 0, target: 1 },
    {
      key: 'foretold',
      title: 'hole at the client, off from what "vrrpd simulate" foretells',
      unit: 'ms',
      limit: 0,
      target: 30,
    },
  ],
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon }, async (stage) => {
      const { a, b } = stage;
      await stage.begin();
      const pid = await a.job?.pid();
      const from = clock();
      process.kill(pid ?? NaN, 'SIGTERM');
      await takesOver(b);
      await sleep(500);
      const span = { from, to: clock() };
      const probes = await stage.probes.stop(span);
      const farewell = farewellsIn(await stage.frames(a))[0]?.at ?? NaN;
      const claims = claimsIn(await stage.frames(b)).map(({ at }) => at);
      const heir = firstAfter(claims, farewell);
      const hole = longestHole(probes);
      return {
        figures: {
          lost: lost(probes),
          hole,
          wrong: wrongAnswers(probes),
          farewell: farewell - from,
          foretold: Math.abs(hole - (foretell(daemon).get('stop') ?? NaN)),
          skew: heir - farewell - skewTime(b.priority + BONUS),
        },
        span,
      };
    }),
};

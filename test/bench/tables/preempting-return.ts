// A router with a higher priority, and without nopreempt, comes back while the other one serves.

import { setTimeout as sleep } from 'node:timers/promises';
import { longestHole, lost, wrongAnswers } from '../probes.js';
import { clock, masterDownInterval, preempting, Stage, takesOver, withoutCheck } from '../stage.js';
import type { Table } from '../table.js';
import { claimsIn } from '../wire.js';

export const preemptingReturn: Table = {
  name: 'preempting-return',
  title: 'A better router comes back',
  about:
    'The router with the lower priority serves alone when the better one is started, which preempts: after its ' +
    'Master_Down_Interval, since it does not listen to adverts of a lower priority.',
  rows: [
    { key: 'start', title: 'start to its first advert, over Master_Down_Interval', unit: 'ms', limit: 0 },
    { key: 'lost', title: 'probes lost', unit: '', limit: 0, target: 2 },
    { key: 'hole', title: 'longest hole at the client', unit: 'ms', limit: 0 },
    { key: 'wrong', title: 'answers of the old host after the first of the new one', unit: '', limit: 0 },
  ],
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon, edit: (text) => preempting(withoutCheck(text)) }, async (stage) => {
      const { a, b } = stage;
      await stage.start(b);
      await takesOver(b);
      await sleep(1_000 + Math.random() * 500);
      const started = clock();
      await stage.start(a);
      await takesOver(a);
      await sleep(500);
      const span = { from: started, to: clock() };
      const probes = await stage.probes.stop(span);
      const first = claimsIn(await stage.frames(a))[0]?.at ?? NaN;
      return {
        figures: {
          start: first - started - masterDownInterval(a.priority),
          lost: lost(probes),
          hole: longestHole(probes),
          wrong: wrongAnswers(probes),
        },
        span,
      };
    }),
};

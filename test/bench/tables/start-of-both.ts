// Both routers are started in the same moment, as after a power cut.

import { setTimeout as sleep } from 'node:timers/promises';
import { clock, masterDownInterval, Stage, takesOver, withoutCheck } from '../stage.js';
import type { Table } from '../table.js';
import { claimsIn } from '../wire.js';

export const startOfBoth: Table = {
  name: 'start-of-both',
  title: 'Both routers start at once',
  about:
    'Nobody serves; after its Master_Down_Interval, which is the shorter one, the better router is to be master. With ' +
    'nopreempt a worse one that is quicker stays it: the two differ by 39 ms.',
  rows: [
    { key: 'start', title: 'start to the first advert, over Master_Down_Interval', unit: 'ms', limit: 0 },
    { key: 'wrong', title: 'the worse one becomes master', unit: '', limit: 0, target: 0 },
  ],
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon, edit: withoutCheck }, async (stage) => {
      const { a, b } = stage;
      const from = clock();
      await Promise.all([stage.start(a), stage.start(b)]);
      await Promise.race([takesOver(a), takesOver(b)]);
      await sleep(300);
      const [first, second] = [claimsIn(await stage.frames(a))[0], claimsIn(await stage.frames(b))[0]];
      return {
        figures: {
          ...(first && { start: first.at - from - masterDownInterval(a.priority) }),
          wrong: second === undefined ? 0 : 1,
        },
        span: { from, to: clock() },
      };
    }),
};

// A third host says one bad packet each 0.3 s while the master serves a client.

import { setTimeout as sleep } from 'node:timers/promises';
import { longestGap } from '../../lab/adverts.js';
import { Stranger } from '../../lab/stranger.js';
import { BAD_PACKETS } from '../bad-packets.js';
import { longestHole, lost } from '../probes.js';
import { clock, Stage, withoutCheck } from '../stage.js';
import type { Table } from '../table.js';

const SECONDS = 12;
const EACH_MILLISECONDS = 300;

export const badPackets: Table = {
  name: 'bad-packets',
  title: 'A bad packet each 0.3 s',
  about:
    `For ${SECONDS} seconds a third host says a packet each 0.3 s that is to be dropped, by turns: ` +
    `${Object.keys(BAD_PACKETS).join(', ')}.`,
  rows: [
    {
      key: 'adverts',
      title: `adverts of the master in ${SECONDS} s`,
      unit: '',
      limit: SECONDS,
      target: SECONDS,
      better: 'more',
    },
    { key: 'gap', title: 'longest time between two of them', unit: 'ms', limit: 1_000, target: 1_010 },
    { key: 'lost', title: 'probes lost, one each millisecond', unit: '', limit: 0, target: 0 },
    { key: 'hole', title: 'longest hole at the client', unit: 'ms', limit: 0 },
  ],
  mostRounds: 3,
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon, edit: withoutCheck }, async (stage) => {
      const { a, lab } = stage;
      const stranger = await Stranger.on(
        await lab.host({ name: 'stranger', interface: 'eth1', address: '192.168.1.193/24' }),
      );
      await stage.begin();
      const kinds = Object.values(BAD_PACKETS);
      const from = clock();
      for (let said = 0; clock() < from + SECONDS * 1_000; said += 1) {
        stranger.say(kinds[said % kinds.length] ?? Buffer.alloc(0));
        await sleep(Math.max(0, from + (said + 1) * EACH_MILLISECONDS - clock()));
      }
      const span = { from, to: from + SECONDS * 1_000 };
      const probes = await stage.probes.stop(span);
      const adverts = await a.capture.adverts();
      const before = adverts.findLastIndex(({ at }) => at / 1_000 < from);
      const inside = adverts.filter(({ at }, index) => index >= before && at / 1_000 < span.to);
      return {
        figures: {
          adverts: inside.length - 1,
          gap: longestGap(inside),
          lost: lost(probes),
          hole: longestHole(probes),
        },
        span,
      };
    }),
};

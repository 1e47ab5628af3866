// The master stands still for some seconds and goes on: its daemon alone, or the whole host, as a virtual machine that is
// moved does.

import { setTimeout as sleep } from 'node:timers/promises';
import { lost, wrongAnswers } from '../probes.js';
import { clock, Stage, takesOver } from '../stage.js';
import { together, type Contestant, type Round, type Row, type Table } from '../table.js';
import { announcementsIn } from '../wire.js';

/** Milliseconds. */
const FROZEN = 5_000;
const WATCHED = 2_000;

const rowsOf = (key: string, title: string): Row[] => [
  { key: `${key}-wrong`, title: `${title}: wrong answers after the thaw`, unit: '', limit: 0, target: 0 },
  { key: `${key}-lost`, title: `${title}: probes lost after the thaw`, unit: '', limit: 0 },
  { key: `${key}-arps`, title: `${title}: gratuitous ARPs in the first 2 s`, unit: '', limit: 0, target: 10 },
];

export const freeze: Table = {
  name: 'freeze',
  title: 'The master is frozen for 5 s, and thawed',
  about:
    'The master has nopreempt, and the other one takes over while it stands still. An answer is wrong when it comes from ' +
    'another host than the one that serves in the end, after that one has begun to serve. The ARPs are those of both hosts. ' +
    'A frozen host is one whose daemon stands still and through whose port at the switch nothing passes.',
  rows: [...rowsOf('daemon', 'daemon frozen'), ...rowsOf('host', 'host frozen')],
  play: async (daemon) => together(...(await Promise.all([play(daemon, 'daemon'), play(daemon, 'host')]))),
};

const play = (daemon: Contestant, what: 'daemon' | 'host'): Promise<Round> =>
  Stage.with({ a: daemon, b: daemon }, async (stage) => {
    const { lab, a, b } = stage;
    await stage.begin();
    const frozenAt = clock();
    if (what === 'host') await lab.network.block(a.host);
    await a.job?.freeze();
    await takesOver(b);
    await sleep(Math.max(0, frozenAt + FROZEN - clock()));
    const from = clock();
    await Promise.all([a.job?.thaw(), what === 'host' && lab.network.unblock(a.host)]);
    await sleep(WATCHED);
    const span = { from, to: from + WATCHED };
    const probes = await stage.probes.stop(span);
    const announced = [a, b].map(async (router) =>
      announcementsIn(await stage.frames(router)).filter((at) => at >= from && at < span.to),
    );
    return {
      figures: {
        [`${what}-wrong`]: wrongAnswers(probes),
        [`${what}-lost`]: lost(probes),
        [`${what}-arps`]: (await Promise.all(announced)).flat().length,
      },
      span,
    };
  });

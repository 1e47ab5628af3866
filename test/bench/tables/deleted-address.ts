// Somebody deletes the address on the master by hand.

import { setTimeout as sleep } from 'node:timers/promises';
import { longestHole, lost } from '../probes.js';
import { clock, Stage, VIP } from '../stage.js';
import type { Table } from '../table.js';
import { claimsIn } from '../wire.js';

/** Milliseconds. */
const WATCHED = 2_000;

export const deletedAddress: Table = {
  name: 'deleted-address',
  title: 'The address is deleted by hand',
  about: '"ip address delete" on the master; the client is watched for 2 s.',
  rows: [
    { key: 'lost', title: 'probes lost', unit: '', limit: 0, target: 2 },
    { key: 'hole', title: 'longest hole at the client', unit: 'ms', limit: 0 },
    { key: 'moved', title: 'changes of master', unit: '', limit: 0 },
  ],
  play: (daemon) =>
    Stage.with({ a: daemon, b: daemon }, async (stage) => {
      const { a, b } = stage;
      await stage.begin();
      const from = clock();
      await a.host.namespace.ip('address', 'delete', `${VIP}/32`, 'dev', a.host.interface);
      await sleep(WATCHED);
      const span = { from, to: clock() };
      const probes = await stage.probes.stop(span);
      const moved = claimsIn(await stage.frames(b)).length > 0 ? 1 : 0;
      return { figures: { lost: lost(probes), hole: longestHole(probes), moved }, span };
    }),
};

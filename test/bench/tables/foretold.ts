// How far the simulation is off: the holes that `vrrpd simulate` foretells for layout 1, beside those of a real pair.

import { foretell, LOSSES, suffer } from '../../lab/layout1.js';
import type { Contestant, Round, Table } from '../table.js';

export const foretold: Table = {
  name: 'foretold',
  title: 'What vrrpd simulate foretells, beside what happens',
  about:
    'The pair of layout 1 loses its master by a crash, a stop and a pulled cable. The figure is how far the silence that ' +
    '"vrrpd simulate" foretells for this daemon is from the one that is seen on the wire.',
  rows: LOSSES.map((loss) => ({ key: loss, title: `${loss}: foretold and seen differ by`, unit: 'ms', target: 30 })),
  play: measure,
};

/** One round of all losses at the same time. */
async function measure(daemon: Contestant): Promise<Round> {
  const foretold = foretell(daemon);
  const differences = await Promise.all(
    LOSSES.map(async (loss) => {
      const { silence } = await suffer(loss, daemon);
      return [loss, Math.abs(silence - (foretold.get(loss) ?? NaN))] as const;
    }),
  );
  return { figures: Object.fromEntries(differences) };
}

// How far the simulation is off: the holes that `vrrpd simulate` foretells for layout 1, beside those of a real pair.

import { foretell, LOSSES, suffer, type Loss } from '../lab/layout1.js';

export type Differences = Readonly<Record<Loss, number>>;

/** One round of all losses: milliseconds between what was foretold and what was seen on the wire. */
export async function measureForetold(daemon: 'vrrpd' | 'keepalived'): Promise<Differences> {
  const foretold = foretell(daemon);
  const differences = await Promise.all(
    LOSSES.map(async (loss) => {
      const { silence } = await suffer(loss, daemon);
      return [loss, Math.abs(silence - (foretold.get(loss) ?? NaN))] as const;
    }),
  );
  return Object.fromEntries(differences) as Record<Loss, number>;
}

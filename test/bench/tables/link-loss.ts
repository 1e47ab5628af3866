// The cable of the master is pulled at the switch.

import type { Table } from '../table.js';
import { MASTER_DOWN_INTERVAL, TAKE_OVER_ROWS, takeOver } from './dead-master.js';

export const linkLoss: Table = {
  name: 'link-loss',
  title: 'The master loses its link',
  about: 'The cable of the master is pulled at the switch, and the other one has to wait as for a dead one.',
  rows: [
    ...TAKE_OVER_ROWS,
    { key: 'hole', title: 'hole at the client', unit: 'ms', limit: MASTER_DOWN_INTERVAL - 1_000 },
  ],
  play: async (daemon) => {
    const { span, ...figures } = await takeOver(daemon, 'link', ({ lab, a }) => lab.network.unplug(a.host));
    return { figures, span };
  },
};

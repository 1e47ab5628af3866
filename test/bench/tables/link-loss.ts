// The cable of the master is pulled at the switch.

import type { Table } from '../table.js';
import { MASTER_DOWN_INTERVAL, takeOver } from './dead-master.js';

export const linkLoss: Table = {
  name: 'link-loss',
  title: 'The master loses its link',
  about: 'The cable of the master is pulled at the switch, and the other one has to wait as for a dead one.',
  rows: [
    { key: 'silence', title: 'silence over Master_Down_Interval', unit: 'ms', limit: 0, target: 1 },
    { key: 'announced', title: 'first advert to first gratuitous ARP', unit: 'ms', limit: 0, target: 0.5 },
    { key: 'answered', title: 'first advert to the new host answering', unit: 'ms', limit: 0, target: 2 },
    { key: 'foretold', title: 'silence, off from what "vrrpd simulate" foretells', unit: 'ms', limit: 0, target: 30 },
    { key: 'hole', title: 'hole at the client', unit: 'ms', limit: MASTER_DOWN_INTERVAL - 1_000 },
  ],
  play: async (daemon) => {
    const { span, ...figures } = await takeOver(daemon, 'link', ({ lab, a }) => lab.network.unplug(a.host));
    return { figures, span };
  },
};

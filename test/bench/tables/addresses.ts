// One virtual router with many addresses: how long the last one of them waits at a take-over and at a stop.

import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd, firstOfEach } from '../crowd.js';
import { clock } from '../stage.js';
import type { Contestant, Figure, Round, Table } from '../table.js';

const COUNTS = [1, 100, 500] as const;
const MOST = 500;
/** ms for the last of 500. */
const TARGET = 14;

const configuration = (count: number): string => {
  const address = (_: unknown, index: number): string =>
    `        10.255.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
  const [first = '', ...rest] = Array.from({ length: count }, address);
  return `vrrp_instance VI_1 {
    state BACKUP
    interface eth1
    virtual_router_id 1
    priority 200
    advert_int 1
    virtual_ipaddress {
${first}
    }
${rest.length === 0 ? '' : `    virtual_ipaddress_excluded {\n${rest.join('\n')}\n    }\n`}}
`;
};

export const addresses: Table = {
  name: 'addresses',
  title: 'One instance with many addresses',
  about:
    'A router with 1, 100 and 500 addresses, all but the first in virtual_ipaddress_excluded, becomes MASTER and is ' +
    'stopped with SIGTERM. The moments are those of the capture at the switch and of the kernel.',
  rows: COUNTS.flatMap((count) => {
    const of = count === 1 ? '1 address' : `${count} addresses`;
    return [
      { key: `there${count}`, title: `${of}: first advert to the last one there`, unit: 'ms', limit: 0 },
      {
        key: `first${count}`,
        title: `${of}: first advert to the first gratuitous ARP`,
        unit: 'ms',
        limit: 0,
        ...(count === 1 && { target: 0.5 }),
      },
      {
        key: `last${count}`,
        title: `${of}: first advert to the first gratuitous ARP of the last one`,
        unit: 'ms',
        limit: 0,
        ...(count === MOST && { target: TARGET }),
      },
      ...(count === MOST
        ? [{ key: 'gone', title: `${of}: SIGTERM to the last one gone, without an heir`, unit: 'ms', limit: 0 }]
        : []),
    ];
  }),
  mostRounds: 3,
  play: measure,
};

async function measure(daemon: Contestant): Promise<Round> {
  const figures: Record<string, Figure> = {};
  const from = clock();
  for (const count of COUNTS) {
    const crowd = await Crowd.open(1);
    try {
      await crowd.start(daemon, configuration(count));
      const { adverts } = await crowd.spoken(1);
      await sleep(1_500);
      const first = adverts[0]?.at ?? NaN;
      const { announcements } = await crowd.sightings(crowd.startedAt);
      const announced = firstOfEach(announcements);
      const came = crowd.addresses('came', crowd.startedAt);
      if (announced.length < count || came.length < count) throw new Error(`${announced.length} of ${count} announced`);
      figures[`there${count}`] = (came.at(-1)?.at ?? NaN) - first;
      figures[`first${count}`] = (announced[0]?.at ?? NaN) - first;
      figures[`last${count}`] = (announced.at(-1)?.at ?? NaN) - first;
      if (count < MOST) continue;
      // The second burst, 5 s after the first one, is over too.
      await sleep(4_500);
      const stop = await crowd.stop();
      figures.gone = stop.gone - stop.at;
    } finally {
      await crowd.close();
    }
  }
  return { figures, span: { from, to: clock() } };
}

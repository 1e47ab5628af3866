// Reloads under load: a MASTER of 255 virtual routers goes over to the same file, to one address more, to a broken file,
// and (vrrpd) to 1000 instances; what counts is the longest silence of one of them.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from '../../lab/daemon.js';
import { Many, manyInstances } from '../../lab/many.js';
import type { Round, Table } from '../table.js';

const COUNT = 255;

const longest = (key: string, title: string, target: number) => ({
  key,
  title: `reload of ${title}: longest silence`,
  unit: 'ms',
  limit: 1_000,
  target,
});

export const reload: Table = {
  name: 'reload',
  title: 'Reloads of a MASTER of 255 instances',
  about: 'The longest time between two adverts of one virtual router around a reload.',
  rows: [
    longest('same', 'the same file', 1_100),
    longest('oneMore', 'one address more', 1_100),
    longest('broken', 'a broken file', 1_100),
    longest('thousand', '1000 instances', 1_020),
  ],
  mostRounds: 1,
  play: measure,
};

async function measure(daemon: Daemon): Promise<Round> {
  const many = await Many.open(daemon, COUNT);
  try {
    const gap = async (configuration: string): Promise<number> => {
      const { largestGap } = await many.during(async () => {
        await many.host.namespace.write('/etc/keepalived/keepalived.conf', configuration);
        await many.job.signal('SIGHUP');
        await sleep(1_000);
      });
      return largestGap;
    };
    const same = await gap(manyInstances(COUNT));
    const oneMore = await gap(manyInstances(COUNT, (instance) => (instance === 100 ? '10.255.100.2' : '')));
    const broken = await gap(manyInstances(COUNT, (instance) => (instance === 200 ? '10.255.200' : '')));
    // keepalived ends when an interface is not there.
    const thousand = daemon === 'keepalived' ? {} : { thousand: await gap(manyInstances(1_000)) };
    return { figures: { same, oneMore, broken, ...thousand } };
  } finally {
    await many.close();
  }
}

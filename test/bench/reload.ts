// Reloads under load: a MASTER of 255 virtual routers goes over to the same file, to one address more, to a broken file,
// and (vrrpd) to 1000 instances; what counts is the longest silence of one of them. And how long reading alone takes.

import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config/read.js';
import type { Daemon } from '../lab/daemon.js';
import { Many, manyInstances } from '../lab/many.js';

const COUNT = 255;

/** ms; the largest time between two adverts of one virtual router around each reload. */
export interface Reloads {
  readonly same: number;
  readonly oneMore: number;
  readonly broken: number;
  readonly thousand: number;
}

export async function measureReloads(daemon: Daemon): Promise<Reloads> {
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
    const thousand = daemon === 'keepalived' ? NaN : await gap(manyInstances(1_000));
    return { same, oneMore, broken, thousand };
  } finally {
    await many.close();
  }
}

/** ms that reading and checking a file of 1000 instances takes: the first time, and once the code is warm. */
export function measureReading(): { cold: number; warm: number[] } {
  const text = manyInstances(1_000);
  const read = (): number => {
    const begin = performance.now();
    readConfig({ file: 'many.conf', load: () => text });
    return performance.now() - begin;
  };
  return { cold: read(), warm: Array.from({ length: 5 }, read) };
}

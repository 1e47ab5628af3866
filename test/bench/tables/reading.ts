// How long the reader takes for a large file, in this very process.

import { readConfig } from '../../../src/config/read.js';
import { manyInstances } from '../../lab/many.js';
import { median, type Table } from '../table.js';

export const reading: Table = {
  name: 'reading',
  title: 'Reading a file of 1000 instances',
  about: 'Reading and checking alone, without a daemon; keepalived has no such part by itself.',
  rows: [
    { key: 'cold', title: 'the first time', unit: 'ms', target: 300 },
    { key: 'warm', title: 'once the code is warm', unit: 'ms', target: 300 },
  ],
  mostRounds: 1,
  play: (daemon) => Promise.resolve({ figures: daemon === 'vrrpd' ? measure() : {} }),
};

function measure(): { cold: number; warm: number } {
  const text = manyInstances(1_000);
  const read = (): number => {
    const begin = performance.now();
    readConfig({ file: 'many.conf', load: () => text });
    return performance.now() - begin;
  };
  return { cold: read(), warm: median(Array.from({ length: 5 }, read)) };
}

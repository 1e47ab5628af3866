// `npm run bench`: speed and size of vrrpd beside keepalived, in one run, in namespaces of its own. The rounds alternate,
// so that a noisy moment hits both. Nothing fails here: a missed target is shown.

import { cpus } from 'node:os';
import { measureAlone, measureMemory } from './alone.js';
import { measureLateness, measureRuns, type Lateness } from './checks.js';
import { LOSSES } from '../lab/layout1.js';
import { FailoverBench, type Sample } from './failover.js';
import { measureForetold, type Differences } from './foretold.js';
import { table, type Row } from './figures.js';
import { measureReading, measureReloads, type Reloads } from './reload.js';

const ROUNDS = 5;

const say = (line: string): void => console.log(line);
say(`vrrpd beside keepalived, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`);
say('a median of the rounds, with their range; about ten minutes');

const samples: Record<'vrrpd' | 'keepalived', Sample[]> = { vrrpd: [], keepalived: [] };
for (const daemon of ['vrrpd', 'keepalived'] as const) {
  // A first round that does not count: files come into the page cache.
  const bench = await FailoverBench.open(daemon);
  await bench.round();
  await bench.close();
}
for (let round = 1; round <= ROUNDS; round += 1)
  for (const daemon of ['vrrpd', 'keepalived'] as const) {
    const bench = await FailoverBench.open(daemon);
    samples[daemon].push(await bench.round());
    await bench.close();
    say(`round ${round} of ${ROUNDS}: ${daemon}`);
  }
const foretold: Record<'vrrpd' | 'keepalived', Differences[]> = { vrrpd: [], keepalived: [] };
for (let round = 1; round <= ROUNDS; round += 1)
  for (const daemon of ['vrrpd', 'keepalived'] as const) foretold[daemon].push(await measureForetold(daemon));
say('what simulate foretells, beside what happens: done');
const [ours, theirs] = await Promise.all([measureAlone('vrrpd'), measureAlone('keepalived')]);
say('alone for 30 s: done');
const memory = { vrrpd: await measureMemory('vrrpd'), keepalived: await measureMemory('keepalived') };
const reading = measureReading();
const reloads = { vrrpd: await measureReloads('vrrpd'), keepalived: await measureReloads('keepalived') };
say('reloads of 255 instances: done');
const lateness = { vrrpd: await measureLateness('vrrpd'), keepalived: await measureLateness('keepalived') };
const [ourRuns, theirRuns] = await Promise.all([measureRuns('vrrpd'), measureRuns('keepalived')]);
say('100 check scripts: done');
const growth = (resident: readonly number[]): number => (resident[2] ?? NaN) - (resident[1] ?? NaN);

const failover = (title: string, field: keyof Sample, target: number): Row => ({
  title,
  unit: 'ms',
  vrrpd: samples.vrrpd.map((sample) => sample[field]),
  keepalived: samples.keepalived.map((sample) => sample[field]),
  target,
});
/** A tenth of the interval is allowed; while a large file is read 20 ms. */
const silence = (title: string, field: keyof Reloads, target: number): Row => ({
  title: `255 MASTERs, reload of ${title}: longest silence`,
  unit: 'ms',
  vrrpd: [reloads.vrrpd[field]],
  ...(Number.isNaN(reloads.keepalived[field]) ? {} : { keepalived: [reloads.keepalived[field]] }),
  target,
});
const late = (field: keyof Lateness): Row => ({
  title: `100 MASTERs with a check each: interval deviation ${field}`,
  unit: 'ms',
  vrrpd: [lateness.vrrpd[field]],
  keepalived: [lateness.keepalived[field]],
  ...(field === 'p99' && { target: 20 }),
});
const rows: Row[] = [
  failover('dead master: silence over Master_Down_Interval', 'silenceOver', 1),
  failover('first advert to first gratuitous ARP', 'advertToGarp', 1),
  failover('SIGTERM to priority 0', 'stopToFarewell', 2),
  {
    title: 'start to BACKUP',
    unit: 'ms',
    vrrpd: [ours.startToBackup],
    keepalived: [theirs.startToBackup],
    target: 250,
  },
  { title: 'interval drift over 30 s', unit: 'ppm', vrrpd: [ours.driftPpm], keepalived: [theirs.driftPpm] },
  { title: 'interval deviation p99', unit: 'ms', vrrpd: [ours.deviationP99], keepalived: [theirs.deviationP99] },
  { title: 'resident as MASTER', unit: 'MB', vrrpd: [ours.resident], keepalived: [theirs.resident], target: 60 },
  ...[10_000, 100_000].map((count, index) => ({
    title: `resident after ${count} adverts`,
    unit: 'MB',
    vrrpd: [memory.vrrpd[index + 1] ?? NaN],
    keepalived: [memory.keepalived[index + 1] ?? NaN],
  })),
  {
    title: 'growth from 10000 to 100000 adverts',
    unit: 'MB',
    vrrpd: [growth(memory.vrrpd)],
    keepalived: [growth(memory.keepalived)],
    target: 3,
  },
  ...LOSSES.map((loss) => ({
    title: `layout 1, ${loss}: the hole beside the simulated one`,
    unit: 'ms',
    vrrpd: foretold.vrrpd.map((one) => one[loss]),
    keepalived: foretold.keepalived.map((one) => one[loss]),
    target: 30,
  })),
  silence('the same file', 'same', 1_100),
  silence('one address more', 'oneMore', 1_100),
  silence('a broken file', 'broken', 1_100),
  silence('1000 instances', 'thousand', 1_020),
  late('p50'),
  late('p99'),
  late('max'),
  {
    title: 'growth by 10000 runs of scripts',
    unit: 'MB',
    vrrpd: [ourRuns.megabytes],
    keepalived: [theirRuns.megabytes],
    target: 3,
  },
  {
    title: 'descriptors more after 10000 runs of scripts',
    unit: '',
    vrrpd: [ourRuns.descriptors],
    keepalived: [theirRuns.descriptors],
    target: 0,
  },
  { title: 'reading 1000 instances, first time', unit: 'ms', vrrpd: [reading.cold], target: 300 },
  { title: 'reading 1000 instances, warm', unit: 'ms', vrrpd: reading.warm, target: 300 },
];
say(`\n${table(rows)}`);

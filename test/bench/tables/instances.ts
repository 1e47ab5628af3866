// One host that becomes MASTER of many virtual routers at once, is reloaded, and is stopped: does anything pile up?

import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../lab/adverts.js';
import type { Job } from '../../lab/job.js';
import { manyInstances } from '../../lab/many.js';
import { firstOfEach, gapsOfEach, Crowd, type Seen } from '../crowd.js';
import { processorShare } from '../load.js';
import { residentMegabytes } from '../resident.js';
import { clock, masterDownInterval } from '../stage.js';
import { median, type Contestant, type Round, type Row, type Table } from '../table.js';

/** An interface has VRIDs 1 to 255. */
const OF_AN_INTERFACE = 255;
/** What manyInstances() writes. */
const PRIORITY = 200;
const SECONDS_OF_LOAD = 6;
/** With one instance: a single one is at the mercy of what the machine does beside. */
const STARTS = 3;

interface Targets {
  /** ms of the start beyond Master_Down_Interval and the start with one instance. */
  readonly rest?: number;
  /** MB more than with one instance. */
  readonly more?: number;
  readonly processor?: number;
}

const rowsWith = ({ rest, more, processor }: Targets): readonly Row[] => [
  { key: 'one', title: 'start of the process to BACKUP, with one instance', unit: 'ms', limit: 0, target: 250 },
  {
    key: 'rest',
    title: "start to the last instance's first advert, over that and Master_Down_Interval",
    unit: 'ms',
    limit: 0,
    ...(rest !== undefined && { target: rest }),
  },
  { key: 'adverts', title: 'take-over of all: first advert to last advert', unit: 'ms', limit: 0 },
  { key: 'addresses', title: 'first advert to the last address', unit: 'ms', limit: 0 },
  { key: 'announcements', title: 'first advert to the first ARP of the last address', unit: 'ms', limit: 0 },
  { key: 'resident', title: 'memory of all its processes', unit: 'MB' },
  {
    key: 'more',
    title: 'memory more than with one instance',
    unit: 'MB',
    limit: 0,
    ...(more !== undefined && { target: more }),
  },
  {
    key: 'processor',
    title: 'of one processor, as MASTER',
    unit: '%',
    limit: 0,
    ...(processor !== undefined && { target: processor }),
  },
  { key: 'p99', title: '99 % of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: 'reload', title: 'reload of the same file: longest silence', unit: 'ms', limit: 1_000, target: 1_020 },
  { key: 'farewells', title: "SIGTERM to the last instance's priority 0", unit: 'ms', limit: 0 },
  { key: 'gone', title: 'SIGTERM to the last address gone, without an heir', unit: 'ms', limit: 0 },
];

const instances = (count: number, targets: Targets, mostRounds: number): Table => ({
  name: `instances-${count}`,
  title: `MASTER of ${count} instances`,
  about:
    `${count} instances with one address each, on ${Math.ceil(count / OF_AN_INTERFACE)} interfaces, start as the only ` +
    'router, so that all become MASTER at one time; then a reload of the same file, then SIGTERM. Before it the daemon ' +
    `starts ${STARTS} times with one instance, of which the median counts.`,
  rows: rowsWith(targets),
  mostRounds,
  play: (daemon) => measure(daemon, count),
});

export const instances50 = instances(50, {}, 1);
export const instances255 = instances(255, { rest: 60, processor: 2 }, 5);
export const instances1000 = instances(1000, { rest: 250, more: 15 }, 3);

async function measure(daemon: Contestant, count: number): Promise<Round> {
  const crowd = await Crowd.open(Math.ceil(count / OF_AN_INTERFACE));
  try {
    const one = await startOne(crowd, daemon);
    const job = await crowd.start(daemon, manyInstances(count));
    const begun = await crowd.spoken(count);
    await sleep(1_000);
    const started = crowd.startedAt;
    const first = begun.adverts[0]?.at ?? NaN;
    const { announcements } = await crowd.sightings(started);
    const over = lastOf(firstOfEach(begun.adverts)) - started - masterDownInterval(PRIORITY);
    const came = lastOf(crowd.addresses('came', started));
    // The second bursts are over, what is left of the start has been collected, and what runs often has been compiled.
    await sleep(10_000);
    const from = clock();
    const processor = await processorShare(job, SECONDS_OF_LOAD);
    const gaps = gapsOfEach((await crowd.sightings(from)).adverts);
    const resident = await residentMegabytes(job);
    const reload = await silenceAround(crowd, () => job.signal('SIGHUP'));
    const stop = await crowd.stop();
    return {
      span: { from: started, to: clock() },
      figures: {
        one: one.backup,
        rest: over - one.backup,
        adverts: lastOf(firstOfEach(begun.adverts)) - first,
        addresses: came - first,
        announcements: lastOf(firstOfEach(announcements)) - first,
        resident,
        more: resident - one.resident,
        processor,
        p99: percentile(
          gaps.map((gap) => Math.abs(gap - 1_000)),
          99,
        ),
        reload,
        farewells: stop.farewells - stop.at,
        gone: stop.gone - stop.at,
      },
    };
  } finally {
    await crowd.close();
  }
}

/** The same program with one instance: ms to BACKUP, the median of some starts, and MB once it is MASTER. */
async function startOne(crowd: Crowd, daemon: Contestant): Promise<{ backup: number; resident: number }> {
  const starts: number[] = [];
  const start = async (): Promise<Job> => {
    const job = await crowd.start(daemon, manyInstances(1));
    starts.push((await crowd.logged('Entering BACKUP STATE')) - crowd.startedAt);
    return job;
  };
  while (starts.length < STARTS - 1) await (await start()).stop();
  const job = await start();
  const backup = median(starts);
  await crowd.spoken(1);
  await sleep(500);
  const resident = await residentMegabytes(job);
  await job.stop();
  return { backup, resident };
}

/** ms of the longest time between two adverts of one virtual router. */
async function silenceAround(crowd: Crowd, action: () => Promise<void>): Promise<number> {
  const from = clock();
  await sleep(1_200);
  await action();
  await sleep(2_000);
  return Math.max(...gapsOfEach((await crowd.sightings(from)).adverts));
}

const lastOf = (seen: readonly Seen[]): number => seen.at(-1)?.at ?? NaN;

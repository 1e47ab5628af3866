// A MASTER of 100 virtual routers with a check script each, all due in the same instant: how late its adverts are, and
// what 10,000 runs leave behind in memory and descriptors. The priorities differ, so that the adverts are spread over the
// second and some of them are due just when the scripts are.

import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../lab/adverts.js';
import { startDaemon, type Daemon } from '../../lab/daemon.js';
import { eventually } from '../../lab/eventually.js';
import type { Job } from '../../lab/job.js';
import { Lab } from '../../lab/lab.js';
import { processesOf, residentMegabytes } from '../resident.js';
import type { Round, Table } from '../table.js';

const COUNT = 100;
const SECONDS_OF_ADVERTS = 30;
/** 100 scripts a second. */
const SECONDS_OF_RUNS = 100;

const configuration = Array.from({ length: COUNT }, (_, index) => {
  const id = index + 1;
  return `vrrp_script check_${id} {
    script /bin/true
    interval 1
}
vrrp_instance VI_${id} {
    state BACKUP
    interface eth1
    virtual_router_id ${id}
    priority ${2 * id}
    advert_int 1
    virtual_ipaddress {
        10.255.${id}.1
    }
    track_script {
        check_${id}
    }
}
`;
}).join('');

export const manyChecks: Table = {
  name: 'many-checks',
  title: '100 instances with a check script each',
  about:
    'The scripts run once a second, all due in the same instant. Adverts are recorded for 30 seconds: how far the time ' +
    'between two of one virtual router is from a second. Then what 10,000 runs leave behind.',
  rows: [
    { key: 'p50', title: 'interval off, median', unit: 'ms', limit: 0 },
    { key: 'p99', title: 'interval off, 99 %', unit: 'ms', limit: 0, target: 20 },
    { key: 'max', title: 'interval off at most', unit: 'ms', limit: 0 },
    { key: 'megabytes', title: 'memory more after 10,000 runs', unit: 'MB', limit: 0, target: 3 },
    { key: 'descriptors', title: 'descriptors more after 10,000 runs', unit: '', limit: 0, target: 0 },
  ],
  mostRounds: 1,
  play: async (daemon): Promise<Round> => ({
    figures: { ...(await measureLateness(daemon)), ...(await measureRuns(daemon)) },
  }),
};

async function measureLateness(daemon: Daemon) {
  const lab = await Lab.open();
  try {
    const { host } = await masterOfMany(lab, daemon);
    const capture = await lab.network.capture(host, 'vrrp');
    await sleep(SECONDS_OF_ADVERTS * 1_000);
    await capture.stop();
    const last = new Map<number, number>();
    const differences: number[] = [];
    for (const { at, received } of await capture.adverts()) {
      if (received.kind !== 'advert') continue;
      const { virtualRouterId } = received.advert;
      const before = last.get(virtualRouterId);
      if (before !== undefined) differences.push(Math.abs((at - before) / 1_000 - 1_000));
      last.set(virtualRouterId, at);
    }
    return { p50: percentile(differences, 50), p99: percentile(differences, 99), max: Math.max(...differences) };
  } finally {
    await lab.close();
  }
}

/** What 10,000 runs of scripts add. */
interface Growth {
  readonly megabytes: number;
  readonly descriptors: number;
}

async function measureRuns(daemon: Daemon) {
  const lab = await Lab.open();
  try {
    const { job } = await masterOfMany(lab, daemon);
    // Code is compiled and the heap finds its size.
    await sleep(10_000);
    const before = await sizeOf(job);
    await sleep(SECONDS_OF_RUNS * 1_000);
    const after = await sizeOf(job);
    return { megabytes: after.megabytes - before.megabytes, descriptors: after.descriptors - before.descriptors };
  } finally {
    await lab.close();
  }
}

async function masterOfMany(lab: Lab, daemon: Daemon) {
  const host = await lab.host({ name: 'checks', interface: 'eth1', address: '10.255.0.1/16' });
  const job = await startDaemon(host, daemon, `global_defs {\n    script_user root\n}\n${configuration}`);
  const masters = (): number => job.log.filter((line) => line.includes('Entering MASTER STATE')).length;
  await eventually(`${COUNT} masters`, () => masters() >= COUNT);
  return { host, job };
}

/** The least of ten looks: a script that is just being started counts as a second daemon. */
async function sizeOf(job: Job): Promise<Growth> {
  const looks: Growth[] = [];
  for (let look = 0; look < 10; look += 1) {
    await sleep(130);
    looks.push({ megabytes: await residentMegabytes(job), descriptors: await descriptorsOf(job) });
  }
  return {
    megabytes: Math.min(...looks.map(({ megabytes }) => megabytes)),
    descriptors: Math.min(...looks.map(({ descriptors }) => descriptors)),
  };
}

async function descriptorsOf(job: Job): Promise<number> {
  const lists = await Promise.all(
    (await processesOf(job)).map((pid) => readdir(`/proc/${pid}/fd`).catch((): string[] => [])),
  );
  return lists.flat().length;
}

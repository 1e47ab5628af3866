// One router alone on its network: how soon it has started, how exact its interval is, how much memory it has.

import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon, type Daemon } from '../../lab/daemon.js';
import { eventually } from '../../lab/eventually.js';
import type { Job } from '../../lab/job.js';
import { Lab } from '../../lab/lab.js';
import { configuration, VIP } from '../../lab/pair.js';
import type { Round, Table } from '../table.js';
import { RHYTHM, rhythmOf } from '../rhythm.js';
import { residentMegabytes } from '../resident.js';

const SECONDS_OF_INTERVALS = 30;

export const alone: Table = {
  name: 'alone',
  title: 'One router alone on its network',
  about: 'A router is started, becomes MASTER, and its adverts are recorded for 30 seconds.',
  rows: [
    { key: 'start', title: 'start of the process to BACKUP', unit: 'ms', limit: 0, target: 250 },
    ...RHYTHM,
    { key: 'resident', title: 'memory of all its processes, as MASTER', unit: 'MB', target: 60 },
  ],
  mostRounds: 1,
  play: measure,
};

async function measure(daemon: Daemon): Promise<Round> {
  const lab = await Lab.open();
  try {
    const host = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const capture = await lab.network.capture(host, 'vrrp');
    const job = await startDaemon(host, daemon, configuration({ priority: 120, nopreempt: false }));
    const startToBackup = (await saysBackup(job)) - job.startedAt;
    await eventually('it is master', () => host.holds(VIP));
    await sleep((SECONDS_OF_INTERVALS + 1) * 1_000);
    const resident = await residentMegabytes(job);
    await capture.stop();
    return { figures: { start: startToBackup, ...rhythmOf(await capture.adverts()), resident } };
  } finally {
    await lab.close();
  }
}

/** When it did, to 2 ms, on the clock of performance.now(). */
export async function saysBackup(job: Job): Promise<number> {
  const isSaid = (): boolean => job.log.some((line) => line.includes('Entering BACKUP STATE'));
  for (let tries = 0; tries < 5_000 && !isSaid(); tries += 1) await sleep(2);
  if (!isSaid()) throw new Error(`it does not start: ${job.log.join('\n')}`);
  return performance.now();
}

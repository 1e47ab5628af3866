// One router alone on its network: how soon it has started, how exact its interval is, how much memory it has, and how
// much more after many adverts.

import { setTimeout as sleep } from 'node:timers/promises';
import type { IpAddress } from '../../src/address.js';
import { encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';
import { startDaemon, type Daemon } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import type { Job } from '../lab/job.js';
import { Lab } from '../lab/lab.js';
import { configuration, PASSWORD, VIP, VRID } from '../lab/pair.js';
import { Stranger } from '../lab/stranger.js';
import { percentile } from './figures.js';
import { residentMegabytes } from './resident.js';

const SECONDS_OF_INTERVALS = 30;
/** Adverts a second that the stranger says. */
const FLOOD_RATE = 5_000;

export interface Alone {
  /** ms from the start of the process to "Entering BACKUP STATE". */
  readonly startToBackup: number;
  /** Parts per million by which the mean interval is longer than a second. */
  readonly driftPpm: number;
  /** ms that 99 % of the intervals deviate at most. */
  readonly deviationP99: number;
  /** MB of all its processes, as MASTER. */
  readonly resident: number;
}

export async function measureAlone(daemon: Daemon): Promise<Alone> {
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
    const at = (await capture.adverts()).map((advert) => advert.at / 1_000);
    const gaps = at.slice(1).map((stamp, index) => stamp - (at[index] ?? NaN));
    const mean = ((at.at(-1) ?? NaN) - (at[0] ?? NaN)) / gaps.length;
    const deviations = gaps.map((gap) => Math.abs(gap - 1_000));
    return {
      startToBackup,
      driftPpm: (mean - 1_000) * 1_000,
      deviationP99: percentile(deviations, 0.99),
      resident,
    };
  } finally {
    await lab.close();
  }
}

/** MB that a BACKUP has after 1,000, 10,000 and 100,000 adverts of a better router. */
export async function measureMemory(daemon: Daemon): Promise<number[]> {
  const lab = await Lab.open();
  try {
    const host = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const other = await lab.host({ name: 'stranger', interface: 'eth1', address: '192.168.1.193/24' });
    const stranger = await Stranger.on(other);
    const job = await startDaemon(host, daemon, configuration({ priority: 120, nopreempt: false }));
    await saysBackup(job);
    const resident: number[] = [];
    let said = 0;
    for (const total of [1_000, 10_000, 100_000]) {
      await flood(stranger, total - said);
      said = total;
      await sleep(3_000);
      resident.push(await residentMegabytes(job));
    }
    return resident;
  } finally {
    await lab.close();
  }
}

async function flood(stranger: Stranger, count: number): Promise<void> {
  const addresses = { source: '192.168.1.193' as IpAddress, destination: '224.0.0.18' as IpAddress };
  const packet = encodeIpv4Advert(
    { ...addresses, ttl: 255, identification: 1 },
    {
      version: 2,
      virtualRouterId: VRID,
      priority: 200,
      interval: seconds(1),
      authentication: { type: 'PASS', password: PASSWORD },
      addresses: [VIP],
    },
  );
  const begin = performance.now();
  for (let said = 0; said < count; said += 1) {
    stranger.say(packet);
    const ahead = (said / FLOOD_RATE) * 1_000 - (performance.now() - begin);
    if (ahead > 10) await sleep(ahead);
  }
}

/** When it did, to 2 ms, on the clock of performance.now(). */
async function saysBackup(job: Job): Promise<number> {
  const isSaid = (): boolean => job.log.some((line) => line.includes('Entering BACKUP STATE'));
  for (let tries = 0; tries < 5_000 && !isSaid(); tries += 1) await sleep(2);
  if (!isSaid()) throw new Error(`it does not start: ${job.log.join('\n')}`);
  return performance.now();
}

// How much memory a BACKUP needs more after many adverts of a better router.

import { setTimeout as sleep } from 'node:timers/promises';
import type { IpAddress } from '../../../src/address.js';
import { encodeIpv4Advert } from '../../../src/packet/vrrp.js';
import { seconds } from '../../../src/time.js';
import { startDaemon, type Daemon } from '../../lab/daemon.js';
import { Lab } from '../../lab/lab.js';
import { configuration, PASSWORD, VIP, VRID } from '../../lab/pair.js';
import { Stranger } from '../../lab/stranger.js';
import { residentMegabytes } from '../resident.js';
import type { Round, Table } from '../table.js';
import { saysBackup } from './alone.js';

/** Adverts a second that the stranger says. */
const FLOOD_RATE = 5_000;

export const growth: Table = {
  name: 'growth',
  title: 'Memory of a BACKUP after many adverts',
  about: 'A stranger says 5,000 adverts a second; the memory is that of all processes of the daemon, 3 seconds later.',
  rows: [
    { key: '10000', title: 'after 10,000 adverts', unit: 'MB' },
    { key: '100000', title: 'after 100,000 adverts', unit: 'MB' },
    { key: 'growth', title: 'growth between the two', unit: 'MB', limit: 0, target: 3 },
  ],
  mostRounds: 1,
  play: measure,
};

async function measure(daemon: Daemon): Promise<Round> {
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
    const [, middle = NaN, last = NaN] = resident;
    return { figures: { '10000': middle, '100000': last, growth: last - middle } };
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

// A third host floods the master with adverts: does it go on in time, and what does it cost?

import { setTimeout as sleep } from 'node:timers/promises';
import { longestGap } from '../../lab/adverts.js';
import { eventually } from '../../lab/eventually.js';
import { Lab } from '../../lab/lab.js';
import { configuration, VIP, VRID } from '../../lab/pair.js';
import { startDaemon } from '../../lab/daemon.js';
import { Stranger } from '../../lab/stranger.js';
import { encodeIpv4Advert } from '../../../src/packet/vrrp.js';
import { ADVERT, BAD_PACKETS, HEADER } from '../bad-packets.js';
import { processorShare } from '../load.js';
import { clock } from '../stage.js';
import type { Contestant, Figure, Round, Row, Table } from '../table.js';

const RATE = 5_000;
const SECONDS = 4;

const FLOODS = {
  other: { title: 'of another VRID', packet: encodeIpv4Advert(HEADER, { ...ADVERT, virtualRouterId: VRID + 1 }) },
  lower: { title: 'valid, with priority 100', packet: encodeIpv4Advert(HEADER, { ...ADVERT, priority: 100 }) },
  password: { title: 'with a wrong password', packet: BAD_PACKETS['wrong password'] ?? Buffer.alloc(0) },
};

export const flood: Table = {
  name: 'flood',
  title: 'A flood of 5,000 adverts a second',
  about: `A third host says adverts for ${SECONDS} seconds, as many as it can up to ${RATE} a second, to a master of priority 120.`,
  rows: Object.entries(FLOODS).flatMap(([key, { title }]): Row[] => [
    { key: `${key}-gap`, title: `${title}: longest time between adverts`, unit: 'ms', limit: 1_000, target: 1_010 },
    { key: `${key}-cpu`, title: `${title}: of one processor`, unit: '%', limit: 0 },
  ]),
  mostRounds: 2,
  play: measure,
};

async function measure(daemon: Contestant): Promise<Round> {
  const lab = await Lab.open();
  try {
    const host = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const other = await lab.host({ name: 'stranger', interface: 'eth1', address: '192.168.1.193/24' });
    const capture = await lab.network.capture(host, 'vrrp');
    const stranger = await Stranger.on(other);
    const job = await startDaemon(host, daemon, configuration({ priority: 120, nopreempt: false }));
    await eventually('it is master', () => host.holds(VIP));
    const figures: Record<string, Figure> = {};
    const from = clock();
    for (const [key, { packet }] of Object.entries(FLOODS)) {
      const begun = clock();
      const [share] = await Promise.all([processorShare(job, SECONDS), say(stranger, packet)]);
      await sleep(1_200);
      const adverts = (await capture.adverts()).filter(({ at }) => at / 1_000 >= begun - 1_000);
      figures[`${key}-gap`] = longestGap(adverts);
      figures[`${key}-cpu`] = share;
    }
    return { figures, span: { from, to: clock() } };
  } finally {
    await lab.close();
  }
}

async function say(stranger: Stranger, packet: Buffer): Promise<void> {
  const begin = performance.now();
  for (let said = 0; said < RATE * SECONDS; said += 1) {
    stranger.say(packet);
    const ahead = (said / RATE) * 1_000 - (performance.now() - begin);
    if (ahead > 10) await sleep(ahead);
    if (performance.now() - begin > SECONDS * 1_000) return;
  }
}

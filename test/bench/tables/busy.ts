// A master beside two endless loops on a machine of two processors: how exact its interval stays.

import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../lab/daemon.js';
import { eventually } from '../../lab/eventually.js';
import { Lab } from '../../lab/lab.js';
import { configuration, VIP } from '../../lab/pair.js';
import { RHYTHM, rhythmOf } from '../rhythm.js';
import { clock } from '../stage.js';
import type { Contestant, Round, Table } from '../table.js';

const SECONDS = 20;
const LOOPS = 2;

export const busy: Table = {
  name: 'busy',
  title: 'The interval on a busy machine',
  about: `A MASTER's adverts are recorded for ${SECONDS} seconds beside ${LOOPS} endless loops of the same priority.`,
  rows: RHYTHM,
  mostRounds: 1,
  play: measure,
};

async function measure(daemon: Contestant): Promise<Round> {
  const lab = await Lab.open();
  try {
    const host = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const capture = await lab.network.capture(host, 'vrrp');
    await startDaemon(host, daemon, configuration({ priority: 120, nopreempt: false }));
    await eventually('it is master', () => host.holds(VIP));
    const from = clock();
    for (let loop = 0; loop < LOOPS; loop += 1)
      host.namespace.start(['timeout', String(SECONDS + 1), 'sh', '-c', 'while :; do :; done']);
    await sleep((SECONDS + 1) * 1_000);
    const adverts = (await capture.adverts()).filter(({ at }) => at / 1_000 >= from);
    return { figures: rhythmOf(adverts) };
  } finally {
    await lab.close();
  }
}

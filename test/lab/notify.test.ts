// What operators' scripts and FIFO readers are told, by keepalived and by vrrpd: both live through the same story with the
// same configuration, and say the same. Where keepalived leaves an order to chance, lines are compared without it.

import t, { type Test } from 'tap';
import type { IpAddress } from '../../src/address.js';
import { encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';
import type { Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import { childrenOf, type Job } from './job.js';
import { linesOf, LoneHost } from './lone-host.js';

const FIFO = '/run/fifo';
const TOLD = '/run/told.lines';
const TELL = '#!/bin/sh\necho "$*" >> /run/told.lines\n';

const KEYWORDS = ['master', 'backup', 'fault', 'stop'];
/** A script for each keyword of an instance or a group, which writes down whose it is, its keyword and what it is given. */
const notifies = (name: string, more: readonly string[] = []): string =>
  [...KEYWORDS, ...more].map((word) => `notify_${word} "/run/tell ${name} ${word}"`).join('\n    ') +
  `\n    notify "/run/tell ${name} any"`;

const GLOBAL = `
global_defs {
    router_id lb1
    enable_script_security
    script_user root
    notify_fifo ${FIFO}
    vrrp_notify_priority_changes true
}
vrrp_script chk_good {
    script "/usr/bin/test -e /run/good"
    interval 1
    weight 20
}
`;

const instance = (number: number, more: string, dev = 'eth0'): string => `
vrrp_instance VI_${number} {
    state BACKUP
    interface ${dev}
    virtual_router_id 5${number}
    priority ${100 + number}
    advert_int 1
    virtual_ipaddress {
        192.168.106.24${number}/32
    }
    ${more}
}
`;

/** The first one stays; the second one is told of as FAULT when it goes, the third one as DELETED. */
const TRACKING = `track_script {
        chk_good
    }
    ${notifies('VI_1', ['master_rx_lower_pri'])}`;
const STAYS = `${GLOBAL}${instance(1, TRACKING)}`;
const THREE = `${STAYS}${instance(2, notifies('VI_2'))}${instance(3, notifies('VI_3', ['deleted']))}`;
const GROUP = `${GLOBAL.split('vrrp_script')[0] ?? ''}
vrrp_sync_group SG {
    group {
        VI_1
        VI_2
    }
    ${notifies('SG')}
}
${instance(1, notifies('VI_1'))}${instance(2, notifies('VI_2'), 'eth1')}`;

/** One daemon on a host of its own, and what it tells. */
class Teller {
  private constructor(
    readonly lone: LoneHost,
    readonly job: Job,
    /** What came out of the FIFO. */
    readonly fifo: readonly string[],
  ) {}

  static async start(t: Test, daemon: Daemon, configuration: string): Promise<Teller> {
    const lone = await LoneHost.open('teller', '192.168.106.251/24', '192.168.107.251/24');
    t.teardown(() => lone.close());
    const { namespace } = lone;
    await namespace.write('/run/tell', TELL, { mode: 0o755 });
    await namespace.write('/run/good', '');
    await namespace.run('mkfifo', FIFO);
    // Open for writing too: a daemon that closes it is not its end.
    const { log: fifo } = namespace.start(['bash', '-c', `exec 3<>${FIFO}; exec cat <&3`]);
    return new Teller(lone, await lone.start(daemon, configuration), fifo);
  }

  /** Until the FIFO has brought this line so many times. */
  heard(line: string, times = 1): Promise<void> {
    return this.#until(line, times, () => this.fifo);
  }

  /** Until a `notify` was given these words so many times: it is the last script of its event. */
  ran(subject: string, words: string, times = 1): Promise<void> {
    return this.#until(`${subject} any ${words}`, times, () => linesOf(this.lone.namespace, TOLD));
  }

  async #until(line: string, times: number, read: () => readonly string[] | Promise<string[]>): Promise<void> {
    const count = async (): Promise<number> => (await read()).filter((one) => one === line).length;
    try {
      await eventually(line, async () => (await count()) >= times);
    } catch (error) {
      const [lines, log] = [await read(), this.job.log].map((one) => one.join('\n'));
      throw new Error(`${String(error)}, only\n${lines}\n${log}`, { cause: error });
    }
  }

  /** What scripts wrote down. The daemon has ended, so those that still run are children of the first process. */
  async told(): Promise<string[]> {
    const { namespace } = this.lone;
    await eventually('every script ends', async () => (await childrenOf(namespace.pid)).length === 0);
    return linesOf(namespace, TOLD);
  }

  /** An advert of somebody else for the instance of this number. */
  async hears(number: number, priority: number): Promise<void> {
    const stranger = await this.lone.stranger();
    const [source, destination] = ['192.168.106.252', '224.0.0.18'] as IpAddress[] as [IpAddress, IpAddress];
    stranger.say(
      encodeIpv4Advert(
        { source, destination, ttl: 255, identification: 1 },
        {
          version: 2,
          virtualRouterId: 50 + number,
          priority,
          interval: seconds(1),
          authentication: { type: 'none' },
          addresses: [`192.168.106.24${number}` as IpAddress],
        },
      ),
    );
  }
}

interface Told {
  readonly fifo: readonly string[];
  readonly scripts: readonly string[];
}

async function threeInstances(t: Test, daemon: Daemon): Promise<Told> {
  const teller = await Teller.start(t, daemon, THREE);
  const { lone, job, fifo } = teller;
  const one = async (name: string, words: string, times = 1): Promise<void> => {
    await teller.heard(`INSTANCE "${name}" ${words}`, times);
    await teller.ran(name, `INSTANCE ${name} ${words}`, times);
  };
  const all = async (state: string, times = 1): Promise<void> => {
    await one('VI_1', `${state} 121`, times);
    for (const number of [2, 3]) await one(`VI_${number}`, `${state} 10${number}`, times);
  };
  await all('MASTER');
  await lone.namespace.run('rm', '/run/good');
  await teller.heard('INSTANCE "VI_1" MASTER_PRIORITY 101');
  await lone.namespace.write('/run/good', '');
  await teller.heard('INSTANCE "VI_1" MASTER_PRIORITY 121');
  for (const number of [1, 2]) await teller.hears(number, 50);
  await teller.heard('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 121');
  await teller.heard('INSTANCE "VI_2" MASTER_RX_LOWER_PRI 102');
  await lone.cable(0, 'down');
  await all('FAULT');
  await lone.cable(0, 'up');
  await all('MASTER', 2);
  await lone.reload(job, STAYS);
  await one('VI_2', 'FAULT 102', 2);
  await one('VI_3', 'DELETED 103');
  t.strictSame(await job.stop(), { code: 0, signal: null }, `${daemon} ends well`);
  await teller.heard('INSTANCE "VI_1" STOP 121');
  return { fifo, scripts: await teller.told() };
}

async function group(t: Test, daemon: Daemon): Promise<Told> {
  const teller = await Teller.start(t, daemon, GROUP);
  const { lone, job, fifo } = teller;
  await teller.heard('GROUP "SG" MASTER 0');
  await lone.cable(1, 'down');
  await teller.heard('GROUP "SG" FAULT 0');
  await lone.cable(1, 'up');
  await teller.heard('GROUP "SG" MASTER 0', 2);
  await teller.hears(1, 200);
  await teller.heard('GROUP "SG" BACKUP 0', 3);
  await teller.heard('GROUP "SG" MASTER 0', 3);
  // A stop starts all that waits at once, and what has not yet run would be in any order.
  await teller.ran('SG', 'GROUP SG MASTER 0', 3);
  for (const number of [1, 2]) await teller.ran(`VI_${number}`, `INSTANCE VI_${number} MASTER 10${number}`, 3);
  t.strictSame(await job.stop(), { code: 0, signal: null }, `${daemon} ends well`);
  await teller.heard('GROUP "SG" STOP 0');
  return { fifo, scripts: await teller.told() };
}

/** The lines of one instance or group, in their order. */
const linesAbout = (lines: readonly string[], name: string): string[] =>
  lines.filter((line) => line.includes(` "${name}" `));

t.jobs = 2;
for (const [name, story, subjects] of [
  ['three instances, of which a reload removes two', threeInstances, ['VI_1', 'VI_2', 'VI_3']],
  ['a sync group of two interfaces', group, ['SG', 'VI_1', 'VI_2']],
] as const)
  t.test(name, { buffered: true }, async (t) => {
    const [theirs, ours] = await Promise.all([story(t, 'keepalived').then(withoutRepetition), story(t, 'vrrpd')]);
    for (const subject of subjects)
      t.strictSame(linesAbout(ours.fifo, subject), linesAbout(theirs.fifo, subject), `the FIFO's lines of ${subject}`);
    t.strictSame([...ours.fifo].sort(), [...theirs.fifo].sort(), 'and no others');
    t.strictSame([...ours.scripts].sort(), [...theirs.scripts].sort(), 'the same scripts with the same arguments');
    for (const subject of subjects) {
      const expected = linesAbout(ours.fifo, subject).flatMap((line) => scriptsFor(subject, line));
      // The one that a reload removes is told of as FAULT, but notify_fault is not for that.
      if (subject === 'VI_2' && story === threeInstances) expected.splice(-2, 1);
      const own = ours.scripts.filter((line) => line.startsWith(`${subject} `));
      // At the stop all that is left starts at once.
      const settled = (lines: readonly string[]): string[] => [...lines.slice(0, -2), ...lines.slice(-2).sort()];
      t.strictSame(
        settled(own),
        settled(expected),
        `each script of ${subject} in the order of its events, the special one first`,
      );
    }
  });

/** keepalived's reload tells the priority of a weighted check anew, and always as BACKUP; an equal one is no news. */
function withoutRepetition({ fifo, scripts }: Told): Told {
  const repetition = fifo.lastIndexOf('INSTANCE "VI_1" BACKUP_PRIORITY 121');
  const begin = fifo.indexOf('INSTANCE "VI_1" MASTER 121');
  return { fifo: repetition > begin ? fifo.toSpliced(repetition, 1) : fifo, scripts };
}

/** What the scripts of an instance or a group write down for a line of the FIFO. */
function scriptsFor(subject: string, line: string): string[] {
  const [kind, , state = '', priority] = line.split(' ');
  if (state === 'MASTER_RX_LOWER_PRI') return subject === 'VI_1' ? ['VI_1 master_rx_lower_pri'] : [];
  if (state.endsWith('_PRIORITY')) return [];
  return [`${subject} ${state.toLowerCase()}`, `${subject} any ${kind} ${subject} ${state} ${priority}`];
}

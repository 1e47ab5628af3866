// One pair of routers on its own network, measured on the wire: how long a dead master is missed, how soon the heir
// announces itself, how soon a stop is said. The stamps are tcpdump's at the switch, in nanoseconds.

import { startDaemon, type Daemon } from '../../lab/daemon.js';
import { eventually } from '../../lab/eventually.js';
import type { Host } from '../../lab/host.js';
import type { Job } from '../../lab/job.js';
import { Lab } from '../../lab/lab.js';
import { configuration, VIP } from '../../lab/pair.js';
import type { Round, Table } from '../table.js';
import type { Frame } from '../../pcap.js';
import { decodeArp } from '../../../src/packet/arp.js';
import { decodeIpv4Advert } from '../../../src/packet/vrrp.js';

/** Master_Down_Interval with priority 110 and advert_int 1, in milliseconds: 3 s and 146/256 s. */
const MASTER_DOWN_INTERVAL = 3_570.312;

export const deadMaster: Table = {
  name: 'dead-master',
  title: 'The master dies',
  about: 'The daemon of the master and all that it started is killed at once.',
  rows: [
    { key: 'silence', title: 'silence over Master_Down_Interval', unit: 'ms', limit: 0, target: 1 },
    { key: 'garp', title: 'first advert to first gratuitous ARP', unit: 'ms', limit: 0, target: 0.5 },
    { key: 'farewell', title: 'SIGTERM to priority 0', unit: 'ms', limit: 0, target: 2 },
  ],
  play: async (daemon) => {
    const bench = await FailoverBench.open(daemon);
    try {
      return { figures: await bench.round() };
    } finally {
      await bench.close();
    }
  },
};

class FailoverBench {
  private constructor(
    readonly lab: Lab,
    private readonly daemon: Daemon,
    private readonly a: Host,
    private readonly b: Host,
  ) {}

  static async open(daemon: Daemon): Promise<FailoverBench> {
    const lab = await Lab.open();
    const a = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const b = await lab.host({ name: 'b', interface: 'eth1', address: '192.168.1.192/24' });
    return new FailoverBench(lab, daemon, a, b);
  }

  /** Both start; a (120) is killed, b (110) takes over and is then stopped. */
  async round(): Promise<Round['figures']> {
    const captureA = await this.lab.network.capture(this.a, 'vrrp or arp');
    const captureB = await this.lab.network.capture(this.b, 'vrrp or arp');
    const jobA = await startDaemon(this.a, this.daemon, configuration({ priority: 120, nopreempt: false }));
    const jobB = await startDaemon(this.b, this.daemon, configuration({ priority: 110, nopreempt: false }));
    await eventually('a is master', () => this.a.holds(VIP));
    await eventually('b has started', () => jobB.log.some((line) => line.includes('Entering BACKUP STATE')));
    await jobA.kill();
    await this.a.namespace.ip('address', 'flush', 'dev', this.a.interface, 'to', `${VIP}/32`);
    await eventually('b is master', () => this.b.holds(VIP));
    const stopped = await stop(jobB);
    await captureA.stop();
    await captureB.stop();
    const [seenA, seenB] = [await captureA.frames(), await captureB.frames()];
    const lastOfA = stamps(seenA, isAdvert).at(-1) ?? NaN;
    const firstOfB = stamps(seenB, isAdvert)[0] ?? NaN;
    const firstGarp = stamps(seenB, isGarp)[0] ?? NaN;
    const farewell = stamps(seenB, isFarewell)[0] ?? NaN;
    return {
      silence: firstOfB - lastOfA - MASTER_DOWN_INTERVAL,
      garp: firstGarp - firstOfB,
      farewell: farewell - stopped,
    };
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

/** Sends SIGTERM and waits for the end; when it was sent, in milliseconds since 1970. */
async function stop(job: Job): Promise<number> {
  const pid = await job.pid();
  if (pid === undefined) throw new Error('the daemon has ended');
  const at = performance.timeOrigin + performance.now();
  process.kill(pid, 'SIGTERM');
  await job.ended;
  return at;
}

/** Milliseconds since 1970 of the frames that satisfy the condition. */
const stamps = (frames: readonly Frame[], condition: (frame: Frame) => boolean): number[] =>
  frames.filter(condition).map(({ at }) => at / 1_000);

const priorityOf = ({ etherType, payload }: Frame): number | undefined => {
  const received = etherType === 0x0800 && payload[9] === 112 ? decodeIpv4Advert(payload) : undefined;
  return received?.kind === 'advert' ? received.advert.priority : undefined;
};
const isAdvert = (frame: Frame): boolean => (priorityOf(frame) ?? 0) > 0;
const isFarewell = (frame: Frame): boolean => priorityOf(frame) === 0;

function isGarp(frame: Frame): boolean {
  const arp = decodeArp(frame.octets);
  return arp.kind === 'arp' && arp.sender.address === VIP && arp.target.address === VIP;
}

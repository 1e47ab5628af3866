// One host that is MASTER of many virtual routers, and what a reload of its daemon does on the wire and in the kernel:
// adverts by a capture, addresses by the kernel's own monitor. For tests and the bench.

import { setTimeout as sleep } from 'node:timers/promises';
import { ETHERTYPE_ARP } from '../pcap.js';
import type { Capture } from './capture.js';
import { startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';

/**
 * VRIDs 1 to 255 on eth1, eth2 and so on, each with one address of its own in 10.255.0.0/16 (eth1); what `more` gives
 * goes into the list of the instance of that number, from 1.
 */
export function manyInstances(count: number, more: (instance: number) => string = () => ''): string {
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    return `vrrp_instance VI_${id} {
    state BACKUP
    interface eth${1 + Math.floor(index / 255)}
    virtual_router_id ${1 + (index % 255)}
    priority 200
    advert_int 1
    virtual_ipaddress {
        10.${255 - Math.floor(index / 255)}.${1 + (index % 255)}.1
        ${more(id)}
    }
}
`;
  }).join('');
}

/** What happened between two moments. */
export interface Happenings {
  /** ms; the largest time between two adverts of one virtual router. */
  readonly largestGap: number;
  /** Farewells: adverts with priority 0. */
  readonly farewells: number;
  /** Gratuitous ARPs by address. */
  readonly announced: ReadonlyMap<string, number>;
  /** What the kernel's monitor told of addresses. */
  readonly touched: readonly string[];
  /** Lines of the daemon's log. */
  readonly log: readonly string[];
}

export class Many {
  private constructor(
    readonly lab: Lab,
    readonly host: Host,
    readonly job: Job,
    private readonly capture: Capture,
    private readonly monitor: Job,
  ) {}

  /** Returns when all are MASTER and the bursts of the beginning are over; `head` goes before the instances. */
  static async open(daemon: Daemon, count: number, head = ''): Promise<Many> {
    const lab = await Lab.open();
    const host = await lab.host({ name: 'many', interface: 'eth1', address: '10.255.0.1/16' });
    const capture = await lab.network.capture(host, 'vrrp or arp');
    const job = await startDaemon(host, daemon, head + manyInstances(count));
    const masters = (): number => job.log.filter((line) => line.includes('Entering MASTER STATE')).length;
    await eventually(`${count} masters`, () => masters() >= count);
    await sleep(6_000);
    const monitor = host.namespace.start(['ip', 'monitor', 'address']);
    await sleep(500);
    return new Many(lab, host, job, capture, monitor);
  }

  /** What happens from an advert before `action` to two after it. */
  async during(action: () => Promise<void>): Promise<Happenings> {
    const begin = Date.now() * 1_000;
    const marks = { monitor: this.monitor.log.length, log: this.job.log.length };
    await sleep(1_500);
    await action();
    await sleep(2_500);
    const end = Date.now() * 1_000;
    const adverts = (await this.capture.adverts()).filter(({ at }) => at >= begin && at < end);
    const last = new Map<number, number>();
    let largestGap = 0;
    let farewells = 0;
    for (const { at, received } of adverts) {
      if (received.kind !== 'advert') continue;
      const { virtualRouterId, priority } = received.advert;
      if (priority === 0) farewells += 1;
      largestGap = Math.max(largestGap, at - (last.get(virtualRouterId) ?? at));
      last.set(virtualRouterId, at);
    }
    return {
      largestGap: largestGap / 1_000,
      farewells,
      announced: await this.announced(begin, end),
      touched: this.monitor.log.slice(marks.monitor).filter((line) => line.includes(' inet ')),
      log: this.job.log.slice(marks.log),
    };
  }

  close(): Promise<void> {
    return this.lab.close();
  }

  private async announced(begin: number, end: number): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const { at, etherType, payload } of await this.capture.frames()) {
      if (etherType !== ETHERTYPE_ARP || at < begin || at >= end) continue;
      const [sender, target] = [payload.subarray(14, 18).join('.'), payload.subarray(24, 28).join('.')];
      if (sender !== target) continue;
      counts.set(sender, (counts.get(sender) ?? 0) + 1);
    }
    return counts;
  }
}

// Two routers and a client on one network, as the lab's tests need them: a (192.168.1.191, priority 120) and b
// (192.168.1.192, priority 110) share 192.168.1.190 on eth1, in the manner of an HAProxy pair but without its check.
// It acts and looks; what is right the tests say.

import type { IpAddress } from '../../src/address.js';
import { startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Capture } from './capture.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { Prober } from './prober.js';

export const VIP = '192.168.1.190' as IpAddress;
export const VRID = 91;
export const PASSWORD = '1111';

/** A keepalived.conf with the one instance VI_1. */
export function configuration({ priority, nopreempt }: { priority: number; nopreempt: boolean }): string {
  return `vrrp_instance VI_1 {
    state BACKUP
    interface eth1
    virtual_router_id ${VRID}
    priority ${priority}
    ${nopreempt ? 'nopreempt' : ''}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass ${PASSWORD}
    }
    virtual_ipaddress {
        ${VIP}
    }
}
`;
}

export interface Router {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly configuration: string;
  /** What the host sends by VRRP and ARP, from the beginning. */
  readonly capture: Capture;
  /** The daemon that was started last. */
  job?: Job;
}

export interface PairPlan {
  readonly a: Daemon;
  readonly b: Daemon;
  /** Of a; b always preempts. */
  readonly nopreempt: boolean;
}

export class Pair {
  private constructor(
    readonly lab: Lab,
    readonly a: Router,
    readonly b: Router,
    readonly prober: Prober,
  ) {}

  /** The network, with no daemon running yet. */
  static async open({ a, b, nopreempt }: PairPlan): Promise<Pair> {
    const lab = await Lab.open();
    const router = async (name: string, address: string, plan: Pick<Router, 'daemon' | 'configuration'>) => {
      const host = await lab.host({ name, interface: 'eth1', address });
      return { ...plan, host, capture: await lab.network.capture(host, 'vrrp or arp') };
    };
    return new Pair(
      lab,
      await router('a', '192.168.1.191/24', { daemon: a, configuration: configuration({ priority: 120, nopreempt }) }),
      await router('b', '192.168.1.192/24', {
        daemon: b,
        configuration: configuration({ priority: 110, nopreempt: false }),
      }),
      await Prober.start(await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' }), VIP),
    );
  }

  /** Returns when the daemon listens: what is said before that, it has not heard. */
  async start(router: Router): Promise<void> {
    const job = await startDaemon(router.host, router.daemon, router.configuration);
    router.job = job;
    await eventually(`${router.host.name} listens`, () =>
      job.log.some((line) => line.includes('Entering BACKUP STATE')),
    );
  }

  /** Waits until the client is answered by this router and by its host the address is held. */
  async answeredBy({ host }: Router, within: number): Promise<void> {
    await eventually(`${host.name} answers`, () => this.prober.latest?.mac === host.mac, { within });
    await eventually(`${host.name} holds the address`, () => host.holds(VIP));
  }

  /** The names of the hosts that hold the address and whose daemon runs. */
  async holders(): Promise<string[]> {
    const holders: string[] = [];
    for (const { host, job } of [this.a, this.b]) if (job?.running && (await host.holds(VIP))) holders.push(host.name);
    return holders;
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

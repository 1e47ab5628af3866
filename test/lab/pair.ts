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
  /** Changes the text of a configuration. */
  readonly edit?: (text: string, name: string) => string;
  /** Programs on a, by path. */
  readonly programs?: Readonly<Record<string, string>>;
}

export class Pair {
  private constructor(
    readonly lab: Lab,
    readonly a: Router,
    readonly b: Router,
    readonly client: Host,
    readonly prober: Prober,
  ) {}

  /** The network, with no daemon running yet. */
  static async open({ a, b, nopreempt, edit = (text) => text, programs = {} }: PairPlan): Promise<Pair> {
    const lab = await Lab.open();
    const router = async (name: string, address: string, plan: Pick<Router, 'daemon' | 'configuration'>) => {
      const host = await lab.host({ name, interface: 'eth1', address });
      const text = edit(plan.configuration, name);
      return { ...plan, configuration: text, host, capture: await lab.network.capture(host, 'vrrp or arp') };
    };
    const first = { daemon: a, configuration: configuration({ priority: 120, nopreempt }) };
    const second = { daemon: b, configuration: configuration({ priority: 110, nopreempt: false }) };
    const routers = [
      await router('a', '192.168.1.191/24', first),
      await router('b', '192.168.1.192/24', second),
    ] as const;
    for (const [file, text] of Object.entries(programs))
      await routers[0].host.namespace.write(file, text, { mode: 0o755 });
    const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' });
    return new Pair(lab, ...routers, client, await Prober.start(client, VIP));
  }

  /** Starts the daemon and waits for nothing. */
  async launch(router: Router): Promise<Job> {
    return (router.job = await startDaemon(router.host, router.daemon, router.configuration));
  }

  /** Returns when the daemon listens: what is said before that, it has not heard. */
  async start(router: Router): Promise<void> {
    const job = await this.launch(router);
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

// Layout 1 for real: two HAProxy hosts, two databases behind them and a client, with the witnesses of what the client
// gets: the echo of the address, and the database's answers.

import path from 'node:path';
import { projectRoot, type Daemon } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import type { Host } from '../lab/host.js';
import { Lab } from '../lab/lab.js';
import { Prober } from '../lab/prober.js';
import { HaproxyNode } from './node.js';
import { CLIENT, DATABASES, NODES, VIP } from './plan.js';
import { Service } from './service.js';

/** Milliseconds that anything in a step may take. */
const PATIENCE = 20_000;

export class Layout {
  private constructor(
    private readonly lab: Lab,
    readonly nodes: readonly [HaproxyNode, HaproxyNode],
    readonly client: Host,
    readonly prober: Prober,
    readonly service: Service,
  ) {}

  /** Everything but the VRRP daemons, which are not started yet. */
  static async open(daemon: Daemon): Promise<Layout> {
    const lab = await Lab.open();
    for (const { name, address } of DATABASES) {
      const host = await lab.host({ name, interface: 'eth1', address: `${address}/24` });
      host.namespace.start([process.execPath, path.join(projectRoot(), 'dist/database.js'), name]);
    }
    const node = async (plan: (typeof NODES)[number]): Promise<HaproxyNode> =>
      HaproxyNode.open(await lab.host({ ...plan, interface: 'eth1' }), daemon);
    const nodes = [await node(NODES[0]), await node(NODES[1])] as const;
    const client = await lab.host({ ...CLIENT, interface: 'eth0' });
    return new Layout(lab, nodes, client, await Prober.start(client, VIP), new Service(client));
  }

  /** Starts the daemons, the one with the higher priority first, and waits until the client is served. */
  async begin(): Promise<void> {
    const [first, second] = this.nodes;
    await first.startVrrpd();
    await this.until(`${first.name} answers`, () => this.prober.latest?.mac === first.host.mac);
    await second.startVrrpd();
    await this.until(`${second.name} is BACKUP`, () => second.instance?.state === 'BACKUP');
    await this.served();
  }

  /** Waits until every request of the last second had its answer. */
  served(): Promise<void> {
    return this.until('the database client works', () => {
      const now = Prober.mark();
      return this.service.works({ from: now - 2_000, to: now - 1_000 });
    });
  }

  /** Waits for something that the nodes show at their next looks, or the witnesses. */
  until(what: string, condition: () => boolean): Promise<void> {
    return eventually(what, condition, { within: PATIENCE });
  }

  async look(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.look()));
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

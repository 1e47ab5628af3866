// A network for tests and the demo: one switch, any number of hosts, real packets, real daemons. Several labs live side
// by side without knowing of each other. Needs root, if only of a user namespace; namespace.ts tells why nothing is left
// over.

import { Host } from './host.js';
import { Namespace } from './namespace.js';
import { Switch } from './switch.js';

export class Lab {
  private readonly hosts: Host[] = [];

  private constructor(readonly network: Switch) {}

  static async open(): Promise<Lab> {
    return new Lab(await Switch.open());
  }

  /**
   * A new host, connected and with its address; `address` has the length of its prefix: "192.168.1.191/24". With an IPv6
   * address beside it nothing is looked for twice: duplicate address detection would take a second.
   */
  async host(plan: { name: string; interface: string; address: string; ipv6?: string }): Promise<Host> {
    const namespace = await Namespace.open(plan.name);
    const mac = await this.network.connect(namespace, plan.interface);
    const host = new Host(namespace, { interface: plan.interface, mac });
    this.hosts.push(host);
    await namespace.ip('address', 'add', plan.address, 'dev', plan.interface);
    if (plan.ipv6 !== undefined) {
      await namespace.run('sysctl', '-qw', `net.ipv6.conf.${plan.interface}.accept_dad=0`);
      await namespace.ip('address', 'add', plan.ipv6, 'dev', plan.interface);
    }
    await namespace.ip('link', 'set', plan.interface, 'up');
    return host;
  }

  /** Ends all daemons, hosts and the switch. */
  async close(): Promise<void> {
    await Promise.all(this.hosts.map(({ namespace }) => namespace.close()));
    await this.network.close();
  }
}

// The lab's switch: a bridge in a namespace of its own, one port for each host. Cables are pulled here, hosts are cut
// from each other here, and captures are taken here, where no host can change what the witness sees.

import type { MacAddress } from '../../src/address.js';
import { Capture } from './capture.js';
import type { Host } from './host.js';
import { Namespace } from './namespace.js';
import type { Filter } from './sniffer.js';

export class Switch {
  private readonly ports = new Map<string, string>();

  private constructor(private readonly namespace: Namespace) {}

  static async open(): Promise<Switch> {
    const namespace = await Namespace.open('switch');
    const bridge = ['type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0'];
    await namespace.ip('link', 'add', 'bridge', ...bridge);
    await namespace.ip('link', 'set', 'bridge', 'up');
    return new Switch(namespace);
  }

  /** Lays a cable from a new port to a new interface of the namespace; gives the interface's MAC address. */
  async connect(host: Namespace, name: string): Promise<MacAddress> {
    const number = this.ports.size + 1;
    const port = `port${number}`;
    const mac = `02:00:00:00:00:${number.toString(16).padStart(2, '0')}` as MacAddress;
    // An index that no interface of a host has: with equal ones the kernel tells of a pulled cable up to a second later.
    const index = String(100 + number);
    const far = ['peer', 'name', name, 'address', mac, 'netns', String(host.pid)];
    await this.namespace.ip('link', 'add', port, 'index', index, 'type', 'veth', ...far);
    await this.namespace.ip('link', 'set', port, 'master', 'bridge', 'up');
    this.ports.set(host.name, port);
    return mac;
  }

  /** Pulls the cable: the host's interface loses its carrier. */
  async unplug(host: Host): Promise<void> {
    await this.namespace.ip('link', 'set', this.port(host), 'down');
  }

  async plug(host: Host): Promise<void> {
    await this.namespace.ip('link', 'set', this.port(host), 'up');
  }

  /** Nothing passes its port any more, though its interface keeps its carrier: as for a host that stands still. */
  async block(host: Host): Promise<void> {
    await this.setState(host, 'disabled');
  }

  async unblock(host: Host): Promise<void> {
    await this.setState(host, 'forwarding');
  }

  /** Isolates the hosts from one another; each still reaches every other port. */
  async cut(...hosts: Host[]): Promise<void> {
    for (const host of hosts)
      await this.namespace.run('bridge', 'link', 'set', 'dev', this.port(host), 'isolated', 'on');
  }

  async heal(...hosts: Host[]): Promise<void> {
    for (const host of hosts)
      await this.namespace.run('bridge', 'link', 'set', 'dev', this.port(host), 'isolated', 'off');
  }

  /** Records what a host sends; the filter is one of tcpdump's. */
  capture(host: Host, filter: Filter): Promise<Capture> {
    return Capture.start(this.namespace, { port: this.port(host), filter });
  }

  /** Ends it and with it all cables. */
  close(): Promise<void> {
    return this.namespace.close();
  }

  private async setState(host: Host, state: 'disabled' | 'forwarding'): Promise<void> {
    await this.namespace.run('bridge', 'link', 'set', 'dev', this.port(host), 'state', state);
  }

  private port(host: Host): string {
    const port = this.ports.get(host.name);
    if (port === undefined) throw new Error(`${host.name} is not connected`);
    return port;
  }
}

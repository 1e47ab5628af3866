// A host of the lab: a namespace with one interface on the switch.

import type { IpAddress, MacAddress } from '../../src/address.js';
import type { Namespace } from './namespace.js';

export class Host {
  readonly interface: string;
  /** Of its interface; tells at the client which host answered. */
  readonly mac: MacAddress;

  constructor(
    readonly namespace: Namespace,
    link: { interface: string; mac: MacAddress },
  ) {
    this.interface = link.interface;
    this.mac = link.mac;
  }

  get name(): string {
    return this.namespace.name;
  }

  /** The addresses that the kernel has on the interface, without their prefix lengths. */
  async addresses(): Promise<IpAddress[]> {
    const text = await this.namespace.ip('-j', 'address', 'show', 'dev', this.interface);
    const [link] = JSON.parse(text) as { addr_info: { local: IpAddress }[] }[];
    return link?.addr_info.map(({ local }) => local) ?? [];
  }

  async holds(address: IpAddress): Promise<boolean> {
    return (await this.addresses()).includes(address);
  }
}

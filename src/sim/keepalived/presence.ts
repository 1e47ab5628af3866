// What a virtual router of a modelled keepalived shows of itself on the wire and on its host: adverts, addresses with their
// routes, gratuitous ARP. It knows no state and no time: when and why is virtual-router.ts's.

import type { IpAddress } from '../../address.js';
import { addressesOf } from '../../config/diff.js';
import type { VrrpInstance } from '../../config/model.js';
import { sendAdvert } from '../../vrrp/advert.js';
import type { Link } from '../../vrrp/input.js';
import type { Turn } from '../../vrrp/turn.js';

export class Presence {
  #identification = 0;

  constructor(
    readonly config: VrrpInstance,
    readonly links: ReadonlyMap<string, Link>,
  ) {}

  /** What it sends from: the configured address, else the interface's first that is not a virtual one. */
  get source(): IpAddress | undefined {
    const { srcIp, interface: name } = this.config;
    const isVirtual = (address: IpAddress): boolean =>
      addressesOf(this.config).some(({ prefix }) => prefix.address === address);
    const own = this.links.get(name)?.addresses.find(({ address }) => !address.includes(':') && !isVirtual(address));
    return srcIp ?? own?.address;
  }

  advertise(turn: Turn, priority: number): void {
    const { source, config } = this;
    if (source === undefined) return;
    this.#identification = (this.#identification + 1) & 0xffff;
    const addresses = config.virtualAddresses.map(({ prefix }) => prefix.address);
    turn.do(sendAdvert(config, { priority, source, identification: this.#identification, addresses }));
  }

  /** Farewells, if any, and then the addresses: whoever still asks for them is not answered until the heir is there. */
  leave(turn: Turn, farewells: number): void {
    for (let count = 0; count < farewells; count += 1) this.advertise(turn, 0);
    if (farewells > 0) turn.log('debug', `(${this.config.name}) sent 0 priority`);
    this.removeAddresses(turn);
  }

  addAddresses(turn: Turn): void {
    const { config } = this;
    turn.log('debug', `(${config.name}) setting VIPs.`);
    turn.do(...addressesOf(config).map((address) => ({ kind: 'add-address', address }) as const));
    const routes = [...config.virtualRoutes, ...config.virtualRules];
    turn.do(...routes.map((entry) => ({ kind: 'add-route', entry }) as const));
  }

  removeAddresses(turn: Turn): void {
    const { config } = this;
    turn.log('debug', `(${config.name}) removing VIPs.`);
    const routes = [...config.virtualRoutes, ...config.virtualRules].reverse();
    turn.do(...routes.map((entry) => ({ kind: 'remove-route', entry }) as const));
    turn.do(...addressesOf(config).map((address) => ({ kind: 'remove-address', address }) as const));
  }

  /** Gratuitous ARP, the addresses of one interface together. */
  announce(turn: Turn, rounds: number): void {
    const all = addressesOf(this.config);
    for (const dev of new Set(all.map((address) => address.dev))) {
      const link = this.links.get(dev);
      const addresses = all.filter((address) => address.dev === dev).map(({ prefix }) => prefix.address);
      if (link?.up) turn.do({ kind: 'send-garp', interface: dev, mac: link.mac, addresses, rounds });
    }
  }
}

// What a virtual router of a modelled keepalived shows of itself on the wire and on its host: adverts, addresses with their
// routes, gratuitous ARP and neighbour advertisements. It knows no state and no time: when and why is virtual-router.ts's.

import { familyOf, isLinkLocal, type IpAddress } from '../../address.js';
import { addressesOf } from '../../config/diff.js';
import type { VrrpInstance } from '../../config/model.js';
import type { Advert } from '../../packet/vrrp.js';
import type { Link } from '../../vrrp/input.js';
import type { Turn } from '../../vrrp/turn.js';

const MULTICAST_TTL = 255;
const ANNOUNCEMENTS = [
  ['send-garp', 'ipv4'],
  ['send-na', 'ipv6'],
] as const;

export class Presence {
  #identification = 0;

  constructor(
    readonly config: VrrpInstance,
    readonly links: ReadonlyMap<string, Link>,
  ) {}

  /** What it sends from: the configured address, else the interface's first (of IPv6: link-local one) that is not a virtual one. */
  get source(): IpAddress | undefined {
    const { srcIp, family, interface: name } = this.config;
    const isVirtual = (address: IpAddress): boolean =>
      addressesOf(this.config).some(({ prefix }) => prefix.address === address);
    const isFit = (address: IpAddress): boolean =>
      familyOf(address) === family && (family === 'ipv4' || isLinkLocal(address)) && !isVirtual(address);
    const own = this.links.get(name)?.addresses.find(({ address }) => isFit(address));
    return srcIp ?? own?.address;
  }

  /** Whether a packet to there comes to its socket, which is bound to the group or to the address that it sends from. */
  listensTo(destination: IpAddress): boolean {
    const { unicast, mcastDstIp } = this.config;
    return destination === (unicast ? this.source : mcastDstIp);
  }

  /** Its own address may be among the peers: it is sent to like all others. */
  advertise(turn: Turn, priority: number): void {
    const { source, config } = this;
    if (source === undefined) return;
    const { unicast, mcastDstIp } = config;
    const addresses = config.virtualAddresses.map(({ prefix }) => prefix.address);
    for (const destination of unicast?.peers.map(({ address }) => address) ?? [mcastDstIp]) {
      this.#identification = (this.#identification + 1) & 0xffff;
      turn.do({
        kind: 'send-advert',
        interface: config.interface,
        header: { source, destination, ttl: unicast?.ttl ?? MULTICAST_TTL, identification: this.#identification },
        advert: this.#advert(priority, addresses),
      });
    }
  }

  #advert(priority: number, addresses: readonly IpAddress[]): Advert {
    const { version, virtualRouterId, advertInt: interval, authentication } = this.config;
    const common = { virtualRouterId, priority, interval, addresses };
    return version === 3 ? { version, ...common } : { version, ...common, authentication };
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

  /** Gratuitous ARP, or the same for IPv6; the addresses of one interface together. */
  announce(turn: Turn, rounds: number): void {
    const all = addressesOf(this.config);
    for (const dev of new Set(all.map((address) => address.dev))) {
      const link = this.links.get(dev);
      if (!link?.up) continue;
      const here = all.filter((address) => address.dev === dev).map(({ prefix }) => prefix.address);
      for (const [kind, family] of ANNOUNCEMENTS) {
        const addresses = here.filter((address) => familyOf(address) === family);
        if (addresses.length > 0) turn.do({ kind, interface: dev, mac: link.mac, addresses, rounds });
      }
    }
  }
}

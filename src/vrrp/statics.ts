// What the host has whatever state its instances are in: static addresses, routes and rules. Set at the start and when
// their interface comes, put back when somebody removes an address, taken off at the end. keepalived.conf(5): STATIC
// ROUTES/ADDRESSES/RULES. It knows no election.

import type { IpAddress } from '../address.js';
import { isEqual, without } from '../config/diff.js';
import type { Config, Route, Rule, VirtualAddress } from '../config/model.js';
import { describeRoute } from '../config/route-text.js';
import type { Failure } from './input.js';
import type { Links } from './instance.js';
import type { Turn } from './turn.js';

export class Statics {
  #addresses: readonly VirtualAddress[];
  #routes: readonly (Route | Rule)[];

  constructor(
    config: Config,
    readonly links: Links,
  ) {
    this.#addresses = config.staticIpaddress;
    this.#routes = routesOf(config);
  }

  /** All of it, on the interfaces that are there; what is there already stays. */
  start(turn: Turn): void {
    this.#set(this.#addresses, this.#routes, turn);
  }

  /** An interface came, or came back: its addresses, and all routes, since the kernel drops those of a link that was down. */
  linkChanged(name: string, turn: Turn): void {
    const addresses = this.#addresses.filter(({ dev }) => dev === name);
    if (this.links.get(name)?.up !== true) return;
    const concerned =
      addresses.length > 0 || this.#routes.some((entry) => entry.kind === 'route' && (entry.dev ?? name) === name);
    if (concerned) this.#set(addresses, this.#routes, turn);
  }

  /** Somebody else removed an address. */
  addressRemoved(name: string, address: IpAddress, turn: Turn): void {
    const ours = this.#addresses.filter(({ dev, prefix }) => dev === name && prefix.address === address);
    for (const one of ours) {
      if (one.noTrack === true) continue;
      turn.log('warn', `static address ${address} was removed from ${name} by somebody else: put back`);
      this.#set([one], this.#routes, turn);
    }
  }

  /** A reload: only what differs is touched. */
  update(config: Config, turn: Turn): void {
    const [addresses, routes] = [this.#addresses, this.#routes];
    this.#addresses = config.staticIpaddress;
    this.#routes = routesOf(config);
    this.#unset(without(addresses, this.#addresses), without(routes, this.#routes), turn);
    this.#set(without(this.#addresses, addresses), without(this.#routes, routes), turn);
  }

  /** The kernel refused something; it is tried again when the interface changes. */
  refused({ effect, interface: dev, address, entry, error }: Failure, turn: Turn): void {
    const ours = entry
      ? this.#routes.some((one) => isEqual(one, entry))
      : this.#addresses.some((one) => one.dev === dev && one.prefix.address === address);
    const what = entry ? describeRoute(entry) : `${address ?? ''} on ${dev}`;
    if (ours) turn.log('error', `static ${effect} ${what} refused: ${error}`);
  }

  stop(turn: Turn): void {
    this.#unset(this.#addresses, this.#routes, turn);
  }

  #set(addresses: readonly VirtualAddress[], routes: readonly (Route | Rule)[], turn: Turn): void {
    const there = addresses.filter(({ dev }) => this.links.has(dev));
    turn.do(...there.map((address) => ({ kind: 'add-address', address }) as const));
    turn.do(...routes.filter((entry) => this.#canBeSet(entry)).map((entry) => ({ kind: 'add-route', entry }) as const));
  }

  #unset(addresses: readonly VirtualAddress[], routes: readonly (Route | Rule)[], turn: Turn): void {
    turn.do(...routes.toReversed().map((entry) => ({ kind: 'remove-route', entry }) as const));
    const there = addresses.filter(({ dev }) => this.links.has(dev));
    turn.do(...there.map((address) => ({ kind: 'remove-address', address }) as const));
  }

  #canBeSet(entry: Route | Rule): boolean {
    return entry.kind === 'rule' || entry.dev === undefined || this.links.get(entry.dev)?.up === true;
  }
}

const routesOf = ({ staticRoutes, staticRules }: Config): (Route | Rule)[] => [...staticRoutes, ...staticRules];

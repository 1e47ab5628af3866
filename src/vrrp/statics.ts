// What the host has whatever state its instances are in: static addresses, routes and rules. Set at the start and when
// their interface comes, put back when somebody removes them, taken off at the end. keepalived.conf(5): STATIC
// ROUTES/ADDRESSES/RULES. It knows no election.

import type { IpAddress } from '../address.js';
import { isEqual, without } from '../config/diff.js';
import type { Config, Route, Rule, VirtualAddress } from '../config/model.js';
import { describeRoute } from '../config/route-text.js';
import { after, seconds, type Instant } from '../time.js';
import type { Failure } from './input.js';
import type { Links } from './instance.js';
import type { Turn } from './turn.js';
import { countRemoval, describeRemoval, REMOVALS_AT_ONCE, type LinkChange, type Removal } from './upkeep.js';

/** What others keep removing is put back this much later. */
const RETRY = seconds(1);
const LATER = 'a second later';

export class Statics {
  #addresses: readonly VirtualAddress[];
  #routes: readonly (Route | Rule)[];

  /** What others removed lately. */
  readonly #removals: Removal[] = [];
  /** What they removed too often, and when it is put back. */
  #missing: readonly (VirtualAddress | Route | Rule)[] = [];
  #retryAt: Instant | undefined;

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

  /** An interface came, came up or has an address again: its addresses, and routes, which the kernel drops in silence. */
  linkChanged({ name, link, isNew, cameUp, came }: LinkChange, turn: Turn): void {
    if (!link.up || !(isNew || cameUp || came.length > 0)) return;
    const addresses = isNew || cameUp ? this.#addresses.filter(({ dev }) => dev === name) : [];
    this.#set(addresses, this.#routesOn(name), turn);
  }

  /** Somebody else removed an address; routes may have gone with it. */
  addressRemoved(name: string, address: IpAddress, turn: Turn): void {
    const ours = this.#addresses.find(({ dev, prefix }) => dev === name && prefix.address === address);
    const isBack = this.links.get(name)?.addresses.some((one) => one.address === address) === true;
    if (!ours && isBack) this.#set([], this.#routesOn(name), turn);
    else if (ours && ours.noTrack !== true) {
      const when = this.#putBack(ours, turn) ? 'put back' : LATER;
      turn.log('warn', `static address ${address} was removed from ${name} by somebody else: ${when}`);
    }
  }

  /** Somebody else removed a route or a rule. */
  routeRemoved(entry: Route | Rule, turn: Turn): void {
    const ours = this.#routes.find((one) => isEqual(one, entry));
    if (!ours || ours.noTrack === true || this.#missing.includes(ours)) return;
    turn.log('warn', `static ${describeRemoval(ours, this.#putBack(ours, turn), LATER)}`);
  }

  nextDeadline(): Instant | undefined {
    return this.#retryAt;
  }

  /** What was removed too often. */
  putBackMissing(turn: Turn): void {
    const missing = this.#missing;
    [this.#missing, this.#retryAt] = [[], undefined];
    for (const one of missing) this.#restore(one, turn);
  }

  get memory() {
    return { removals: [...this.#removals], missing: this.#missing, retryAt: this.#retryAt };
  }

  recall({ removals, missing, retryAt }: Statics['memory']): void {
    this.#removals.push(...removals);
    const all = [...this.#addresses, ...this.#routes];
    this.#missing = all.filter((one) => missing.some((other) => isEqual(one, other)));
    this.#retryAt = retryAt;
  }

  /** A reload: only what differs is touched. */
  update(config: Config, turn: Turn): void {
    const [addresses, routes] = [this.#addresses, this.#routes];
    this.#addresses = config.staticIpaddress;
    this.#routes = routesOf(config);
    this.#missing = this.#missing.filter((one) =>
      [...this.#addresses, ...this.#routes].some((other) => isEqual(one, other)),
    );
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

  /** False when it has to wait. */
  #putBack(one: VirtualAddress | Route | Rule, turn: Turn): boolean {
    const atOnce = countRemoval(this.#removals, { what: JSON.stringify(one), at: turn.now }) <= REMOVALS_AT_ONCE;
    if (atOnce) this.#restore(one, turn);
    else {
      this.#missing = [...this.#missing, one];
      this.#retryAt ??= after(turn.now, RETRY);
    }
    return atOnce;
  }

  #restore(one: VirtualAddress | Route | Rule, turn: Turn): void {
    if ('kind' in one) this.#set([], [one], turn);
    else this.#set([one], this.#routesOn(one.dev), turn);
  }

  /** Those that may go with an interface or an address there; rules never do. */
  #routesOn(name: string): Route[] {
    return this.#routes.flatMap((entry) => (entry.kind === 'route' && (entry.dev ?? name) === name ? [entry] : []));
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

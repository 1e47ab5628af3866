// Who saw it all: the members of all virtual routers, kept as their hosts have them now. It judges nothing.

import { compareAddresses, familyOf } from '../../src/address.js';
import type { VrrpInstance } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import type { Network } from '../../src/sim/network.js';
import type { Command, ForeignAdvert } from '../../src/sim/story.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { Delays } from './bounds.js';
import { Member } from './member.js';

/** A member that stands otherwise than before. */
export interface Move {
  readonly member: Member;
  readonly from: Member['state'];
}

export class Witness {
  readonly delays: Delays;
  /** The states that keepalived has told. */
  readonly #told = new Map<Member, Member['state']>();
  readonly #members = new Map<string, Member>();
  readonly #byRouter = new Map<string, Member[]>();
  /** Those whose daemon was killed: the next one may know what that one was asked for. */
  readonly #killed = new Set<Host>();
  readonly #cores = new Map<Host, Host['core']>();
  /** By virtual router, the shortest and the longest interval that anybody may have said there. */
  readonly #intervals = new Map<string, { readonly quickest: number; readonly slowest: number }>();

  constructor(readonly network: Network) {
    this.delays = new Delays(() => network.now);
    for (const host of network.hosts.values()) this.look(host);
  }

  get members(): Iterable<Member> {
    return this.#members.values();
  }

  get routers(): Iterable<readonly Member[]> {
    return this.#byRouter.values();
  }

  of(host: Host): Member[] {
    return [...this.#members.values()].filter((member) => member.host === host);
  }

  /** Those of the same virtual router. */
  othersOf(member: Member): Member[] {
    return (this.#byRouter.get(member.router) ?? []).filter((one) => one !== member);
  }

  /**
   * Of a virtual router in which somebody's sync group is better than another host in one of its virtual routers and worse
   * in another. Where their timers end together, each makes the other one yield, again and again, and others with them: a
   * mistake of the files, which `vrrpd check --pair` names.
   */
  isCrossed(member: Member): boolean {
    return [member, ...this.othersOf(member)].some((one) => this.#hasCrossedGroup(one));
  }

  #hasCrossedGroup(member: Member): boolean {
    const group = member.instance?.group;
    if (!group) return false;
    const unit = this.of(member.host).filter(({ instance }) => instance?.group === group);
    const pairs = unit.flatMap((one) => this.othersOf(one).map((other) => ({ one, other })));
    const hosts = new Set(pairs.map(({ other }) => other.host));
    return [...hosts].some((host) => {
      const ranks = pairs.filter(({ other }) => other.host === host).map(({ one, other }) => rank(one, other));
      return new Set(ranks).size > 1;
    });
  }

  /** The member that an advert of this host is of. */
  speaker(
    host: Host,
    { interface: name, header, advert }: Extract<Effect, { kind: 'send-advert' }>,
  ): Member | undefined {
    return this.#members.get(keyOf(host, { interface: name, ...advert, family: familyOf(header.source) }));
  }

  /** What a BACKUP of this virtual router may have learned of the interval, and what it can't have. */
  intervalsOf({ router, config }: Member): { readonly quickest: number; readonly slowest: number } {
    return this.#intervals.get(router) ?? { quickest: config.advertInt, slowest: config.advertInt };
  }

  /** The longest of all. */
  get slowest(): number {
    return Math.max(0, ...[...this.#intervals.values()].map(({ slowest }) => slowest));
  }

  #mayBeSaid(member: Member, interval: number): void {
    const { quickest, slowest } = this.intervalsOf(member);
    this.#intervals.set(member.router, {
      quickest: Math.min(quickest, interval),
      slowest: Math.max(slowest, interval),
    });
  }

  /** Those that change their state together, of those that run vrrpd and are awake. */
  unitsOf(host: Host): Iterable<readonly Member[]> {
    const units = new Map<unknown, Member[]>();
    for (const member of this.of(host)) {
      if (!member.instance || !member.isAwake) continue;
      const key = member.instance.group ?? member;
      units.set(key, [...(units.get(key) ?? []), member]);
    }
    return units.values();
  }

  /** A command may start a member's timers anew, or change what it may do. */
  mayMoveTimers(command: Command, member: Member): boolean {
    if (command.kind === 'advert') return this.hearsForeign(command.advert, member);
    if (!['reload', 'failover', 'maintenance', 'thaw', 'resume'].includes(command.kind)) return false;
    return 'host' in command && command.host === member.host.name;
  }

  /** What is wrong in any way changes nothing at ours; what it does at keepalived is its own affair. */
  hearsForeign(advert: ForeignAdvert, member: Member): boolean {
    const { interface: here, config } = member;
    const isHeard = advert.segment === undefined || advert.segment === here?.segment.name;
    if (!isHeard || advert.virtualRouterId !== config.virtualRouterId) return false;
    return !member.instance || member.acceptsForeign(advert);
  }

  /** Before a command is carried out. */
  command(command: Command): void {
    if (command.kind === 'advert')
      for (const member of this.members)
        if (this.hearsForeign(command.advert, member)) {
          this.#mayBeSaid(member, command.advert.interval);
          if (command.advert.priority === 0) mayHaveHeard(member);
        }
    if (command.kind === 'stop' || command.kind === 'crash') this.#killed.delete(this.network.host(command.host));
    if (command.kind === 'kill') this.#kill(this.network.host(command.host));
    if (command.kind !== 'failover') return;
    const host = this.network.host(command.host);
    const isAtOnce = host.answers && !host.isStalled;
    for (const member of this.of(host)) {
      const { instance } = member;
      const unit = instance?.unit ?? [];
      const isMeant =
        unit.some(({ config }) => config.name === command.name) || instance?.group?.config.name === command.name;
      if (!isMeant) continue;
      if (!isAtOnce) member.yielded = 'maybe';
      else if (unit.some(({ state }) => state.kind === 'MASTER')) member.yielded = 'yes';
    }
  }

  #kill(host: Host): void {
    this.#killed.add(host);
    for (const member of this.of(host)) mayHaveHeard(member);
  }

  /** A farewell ends a yielding at those who hear it. */
  left(speaker: Member): void {
    for (const member of this.othersOf(speaker)) if (member.follows(speaker)) mayHaveHeard(member);
  }

  /** keepalived tells its states; ours are looked up. */
  told(host: Host, effect: Effect): void {
    if (effect.kind !== 'notify' || host.router || effect.event.subject === 'GROUP') return;
    this.#forgetFormer(host);
    const { name, state } = effect.event;
    const found = this.of(host).find(({ config }) => config.name === name);
    if (found && (state === 'MASTER' || state === 'BACKUP' || state === 'FAULT')) this.#told.set(found, state);
  }

  /** Between events: how the members on this host stand. */
  look(host: Host): Move[] {
    this.#forgetFormer(host);
    const instances = host.router?.all;
    const configs = instances?.map(({ config }) => config) ?? host.config.vrrpInstances;
    const there = new Set<Member>();
    const moves: Move[] = [];
    for (const [index, config] of configs.entries()) {
      const member = this.#member(host, config);
      there.add(member);
      const instance = instances?.[index];
      const before = member.state;
      const isNewMaster = instance?.state.kind === 'MASTER' && before !== 'MASTER';
      const isAnother = instance !== member.instance && !this.#killed.has(host);
      if (isAnother || isNewMaster) member.yielded = 'no';
      member.config = config;
      this.#mayBeSaid(member, config.advertInt);
      member.instance = instance;
      if (host.core === undefined) member.state = 'OFF';
      else if (instance) member.state = instance.state.kind;
      else member.state = this.#told.get(member) ?? 'INIT';
      if (member.state !== before) moves.push({ member, from: before });
    }
    for (const member of this.of(host)) {
      if (there.has(member) || member.state === 'OFF') continue;
      moves.push({ member, from: member.state });
      [member.state, member.instance] = ['OFF', undefined];
    }
    return moves;
  }

  /** What its former daemon told; the next one may have begun in the same moment. */
  #forgetFormer(host: Host): void {
    if (this.#cores.get(host) === host.core) return;
    this.#cores.set(host, host.core);
    for (const member of this.of(host)) this.#told.delete(member);
  }

  #member(host: Host, config: Member['config']): Member {
    const key = keyOf(host, config);
    const known = this.#members.get(key);
    if (known) return known;
    const member = new Member(host, config);
    this.#members.set(key, member);
    this.#byRouter.set(member.router, [...(this.#byRouter.get(member.router) ?? []), member]);
    return member;
  }
}

const keyOf = (host: Host, one: Pick<VrrpInstance, 'interface' | 'virtualRouterId' | 'family'>): string =>
  `${host.name} ${one.interface} ${one.virtualRouterId} ${one.family}`;

function mayHaveHeard(member: Member): void {
  if (member.yielded === 'yes') member.yielded = 'maybe';
}

/** Who would win between them, 1 or -1; the address decides between equal priorities. */
const rank = (one: Member, other: Member): number =>
  Math.sign(one.priority - other.priority) || addressRank(one, other);

function addressRank(one: Member, other: Member): number {
  const [a, b] = [one, other].map((member) => member.source);
  return a === undefined || b === undefined ? 0 : Math.sign(compareAddresses(a, b));
}

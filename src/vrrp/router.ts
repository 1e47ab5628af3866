// All virtual routers of one host, and what they watch: inputs in, effects out, and the next instant at which it wants to
// be woken. Deterministic: the same inputs at the same instants give the same effects. RFC 3768 § 6; it reads no clock.

import type { IpAddress } from '../address.js';
import type { Config } from '../config/model.js';
import { after, type Instant } from '../time.js';
import { Deadlines } from './deadlines.js';
import type { Effect } from './effect.js';
import { unitsOf, type Group } from './group.js';
import { refused, removeAllResidue } from './holding.js';
import type { Failure, Input, Link } from './input.js';
import { Instance } from './instance.js';
import { LinkDelay, LinkDelays } from './link-delay.js';
import { Life } from './life.js';
import { changeLink, seeFlap, stateOf } from './link-change.js';
import { recall, remember, type Memory } from './memory.js';
import type { Left } from './note.js';
import { Openings } from './openings.js';
import { failover, maintain } from './orders.js';
import type { Owner } from './owner.js';
import { receive, receiveClaim } from './reception.js';
import { makeTrackers, reload } from './reload.js';
import { connectionsReset } from './releasing.js';
import { endTakeOver, takeOver } from './resumption.js';
import { Roster } from './roster.js';
import { Statics } from './statics.js';
import { UnclaimedPackets } from './statistics.js';
import { Surroundings } from './surroundings.js';
import { Turn } from './turn.js';
import * as unit from './unit.js';
import { forgetLost, ownAddressRemoved, putBackRoute } from './upkeep.js';
import { addressRemoved, expire } from './virtual-router.js';
import { Watch, type Change } from './watch.js';

export class Router {
  readonly unclaimed = new UnclaimedPackets();
  readonly surroundings = new Surroundings();
  readonly #roster = new Roster();
  readonly #openings = new Openings(this.#roster);
  readonly #statics: Statics;
  readonly #deadlines = new Deadlines<Owner>();
  readonly #delays = new LinkDelays(this.#deadlines);
  readonly #watch = new Watch(this.surroundings, this.#deadlines);
  readonly #life: Life;
  #config: Config;

  /** With the memory of another one of this configuration it goes on as that one. */
  constructor(config: Config, now: Instant, memory?: Memory) {
    this.#config = config;
    this.#statics = new Statics(config, this.surroundings.links);
    this.#life = new Life(this.#parts);
    makeTrackers(config, this.surroundings);
    this.#delays.update(config.interfaceDelays);
    const instances = config.vrrpInstances.map((each) => new Instance(each, this.surroundings, now));
    this.#roster.set(instances, config);
    this.surroundings.setInstances(instances);
    if (!memory) return;
    recall(memory, this.#parts);
    this.#life.phase = memory.phase;
  }

  /** All that its effects depend on from now on, beside its configuration; plain JSON. */
  get memory(): Memory {
    return remember(this.#parts, this.#life.phase);
  }

  get #parts() {
    const [roster, openings, deadlines] = [this.#roster, this.#openings, this.#deadlines];
    const [delays, watch, statics] = [this.#delays, this.#watch, this.#statics];
    return { surroundings: this.surroundings, roster, openings, deadlines, delays, watch, statics };
  }

  /** By name, in the order of the file. */
  get instances(): ReadonlyMap<string, Instance> {
    return this.#roster.instances;
  }

  /** With those that a reload took out and that have not gone yet. */
  get all(): readonly Instance[] {
    return this.#roster.all;
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.#roster.groups;
  }

  get config(): Config {
    return this.#config;
  }

  /** When it wants a tick; undefined when nothing is to be done by the clock, as before the start and after the stop. */
  nextDeadline(): Instant | undefined {
    return this.#life.isAlive ? this.#deadlines.next() : undefined;
  }

  /** It is a Master_Down_Timer that ends next. */
  get isTakeOverNext(): boolean {
    const next = this.#deadlines.nextOwner();
    return next instanceof Instance && next.state.kind === 'BACKUP';
  }

  get hasStopped(): boolean {
    return this.#life.phase.kind === 'stopped';
  }

  /** Takes one input in; its effects are to be performed in this order before the next input is handed in. */
  handle(input: Input, now: Instant): Effect[] {
    const turn = new Turn(now);
    switch (input.kind) {
      case 'start':
        this.#start(input.left, turn);
        break;
      case 'stop':
        this.#life.stop(input.cause, turn);
        this.#settle(this.#roster.all, turn);
        break;
      case 'reload':
        this.#reload(input.config, turn);
        break;
      case 'tick':
        if (this.#life.isAlive) this.#tick(turn);
        break;
      case 'packet':
        this.#settle(receive(input, { roster: this.#roster, unclaimed: this.unclaimed }, turn), turn);
        break;
      case 'link':
        this.#see(input, turn);
        break;
      case 'address-removed':
        this.#addressRemoved(input.interface, input.address, turn);
        break;
      case 'route-removed':
        putBackRoute(input.entry, { instances: this.instances.values(), statics: this.#statics }, turn);
        break;
      case 'claim':
        this.#settle(receiveClaim(input, { roster: this.#roster, links: this.surroundings.links }, turn), turn);
        break;
      case 'connections-reset':
        for (const instance of this.#roster.all) connectionsReset(instance, input, turn);
        break;
      case 'script-begun':
      case 'script':
      case 'file':
      case 'process':
        // A check that a stop has ended did not fail.
        if (this.#life.phase.kind !== 'stopping') this.#follow(this.#watch.see(input, turn), turn);
        break;
      case 'failover':
        failover(input.name, this.#roster, turn);
        break;
      case 'maintenance':
        this.#maintain(input, turn);
        break;
      case 'failed':
        this.#failed(input, turn);
        break;
    }
    this.#settle([], turn);
    this.#life.settle(turn);
    this.#deadlines.set('statics', this.#statics.nextDeadline());
    return turn.effects;
  }

  #start(left: Left | undefined, turn: Turn): void {
    this.#life.begin();
    const goesOn = left !== undefined && takeOver(left, this, turn).goesOn;
    for (const [name, link] of this.surroundings.links) this.#openings.open(name, link, turn);
    this.#statics.start(turn);
    const delay = this.#config.global.vrrpStartupDelay;
    if (delay > 0 && !goesOn) {
      this.surroundings.startsAt = after(turn.now, delay);
      this.#deadlines.set('startup delay', this.surroundings.startsAt);
      turn.log('info', `Delaying startup for ${delay / 1_000_000} seconds`);
    }
    this.#begin([...this.instances.values()], turn);
    this.#watch.start(this.#config, turn);
  }

  #begin(instances: readonly Instance[], turn: Turn): void {
    for (const instance of instances) {
      instance.priority = instance.trackedPriority;
      if (!instance.left) removeAllResidue(instance, turn);
    }
    for (const members of unitsOf(instances)) unit.start(members, turn);
    for (const instance of instances) if (instance.left) endTakeOver(instance, turn);
    this.#settle(instances, turn);
  }

  /** What an instance that is left as it is does, it does not notice. */
  #reload(config: Config, turn: Turn): void {
    if (!this.#life.isRunning) return;
    for (const delay of this.#delays.update(config.interfaceDelays)) this.#settleLink(delay, turn);
    const known = { roster: this.#roster, surroundings: this.surroundings };
    const { ended, begun } = reload(known, { before: this.#config, after: config }, turn);
    this.#config = config;
    this.#statics.update(config, turn);
    this.#openings.update(turn);
    for (const [name, link] of this.surroundings.links) this.#openings.open(name, link, turn);
    this.#begin(begun, turn);
    this.#review([...this.instances.values()], 'a reload', turn);
    for (const group of this.groups.values()) group.settle(turn);
    for (const owner of ended) this.#deadlines.set(owner, undefined);
    this.#watch.start(config, turn);
  }

  /** The instances first: a check that is due must not hold up an advert. */
  #tick(turn: Turn): void {
    const others: Exclude<Owner, Instance>[] = [];
    for (let owner = this.#deadlines.take(turn.now); owner; owner = this.#deadlines.take(turn.now)) {
      if (!(owner instanceof Instance)) others.push(owner);
      else {
        expire(owner, turn);
        for (const line of owner.repeated.due(turn.now)) turn.log('warn', line);
        if (forgetLost(owner, turn)) this.#review([owner], 'no address', turn);
        else this.#settle([owner], turn);
      }
    }
    for (const owner of others) {
      if (owner === 'startup delay') this.#life.endStartupDelay(turn);
      else if (owner === 'maintenance') this.#maintain({ on: false }, turn);
      else if (owner === 'statics') this.#statics.putBackMissing(turn);
      else if (owner instanceof LinkDelay) this.#settleLink(owner, turn);
      else this.#follow(this.#watch.due(owner, turn), turn);
    }
    this.#settle([], turn);
    // What these have changed may be due at once: an owner begins, a higher priority shortens a wait.
    if (others.length > 0) this.#tick(turn);
  }

  /** What is seen of a link counts at once, or when it has lasted. */
  #see({ interface: name, link, flapped }: Extract<Input, { kind: 'link' }>, turn: Turn): void {
    const counted = this.surroundings.links.get(name);
    this.#link(name, this.#delays.see(name, link, { counted, now: turn.now }), turn);
    if (flapped) this.#settle(seeFlap(name, this.#roster, turn), turn);
  }

  #settleLink(delay: LinkDelay, turn: Turn): void {
    const name = delay.config.interface;
    const link = this.surroundings.links.get(name);
    if (link) this.#link(name, delay.settle(link), turn);
  }

  #link(name: string, link: Link | undefined, turn: Turn): void {
    const change = { name, link, isAlive: this.#life.isAlive };
    const concerned = changeLink(change, this.#parts, turn);
    this.#review(concerned, `${name} is ${stateOf(link)}`, turn);
  }

  #addressRemoved(name: string, address: IpAddress, turn: Turn): void {
    if (this.#life.isAlive) this.#statics.addressRemoved(name, address, turn);
    const concerned = this.#roster.withAddress(name, address);
    for (const instance of concerned) addressRemoved(instance, { dev: name, address }, turn);
    if (concerned.length === 0) ownAddressRemoved(this.#roster.onInterface(name), { name, address }, turn);
    this.#settle(concerned, turn);
  }

  /** Something that is tracked stands otherwise: priorities and faults follow. */
  #follow(change: Change | undefined, turn: Turn): void {
    if (!change || !this.#life.isRunning) return;
    this.#review(this.#roster.tracking(change.kind, change.name), change.why, turn);
  }

  #maintain(wanted: { on: boolean; until?: Instant }, turn: Turn): void {
    maintain(wanted, this, turn);
    this.#deadlines.set('maintenance', wanted.until);
  }

  /** What they depend on may have changed: their priorities and their faults follow. */
  #review(instances: readonly Instance[], why: string, turn: Turn): void {
    const present = this.#roster.present(instances);
    for (const instance of present) unit.weigh(instance, why, turn);
    if (!this.#life.isRunning) for (const instance of present) unit.stopUnreachable(instance, turn);
    else for (const members of unitsOf(present)) unit.review(members, turn);
    this.#settle(instances, turn);
  }

  #failed(failure: Failure, turn: Turn): void {
    if (failure.effect === 'open-link') this.#openings.refused(failure);
    this.#statics.refused(failure, turn);
    // A route is of no interface that an instance is found by.
    const concerned = failure.entry ? [...this.instances.values()] : this.#roster.onInterface(failure.interface);
    for (const instance of concerned) refused(instance, failure, turn);
    if (failure.effect === 'open-link' && this.#life.isAlive) this.#review(concerned, 'a failure', turn);
    else this.#settle(concerned, turn);
  }

  /** After all that can change a state: when they and those they took along want to be woken, and what groups are now. */
  #settle(instances: Iterable<Instance>, turn: Turn): void {
    const moved = turn.takeMoved();
    for (const one of [...instances, ...moved]) this.#deadlines.set(one, one.nextDeadline());
    for (const one of moved.filter((each) => each.state.kind === 'INIT' && this.#roster.forget(each))) {
      this.#deadlines.set(one, undefined);
      this.surroundings.setInstances(this.#roster.all);
      this.#openings.update(turn);
    }
    for (const group of new Set(moved.map(({ group }) => group))) group?.settle(turn);
  }
}

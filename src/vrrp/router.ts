// All virtual routers of one host, and what they watch: inputs in, effects out, and the next instant at which it wants to
// be woken. Deterministic: the same inputs at the same instants give the same effects. RFC 3768 § 6; it reads no clock.

import type { IpAddress } from '../address.js';
import type { Config } from '../config/model.js';
import type { ReceivedAdvert } from '../packet/vrrp.js';
import { effectivePriority } from '../track/priority.js';
import { describeOutcome, describeResult, ScriptTracker, type ScriptOutcome } from '../track/script.js';
import type { Instant } from '../time.js';
import { Deadlines } from './deadlines.js';
import type { Effect } from './effect.js';
import { putBack, refused, removeResidue, removeRoutes } from './holding.js';
import type { Failure, Input, Link } from './input.js';
import { Instance } from './instance.js';
import * as machine from './machine.js';
import { receive } from './reception.js';
import { reload, usedScripts } from './reload.js';
import { Roster } from './roster.js';
import { Statics } from './statics.js';
import { Turn } from './turn.js';

/** Packets that no instance can be blamed for. */
export class UnclaimedPackets {
  unreadable = 0;
  unknownVirtualRouter = 0;
}

export class Router {
  readonly unclaimed = new UnclaimedPackets();
  readonly #roster = new Roster();
  readonly #links = new Map<string, Link>();
  readonly #openLinks = new Set<string>();
  readonly #statics: Statics;
  readonly #deadlines = new Deadlines<Instance | ScriptTracker>();
  #config: Config;
  #running = false;

  constructor(config: Config, now: Instant) {
    this.#config = config;
    this.#statics = new Statics(config, this.#links);
    const { scripts } = this.#roster;
    this.#roster.set({ instances: [], scripts: usedScripts(config).map((script) => new ScriptTracker(script)) });
    const instances = config.vrrpInstances.map((each) => new Instance(each, scripts, this.#links, now));
    this.#roster.set({ instances, scripts: [...scripts.values()] });
  }

  /** By name, in the order of the file. */
  get instances(): ReadonlyMap<string, Instance> {
    return this.#roster.instances;
  }

  /** The checks that count for an instance. */
  get scripts(): ReadonlyMap<string, ScriptTracker> {
    return this.#roster.scripts;
  }

  /** The interfaces of the host as they are known now. */
  get links(): ReadonlyMap<string, Link> {
    return this.#links;
  }

  /** When it wants a tick; undefined when nothing is to be done by the clock. */
  nextDeadline(): Instant | undefined {
    return this.#deadlines.next();
  }

  /** Takes one input in; its effects are to be performed in this order before the next input is handed in. */
  handle(input: Input, now: Instant): Effect[] {
    const turn = new Turn(now);
    switch (input.kind) {
      case 'start':
        this.#start(turn);
        break;
      case 'stop':
        this.#stop(input.cause, turn);
        break;
      case 'reload':
        this.#reload(input.config, turn);
        break;
      case 'tick':
        this.#tick(turn);
        break;
      case 'packet':
        this.#packet(input.interface, input.packet, turn);
        break;
      case 'link':
        this.#link(input.interface, input.link, turn);
        break;
      case 'address-removed':
        this.#addressRemoved(input.interface, input.address, turn);
        break;
      case 'script':
        this.#scriptEnded(input.script, input.outcome, turn);
        break;
      case 'failed':
        this.#failed(input, turn);
        break;
    }
    return turn.effects;
  }

  #start(turn: Turn): void {
    this.#running = true;
    for (const [name, link] of this.#links) this.#open(name, link, turn);
    this.#statics.start(turn);
    for (const instance of this.instances.values()) this.#begin(instance, turn);
    for (const tracker of this.scripts.values()) {
      tracker.start(turn.now);
      this.#schedule(tracker);
    }
  }

  #begin(instance: Instance, turn: Turn): void {
    removeRoutes(instance.routes, turn);
    for (const name of this.#links.keys()) removeResidue(instance, name, turn);
    machine.start(instance, turn);
    this.#schedule(instance);
  }

  #stop(cause: string, turn: Turn): void {
    this.#running = false;
    for (const instance of this.instances.values()) {
      machine.stop(instance, cause, turn);
      this.#deadlines.set(instance, undefined);
    }
    for (const tracker of this.scripts.values()) {
      tracker.stop();
      this.#deadlines.set(tracker, undefined);
      if (tracker.isRunning) turn.do({ kind: 'signal-script', script: tracker.config.name, signal: 'SIGTERM' });
    }
    this.#statics.stop(turn);
    for (const name of this.#openLinks) turn.do({ kind: 'close-link', interface: name });
    this.#openLinks.clear();
  }

  /** What an instance that is left as it is does, it does not notice. */
  #reload(config: Config, turn: Turn): void {
    const { ended, begun } = reload(this.#roster, { before: this.#config, after: config, links: this.#links }, turn);
    this.#config = config;
    this.#statics.update(config, turn);
    for (const owner of ended) this.#deadlines.set(owner, undefined);
    for (const name of this.#openLinks) {
      if (this.#roster.speakersOn(name).length > 0) continue;
      this.#openLinks.delete(name);
      turn.do({ kind: 'close-link', interface: name });
    }
    for (const [name, link] of this.#links) this.#open(name, link, turn);
    for (const instance of begun) this.#begin(instance, turn);
    for (const instance of this.instances.values()) this.#review(instance, 'a reload', turn);
    for (const tracker of this.scripts.values()) {
      if (tracker.nextDeadline() === undefined) tracker.start(turn.now);
      this.#schedule(tracker);
    }
  }

  /** The instances first: a check that is due must not hold up an advert. */
  #tick(turn: Turn): void {
    const trackers: ScriptTracker[] = [];
    for (let owner = this.#deadlines.take(turn.now); owner; owner = this.#deadlines.take(turn.now)) {
      if (owner instanceof ScriptTracker) trackers.push(owner);
      else {
        machine.expire(owner, turn);
        for (const line of owner.repeated.due(turn.now)) turn.log('warn', line);
        this.#schedule(owner);
      }
    }
    for (const tracker of trackers) this.#runScript(tracker, turn);
  }

  #packet(interfaceName: string, packet: ReceivedAdvert, turn: Turn): void {
    if (packet.kind === 'unreadable') {
      this.unclaimed.unreadable += 1;
      return;
    }
    const id = packet.kind === 'advert' ? packet.advert.virtualRouterId : packet.virtualRouterId;
    const instance = this.#roster.virtualRouter(interfaceName, id);
    if (!instance) {
      this.unclaimed.unknownVirtualRouter += 1;
      return;
    }
    receive(instance, packet, turn);
    this.#schedule(instance);
  }

  #link(name: string, link: Link | undefined, turn: Turn): void {
    const before = this.#links.get(name);
    if (link) this.#links.set(name, link);
    else this.#links.delete(name);
    if (this.#running && link && (before?.index !== link.index || before.up !== link.up))
      this.#statics.linkChanged(name, turn);
    if (this.#roster.onInterface(name).length === 0) return;
    if (before?.up !== link?.up && this.#running)
      turn.log('info', `Netlink reports ${name} ${link ? (link.up ? 'up' : 'down') : 'gone'}`);
    if (!this.#running) return;
    if (before && before.index !== link?.index && this.#openLinks.delete(name))
      turn.do({ kind: 'close-link', interface: name });
    if (link) this.#open(name, link, turn);
    for (const instance of this.#roster.onInterface(name)) {
      if (link && before?.index !== link.index && !instance.holds) removeResidue(instance, name, turn);
      machine.review(instance, turn);
      this.#schedule(instance);
    }
  }

  /** Listens on an interface that an instance speaks on, once it is there. */
  #open(name: string, link: Link, turn: Turn): void {
    const speakers = this.#roster.speakersOn(name);
    if (speakers.length === 0 || this.#openLinks.has(name) || !link.up) return;
    for (const instance of speakers) instance.openError = undefined;
    this.#openLinks.add(name);
    turn.do({ kind: 'open-link', interface: name });
  }

  #addressRemoved(name: string, address: IpAddress, turn: Turn): void {
    if (this.#running) this.#statics.addressRemoved(name, address, turn);
    for (const instance of this.#roster.onInterface(name)) {
      const ours = instance.addresses.find(({ dev, prefix }) => dev === name && prefix.address === address);
      if (ours && ours.noTrack !== true && instance.holds) putBack(instance, ours, turn);
    }
  }

  #runScript(tracker: ScriptTracker, turn: Turn): void {
    const before = tracker.up;
    const { name } = tracker.config;
    for (const action of tracker.due(turn.now)) {
      if (action === 'run') turn.do({ kind: 'run-script', script: name });
      else {
        turn.log('warn', `Track script ${name} is still running: sending ${action} to its process group`);
        turn.do({ kind: 'signal-script', script: name, signal: action });
      }
    }
    this.#settle(tracker, before, turn);
  }

  #scriptEnded(name: string, outcome: ScriptOutcome, turn: Turn): void {
    const tracker = this.scripts.get(name);
    if (!tracker) return;
    const before = tracker.up;
    tracker.ended(outcome, turn.now);
    this.#settle(tracker, before, turn);
  }

  /** A check that changed its mind changes priorities and faults. */
  #settle(tracker: ScriptTracker, before: boolean | undefined, turn: Turn): void {
    if (this.#running) this.#schedule(tracker);
    if (tracker.up === before || !this.#running) return;
    const { name } = tracker.config;
    const outcome = tracker.lastOutcome;
    const words = outcome ? describeResult(outcome) : '';
    turn.log(tracker.up ? 'info' : 'warn', `VRRP_Script(${name}) ${words}`);
    const why = `${name} ${tracker.up ? 'succeeded' : 'failed'}${outcome ? ` (${describeOutcome(outcome)})` : ''}`;
    for (const instance of this.#roster.tracking(name)) this.#review(instance, why, turn);
  }

  /** What it depends on may have changed: its priority and its faults follow. */
  #review(instance: Instance, why: string, turn: Turn): void {
    const priority = effectivePriority(instance.config.priority, instance.contributions());
    if (priority !== instance.priority) {
      const change = `Changing effective priority from ${instance.priority} to ${priority}`;
      turn.log('info', `(${instance.config.name}) ${change}: ${why}`);
      machine.changePriority(instance, priority);
    }
    machine.review(instance, turn);
    this.#schedule(instance);
  }

  #failed(failure: Failure, turn: Turn): void {
    if (failure.effect === 'open-link') this.#openLinks.delete(failure.interface);
    this.#statics.refused(failure, turn);
    // A route is of no interface that an instance is found by.
    const concerned = failure.entry ? this.instances.values() : this.#roster.onInterface(failure.interface);
    for (const instance of concerned) {
      refused(instance, failure, turn);
      if (failure.effect === 'open-link') machine.review(instance, turn);
      this.#schedule(instance);
    }
  }

  #schedule(owner: Instance | ScriptTracker): void {
    this.#deadlines.set(owner, owner.nextDeadline());
  }
}

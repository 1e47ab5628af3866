// The kernel as the loop's host: drains its queues into inputs, and carries effects out, synchronously and in their order.
// It decides nothing; what the kernel refuses goes back as a failure.

import type { Config, Route, Rule, VirtualAddress } from '../config/model.js';
import { familyOf, type IpAddress } from '../address.js';
import { after, before, milliseconds, type Instant } from '../time.js';
import { Addresses } from '../linux/addresses.js';
import { ARP_CLAIM } from '../linux/arp-claim.js';
import { ClaimListener } from '../linux/claim-listener.js';
import { Alarm, now } from '../linux/clock.js';
import { Connections } from '../linux/connections.js';
import { Interfaces } from '../linux/interfaces.js';
import { NEIGHBOUR_CLAIM } from '../linux/neighbour-claim.js';
import { Netlink } from '../linux/netlink.js';
import { Promotion } from '../linux/promotion.js';
import { RouteMonitor } from '../linux/route-monitor.js';
import { Processes } from '../linux/processes.js';
import type { Scripts } from '../linux/scripts.js';
import { WatchedFiles } from '../linux/watched-files.js';
import type { Effect, LogLevel } from '../vrrp/effect.js';
import type { Event } from '../vrrp/event.js';
import type { Failure, Input } from '../vrrp/input.js';
import { AdvertLinks } from './advert-links.js';
import { Announcer } from './announcer.js';
import { Checks } from './checks.js';
import { Lateness } from './lateness.js';
import type { Host } from './loop.js';
import { Rehearsal } from './rehearsal.js';
import { runOf, together, type Bulk } from './together.js';

/** Longer than a process needs to wake up from a second's sleep and to rehearse. */
const EARLY = milliseconds(3);
/** What a rehearsal takes. */
const TAKES = milliseconds(1);
/** A take-over that is due this soon finds a process that is still warm. */
const SOON = milliseconds(20);

/** What the daemon hands in: where lines and events go, and whom to call when something waits for receive(). */
export interface Surroundings {
  readonly config: Config;
  readonly scripts: Scripts;
  readonly log: (level: LogLevel, text: string) => void;
  readonly notify: (event: Event) => void;
  readonly wake: () => void;
}

export class KernelHost implements Host {
  readonly lateness: Lateness;
  readonly #surroundings: Surroundings;
  readonly #netlink = new Netlink();
  readonly #interfaces: Interfaces;
  readonly #addresses: Addresses;
  readonly #routes: RouteMonitor;
  readonly #adverts: AdvertLinks;
  readonly #announcer: Announcer;
  readonly #claims: ClaimListener;
  readonly #promotion: Promotion;
  readonly #connections: Connections;
  readonly #alarm: Alarm;
  /** What the alarm is for, and when it goes off first. */
  #due: Instant | undefined;
  #early: Instant | undefined;
  readonly #files = new WatchedFiles((name, reading) => this.#arrive({ kind: 'file', name, reading }));
  readonly #processes: Processes;
  readonly #checks: Checks;
  /** What came in other ways than by a queue of the kernel. */
  #arrived: Input[] = [];
  readonly #rehearsal: Rehearsal;
  /** A script may end, and an immediate may come, after close(). */
  #isOpen = true;

  /** Opens the sockets that need no interface; throws what the kernel refuses, with its code. */
  constructor(surroundings: Surroundings) {
    const { config } = surroundings;
    this.#surroundings = surroundings;
    this.lateness = new Lateness(surroundings.log);
    const wake = (): void => this.#wake();
    this.#interfaces = new Interfaces(this.#netlink, wake);
    const { indexOf } = this.#interfaces;
    this.#announcer = new Announcer((name) => this.#interfaces.find(name)?.index);
    this.#addresses = new Addresses(this.#netlink, indexOf, this.#interfaces.removedHere);
    this.#routes = new RouteMonitor(this.#netlink, { indexOf, onReadable: wake });
    this.#adverts = new AdvertLinks(wake);
    this.#claims = new ClaimListener([ARP_CLAIM, NEIGHBOUR_CLAIM], wake);
    this.#promotion = new Promotion((refusal) => surroundings.log('warn', refusal));
    this.#connections = new Connections((addresses, count) =>
      this.#arrive({ kind: 'connections-reset', addresses, count }),
    );
    const { refusal } = this.#connections;
    if (refusal !== undefined)
      surroundings.log('warn', `Connections to an address that leaves are not reset: ${refusal} (SOCK_DESTROY)`);
    this.#alarm = new Alarm(wake);
    this.#checks = new Checks(surroundings.scripts, (input) => this.#arrive(input));
    this.#processes = new Processes({
      onCount: (name, count) => this.#arrive({ kind: 'process', name, count }),
      onMeans: (means) => surroundings.log('info', `Processes are tracked by ${means}`),
    });
    this.#rehearsal = new Rehearsal((effects) => this.perform(effects), this.#addresses);
    this.update(config);
  }

  /** The commands of the checks, before a router with this configuration asks for them. */
  update(config: Config): void {
    this.#checks.update(config.vrrpScripts);
    this.#promotion.set(config.vrrpInstances.flatMap((one) => (one.promoteSecondaries ? [one.interface] : [])));
    this.#rehearsal.update(config);
  }

  /** So that nothing runs for the first time when it counts. */
  rehearse(): void {
    this.#rehearsal.whole();
  }

  expired(deadline: Instant, at: Instant): void {
    this.lateness.see(deadline, at);
  }

  now(): Instant {
    return now();
  }

  receive(): Input[] {
    const inputs = this.#arrived;
    this.#arrived = [];
    inputs.push(...this.#interfaces.receive(), ...this.#routes.receive(), ...this.#adverts.receive());
    // After the adverts: an heir says one before it announces.
    for (const { ifindex, ...claim } of this.#claims.receive()) {
      const name = this.#interfaces.nameOf(ifindex);
      if (name !== undefined) inputs.push({ kind: 'claim', interface: name, ...claim });
    }
    return inputs;
  }

  /** For a take-over first a little early, to prepare. */
  setAlarm(at: Instant | undefined, isTakeOver = false): void {
    const present = now();
    if (at !== this.#due) {
      this.#due = at;
      this.#early = at === undefined || !isTakeOver || at < after(present, SOON) ? undefined : before(at, EARLY);
    }
    if (at !== undefined && this.#early !== undefined && this.#early <= present) {
      this.#early = undefined;
      if (after(present, TAKES) < at) this.#warmUp(at);
    }
    this.#alarm.set(this.#arrived.length > 0 ? present : (this.#early ?? at));
  }

  /** An idle process has lost the processor's caches: it rehearses, and stays awake until it is due or something comes in. */
  #warmUp(due: Instant): void {
    this.#rehearsal.takeOver();
    this.#netlink.noop();
    while (now() < due && this.#arrived.length === 0) this.#arrived = this.receive();
  }

  perform(asked: readonly Effect[]): Input[] {
    const outcomes: Input[] = [];
    const effects = together(asked);
    for (let index = 0; index < effects.length;) {
      const effect = effects[index];
      if (!effect) break;
      if (effect.kind === 'add-address' || effect.kind === 'remove-address') {
        const addresses = runOf(effects, effect.kind, index).map(({ address }) => address);
        outcomes.push(...this.#changeAddresses(effect.kind, addresses));
        index += addresses.length;
      } else if (effect.kind === 'add-route' || effect.kind === 'remove-route') {
        const entries = runOf(effects, effect.kind, index).map(({ entry }) => entry);
        outcomes.push(...this.#changeRoutes(effect.kind, entries));
        index += entries.length;
      } else if (effect.kind === 'reset-connections') {
        const lists = runOf(effects, effect.kind, index).map(({ addresses }) => addresses);
        outcomes.push(...this.#resetConnections(lists));
        index += lists.length;
      } else {
        const outcome = this.#one(effect);
        if (outcome) outcomes.push(outcome);
        index += 1;
      }
    }
    return outcomes;
  }

  close(): void {
    this.#isOpen = false;
    this.#checks.close();
    this.lateness.close();
    this.#files.close();
    this.#processes.close();
    this.#alarm.close();
    this.#adverts.closeAll();
    this.#claims.close();
    this.#promotion.set([]);
    this.#connections.close();
    this.#interfaces.close();
    this.#routes.close();
    this.#announcer.close();
    this.#netlink.close();
  }

  #arrive(input: Input): void {
    this.#arrived.push(input);
    this.#wake();
  }

  #wake(): void {
    if (this.#isOpen) this.#surroundings.wake();
  }

  #one(effect: Exclude<Effect, { kind: Bulk }>): Input | undefined {
    switch (effect.kind) {
      case 'open-link':
        return this.#openLink(effect);
      case 'close-link':
        this.#adverts.close(effect);
        return undefined;
      case 'send-advert':
        return this.#send(effect);
      case 'send-garp':
      case 'send-na':
        return this.#announcer.announce(effect);
      case 'send-probe':
        this.#announcer.probe(effect);
        return undefined;
      case 'run-script':
        this.#checks.run(effect.script);
        return undefined;
      case 'signal-script':
        this.#checks.signal(effect.script, effect.signal);
        return undefined;
      case 'watch':
        this.#files.set(effect.files);
        this.#processes.set(effect.processes);
        return undefined;
      case 'notify':
        this.#surroundings.notify(effect.event);
        return undefined;
      case 'log':
        this.#surroundings.log(effect.level, effect.text);
        return undefined;
    }
  }

  #send(effect: Extract<Effect, { kind: 'send-advert' }>): Failure | undefined {
    const family = familyOf(effect.header.destination);
    return attempt({ effect: 'send-advert', interface: effect.interface, family }, () => this.#adverts.send(effect));
  }

  #openLink(effect: Extract<Effect, { kind: 'open-link' }>): Failure | undefined {
    const { interface: name, family } = effect;
    this.#promotion.see(name);
    this.#announcer.prepare(name);
    return attempt({ effect: 'open-link', interface: name, family }, () => {
      const index = this.#interfaces.find(name)?.index;
      if (index === undefined) throw new Error('no such interface');
      this.#adverts.open(effect, index);
    });
  }

  #changeAddresses(kind: 'add-address' | 'remove-address', addresses: readonly VirtualAddress[]): Failure[] {
    const refused = kind === 'add-address' ? this.#addresses.add(addresses) : this.#addresses.remove(addresses);
    return refused.map(({ address, message }) => ({
      kind: 'failed',
      effect: kind,
      interface: address.dev,
      address: address.prefix.address,
      error: message,
    }));
  }

  #changeRoutes(kind: 'add-route' | 'remove-route', entries: readonly (Route | Rule)[]): Failure[] {
    const refused = kind === 'add-route' ? this.#routes.add(entries) : this.#routes.remove(entries);
    return refused.map(({ entry, message }) => ({
      kind: 'failed',
      effect: kind,
      interface: entry.kind === 'route' ? (entry.dev ?? '') : '',
      entry,
      error: message,
    }));
  }

  /** Those that have been reset already; the others arrive later. */
  #resetConnections(lists: readonly (readonly IpAddress[])[]): Input[] {
    const counts = this.#connections.reset(lists) ?? [];
    return counts.map((count, index) => ({ kind: 'connections-reset', addresses: lists[index] ?? [], count }));
  }
}

function attempt(what: Pick<Failure, 'effect' | 'interface' | 'family'>, action: () => void): Failure | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return { kind: 'failed', ...what, error: error instanceof Error ? error.message : String(error) };
  }
}

// A client of the virtual addresses on a simulated segment: it has an ARP and neighbour cache as Linux has, and at each instant
// a host that its packets come to, or none. It sends no packets for that: whether they would be answered is looked up.

import { familyOf, macFromOctets, type Family, type IpAddress, type MacAddress } from '../address.js';
import { decodeArp, encodeArp, type ArpEnd } from '../packet/arp.js';
import { BROADCAST_MAC } from '../packet/ethernet.js';
import { decodeAdvertisement } from '../packet/ndisc.js';
import { encodeSolicitation } from '../packet/solicitation.js';
import { between, seconds, sum, type Duration, type Instant } from '../time.js';
import { Connections } from './connections.js';
import type { Host } from './host.js';
import type { Port, Segment } from './segment.js';

const ARP_REPLY = 2;
const ARP_REQUEST = 1;
const ASK_AGAIN = seconds(1);
/** arp(7): a cached entry that nobody answers at is doubted after delay_first_probe_time and three unicast probes. */
const DOUBTED_AFTER = seconds(8);

/** What it knows of one virtual address. */
interface Entry {
  mac?: MacAddress;
  /** The host that answers now. */
  by?: Host;
  /** Since when that is so. */
  since: Instant;
  /** How long nobody has answered since forget(), the present time left out. */
  hole: Duration;
  longest: Duration;
  isAsking: boolean;
}

export interface ClientPlan {
  readonly name: string;
  readonly mac: MacAddress;
  /** What it asks from. */
  readonly addresses: Readonly<Record<Family, IpAddress>>;
  readonly targets: readonly IpAddress[];
}

/** What it needs of the network. */
export interface ClientWorld {
  readonly now: () => Instant;
  later(wait: Duration, action: () => void): void;
  /** The host with an interface of this MAC address on this segment. */
  hostOf(mac: MacAddress): Host | undefined;
  /** Who answers may be another one now. */
  readonly changed: () => void;
  /** Another host, or none, answers at the address now, after nobody did for so long. */
  answered(target: IpAddress, now: { readonly by?: Host; readonly hole: Duration }): void;
}

export class Client implements Port {
  readonly connections = new Connections();
  readonly #entries: ReadonlyMap<IpAddress, Entry>;

  constructor(
    readonly plan: ClientPlan,
    readonly segment: Segment,
    readonly world: ClientWorld,
  ) {
    const since = world.now();
    const none = (): Entry => ({ since, hole: seconds(0), longest: seconds(0), isAsking: false });
    this.#entries = new Map(plan.targets.map((target) => [target, none()]));
    segment.attach(this);
    world.later(seconds(0), () => {
      for (const target of plan.targets) this.#doubt(target);
    });
  }

  get owner(): string {
    return this.plan.name;
  }

  /** The host that answers at the address now. */
  answeredBy(target: IpAddress): Host | undefined {
    return this.#entry(target).by;
  }

  /** Begins to count holes anew, with connections that work. */
  forget(): void {
    const now = this.world.now();
    this.connections.giveUp();
    for (const entry of this.#entries.values()) {
      entry.hole = entry.longest = seconds(0);
      if (!entry.by) entry.since = now;
    }
    this.world.changed();
  }

  /** How long nobody has answered since forget(): all together, and at a stretch. */
  hole(target: IpAddress): { whole: Duration; longest: Duration } {
    const { by, since, hole, longest } = this.#entry(target);
    const present = by ? 0 : between({ from: since, to: this.world.now() });
    return { whole: (hole + present) as Duration, longest: Math.max(longest, present) as Duration };
  }

  /** An announcement changes what it has, or what it waits for; an answer is what it asked for. */
  receive(frame: Uint8Array): void {
    const heard = hearArp(frame, this.plan.addresses.ipv4) ?? hearNeighbour(frame, this.plan.mac);
    const entry = heard && this.#entries.get(heard.owner.address);
    if (!entry || (heard.isAnswer && !entry.isAsking)) return;
    entry.isAsking = false;
    entry.mac = heard.owner.mac;
    this.world.changed();
    // It may be of somebody who is gone by now, and nobody is asked any more.
    if (!entry.by) this.#doubtLater(heard.owner.address, entry.since);
  }

  /** A host resets the connection to one of its addresses, if there is one that hears it: true then. */
  reset(target: IpAddress, by: Host): boolean {
    const isTold = this.segment.connects({ from: by.name, to: this.owner }) && this.connections.reset(target, by);
    if (isTold) this.world.changed();
    return isTold;
  }

  /** Something has changed: who answers now? */
  look(): void {
    const now = this.world.now();
    for (const [target, entry] of this.#entries) {
      const by = this.#reach(target, entry.mac);
      if (by) this.connections.open(target, by);
      if (by === entry.by) continue;
      const hole = entry.by ? seconds(0) : between({ from: entry.since, to: now });
      entry.hole = sum(entry.hole, hole);
      entry.longest = Math.max(entry.longest, hole) as Duration;
      entry.since = now;
      if (by) entry.by = by;
      else {
        delete entry.by;
        if (entry.mac !== undefined) this.#doubtLater(target, now);
      }
      this.world.answered(target, { ...(by && { by }), hole });
    }
  }

  #reach(target: IpAddress, mac: MacAddress | undefined): Host | undefined {
    const host = mac === undefined ? undefined : this.world.hostOf(mac);
    if (!host?.answers || !host.has(target)) return undefined;
    const [there, back] = [
      { from: this.owner, to: host.name },
      { from: host.name, to: this.owner },
    ];
    const isPlugged = [...host.interfaces.values()].some((one) => one.plan.mac === mac && one.up);
    return isPlugged && this.segment.connects(there) && this.segment.connects(back) ? host : undefined;
  }

  #doubtLater(target: IpAddress, since: Instant): void {
    this.world.later(DOUBTED_AFTER, () => {
      const entry = this.#entry(target);
      if (!entry.by && entry.since === since) this.#doubt(target);
    });
  }

  /** Asks everybody until somebody answers. */
  #doubt(target: IpAddress): void {
    const entry = this.#entry(target);
    if (entry.isAsking) return;
    entry.isAsking = true;
    this.#ask(target, entry);
  }

  #ask(target: IpAddress, entry: Entry): void {
    if (!entry.isAsking) return;
    this.segment.send(this, this.#question(target));
    this.world.later(ASK_AGAIN, () => this.#ask(target, entry));
  }

  #question(target: IpAddress): Buffer {
    const { mac, addresses } = this.plan;
    if (familyOf(target) === 'ipv6') return encodeSolicitation({ source: addresses.ipv6, mac, target });
    const sender = { mac, address: addresses.ipv4 };
    return encodeArp({ operation: ARP_REQUEST, sender, target: { mac: BROADCAST_MAC, address: target } });
  }

  #entry(target: IpAddress): Entry {
    const found = this.#entries.get(target);
    if (!found) throw new Error(`the client knows nothing of ${target}`);
    return found;
  }
}

interface Claim {
  readonly owner: ArpEnd;
  /** To its own question, not said to everybody. */
  readonly isAnswer: boolean;
}

/** RFC 826, RFC 5227 § 3; undefined when it says nothing to this client. */
function hearArp(frame: Uint8Array, own: IpAddress): Claim | undefined {
  const arp = decodeArp(frame);
  if (arp.kind !== 'arp') return undefined;
  const { operation, sender, target } = arp;
  const isAnswer = operation === ARP_REPLY && target.address === own;
  return isAnswer || sender.address === target.address ? { owner: sender, isAnswer } : undefined;
}

/** RFC 4861 § 7.2.5: all that is said here overrides what is known. */
function hearNeighbour(frame: Uint8Array, own: MacAddress): Claim | undefined {
  const heard = decodeAdvertisement(frame);
  if (heard.kind !== 'advertisement') return undefined;
  const to = macFromOctets(frame.subarray(0, 6));
  const isGroup = ((frame[0] ?? 0) & 1) === 1;
  return to === own || isGroup ? { owner: heard.target, isAnswer: to === own } : undefined;
}

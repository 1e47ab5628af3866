// A simulated network: hosts and a client on segments, under virtual time that jumps to the next event. What happens in
// it comes out as Happenings; it prints and judges nothing. The same plan and seed give the same run.

import { familyOf, type IpAddress, type MacAddress } from '../address.js';
import { after, instant, type Duration, type Instant } from '../time.js';
import { encodeGratuitousArp } from '../packet/arp.js';
import { encodeAdvertFrame } from '../packet/advert-frame.js';
import type { Advert, AdvertHeader } from '../packet/vrrp.js';
import { encodeUnsolicitedAdvertisement } from '../packet/ndisc.js';
import type { Effect } from '../vrrp/effect.js';
import { Client, type ClientPlan } from './client.js';
import { EventQueue } from './event-queue.js';
import { Host, type HostPlan } from './host.js';
import type { Random } from './random.js';
import { Segment, type Port, type Surroundings, type Weather } from './segment.js';

/** What somebody who watches can see; it happens at the network's `now`. */
export type Happening =
  /** The daemon of a host did something; it has been done. */
  | { readonly kind: 'effect'; readonly host: Host; readonly effect: Effect }
  /** A frame was sent on a segment. */
  | { readonly kind: 'frame'; readonly segment: string; readonly frame: Uint8Array }
  /** Another host, or none, answers a client at an address; `hole` is how long nobody did before, 0 after another host. */
  | {
      readonly kind: 'answered';
      readonly client: Client;
      readonly target: IpAddress;
      readonly by?: Host;
      readonly hole: Duration;
    }
  /** A host has told a client that its connection to an address is over. */
  | { readonly kind: 'reset'; readonly client: Client; readonly target: IpAddress; readonly host: Host };

export interface ForeignPacket {
  readonly header: AdvertHeader;
  readonly advert: Advert;
  /** Its last octet is another one than its checksum was made of. */
  readonly isDamaged?: boolean;
}

const STRANGER = '02:00:00:00:00:99' as MacAddress;
const FOREIGN: Port = { owner: 'stranger', receive: () => undefined };

export interface NetworkPlan {
  readonly hosts: readonly HostPlan[];
  readonly clients?: readonly (ClientPlan & { readonly segment: string })[];
  readonly random: Random;
  readonly watch?: (happening: Happening) => void;
  /** Called when an event is over, with all that it led to at once: hosts are in no middle of anything. */
  readonly settled?: () => void;
}

export class Network {
  now = instant(0);
  readonly hosts: ReadonlyMap<string, Host>;
  readonly clients: readonly Client[];
  readonly segments = new Map<string, Segment>();
  readonly #queue = new EventQueue<() => void>();
  readonly #macs = new Map<MacAddress, Host>();
  #isChanged = false;

  constructor(readonly plan: NetworkPlan) {
    const { watch = () => undefined } = plan;
    const clock = {
      now: () => this.now,
      at: (at: Instant, action: () => void) => this.#queue.put(at, action),
      later: (wait: Duration, action: () => void) => this.#queue.put(after(this.now, wait), action),
      changed: () => (this.#isChanged = true),
      reset: (host: Host, addresses: readonly IpAddress[]) => this.#reset(host, addresses),
      did: (host: Host, effect: Effect) => watch({ kind: 'effect', host, effect }),
    };
    const surroundings: Surroundings = {
      random: plan.random,
      now: clock.now,
      later: clock.at,
      onFrame: (segment, frame) => watch({ kind: 'frame', segment, frame }),
    };
    const segmentOf = ({ segment: name }: { readonly segment: string }): Segment => {
      const segment = this.segments.get(name) ?? new Segment(name, surroundings);
      this.segments.set(name, segment);
      return segment;
    };
    this.hosts = new Map(plan.hosts.map((one) => [one.name, new Host(one, segmentOf, clock)]));
    for (const host of this.hosts.values())
      for (const { plan: one } of host.interfaces.values()) this.#macs.set(one.mac, host);
    const hostOf = (mac: MacAddress): Host | undefined => this.#macs.get(mac);
    this.clients = (plan.clients ?? []).map((one) => {
      const answered = (target: IpAddress, now: { by?: Host; hole: Duration }): void =>
        watch({ kind: 'answered', client, target, ...now });
      const client: Client = new Client(one, segmentOf(one), { ...clock, hostOf, answered });
      return client;
    });
  }

  /** Throws when there is none of that name. */
  host(name: string): Host {
    const found = this.hosts.get(name);
    if (!found) throw new Error(`there is no host ${name}`);
    return found;
  }

  /** Cuts what the one sends off from the other, on all segments. */
  cut(ends: { from: string; to: string }): void {
    for (const segment of this.segments.values()) segment.cut(ends);
    this.#isChanged = true;
  }

  /** Ends all cuts. */
  heal(): void {
    for (const segment of this.segments.values()) segment.heal();
    this.#isChanged = true;
  }

  setWeather(change: Partial<Weather>): void {
    for (const segment of this.segments.values()) segment.weather = { ...segment.weather, ...change };
  }

  /** A packet of somebody who is no host of this network, on the segment of this name or the first one. */
  sayForeign({ header, advert, isDamaged = false }: ForeignPacket, name?: string): void {
    const segment = this.#segmentOf(name);
    const destination = segment?.macOf(header.destination);
    if (destination === undefined) return;
    const frame = encodeAdvertFrame(STRANGER, { header, advert, destination });
    if (isDamaged) frame.writeUInt8(frame.readUInt8(frame.length - 1) ^ 1, frame.length - 1);
    segment?.send(FOREIGN, frame);
  }

  /** Such a one says that the address is his; he does not answer at it. */
  announceForeign(address: IpAddress, name?: string): void {
    const own = { mac: STRANGER, address };
    const isIpv4 = familyOf(address) === 'ipv4';
    this.#segmentOf(name)?.send(FOREIGN, isIpv4 ? encodeGratuitousArp(own) : encodeUnsolicitedAdvertisement(own));
  }

  /** Of this name, or the first one. */
  #segmentOf(name: string | undefined): Segment | undefined {
    const [segment] = name === undefined ? this.segments.values() : [this.segments.get(name)];
    return segment;
  }

  /** Lets so much time pass; what happens at its very end has happened. */
  run(duration: Duration): void {
    const end = after(this.now, duration);
    do {
      while (this.#step(end));
      // A client that has noticed something may do something about it within that time.
      this.#look();
    } while (this.#isDue(end));
    this.#advance(end);
  }

  /** Lets time pass until something is so, at most for so long. */
  runUntil(isSo: () => boolean, atMost: Duration): void {
    const end = after(this.now, atMost);
    while (!isSo() && this.#step(end));
  }

  /** A host resets the connections to some of its addresses; returns how many there were. */
  #reset(host: Host, addresses: readonly IpAddress[]): number {
    const told = this.clients.flatMap((client) =>
      addresses.filter((target) => client.reset(target, host)).map((target) => ({ client, target })),
    );
    for (const one of told) this.plan.watch?.({ kind: 'reset', host, ...one });
    return told.length;
  }

  /** One event, if there is one up to `end`. */
  #step(end: Instant): boolean {
    const { next } = this.#queue;
    if (next === undefined || !this.#isDue(end)) return false;
    this.#advance(next);
    this.#queue.take()?.();
    this.plan.settled?.();
    return true;
  }

  #isDue(end: Instant): boolean {
    const { next } = this.#queue;
    return next !== undefined && next <= end;
  }

  /** What an instant has changed for a client counts at its end: nobody is without an answer for no time at all. */
  #advance(to: Instant): void {
    if (to <= this.now) return;
    this.#look();
    this.now = to;
  }

  #look(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    for (const client of this.clients) client.look();
  }
}

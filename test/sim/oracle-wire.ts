// Oracles of what goes over the wire: frames read back as what was meant, adverts keep their rhythm, and nobody says more
// than he has a reason for.

import { decodeArp, type ArpEnd } from '../../src/packet/arp.js';
import { decodeAdvertPacket, encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { decodeAdvertisement } from '../../src/packet/ndisc.js';
import { ETHERNET_HEADER_LENGTH } from '../../src/packet/ethernet.js';
import { familyOf, type IpAddress } from '../../src/address.js';
import type { Host } from '../../src/sim/host.js';
import type { Duration, Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Witness } from './witness.js';

type SentAnnouncement = Extract<Effect, { kind: 'send-garp' | 'send-na' }>;
type SentAdvert = Extract<Effect, { kind: 'send-advert' }>;

/** The frame of an advert is what was to be said, and its octets come again from what is read in it. */
export function judgeFrame(frame: Uint8Array, { header, advert }: SentAdvert, host: Host): void {
  const fail = (words: string): never => {
    throw new Violation('codec', `${host.name}: ${words}`);
  };
  const packet = frame.subarray(ETHERNET_HEADER_LENGTH);
  const read = decodeAdvertPacket(packet);
  if (read.kind !== 'advert') return fail(`an advert is read as ${read.kind}`);
  // RFC 1071: with its checksum in it, the words of a header sum up to all ones.
  let sum = 0;
  for (let index = 0; index < 20; index += 2) sum += ((packet[index] ?? 0) << 8) | (packet[index + 1] ?? 0);
  if (familyOf(read.source) === 'ipv4' && (sum & 0xffff) + (sum >>> 16) !== 0xffff)
    fail('the checksum of the IP header is wrong');
  if (!read.checksumValid || read.ttl !== 255 || read.type !== 1) fail('checksum, TTL or type are wrong');
  if (JSON.stringify(sorted(read.advert)) !== JSON.stringify(sorted(advert)))
    fail(JSON.stringify([read.advert, advert]));
  if (read.source !== header.source || read.destination !== header.destination) fail('it has other addresses');
  if (!encodeAdvertPacket(header, read.advert).equals(packet)) fail('it is written otherwise again');
}

const sorted = (advert: object): object =>
  Object.fromEntries(Object.entries(advert).toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** A gratuitous ARP, or a neighbour advertisement, reads as one, of an address and a MAC of the host. */
export function judgeAnnouncement(
  frame: Uint8Array,
  { kind, addresses, ...effect }: SentAnnouncement,
  host: Host,
): void {
  const owner = kind === 'send-garp' ? ownerByArp(frame) : ownerByAdvertisement(frame);
  const isRight =
    owner !== undefined &&
    addresses.includes(owner.address) &&
    owner.mac === host.interfaces.get(effect.interface)?.plan.mac;
  if (!isRight) throw new Violation('codec', `${host.name}: a wrong announcement: ${JSON.stringify(owner)}`);
}

function ownerByArp(frame: Uint8Array): ArpEnd | undefined {
  const arp = decodeArp(frame);
  return arp.kind === 'arp' && arp.sender.address === arp.target.address ? arp.sender : undefined;
}

function ownerByAdvertisement(frame: Uint8Array): ArpEnd | undefined {
  const heard = decodeAdvertisement(frame);
  return heard.kind === 'advertisement' && heard.source === heard.target.address ? heard.target : undefined;
}

/** What an instance has said since its daemon began, and what it had reasons for. */
interface Account {
  adverts: number;
  rounds: number;
  probes: number;
  heard: number;
  takeOvers: number;
  leaves: number;
  readonly since: Instant;
  /** As a MASTER whom nobody has disturbed yet: when it took over, and whether its second burst has come. */
  undisturbed?: { readonly since: Instant; isSecondDone: boolean };
  lastAdvertAt?: Instant;
  /** What was said then: a reload may have another one. */
  interval?: Duration;
  /** What was announced last, by the first address: a burst of both families comes in parts. */
  burst?: { readonly at: Instant; readonly rounds: Map<IpAddress, number> };
  /** Until then something may make it speak out of turn. */
  disturbedUntil: number;
}

export class WireOracle {
  readonly #accounts = new Map<Member, Account>();

  /** By virtual router, how much was said without a pause: it may be on its way to one who begins only now. */
  readonly #lately = new Map<string, { readonly at: Instant; readonly count: number }>();

  constructor(readonly witness: Witness) {}

  /** An advert of somebody, sent now. */
  said(host: Host, effect: SentAdvert): void {
    const speaker = this.witness.speaker(host, effect);
    if (!speaker) return;
    this.#count(speaker.router);
    for (const member of this.witness.othersOf(speaker)) this.#hears(member);
    if (!speaker.instance) return;
    const { now } = this.witness.network;
    const account = this.#account(speaker);
    account.adverts += 1;
    const isToNextPeer = speaker.config.unicast !== undefined && account.lastAdvertAt === now;
    if (effect.advert.priority === 0 || isToNextPeer) return;
    this.#judgeRhythm(speaker, account, now);
    account.lastAdvertAt = now;
    account.interval = speaker.config.advertInt;
  }

  announced(host: Host, { interface: dev, addresses, rounds }: SentAnnouncement): void {
    const [first] = addresses;
    if (first === undefined) return;
    for (const member of this.witness.of(host)) {
      const has = member.addresses.some((one) => one.dev === dev && one.prefix.address === first);
      if (!has || !member.instance) continue;
      const account = this.#account(member);
      account.rounds += rounds;
      const { now } = this.witness.network;
      if (account.burst?.at !== now) account.burst = { at: now, rounds: new Map() };
      const all = (account.burst.rounds.get(first) ?? 0) + rounds;
      account.burst.rounds.set(first, all);
      this.#judgeBurst(member, { rounds, all });
    }
    for (const address of addresses) this.claimed(host, address);
  }

  /** Whoever else has the address learns that he is not alone. */
  claimed(by: Host | undefined, address: IpAddress): void {
    for (const member of this.witness.members)
      if (member.host !== by && member.addresses.some(({ prefix }) => prefix.address === address)) this.#hears(member);
  }

  /** A probe of its address; the answer makes it speak. */
  probed(host: Host, { address }: Extract<Effect, { kind: 'send-probe' }>): void {
    const { network } = this.witness;
    const isDoubled = [...network.hosts.values()].some((one) => one !== host && one.has(address));
    for (const member of this.witness.of(host)) {
      if (!member.addresses.some(({ prefix }) => prefix.address === address)) continue;
      const account = this.#account(member);
      account.probes += 1;
      // One a second, but for the first of each time that it is MASTER, of which there may be more with short intervals.
      const most = (network.now - account.since) / 1_000_000 + 1;
      const isShort = member.config.advertInt < 1_000_000;
      if (account.probes > most + (isShort ? account.takeOvers : 0))
        throw new Violation('talk', `${member.name} probes ${account.probes} times`);
      if (isDoubled) this.#hears(member);
    }
  }

  /** keepalived.conf(5): garp_master_delay, _repeat and _refresh, and nothing else while nobody disturbs. */
  #judgeBurst(member: Member, { rounds, all }: { rounds: number; all: number }): void {
    const { undisturbed } = this.#account(member);
    if (!undisturbed || member.state !== 'MASTER') return;
    const { masterDelay, masterRepeat, masterRefresh } = member.config.garp;
    const age = this.witness.network.now - undisturbed.since;
    const isRefresh = masterRefresh !== undefined && masterRefresh > 0 && age % masterRefresh === 0;
    // Whoever did not get his turn with fifty frames a second comes with the next advert of the host.
    const speaks = this.witness
      .of(member.host)
      .some((one) => this.#accounts.get(one)?.lastAdvertAt === this.witness.network.now);
    const isAfterAdvert = masterRefresh === undefined && rounds === 1 && speaks;
    const isSecond = masterDelay > 0 && age === masterDelay && all <= masterRepeat + (speaks ? 2 : 0);
    if (isSecond && all >= masterRepeat) undisturbed.isSecondDone = true;
    if (age > 0 && !isSecond && !isRefresh && !isAfterAdvert)
      throw new Violation('bursts', `${member.name} announces ${rounds} rounds ${age} µs after its take-over`);
  }

  #judgeSecond({ name, config }: Member, { undisturbed }: Account): void {
    if (!undisturbed || undisturbed.isSecondDone || config.garp.masterDelay === 0) return;
    if (this.witness.network.now > undisturbed.since + config.garp.masterDelay)
      throw new Violation('bursts', `${name} has not announced itself a second time`);
  }

  /** Of a virtual router, or of all on a host: a foreign advert, or something that is done to it. */
  disturb(member: Member): void {
    this.#hears(member);
  }

  moved(member: Member, from: Member['state']): void {
    if (from === 'OFF' || member.state === 'OFF') this.#accounts.delete(member);
    if (!member.instance) return;
    const account = this.#account(member);
    this.#judgeSecond(member, account);
    delete account.lastAdvertAt;
    delete account.undisturbed;
    if (member.state === 'MASTER') {
      account.takeOvers += 1;
      const { now } = this.witness.network;
      if (account.disturbedUntil < now) account.undisturbed = { since: now, isSecondDone: false };
    }
    if (from === 'MASTER') account.leaves += 1;
    this.judge(member);
  }

  /** RFC 3768 § 6.4.3: the Adver_Timer; and all that is said has a reason. */
  judge(member: Member): void {
    const account = this.#accounts.get(member);
    if (!account || !member.instance) return;
    const { now } = this.witness.network;
    const { config } = member;
    this.#judgeSecond(member, account);
    const { adverts, rounds, heard, takeOvers, leaves, since, lastAdvertAt } = account;
    const due = (lastAdvertAt ?? 0) + config.advertInt;
    const isKnown = lastAdvertAt !== undefined && account.interval === config.advertInt;
    if (member.state === 'MASTER' && member.isAwake && isKnown && now > due)
      throw new Violation('rhythm', `${member.name} is MASTER and silent for more than an interval`);
    // By the clock, at a take-over, as an answer; three farewells and one to the heir: to each peer where it has any.
    const times = config.unicast?.peers.length ?? 1;
    const interval = this.witness.intervalsOf(member).quickest;
    const mostAdverts = times * ((now - since) / interval + takeOvers + heard + 4 * leaves + 1);
    if (adverts > mostAdverts) throw new Violation('talk', `${member.name} said ${adverts} adverts of ${mostAdverts}`);
    // Two bursts a take-over, three an answer, refreshes each 10 s at most; five rounds each on each of two interfaces. One
    // round with each advert.
    const bursts = 2 * takeOvers + 3 * heard + (now - since) / 10_000_000 + 1;
    if (rounds > 2 * 5 * bursts + 2 * adverts) throw new Violation('talk', `${member.name} announced ${rounds} rounds`);
  }

  /** Adverts of a MASTER whom nobody disturbs are an interval apart to the microsecond. */
  #judgeRhythm(member: Member, { lastAdvertAt, interval, disturbedUntil }: Account, now: Instant): void {
    if (lastAdvertAt === undefined || lastAdvertAt <= disturbedUntil || member.state !== 'MASTER') return;
    if (interval !== member.config.advertInt) return;
    const gap = now - lastAdvertAt;
    if (gap !== member.config.advertInt)
      throw new Violation('rhythm', `${member.name} said adverts ${gap} µs apart, not ${member.config.advertInt}`);
  }

  #count(router: string): void {
    const { network, delays } = this.witness;
    const { at = -Infinity, count = 0 } = this.#lately.get(router) ?? {};
    this.#lately.set(router, { at: network.now, count: network.now - at <= delays.longest ? count + 1 : 1 });
  }

  /** It will, or may, hear something: nothing that is sent can be told from what arrives. */
  #hears(member: Member): void {
    if (!member.instance) return;
    const account = this.#account(member);
    const { network, delays } = this.witness;
    account.disturbedUntil = network.now + delays.longest;
    delete account.undisturbed;
    // Duplicated frames are heard twice.
    account.heard += 2;
  }

  #account(member: Member): Account {
    const known = this.#accounts.get(member);
    if (known) return known;
    const { now: since } = this.witness.network;
    const none = { adverts: 0, rounds: 0, probes: 0, takeOvers: 0, leaves: 0 };
    const { at = -Infinity, count = 0 } = this.#lately.get(member.router) ?? {};
    const heard = since - at <= this.witness.delays.longest ? 2 * count : 0;
    // What was said before it began may be on its way to it.
    const account: Account = { ...none, heard, since, disturbedUntil: since + this.witness.delays.longest };
    this.#accounts.set(member, account);
    return account;
  }
}

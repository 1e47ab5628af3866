// One virtual router on one host, as those who judge a storm see it: how it stands, what it last said, and whom it can
// hear. What others would take of its adverts is worked out here anew, not asked of the code that is judged.

import { familyOf, isLinkLocal, type IpAddress } from '../../src/address.js';
import type { UnicastSettings, VirtualAddress, VrrpInstance } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import type { NetworkInterface } from '../../src/sim/network-interface.js';
import type { ForeignAdvert } from '../../src/sim/story.js';
import type { Instance } from '../../src/vrrp/instance.js';
import type { Instant } from '../../src/time.js';
import type { StateKind } from '../../src/vrrp/state.js';

export class Member {
  /** OFF: no daemon runs, or its file has it no longer. */
  state: StateKind | 'OFF' = 'OFF';
  /** The priority of its last advert, farewells left out. */
  said = 0;
  /** When it said anything last. */
  saidAt: Instant | undefined;
  /** Asked to yield, it does not take over from a lower one; `maybe`: unless a farewell has come since. */
  yielded: 'no' | 'maybe' | 'yes' = 'no';
  /** What vrrpd has of it; undefined of keepalived. */
  instance: Instance | undefined;
  config: VrrpInstance;

  constructor(
    readonly host: Host,
    config: VrrpInstance,
  ) {
    this.config = config;
  }

  get name(): string {
    return `${this.host.name} ${this.config.name}`;
  }

  get interface(): NetworkInterface | undefined {
    return this.host.interfaces.get(this.config.interface);
  }

  /** All members of one virtual router have the same. */
  get router(): string {
    return `${this.interface?.segment.name ?? ''} ${this.config.virtualRouterId} ${this.config.family}`;
  }

  get source(): IpAddress | undefined {
    return sourceOf(this.config, this.interface);
  }

  get isAwake(): boolean {
    return this.state !== 'OFF' && this.host.isOn && !this.host.isFrozen && !this.host.isStalled;
  }

  /** Others hear its adverts, and wait for it. */
  get leads(): boolean {
    return this.state === 'MASTER';
  }

  /** It has its addresses, or some of them: it serves, gives them up, or keeps them from the process before it. */
  get holds(): boolean {
    const state = this.instance?.state;
    return this.leads || this.state === 'RELEASING' || (state?.kind === 'BACKUP' && state.keeps !== undefined);
  }

  /** How long it has been silent; undefined when it has not spoken yet. */
  spokeBefore(now: Instant): number | undefined {
    return this.saidAt === undefined ? undefined : now - this.saidAt;
  }

  /** The effective priority where it is known, else the last one that it said. */
  get priority(): number {
    return this.instance?.priority ?? this.said;
  }

  /** While another one serves, it takes over from a lower one, unless it was asked to yield. */
  get mayPreempt(): boolean {
    return !this.config.nopreempt && !this.isHeldBack;
  }

  /** All that it puts on the host when it serves. */
  get addresses(): readonly VirtualAddress[] {
    return [...this.config.virtualAddresses, ...this.config.excludedAddresses];
  }

  get isHeldBack(): boolean {
    return this.instance?.surroundings.maintenance !== undefined;
  }

  /** What the other one sends comes here, and it is awake to send. */
  hears(other: Member): boolean {
    const [here, there] = [this.interface, other.interface];
    if (!here?.up || !there?.up || !other.isAwake) return false;
    return here.segment.connects({ from: other.host.name, to: this.host.name });
  }

  /** RFC 3768 § 7.1, and what differs between the daemons: lists must share an address here, and be the same there. */
  accepts(other: Member): boolean {
    const [ours, theirs] = [this.config, other.config];
    if (ours.version !== theirs.version || !this.#isMeantBy(other)) return false;
    if (ours.version === 2 && !hasSameSecrets(ours, theirs)) return false;
    const shared = listOf(ours).filter((address) => listOf(theirs).includes(address)).length;
    if (this.instance) return shared > 0 || listOf(ours).length + listOf(theirs).length === 0;
    return shared === listOf(ours).length && shared === listOf(theirs).length;
  }

  /** The group is the same one, or each of them has the other one among its peers where that counts. */
  #isMeantBy(other: Member): boolean {
    const [ours, theirs] = [this.config.unicast, other.config.unicast];
    if (!ours || !theirs) return !ours && !theirs && this.config.mcastDstIp === other.config.mcastDstIp;
    const isPeer = (of: UnicastSettings, one: Member): boolean =>
      of.peers.some(({ address }) => address === one.source);
    // One that a reload brought may send from an address that its host does not have: nobody reaches it there.
    const isThere = this.source !== undefined && this.interface?.has(this.source);
    return isThere === true && isPeer(theirs, this) && (!ours.checkSrc || isPeer(ours, other));
  }

  /** RFC 3768 § 7.1, RFC 9568 § 7.1 of somebody who is no host; only ours is asked. */
  acceptsForeign({ version, source, to, ttl, isDamaged, interval, password, addresses }: ForeignAdvert): boolean {
    const { config } = this;
    const { authentication, unicast } = config;
    if (version !== config.version || familyOf(source) !== config.family || isDamaged) return false;
    const isFromPeer = unicast?.peers.some(({ address }) => address === source);
    if (unicast ? to !== this.source || (unicast.checkSrc && !isFromPeer) : to !== undefined || ttl !== 255)
      return false;
    const ours = authentication.type === 'PASS' ? authentication.password : undefined;
    if (version === 2 && (interval !== config.advertInt || password !== ours)) return false;
    return addresses.some((one) => listOf(config).includes(one));
  }

  /** It takes the other's adverts in. */
  follows(other: Member): boolean {
    return this.hears(other) && this.accepts(other);
  }
}

/** What an instance sends from: RFC 5798 § 5.1.1.1, § 5.1.2.1, keepalived.conf(5): mcast_src_ip, unicast_src_ip. */
export function sourceOf({ srcIp, family }: VrrpInstance, on: NetworkInterface | undefined): IpAddress | undefined {
  const own = on?.plan.addresses.map(({ address }) => address) ?? [];
  const isFit = (address: IpAddress): boolean =>
    familyOf(address) === family && (family === 'ipv4' || isLinkLocal(address));
  return srcIp ?? own.find(isFit);
}

/** What version 2 compares. */
function hasSameSecrets(one: VrrpInstance, other: VrrpInstance): boolean {
  const [a, b] = [one.authentication, other.authentication];
  if (one.advertInt !== other.advertInt || a.type !== b.type) return false;
  return a.type !== 'PASS' || b.type !== 'PASS' || a.password === b.password;
}

const listOf = ({ virtualAddresses }: VrrpInstance): string[] => virtualAddresses.map(({ prefix }) => prefix.address);

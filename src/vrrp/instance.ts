// One virtual router on one interface: its configuration, what is known of its surroundings, and its record.
// It is looked at by many and changed by machine.ts (state) and router.ts (surroundings) only. RFC 3768 § 6.1.

import type { IpAddress, Prefix } from '../address.js';
import { addressesOf } from '../config/diff.js';
import type { Route, Rule, Track, VirtualAddress, VrrpInstance } from '../config/model.js';
import { tracksOf } from '../config/tracks.js';
import { effectivePriority, type Contribution } from '../track/priority.js';
import { judge } from '../track/standing.js';
import { earliest, type Duration, type Instant } from '../time.js';
import { describeFailure } from './failure.js';
import { departureDeadline, stillThere } from './departure.js';
import { nextBurst } from './garp.js';
import type { Group } from './group.js';
import type { Link } from './input.js';
import type { OwnFault, Reason } from './reason.js';
import { RepeatedLines } from './repeated.js';
import type { Leftover } from './resumption.js';
import { SecondOwners } from './second-owner.js';
import type { OuterState, State } from './state.js';
import { Statistics } from './statistics.js';
import type { Surroundings } from './surroundings.js';
import { masterDownInterval, skewTime } from './timers.js';
import type { Removal } from './upkeep.js';

/** The router whose adverts a BACKUP accepts. */
export interface Master {
  readonly address: IpAddress;
  /** 0 after its farewell. */
  readonly priority: number;
  /** What its adverts say of themselves. */
  readonly advertInt: Duration;
  readonly heardAt: Instant;
}

export interface Transition {
  readonly at: Instant;
  readonly from: OuterState;
  readonly to: OuterState;
  readonly why: Reason;
}

const USUAL_MTU = 1500;
/** How many transitions the status can show. */
const HISTORY = 10;

/** The interfaces of the host by name. */
export type Links = ReadonlyMap<string, Link>;

export class Instance {
  state: State = { kind: 'INIT' };
  since: Instant;
  why: Reason = { kind: 'started' };
  priority: number;
  /** The present master as a BACKUP knows it. */
  master: Master | undefined;
  /** The last advert with a lower priority that did not count. */
  lower: Master | undefined;
  announcedAt: Instant | undefined;
  lastAdvertAt: Instant | undefined;
  /** Others who have an address of this MASTER. */
  readonly secondOwners = new SecondOwners();
  /** What the process before this one left here, at the start only. */
  left: Leftover | undefined;
  /** Addresses of a MASTER that are not on the host: refused by the kernel, or removed by others too often. */
  readonly missing = new Set<VirtualAddress>();
  /** Routes and rules of a MASTER that are not there: refused by the kernel, or removed by others too often. */
  readonly missingRoutes = new Set<Route | Rule>();
  /** What others removed lately of its addresses, routes and rules. */
  readonly removals: Removal[] = [];
  /** What its interface had beside virtual addresses and lost just now: until then it counts as there. */
  lost: { readonly prefixes: readonly Prefix[]; readonly until: Instant } | undefined;
  readonly history: Transition[] = [];
  readonly statistics = new Statistics();
  readonly repeated = new RepeatedLines();
  /** How the address list of the last differing advert differs from ours. */
  listDifference: string | undefined;
  /** Why the kernel would not let us listen on the interface. */
  openError: string | undefined;
  identification = 0;
  /** The peers whose checksums are those of keepalived before 1.3.6. */
  oldChecksums: readonly IpAddress[] = [];
  /** The sync group that it is in. */
  group: Group | undefined;
  /** It gave its addresses up when it was asked to, and does not take them back while another serves. */
  hasYielded = false;

  constructor(
    /** Replaced by a reload that leaves the virtual router what it is. */
    public config: VrrpInstance,
    readonly surroundings: Surroundings,
    now: Instant,
  ) {
    this.since = now;
    this.priority = config.priority;
  }

  get links(): Links {
    return this.surroundings.links;
  }

  /** Those that change their state together with it, itself included. */
  get unit(): readonly Instance[] {
    return this.group?.members ?? [this];
  }

  /** What counts for it: its own tracks and those of its group. */
  get tracks(): readonly Track[] {
    return tracksOf(this.config, this.group?.config);
  }

  /** All addresses, those on the wire first. */
  get addresses(): readonly VirtualAddress[] {
    return addressesOf(this.config);
  }

  /**
   * The addresses that an advert lists: those that fit the MTU with the headers of IP and VRRP and the authentication data
   * of version 2. RFC 3768 § 5.1, RFC 5798 § 5.1; keepalived holds the rest without advertising it.
   */
  get advertised(): readonly IpAddress[] {
    const { family, version, virtualAddresses } = this.config;
    const { mtu = USUAL_MTU } = this.links.get(this.config.interface) ?? {};
    // On IPv6 keepalived leaves room for one address more than it sends.
    const [header, each] = family === 'ipv4' ? [20, 4] : [56, 16];
    const room = Math.max(0, Math.floor((mtu - header - (version === 2 ? 16 : 8)) / each));
    return virtualAddresses.slice(0, room).map(({ prefix }) => prefix.address);
  }

  /** Its routes, then its rules: in the order in which they are set. */
  get routes(): readonly (Route | Rule)[] {
    const { virtualRoutes, virtualRules } = this.config;
    return virtualRules.length === 0 ? virtualRoutes : [...virtualRoutes, ...virtualRules];
  }

  /** Has the addresses, or some of them, on the host; as MASTER it wants to have them all. */
  get holds(): boolean {
    const { state } = this;
    return state.kind === 'MASTER' || state.kind === 'RELEASING' || (state.kind === 'BACKUP' && !!state.keeps);
  }

  /** Those that are on the host by it now. */
  get held(): readonly VirtualAddress[] {
    const { state } = this;
    if (state.kind === 'MASTER') return this.addresses.filter((address) => !this.missing.has(address));
    const departure = state.kind === 'RELEASING' ? state.departure : state.kind === 'BACKUP' ? state.keeps : undefined;
    return departure ? stillThere(departure) : [];
  }

  /**
   * The address that adverts are sent from: the configured one, else the first of the interface that is not a virtual one
   * (for IPv6 of those that are link-local), else the first that it has lost just now.
   */
  get source(): IpAddress | undefined {
    const { interface: name, family, srcIp } = this.config;
    if (srcIp !== undefined) return srcIp;
    const isPrimary = (prefix: Prefix): boolean => this.surroundings.isPrimary(prefix, family);
    return (this.links.get(name)?.addresses.find(isPrimary) ?? this.lost?.prefixes[0])?.address;
  }

  /** Where its adverts go: to the group, or to each peer that is not this host itself. */
  get destinations(): readonly IpAddress[] {
    const { unicast, mcastDstIp } = this.config;
    if (!unicast) return [mcastDstIp];
    return unicast.peers.map(({ address }) => address).filter((address) => !this.surroundings.isHere(address));
  }

  /** Master_Adver_Interval: learned in version 3 (RFC 5798 § 6.1) while a master is known, else the own one. */
  get masterAdvertInt(): Duration {
    const { version, advertInt } = this.config;
    return version === 3 ? (this.master?.advertInt ?? advertInt) : advertInt;
  }

  get skew(): Duration {
    return this.skewAfter(this.masterAdvertInt);
  }

  /** Its skew against a master with this interval. */
  skewAfter(masterAdvertInt: Duration): Duration {
    return skewTime({ version: this.config.version, priority: this.priority, masterAdvertInt });
  }

  get masterDownInterval(): Duration {
    const { version, downTimerAdverts } = this.config;
    const { priority, masterAdvertInt } = this;
    return masterDownInterval({ version, priority, masterAdvertInt, downTimerAdverts });
  }

  /** What each weighted track adds to the priority now, those that add nothing included. */
  contributions(): Contribution[] {
    return this.tracks
      .filter(({ weight }) => weight !== 0)
      .map((track) => ({ tracker: track.name, value: judge(track, this.surroundings.standing(track)).value }));
  }

  /** What they make of the configured priority now. */
  get trackedPriority(): number {
    return effectivePriority(this.config.priority, this.contributions());
  }

  /** What keeps it out of the election now, apart from its group. Its interface first, then other interfaces that it needs, then what it tracks. */
  ownFaults(): OwnFault[] {
    const { interface: name, dontTrackPrimary } = this.config;
    const link = this.links.get(name);
    const isOwn = (track: Track): boolean => track.kind === 'interface' && track.name === name && !dontTrackPrimary;
    const failed = this.tracks
      .filter((track) => !isOwn(track))
      .filter((track) => judge(track, this.surroundings.standing(track)).failed)
      .map((track) => describeFailure(track, this.surroundings));
    if (!link) return [{ kind: 'no-interface', interface: name }, ...failed];
    return [
      ...(!link.up && !dontTrackPrimary ? [{ kind: 'link-down', interface: name } as const] : []),
      ...this.#sourceFaults(),
      ...(this.openError === undefined
        ? []
        : [{ kind: 'cannot-open', interface: name, error: this.openError } as const]),
      ...this.#otherInterfaces().flatMap((dev): OwnFault[] => {
        const other = this.links.get(dev);
        if (other?.up) return [];
        return [{ kind: other ? 'link-down' : 'no-interface', interface: dev }];
      }),
      ...failed,
    ];
  }

  /**
   * The written source, where it has to be on the host: with track_src_ip, and with unicast in any case, as nobody hears a
   * router there that sends from an address that it does not have.
   */
  get neededSource(): IpAddress | undefined {
    const { srcIp, trackSrcIp, unicast } = this.config;
    return trackSrcIp || unicast ? srcIp : undefined;
  }

  /** Why it can't speak to anybody. */
  #sourceFaults(): OwnFault[] {
    const { interface: name, family, unicast } = this.config;
    const srcIp = this.neededSource;
    const isThere = (address: IpAddress): boolean =>
      this.surroundings.isHere(address) || this.lost?.prefixes.some((prefix) => prefix.address === address) === true;
    return [
      ...(this.source === undefined ? [{ kind: 'no-address', interface: name, family } as const] : []),
      ...(srcIp !== undefined && !isThere(srcIp) ? [{ kind: 'no-source', source: srcIp } as const] : []),
      ...(unicast?.peers.length === 0 ? [{ kind: 'no-peer' } as const] : []),
    ];
  }

  /** All interfaces that it has to do with, its own first. */
  get interfaces(): readonly string[] {
    const addresses = this.addresses.map(({ dev }) => dev);
    const routes = this.config.virtualRoutes.flatMap(({ dev }) => dev ?? []);
    return [...new Set([this.config.interface, ...addresses, ...routes, ...this.#trackedInterfaces()])];
  }

  /** Interfaces that its addresses and routes are put on are tracked too, unless no_track is written there. */
  #otherInterfaces(): string[] {
    const routes = this.config.virtualRoutes.flatMap(({ dev, noTrack }) => (dev === undefined || noTrack ? [] : [dev]));
    const addresses = this.addresses.flatMap(({ dev, noTrack }) => (noTrack ? [] : [dev]));
    const known = [this.config.interface, ...this.#trackedInterfaces()];
    return [...new Set([...addresses, ...routes])].filter((dev) => !known.includes(dev));
  }

  #trackedInterfaces(): string[] {
    return this.tracks.flatMap(({ kind, name }) => (kind === 'interface' ? [name] : []));
  }

  /** Before vrrp_startup_delay is over, or before a track without a weight has its first result, it does not begin. */
  isWaiting(): boolean {
    if (this.surroundings.startsAt !== undefined) return true;
    return this.tracks.some((track) => judge(track, this.surroundings.standing(track)).awaited);
  }

  /** Its latest transition; the state itself is machine.ts's. */
  remember(transition: Transition): void {
    this.history.unshift(transition);
    this.history.length = Math.min(this.history.length, HISTORY);
    this.since = transition.at;
    this.why = transition.why;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#stateDeadline(), this.repeated.nextDeadline(), this.lost?.until);
  }

  #stateDeadline(): Instant | undefined {
    switch (this.state.kind) {
      case 'BACKUP':
        return earliest(this.state.masterDownAt, this.state.keeps && departureDeadline(this.state.keeps));
      case 'MASTER':
        return earliest(this.state.advertAt, nextBurst(this.state.garp));
      case 'RELEASING':
        return earliest(departureDeadline(this.state.departure), this.state.farewell?.nextAt, this.state.returnAt);
      case 'INIT':
      case 'FAULT':
        return undefined;
    }
  }
}

// What operators see, as plain JSON: made from the router and what the daemon knows of itself. keepalived has no
// counterpart but its dump files. It renders nothing and reads no clock: wall times are handed in.

import { formatPrefix, type Family } from '../address.js';
import { between, inSeconds, type Instant } from '../time.js';
import type { Instance } from '../vrrp/instance.js';
import { alertsOfHost, trackStatus, type TrackStatus } from './tracks.js';
import { describeReason } from '../vrrp/reason.js';
import type { Router } from '../vrrp/router.js';
import { describeSecondOwner } from '../vrrp/second-owner.js';
import { outerState, type OuterState } from '../vrrp/state.js';
import { dropReasons } from '../vrrp/statistics.js';

/** What the daemon knows and the router does not. */
export interface DaemonFacts {
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  readonly configFile: string;
  /** Warnings of the configuration's check. */
  readonly warnings: number;
  /** What the daemon itself has to say first. */
  readonly alerts: readonly string[];
  /** How late its deadlines were acted upon. */
  readonly lateness: Snapshot['lateness'];
  readonly startedAt: Instant;
  readonly now: Instant;
  /** Local wall time with the zone's offset, ISO 8601. */
  readonly wallTime: (at: Instant) => string;
}

export interface Snapshot {
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  readonly configFile: string;
  readonly warnings: number;
  /** When this picture was taken; like all times local, with the zone's offset. */
  readonly takenAt: string;
  readonly startedAt: string;
  readonly upSeconds: number;
  /** What an operator must see first: checks that cannot run, addresses that are not there. */
  readonly alerts: readonly string[];
  /** How late a deadline was acted upon: the latest one, and the worst since the start. */
  readonly lateness: { readonly latestMilliseconds: number; readonly longestMilliseconds: number };
  readonly unreadablePackets: number;
  readonly unknownVirtualRouterPackets: number;
  readonly instances: readonly InstanceStatus[];
}

export interface InstanceStatus {
  readonly name: string;
  readonly state: OuterState;
  readonly since: string;
  readonly forSeconds: number;
  readonly why: string;
  /** Everything that keeps it in FAULT, the first one being `why`. */
  readonly faults: readonly string[];
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: Family;
  readonly advertIntSeconds: number;
  /** Where adverts come from; absent while there is no address to send them from. */
  readonly source?: string;
  /** Where adverts go, and are expected from: a multicast group, or peers. */
  readonly sendsTo:
    | { readonly kind: 'group'; readonly address: string }
    | { readonly kind: 'peers'; readonly ttl: number; readonly peers: readonly PeerStatus[] };
  /** False: what is sent to its addresses is dropped on this host. */
  readonly accept: boolean;
  readonly nopreempt: boolean;
  readonly priority: {
    readonly base: number;
    readonly effective: number;
    readonly contributions: readonly { readonly tracker: string; readonly value: number }[];
  };
  /** The master that a BACKUP listens to. */
  readonly master?: {
    readonly address: string;
    readonly priority: number;
    /** What its adverts say in version 3: they count instead of the own interval. */
    readonly advertIntSeconds: number;
    readonly heardSecondsAgo: number;
    readonly takesOverInSeconds: number;
  };
  /** A BACKUP that hears nobody, or only lower adverts. */
  readonly takesOverInSeconds?: number;
  /** It gives its addresses up for this reason, and serves them until an heir is known. */
  readonly givesUp?: string;
  /** Others who have an address of this MASTER. */
  readonly secondOwners: readonly {
    readonly address: string;
    readonly mac?: string;
    readonly source?: string;
    readonly how: string;
    readonly since: string;
    readonly seenSecondsAgo: number;
    readonly times: number;
  }[];
  /** Why a BACKUP does not take over although its time came or will come. */
  readonly holdsBack?: string;
  readonly addresses: readonly {
    readonly prefix: string;
    readonly dev: string;
    readonly onWire: boolean;
    readonly present: boolean;
    readonly announcedSecondsAgo?: number;
  }[];
  /** The sync group that it is in. */
  readonly group?: string;
  /** What it tracks, its group's included. */
  readonly checks: readonly TrackStatus[];
  readonly adverts: {
    readonly sent: number;
    readonly heard: number;
    readonly dropped: number;
    /** Only reasons that occurred. */
    readonly dropReasons: Readonly<Record<string, number>>;
    readonly priorityZeroSent: number;
    readonly priorityZeroHeard: number;
    readonly sendErrors: number;
    readonly addressListsDiffer: number;
  };
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly addressesPutBack: number;
  /** How often somebody else turned out to have an address of ours. */
  readonly secondOwnersSeen: number;
  readonly connectionsReset: number;
  readonly routesPutBack: number;
  /** The latest first. */
  readonly transitions: readonly {
    readonly at: string;
    readonly from: OuterState;
    readonly to: OuterState;
    readonly why: string;
  }[];
}

export interface PeerStatus {
  readonly address: string;
  /** An address of this host: nothing is sent to it. */
  readonly isOwn: boolean;
  /** Limits of the TTL that it is heard with. */
  readonly minTtl?: number;
  readonly maxTtl?: number;
}

/** The whole status of a router at `facts.now`. */
export function takeSnapshot(router: Router, facts: DaemonFacts): Snapshot {
  const { now, startedAt, wallTime, ...plain } = facts;
  const instances = [...router.instances.values()];
  return {
    ...plain,
    takenAt: wallTime(now),
    startedAt: wallTime(startedAt),
    upSeconds: secondsSince(startedAt, now),
    alerts: [
      ...facts.alerts,
      ...alertsOfHost(router, now),
      ...instances.flatMap((instance) => alertsOfInstance(instance, now)),
    ],
    unreadablePackets: router.unclaimed.unreadable,
    unknownVirtualRouterPackets: router.unclaimed.unknownVirtualRouter,
    instances: instances.map((instance) => instanceStatus(instance, facts)),
  };
}

function instanceStatus(instance: Instance, { now, wallTime }: DaemonFacts): InstanceStatus {
  const { config, state, statistics } = instance;
  return {
    name: config.name,
    state: outerState(state),
    since: wallTime(instance.since),
    forSeconds: secondsSince(instance.since, now),
    why: describeReason(instance.why),
    faults: state.kind === 'FAULT' ? state.reasons.map(describeReason) : [],
    interface: config.interface,
    virtualRouterId: config.virtualRouterId,
    version: config.version,
    family: config.family,
    advertIntSeconds: inSeconds(config.advertInt),
    ...(instance.source !== undefined && { source: instance.source }),
    sendsTo: sendsTo(instance),
    accept: config.accept,
    nopreempt: config.nopreempt,
    priority: { base: config.priority, effective: instance.priority, contributions: instance.contributions() },
    ...listening(instance, now),
    ...holdingBack(instance),
    ...(state.kind === 'RELEASING' && { givesUp: describeReason(state.why) }),
    secondOwners: secondOwners(instance, { now, wallTime }),
    addresses: addresses(instance, now),
    ...(instance.group && { group: instance.group.config.name }),
    checks: instance.tracks.map((track) => trackStatus(track, { surroundings: instance.surroundings, now })),
    adverts: {
      sent: statistics.advertsSent,
      heard: statistics.advertsHeard,
      dropped: dropReasons.reduce((total, reason) => total + statistics.dropped[reason], 0),
      dropReasons: Object.fromEntries(Object.entries(statistics.dropped).filter(([, count]) => count > 0)),
      priorityZeroSent: statistics.priorityZeroSent,
      priorityZeroHeard: statistics.priorityZeroHeard,
      sendErrors: statistics.sendErrors,
      addressListsDiffer: statistics.addressListsDiffer,
    },
    becameMaster: statistics.becameMaster,
    releasedMaster: statistics.releasedMaster,
    addressesPutBack: statistics.addressesPutBack,
    secondOwnersSeen: statistics.secondOwners,
    connectionsReset: statistics.connectionsReset,
    routesPutBack: statistics.routesPutBack,
    transitions: instance.history.map(({ at, from, to, why }) => ({
      at: wallTime(at),
      from,
      to,
      why: describeReason(why),
    })),
  };
}

function sendsTo({ config: { unicast, mcastDstIp }, surroundings }: Instance): InstanceStatus['sendsTo'] {
  if (!unicast) return { kind: 'group', address: mcastDstIp };
  const { ttl, peers } = unicast;
  return { kind: 'peers', ttl, peers: peers.map((peer) => ({ ...peer, isOwn: surroundings.isHere(peer.address) })) };
}

function listening(
  { state, master, masterAdvertInt }: Instance,
  now: Instant,
): Pick<InstanceStatus, 'master' | 'takesOverInSeconds'> {
  if (state.kind !== 'BACKUP') return {};
  const takesOverInSeconds = inSeconds(between({ from: now, to: state.masterDownAt }));
  if (!master) return { takesOverInSeconds };
  const { address, priority, heardAt } = master;
  const [advertIntSeconds, heardSecondsAgo] = [inSeconds(masterAdvertInt), secondsSince(heardAt, now)];
  return { master: { address, priority, advertIntSeconds, heardSecondsAgo, takesOverInSeconds } };
}

function holdingBack({ state, surroundings, hasYielded, group }: Instance): Pick<InstanceStatus, 'holdsBack'> {
  if (state.kind !== 'BACKUP') return {};
  if (surroundings.maintenance) return { holdsBack: 'does not take over: maintenance' };
  if (hasYielded) return { holdsBack: 'asked to yield: takes over only when the other falls silent' };
  if (state.wantsMaster && group) return { holdsBack: `waits for the others of ${group.config.name}` };
  return {};
}

function addresses(instance: Instance, now: Instant): InstanceStatus['addresses'] {
  const { announcedAt, config, links } = instance;
  return instance.addresses.map((address) => ({
    prefix: formatPrefix(address.prefix),
    dev: address.dev,
    onWire: config.virtualAddresses.includes(address),
    present: links.get(address.dev)?.addresses.some((there) => there.address === address.prefix.address) ?? false,
    ...(announcedAt !== undefined && { announcedSecondsAgo: secondsSince(announcedAt, now) }),
  }));
}

const presentOwners = ({ config, secondOwners }: Instance, now: Instant) =>
  secondOwners.present({ now, advertInt: config.advertInt });

function secondOwners(
  instance: Instance,
  { now, wallTime }: Pick<DaemonFacts, 'now' | 'wallTime'>,
): InstanceStatus['secondOwners'] {
  return presentOwners(instance, now).map(({ since, lastAt, reactions, ...plain }) => ({
    ...plain,
    since: wallTime(since),
    seenSecondsAgo: secondsSince(lastAt, now),
  }));
}

function alertsOfInstance(instance: Instance, now: Instant): string[] {
  const { config, missing } = instance;
  return [
    ...presentOwners(instance, now).map((owner) => `${config.name}: ${describeSecondOwner(owner)}`),
    ...[...missing].map(({ prefix, dev }) => `${config.name}: ${formatPrefix(prefix)} is not on ${dev}`),
  ];
}

const secondsSince = (from: Instant, now: Instant): number => inSeconds(between({ from, to: now }));

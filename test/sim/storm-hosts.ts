// The hosts of a storm: two to five of them with random configurations, biased to ties and limits. All of them are
// configurations that a file can have, and the hosts of one virtual router fit together but for what mistakes leave apart.

import { VRRP_GROUPS, type Family, type IpAddress } from '../../src/address.js';
import type {
  Authentication,
  Config,
  GarpSettings,
  SyncGroup,
  Track,
  UnicastSettings,
  VirtualAddress,
  VrrpInstance,
} from '../../src/config/model.js';
import type { NamedHost } from '../../src/sim/plan.js';
import type { Random } from '../../src/sim/random.js';
import { milliseconds, seconds } from '../../src/time.js';
import { aConfig, aFile, aGroup, anAddress, anInstance, aProcess, aScript, ip, tracked } from '../vrrp/host.js';

/** The number of the address that is not on the wire. */
const EXCLUDED = 20;
const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'] as const;

/** What the hosts of one virtual router have in common. */
interface RouterPlan {
  readonly id: number;
  readonly interface: string;
  readonly version: 2 | 3;
  readonly family: Family;
  /** Milliseconds; in version 3 a host may have one of its own. */
  readonly advertInt: number;
  readonly downTimerAdverts: number;
  readonly authentication: Authentication;
  readonly addresses: number;
  /** All have the same list of peers, with themselves in it. */
  readonly isUnicast: boolean;
}

/** What a storm's configurations are made of; reloads draw from it too. */
export interface Recipe {
  readonly routers: readonly RouterPlan[];
  readonly isGrouped: boolean;
  /** By host, the last part of the address that it sends from. */
  readonly sources: readonly number[];
  /** It is written; else it is what is made up for the host, where there are no peers that have to know it. */
  readonly hasSources: boolean;
}

export function someRecipe(random: Random): Recipe {
  const isModern = random.chance(3);
  const routers = Array.from({ length: random.pick([1, 1, 1, 2, 2, 3]) }, (_, index): RouterPlan => {
    const id = random.pick([1, 51, 91, 255]) - (index === 0 ? 0 : index * 7);
    return {
      id: id > 0 ? id : id + 100,
      interface: index === 0 ? 'eth1' : random.pick(['eth1', 'eth2', 'eth2']),
      ...someProtocol(random, isModern),
      downTimerAdverts: random.pick([3, 3, 3, 3, 2, 5]),
      addresses: random.pick([1, 1, 2, 3]),
    };
  });
  const distinct = routers.filter(
    ({ id, family }, index) => routers.findIndex((one) => one.id === id && one.family === family) === index,
  );
  const hosts = random.pick([2, 2, 2, 2, 3, 3, 4, 5]);
  const sources = [11, 12, 13, 14, 15]
    .slice(0, hosts)
    .map((value) => ({ value, rank: random.fraction() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
  return {
    routers: distinct,
    isGrouped: distinct.length > 1 && random.chance(2),
    sources,
    hasSources: random.chance(2),
  };
}

/** Version 2 on IPv4, to the group; or anything newer. */
function someProtocol(
  random: Random,
  isModern: boolean,
): Pick<RouterPlan, 'version' | 'family' | 'advertInt' | 'authentication' | 'isUnicast'> {
  const family = isModern && random.chance(2) ? 'ipv6' : 'ipv4';
  const isUnicast = isModern && random.chance(3);
  if (family === 'ipv6' || (isModern && random.chance(2))) {
    const advertInt = random.chance(8) ? random.pick([100, 100, 40]) : random.pick([1000, 1000, 1000, 500, 2000]);
    return { version: 3, family, advertInt, authentication: { type: 'none' }, isUnicast };
  }
  const authentication: Authentication = random.chance(2) ? { type: 'PASS', password: '1111' } : { type: 'none' };
  return { version: 2, family, advertInt: 1000 * random.pick([1, 1, 1, 2, 3]), authentication, isUnicast };
}

export function someHosts(random: Random, recipe: Recipe): NamedHost[] {
  const isMixed = random.chance(2);
  return NAMES.slice(0, recipe.sources.length).map((name, index) => ({
    name,
    daemon: isMixed && index > 0 && random.chance(2) ? 'keepalived' : 'vrrpd',
    config: someConfig(random, recipe, index),
  }));
}

/** The configuration of a host by its number. */
export function someConfig(random: Random, recipe: Recipe, host: number): Config {
  const routers = recipe.routers.filter((_, index) => index === 0 || !random.chance(6));
  const isGrouped = recipe.isGrouped && routers.length > 1 && !random.chance(5);
  // A host is ahead in all of its virtual routers, as people write it, or in none.
  const level = random.pick([undefined, 100, 100, 150, 254]);
  const instances = routers.map((plan): VrrpInstance => {
    const priority = level ?? random.pick([1, 90, 100, 100, 100, 101, 150, 254, 255]);
    return someInstance(random, { plan, priority, recipe, host });
  });
  const groups = isGrouped ? [someGroup(random, instances)] : [];
  const config = aConfig({
    instances,
    groups,
    scripts: [
      aScript({
        interval: seconds(random.pick([1, 2, 2, 3])),
        rise: random.between(1, 2),
        fall: random.between(1, 3),
        initFail: random.chance(8),
        ...(random.chance(3) && { timeout: seconds(1) }),
      }),
    ],
    files: [aFile()],
    processes: [aProcess({ terminateDelay: milliseconds(random.pick([0, 0, 700])) })],
    delays: random.chance(8) ? [{ interface: 'eth1', down: milliseconds(300), up: seconds(1) }] : [],
    global: { vrrpStartupDelay: seconds(random.chance(10) ? 4 : 0) },
  });
  return asRead(config);
}

/**
 * A file can give no weights of their own to owners, nor to members of a group without sync_group_tracking_weight; an owner
 * preempts, and an instance tracks its interface in any case.
 */
function asRead(config: Config): Config {
  const groups = config.syncGroups.filter((one) => !one.syncGroupTrackingWeight);
  const grouped = new Set(groups.flatMap(({ members }) => members));
  const vrrpInstances = config.vrrpInstances.map((one): VrrpInstance => {
    const isOwner = one.priority === 255;
    const isWeighed = !isOwner && !grouped.has(one.name);
    const tracks = one.tracks.filter(
      ({ kind, name, weight }) => (isWeighed || weight === 0) && !(kind === 'interface' && name === one.interface),
    );
    return { ...one, tracks, nopreempt: one.nopreempt && !isOwner };
  });
  return { ...config, vrrpInstances };
}

interface Member {
  readonly plan: RouterPlan;
  readonly priority: number;
  readonly recipe: Recipe;
  readonly host: number;
}

function someInstance(random: Random, { plan, priority, recipe, host }: Member): VrrpInstance {
  const { id, interface: dev, version, family, downTimerAdverts, authentication, isUnicast } = plan;
  const all = Array.from({ length: plan.addresses }, (_, index) => vip(plan, index));
  // An edit that has come to some hosts only: their lists differ in one address.
  const listed = random.chance(8) ? (all.length > 1 ? all.slice(1) : [...all, vip(plan, 9)]) : all;
  const delay = random.pick([0, 0, 0, 0, 2, 5]);
  const own = version === 3 && random.chance(5) ? random.pick([100, 1000, 3000]) : plan.advertInt;
  return anInstance({
    name: `${family === 'ipv4' ? 'VI' : 'V6'}_${id}`,
    interface: dev,
    virtualRouterId: id,
    version,
    family,
    mcastDstIp: VRRP_GROUPS[family],
    priority,
    advertInt: milliseconds(own),
    downTimerAdverts,
    authentication,
    nopreempt: delay === 0 && random.chance(4),
    preemptDelay: seconds(delay),
    virtualAddresses: listed,
    excludedAddresses: random.chance(6) ? [vip(plan, EXCLUDED, dev === 'eth2' ? 'eth1' : dev)] : [],
    tracks: someTracks(random),
    garp: someGarp(random),
    resetConnections: !random.chance(4),
    higherPrioSendAdvert: random.chance(8),
    lowerPrioNoAdvert: random.chance(8),
    ...((recipe.hasSources || isUnicast) && { srcIp: sourceOf(plan, recipe.sources[host]) }),
    ...(isUnicast && { unicast: peersOf(plan, recipe, random.chance(3)) }),
  });
}

const peersOf = (plan: RouterPlan, { sources }: Recipe, checkSrc: boolean): UnicastSettings => ({
  peers: sources.map((source) => ({ address: sourceOf(plan, source) })),
  ttl: 255,
  checkSrc,
  oldChecksum: 'as-heard',
});

/** Multicast is from link-local addresses on IPv6; peers may be anywhere. */
function sourceOf({ interface: dev, family, isUnicast }: RouterPlan, source = 0): IpAddress {
  const network = dev === 'eth1' ? 1 : 2;
  if (family === 'ipv4') return ip(`10.0.${network}.${source}`);
  return ip(isUnicast ? `2001:db8:0:${network}::${source}` : `fe80::${network}:${source}`);
}

/** Of IPv6 half of them beside the virtual router's own: the usual recipe for both families. */
function vip(
  { id, interface: own, family }: Pick<RouterPlan, 'id' | 'interface' | 'family'>,
  index: number,
  dev = own,
): VirtualAddress {
  const isIpv6 = (family === 'ipv6') !== (index === EXCLUDED && id % 2 === 1);
  const address = ip(isIpv6 ? `2001:db8:1:${id}::${100 + index}` : `10.1.${id}.${100 + index}`);
  return { ...anAddress(address, dev), prefix: { address, length: isIpv6 ? 128 : 32 } };
}

function someGarp(random: Random): GarpSettings {
  return {
    masterDelay: seconds(random.pick([5, 5, 1, 0])),
    masterRepeat: random.pick([5, 5, 1]),
    lowerPrioDelay: seconds(random.pick([5, 5, 1, 0])),
    lowerPrioRepeat: random.pick([5, 5, 1, 0]),
    ...(random.chance(6) && { masterRefresh: seconds(10) }),
    masterRefreshRepeat: 1,
  };
}

function someTracks(random: Random): Track[] {
  const all: Track[] = [
    tracked({ name: 'chk', weight: random.pick([0, 0, 2, 60, -20, -253]) }),
    tracked({ kind: 'interface', name: 'eth2', weight: random.pick([0, 10, -20]) }),
    tracked({ kind: 'file', name: 'hand', weight: random.pick([0, 1, -2]), reverse: random.chance(6) }),
    tracked({ kind: 'process', name: 'web', weight: random.pick([0, 30, -30]) }),
  ];
  return all.filter((_, index) => random.chance(index === 0 ? 2 : 6));
}

function someGroup(random: Random, instances: readonly VrrpInstance[]): SyncGroup {
  const tracks = random.chance(3) ? [tracked({ weight: random.pick([0, -20]) })] : [];
  return aGroup(
    instances.map(({ name }) => name),
    { tracks, syncGroupTrackingWeight: random.chance(2) },
  );
}

/** A reload as an operator makes one: a line is another. */
export function otherwise(random: Random, config: Config): Config {
  const vrrpInstances = config.vrrpInstances.map((one): VrrpInstance => {
    if (random.chance(2)) return one;
    const changes: readonly (() => Partial<VrrpInstance>)[] = [
      () => ({ priority: random.pick([1, 99, 100, 101, 200, 254, 255]) }),
      () => ({ nopreempt: !one.nopreempt, preemptDelay: seconds(0) }),
      () => ({ preemptDelay: seconds(one.nopreempt ? 0 : random.pick([0, 3])) }),
      () => ({ virtualAddresses: [...one.virtualAddresses, vip({ ...one, id: one.virtualRouterId }, 8)] }),
      () => ({ virtualAddresses: one.virtualAddresses.slice(0, 1) }),
      () => ({ excludedAddresses: [] }),
      () => ({ garp: someGarp(random) }),
      () => ({ tracks: one.tracks.filter(() => random.chance(2)) }),
      () => ({ downTimerAdverts: random.pick([2, 3, 4]) }),
      () => (one.version === 3 ? { advertInt: milliseconds(random.pick([500, 1000])) } : {}),
    ];
    return { ...one, ...random.pick(changes)() };
  });
  return asRead({ ...config, vrrpInstances, syncGroups: random.chance(4) ? [] : config.syncGroups });
}

/** An address of the hosts' first network. */
export const ipOf = (host: number): IpAddress => ip(`10.0.1.${host}`);

// What a reload changes: two configurations side by side, instance by instance and check by check. An instance is the
// same one when interface, virtual router and family are, whatever it is called (with unicast there can be several); where a thing stands in the file never
// counts. It compares; what follows from a difference is the router's business.

import type { Family } from '../address.js';
import type { Config, VirtualAddress, VrrpInstance, VrrpScript } from './model.js';

/** The same virtual router; what else differs can be changed while it runs. */
export interface Reconfigured {
  readonly kind: 'keep' | 'update';
  readonly before: VrrpInstance;
  readonly after: VrrpInstance;
}

export type InstanceChange =
  | Reconfigured
  /** The name is the same, the virtual router is another one. */
  | { readonly kind: 'restart'; readonly before: VrrpInstance; readonly after: VrrpInstance }
  | { readonly kind: 'add'; readonly after: VrrpInstance }
  | { readonly kind: 'remove'; readonly before: VrrpInstance };

export type ScriptChange =
  | { readonly kind: 'same'; readonly before: VrrpScript; readonly after: VrrpScript; readonly sameCommand: boolean }
  | { readonly kind: 'add'; readonly after: VrrpScript }
  | { readonly kind: 'remove'; readonly before: VrrpScript };

/** A block that is carried over by its name, and taken as it is. */
export interface BlockChange {
  /** "vrrp_sync_group G" */
  readonly title: string;
  /** Absent: it is new, or (after) it is gone. */
  readonly before?: object;
  readonly after?: object;
}

export interface Difference {
  /** Those of the new file in its order, then those that are gone. */
  readonly instances: readonly InstanceChange[];
  readonly scripts: readonly ScriptChange[];
  /** Of the other blocks those that differ. */
  readonly blocks: readonly BlockChange[];
  /** Whether what the host has in any state differs. */
  readonly statics: boolean;
}

/** What identifies a virtual router on a host: RFC 3768 § 6.1, and keepalived's reload. */
export function virtualRouterOf({ interface: dev, virtualRouterId, family }: VrrpInstance): {
  interface: string;
  virtualRouterId: number;
  family: Family;
} {
  return { interface: dev, virtualRouterId, family };
}

export function diffConfigs(before: Config, after: Config): Difference {
  const statics = ['staticIpaddress', 'staticRoutes', 'staticRules'] as const;
  return {
    instances: diffInstances(before, after),
    scripts: diffScripts(before, after),
    blocks: diffBlocks(before, after),
    statics: statics.some((name) => !isEqual(before[name], after[name])),
  };
}

/** Equal values, the places where they were written apart. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isRecord(one) || !isRecord(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => PLACES.includes(name) || (name in other && isEqual(one[name], other[name])))
  );
}

const PLACES = ['place', 'places'];
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Entries of `list` that `other` does not have; as fast with 500 as with 5. */
export function without<T>(list: readonly T[], other: readonly T[]): T[] {
  // The order of the fields is that of the words in the file, and means nothing.
  const plain = (_name: string, value: unknown): unknown => {
    if (!isRecord(value) || Array.isArray(value)) return value;
    const names = Object.keys(value).filter((name) => !PLACES.includes(name));
    return names.sort().map((name) => [name, value[name]]);
  };
  const textOf = (entry: T): string => JSON.stringify(entry, plain);
  const known = new Set(other.map(textOf));
  return list.filter((entry) => !known.has(textOf(entry)));
}

/** All addresses of an instance, those on the wire first. */
export const addressesOf = ({ virtualAddresses, excludedAddresses }: VrrpInstance): readonly VirtualAddress[] =>
  excludedAddresses.length === 0 ? virtualAddresses : [...virtualAddresses, ...excludedAddresses];

/** The same virtual router twice on one interface, and an advert can come for both: to the group of both, or from a peer of both. */
export function shareAdverts(one: VrrpInstance, other: VrrpInstance): boolean {
  if (one.unicast === undefined || other.unicast === undefined)
    return one.unicast === other.unicast && one.mcastDstIp === other.mcastDstIp;
  const peers = new Set(one.unicast.peers.map(({ address }) => address));
  return other.unicast.peers.some(({ address }) => peers.has(address));
}

function diffInstances({ vrrpInstances: before }: Config, { vrrpInstances: after }: Config): InstanceChange[] {
  const matched = matchRouters(before, after);
  const taken = new Set(matched.values());
  // One that keeps its name only has changed what it is: the old one ends and a new one begins.
  const byName = new Map(
    before.filter((instance) => !taken.has(instance)).map((instance) => [instance.name, instance]),
  );
  const changes = after.map((instance): InstanceChange => {
    const same = matched.get(instance);
    const former = same ?? byName.get(instance.name);
    if (former === undefined) return { kind: 'add', after: instance };
    taken.add(former);
    const change = { before: former, after: instance };
    const goesOn =
      same?.version === instance.version && (same.unicast === undefined) === (instance.unicast === undefined);
    if (!goesOn) return { kind: 'restart', ...change };
    return { kind: isEqual(former, instance) ? 'keep' : 'update', ...change };
  });
  const gone = before.filter((instance) => !taken.has(instance));
  return [...changes, ...gone.map((instance): InstanceChange => ({ kind: 'remove', before: instance }))];
}

/** Of each new one the old one that is the same virtual router; of several those with common adverts or the name go first. */
function matchRouters(
  before: readonly VrrpInstance[],
  after: readonly VrrpInstance[],
): ReadonlyMap<VrrpInstance, VrrpInstance> {
  const byKey = new Map<string, VrrpInstance[]>();
  for (const instance of before) byKey.set(keyOf(instance), [...(byKey.get(keyOf(instance)) ?? []), instance]);
  const matched = new Map<VrrpInstance, VrrpInstance>();
  const matches = [shareAdverts, (one: VrrpInstance, other: VrrpInstance) => one.name === other.name, () => true];
  for (const matching of matches)
    for (const instance of after) {
      const rest = matched.has(instance) ? [] : (byKey.get(keyOf(instance)) ?? []);
      const index = rest.findIndex((one) => matching(one, instance));
      const [found] = index < 0 ? [] : rest.splice(index, 1);
      if (found !== undefined) matched.set(instance, found);
    }
  return matched;
}

const keyOf = (instance: VrrpInstance): string => Object.values(virtualRouterOf(instance)).join(' ');

function diffBlocks(before: Config, after: Config): BlockChange[] {
  const blocksOf = (config: Config): Map<string, object> =>
    new Map<string, object>([
      ['global_defs', config.global],
      ...config.trackFiles.map((one) => [`track_file ${one.name}`, one] as const),
      ...config.trackProcesses.map((one) => [`vrrp_track_process ${one.name}`, one] as const),
      ...config.interfaceDelays.map((one) => [`interface_up_down_delays ${one.interface}`, one] as const),
      ...config.syncGroups.map((one) => [`vrrp_sync_group ${one.name}`, one] as const),
    ]);
  const [old, next] = [blocksOf(before), blocksOf(after)];
  return [...new Set([...next.keys(), ...old.keys()])].flatMap((title) => {
    const [was, is] = [old.get(title), next.get(title)];
    return isEqual(was, is) ? [] : [{ title, ...(was && { before: was }), ...(is && { after: is }) }];
  });
}

/** By name; a check that has another name is the same one when its command is. */
function diffScripts({ vrrpScripts: before }: Config, { vrrpScripts: after }: Config): ScriptChange[] {
  const names = new Set(after.map(({ name }) => name));
  const byName = new Map(before.map((script) => [script.name, script]));
  const byCommand = new Map(
    before.filter(({ name }) => !names.has(name)).map((script) => [JSON.stringify(script.command.argv), script]),
  );
  const taken = new Set<VrrpScript>();
  const changes = after.map((script): ScriptChange => {
    const former = byName.get(script.name) ?? byCommand.get(JSON.stringify(script.command.argv));
    if (former === undefined || taken.has(former)) return { kind: 'add', after: script };
    taken.add(former);
    return { kind: 'same', before: former, after: script, sameCommand: isEqual(former.command, script.command) };
  });
  const gone = before.filter((script) => !taken.has(script));
  return [...changes, ...gone.map((script): ScriptChange => ({ kind: 'remove', before: script }))];
}

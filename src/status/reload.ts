// What a reload changed, for the log and for the operator who asked for it: one line in all, one for each instance that
// is not as before, and what to do on the other host. It compares nothing itself: src/config/diff.ts does.

import { formatPrefix } from '../address.js';
import { isEqual, without, type BlockChange, type Difference, type InstanceChange } from '../config/diff.js';
import type { UnicastPeer, UnicastSettings, VirtualAddress, VrrpInstance } from '../config/model.js';
import { describeDuration, type Duration } from '../time.js';
import { masterDownInterval } from '../vrrp/timers.js';

const KINDS = { keep: 'as before', update: 'changed', restart: 'begun anew', add: 'added', remove: 'removed' } as const;

/** "2 instances: 1 changed, 1 as before" */
export function summarizeReload({ instances }: Difference): string {
  const counts = Object.entries(KINDS).flatMap(([kind, words]) => {
    const count = instances.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const total = `${instances.length} instance${instances.length === 1 ? '' : 's'}`;
  return counts.length === 0 ? total : `${total}: ${counts.join(', ')}`;
}

/** A line for each instance and check that is not as before. */
export function describeReload({ instances, scripts, blocks, statics }: Difference): string[] {
  return [
    ...(statics ? ['static addresses, routes or rules: changed'] : []),
    ...blocks.map(describeBlock),
    ...instances.flatMap(describeInstance),
    ...scripts.flatMap((change) => {
      if (change.kind === 'add') return [`vrrp_script ${change.after.name}: added`];
      if (change.kind === 'remove') return [`vrrp_script ${change.before.name}: removed`];
      const fields = changedFields(change.before, change.after);
      return fields.length === 0 ? [] : [`vrrp_script ${change.after.name}: ${fields.join(', ')}`];
    }),
  ];
}

/** For each instance with another list on the wire: what an old keepalived makes of it. keepalived up to 2.3.2. */
export function adviseOnPeers({ instances }: Difference): string[] {
  return instances.flatMap((change) => {
    if (change.kind !== 'update') return [];
    const [before, after] = [change.before, change.after].map(({ virtualAddresses }) => virtualAddresses);
    if (before === undefined || after === undefined) return [];
    if (without(before, after).length + without(after, before).length === 0) return [];
    const { name, version, priority, advertInt, downTimerAdverts } = change.after;
    const wait = masterDownInterval({ version, priority, masterAdvertInt: advertInt, downTimerAdverts });
    return [
      `${name} advertises another list of addresses now: change and reload the other host too. If it runs keepalived ` +
        `2.3.2 or older, it rejects adverts whose list differs and becomes MASTER as well after about ` +
        `${describeDuration(wait)}: reload both within that time. An address in virtual_ipaddress_excluded is not in the list`,
    ];
  });
}

function describeBlock({ title, before, after }: BlockChange): string {
  if (!before) return `${title}: added`;
  if (!after) return `${title}: removed`;
  return `${title}: ${changedFields(before, after).join(', ')}`;
}

function describeInstance(change: InstanceChange): string[] {
  if (change.kind === 'keep') return [];
  if (change.kind === 'add') return [`${change.after.name}: added`];
  if (change.kind === 'remove') return [`${change.before.name}: removed`];
  const { before, after } = change;
  const named = before.name === after.name ? after.name : `${after.name} (was ${before.name})`;
  const anew = change.kind === 'restart' ? ['begun anew'] : [];
  const words = [
    ...anew,
    ...changedAddresses(before, after),
    ...changedUnicast(before, after),
    ...changedFields(before, after),
  ];
  const rest = before.name === after.name ? 'addresses in another order' : 'renamed';
  return [`${named}: ${words.length === 0 ? rest : words.join(', ')}`];
}

function changedAddresses(before: VrrpInstance, after: VrrpInstance): string[] {
  return (['virtualAddresses', 'excludedAddresses'] as const).flatMap((list) => {
    const suffix = list === 'excludedAddresses' ? ' (excluded)' : '';
    const text = ({ prefix, dev }: VirtualAddress): string => `${formatPrefix(prefix)} dev ${dev}${suffix}`;
    const [old, next] = [before[list], after[list]];
    return [...without(next, old).map((one) => `+ ${text(one)}`), ...without(old, next).map((one) => `- ${text(one)}`)];
  });
}

function changedUnicast({ unicast: before }: VrrpInstance, { unicast: after }: VrrpInstance): string[] {
  if (!before || !after) return before === after ? [] : [after ? 'unicast now' : 'multicast now'];
  const [old, next] = [before.peers.map(peerText), after.peers.map(peerText)];
  return [
    ...next.filter((peer) => !old.includes(peer)).map((peer) => `+ ${peer}`),
    ...old.filter((peer) => !next.includes(peer)).map((peer) => `- ${peer}`),
    ...changedFields(unicastKeywords(before), unicastKeywords(after)),
  ];
}

function peerText({ address, minTtl, maxTtl }: UnicastPeer): string {
  const limits = `${minTtl === undefined ? '' : ` min_ttl ${minTtl}`}${maxTtl === undefined ? '' : ` max_ttl ${maxTtl}`}`;
  return `peer ${address}${limits}`;
}

const unicastKeywords = ({ ttl, checkSrc, oldChecksum }: UnicastSettings): object => ({
  unicastTtl: ttl,
  checkUnicastSrc: checkSrc,
  oldUnicastChecksum: oldChecksum,
});

const SHOWN_APART = ['name', 'place', 'places', 'virtualAddresses', 'excludedAddresses', 'unicast'];

/** Fields in microseconds. */
const DURATIONS = [
  ...['advertInt', 'preemptDelay', 'interval', 'timeout', 'forkDelay', 'terminateDelay', 'up', 'down'],
  'vrrpStartupDelay',
];

/** "priority 120 -> 110", and only the keyword of what is not one number or word. */
function changedFields(before: object, after: object): string[] {
  const [old, next] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((field) => {
    const [from, to] = [old.get(field), next.get(field)];
    if (SHOWN_APART.includes(field) || isEqual(from, to)) return [];
    const keyword =
      field === 'kept'
        ? 'keywords that are not acted upon'
        : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const [was, is] = [from, to].map((value) => shortText(field, value));
    return [was === undefined || is === undefined ? keyword : `${keyword} ${was} -> ${is}`];
  });
}

const fieldsOf = (value: object): ReadonlyMap<string, unknown> => new Map<string, unknown>(Object.entries(value));

function shortText(field: string, value: unknown): string | undefined {
  if (typeof value === 'number' && DURATIONS.includes(field)) return describeDuration(value as Duration);
  return ['string', 'number', 'boolean'].includes(typeof value) ? JSON.stringify(value) : undefined;
}

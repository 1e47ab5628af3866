// The pair check as an operator reads it: for each virtual router what is equal, what differs, and who has the address in
// each story; the messages about both files after it. Fits 80 columns; it judges nothing.

import { formatPrefix, VRRP_GROUPS } from '../address.js';
import { visible } from '../config/diagnostic.js';
import type { Config, VrrpInstance } from '../config/model.js';
import { inSeconds } from '../time.js';
import type { Finding } from './finding.js';
import type { PairedInstance } from './pair.js';
import type { Outcome, StoryKind } from './stories.js';

const NODES = ['node 1', 'node 2'] as const;

/** "node1.conf:11:5, node2.conf:11:5: warning pair-weight: ..." */
export function describeFinding({ places, severity, code, words }: Finding): string {
  const where = places.map(({ file, line, column }) => `${file}:${line}:${column}`).join(', ');
  return visible(`${where === '' ? '' : `${where}: `}${severity} ${code}: ${words}`);
}

/** Several lines. */
export function describePaired({ instances, outcomes }: PairedInstance, configs: readonly Config[]): string {
  const [one, other] = instances;
  const dev = one.interface === other.interface ? one.interface : `${one.interface} | ${other.interface}`;
  const name = one.name === other.name ? one.name : `${one.name} | ${other.name}`;
  const { equal, differs } = contrast(instances, configs);
  return [
    `${name}   VRID ${one.virtualRouterId} on ${dev}`,
    ...wrapped('equal', equal),
    ...wrapped('differs', differs),
    '  who has the address when',
    ...outcomes.map((outcome) => `    ${describeStory(outcome.story).padEnd(35)}${describeOutcome(outcome)}`),
  ].join('\n');
}

function contrast(
  [one, other]: readonly [VrrpInstance, VrrpInstance],
  configs: readonly Config[],
): { equal: string[]; differs: string[] } {
  const rows: (readonly [label: string, ours: string, theirs: string])[] = [
    ['version', versionOf(one), versionOf(other)],
    ...([one, other].every(isUsual) ? [] : [['sends to', destinationOf(one), destinationOf(other)] as const]),
    ['every', `${inSeconds(one.advertInt)} s`, `${inSeconds(other.advertInt)} s`],
    ['authentication', secretOf(one), secretOf(other)],
    ['addresses', addressesIn(one), addressesIn(other)],
    ['priority', String(one.priority), String(other.priority)],
    ['nopreempt', yes(one.nopreempt), yes(other.nopreempt)],
    ['source', one.srcIp ?? 'of the interface', other.srcIp ?? 'of the interface'],
    ['router_id', configs[0]?.global.routerId ?? 'host name', configs[1]?.global.routerId ?? 'host name'],
  ];
  const same = rows.filter(([, ours, theirs]) => ours === theirs);
  const different = rows.filter(([, ours, theirs]) => ours !== theirs);
  return {
    equal: same.map(([label, ours]) => `${label} ${ours}`),
    differs: different.map(([label, ours, theirs]) => `${label} ${ours} | ${theirs}`),
  };
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

const versionOf = ({ version, family }: VrrpInstance): string => `${version}${family === 'ipv6' ? ' (IPv6)' : ''}`;

/** To the group that everybody has. */
const isUsual = ({ unicast, mcastDstIp, family }: VrrpInstance): boolean =>
  unicast === undefined && mcastDstIp === VRRP_GROUPS[family];

const destinationOf = ({ unicast, mcastDstIp }: VrrpInstance): string =>
  unicast === undefined ? mcastDstIp : `${unicast.peers.length} ${unicast.peers.length === 1 ? 'peer' : 'peers'}`;

/** Never the password. */
const secretOf = ({ authentication }: VrrpInstance): string => authentication.type;

function addressesIn({ virtualAddresses }: VrrpInstance): string {
  const [first, ...more] = virtualAddresses.map(({ prefix }) => formatPrefix(prefix)).sort();
  return first === undefined ? 'none' : `${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** Three spaces between the entries, as many in a line as fit. */
function wrapped(label: string, entries: readonly string[]): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length + 3 <= 80) lines[lines.length - 1] = `${last}   ${entry}`;
    else lines.push(`  ${(lines.length === 0 ? label : '').padEnd(11)}${entry}`);
  }
  return lines;
}

function describeStory(story: StoryKind): string {
  if (story.kind === 'both-start') return 'both start together';
  const node = NODES[story.host] ?? '';
  switch (story.kind) {
    case 'stop':
      return `${node} is stopped`;
    case 'crash':
      return `${node} crashes or loses its link`;
    case 'return':
      return `${node} comes back`;
    case 'check-fails':
      return `${story.script} fails on ${node}`;
    case 'check-recovers':
      return `${story.script} recovers on ${node}`;
  }
}

function describeOutcome(outcome: Outcome): string {
  const { holders, dropReasons } = outcome;
  const [holder, second] = holders;
  if (holder === undefined) return 'nobody';
  if (second === undefined) return `${NODES[holder] ?? ''}   (${reasonsOf(outcome, holder).join(', ')})`;
  const why = dropReasons.length === 0 ? '' : `   (they drop each other's adverts: ${dropReasons.join(', ')})`;
  return `both${why}`;
}

function reasonsOf({ before, priorities, unowned }: Outcome, holder: number): string[] {
  const other = 1 - holder;
  const [ours = 0, theirs] = [priorities[holder], priorities[other]];
  const moved = before.length > 0 && !before.includes(holder);
  const wait = moved ? [unowned > 0 ? `after ${inSeconds(unowned).toFixed(2)} s` : 'at once'] : [];
  if (theirs === undefined) return moved ? wait : ['as before'];
  if (ours > theirs) return [`${ours} against ${theirs}`, ...wait];
  if (ours === theirs) return [`both ${ours}: the higher address`, ...wait];
  return [`${NODES[other] ?? ''} has nopreempt`, ...wait];
}

// The status as an operator reads it, in 80 columns: what needs attention first, then an instance a block. A pure function
// of the snapshot; the words are docs/vrrpd.8's. Colour is not used: every fact is in words.

import { VRRP_GROUPS } from '../address.js';
import { describeDuration, seconds } from '../time.js';
import type { InstanceStatus, PeerStatus, Snapshot } from './snapshot.js';

const WIDTH = 80;
const LABEL = 13;
const TRANSITIONS = 3;
const FULL_TTL = 255;
/** A process that is so many milliseconds late is in trouble. */
const WORTH_SHOWING = 50;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The whole status, without a line end at its end. */
export function renderStatus(snapshot: Snapshot): string {
  const { version, host, upSeconds, configFile, warnings, lateness } = snapshot;
  const checked = warnings === 0 ? '' : ` (${warnings} ${warnings === 1 ? 'warning' : 'warnings'})`;
  return [
    ...wrap([`vrrpd ${version} on ${host}`, `up ${ago(upSeconds)}`, `${configFile}${checked}`], '  '),
    ...(lateness.longestMilliseconds < WORTH_SHOWING
      ? []
      : wrap(
          [`! held up by ${Math.round(lateness.longestMilliseconds)} ms at worst since the start: see the log`],
          '  ',
        )),
    ...snapshot.alerts.flatMap((alert) => wrap([`! ${alert}`], '  ')),
    ...snapshot.instances.flatMap((instance) => ['', ...renderInstance(instance, snapshot.takenAt)]),
  ].join('\n');
}

function renderInstance(instance: InstanceStatus, takenAt: string): string[] {
  const { name, state, forSeconds, advertIntSeconds, version, family, virtualRouterId } = instance;
  const group = instance.group === undefined ? '' : `  in ${instance.group}`;
  const protocol = `v${version}${family === 'ipv6' ? ' IPv6' : ''}`;
  const where = `${instance.interface}${group}  VRID ${virtualRouterId}  ${protocol}  every ${advertIntSeconds} s`;
  const head = `${name}   ${state} for ${ago(forSeconds)}`;
  return [
    ...(head.length + where.length + 3 <= WIDTH
      ? [head.padEnd(Math.min(50, WIDTH - where.length)) + where]
      : [head, `  ${where}`]),
    ...(instance.faults.length > 0
      ? instance.faults.flatMap((fault) => labelled('fault', [fault]))
      : labelled('why', [instance.why])),
    ...(instance.givesUp === undefined
      ? []
      : labelled('gives up', [instance.givesUp, 'stays until another router serves'])),
    ...renderMaster(instance),
    ...renderEnds(instance),
    ...labelled('priority', [renderPriority(instance), ...(instance.nopreempt ? ['nopreempt'] : [])]),
    ...renderAddresses(instance),
    ...(instance.accept ? [] : labelled('no_accept', ['what is sent to its addresses is dropped on this host'])),
    ...instance.checks.flatMap(renderCheck),
    ...renderAdverts(instance),
    ...renderTransitions(instance, takenAt),
  ];
}

function renderMaster(instance: InstanceStatus): string[] {
  const { state, master, takesOverInSeconds, holdsBack, priority, advertIntSeconds } = instance;
  if (state !== 'BACKUP') return [];
  if (!master)
    return labelled('master', ['none heard', holdsBack ?? `takes over in ${ago(takesOverInSeconds ?? NaN)}`]);
  const { address, heardSecondsAgo, takesOverInSeconds: rest } = master;
  const lower = master.priority > 0 && master.priority < priority.effective ? ', lower than ours' : '';
  const every = master.advertIntSeconds === advertIntSeconds ? '' : `, every ${master.advertIntSeconds} s`;
  return labelled('master', [
    `${address} priority ${master.priority}${lower}${every}, heard ${ago(heardSecondsAgo)} ago,`,
    holdsBack ?? `takes over in ${ago(rest)} if it falls silent`,
  ]);
}

/** Where adverts go, unless it is where they go without a word in the file. */
function renderEnds({ sendsTo, family }: InstanceStatus): string[] {
  if (sendsTo.kind === 'group')
    return sendsTo.address === VRRP_GROUPS[family] ? [] : labelled('group', [sendsTo.address]);
  const { peers, ttl } = sendsTo;
  return labelled('unicast', [
    ...(peers.length === 0 ? ['no peer'] : peers.map(renderPeer)),
    ...(ttl === FULL_TTL ? [] : [`TTL ${ttl}`]),
  ]);
}

function renderPeer({ address, isOwn, minTtl = 0, maxTtl = FULL_TTL }: PeerStatus): string {
  if (isOwn) return `${address} (this host)`;
  return minTtl === 0 && maxTtl === FULL_TTL ? address : `${address} (TTL ${minTtl} to ${maxTtl})`;
}

function renderPriority({ priority: { base, effective, contributions } }: InstanceStatus): string {
  const terms = contributions
    .filter(({ value }) => value !== 0)
    .map(({ tracker, value }) => ` ${value < 0 ? '-' : '+'} ${Math.abs(value)} ${tracker}`);
  return terms.length === 0 ? String(effective) : `${effective} = ${base}${terms.join('')}`;
}

function renderAddresses({ addresses, state }: InstanceStatus): string[] {
  const holds = state === 'MASTER';
  return addresses.flatMap(({ prefix, dev, onWire, present, announcedSecondsAgo }) => {
    const announced = announcedSecondsAgo === undefined ? '' : `, announced ${ago(announcedSecondsAgo)} ago`;
    const there = present
      ? `there${announced}${holds ? '' : ' (put there by somebody else)'}`
      : holds
        ? 'MISSING'
        : 'not here';
    return labelled('address', [`${prefix} ${dev}${onWire ? '' : ' (excluded from the adverts)'}`, there]);
  });
}

function renderCheck(check: InstanceStatus['checks'][number]): string[] {
  const { kind, name, state, lastResult, endedSecondsAgo, running } = check;
  const ended = endedSecondsAgo === undefined ? '' : `, ${ago(endedSecondsAgo)} ago`;
  const result = lastResult === undefined ? 'no result yet' : `${lastResult}${ended}`;
  if (kind === 'interface')
    return labelled('interface', [name, state, ...(lastResult === undefined ? [] : [lastResult])]);
  return labelled(kind === 'script' ? 'check' : kind, [name, state, `${result}${running ? ', running' : ''}`]);
}

function renderAdverts({ adverts }: InstanceStatus): string[] {
  const reasons = Object.entries(adverts.dropReasons).map(([reason, count]) => `${reason} ${grouped(count)}`);
  return labelled('adverts', [
    `sent ${grouped(adverts.sent)}`,
    `heard ${grouped(adverts.heard)}`,
    `dropped ${grouped(adverts.dropped)}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(adverts.sendErrors > 0 ? [`not sent ${grouped(adverts.sendErrors)}`] : []),
  ]);
}

function renderTransitions({ transitions }: InstanceStatus, takenAt: string): string[] {
  return transitions
    .slice(0, TRANSITIONS)
    .flatMap(({ at, from, to, why }, index) =>
      labelled(index === 0 ? 'last' : '', [when(at, takenAt).padEnd(8), `${from} -> ${to}`, why]),
    );
}

/** The time of day, or for another day the weekday within a week and else the date; of ISO times in one zone. */
function when(at: string, takenAt: string): string {
  if (at.slice(0, 10) === takenAt.slice(0, 10)) return at.slice(11, 19);
  return dayNumber(takenAt) - dayNumber(at) < 7 ? (WEEKDAYS[dayNumber(at) % 7] ?? '') : at.slice(0, 10);
}

/** The days since the end of the year 0 in the Gregorian calendar; divisible by 7 on a Sunday. */
function dayNumber(iso: string): number {
  const [year = 0, month = 0, day = 0] = iso.slice(0, 10).split('-').map(Number);
  // The year is taken to begin in March, so that a leap day is its last one.
  const [y, m] = month < 3 ? [year - 1, month + 12] : [year, month];
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leapDays + Math.floor((153 * m - 457) / 5) + day - 306;
}

/** To the tenth of a second up to a minute, coarser after it. */
function ago(count: number): string {
  if (Number.isNaN(count)) return 'unknown';
  if (count >= 60) return describeDuration(seconds(Math.round(count)));
  return `${(Math.round(Math.max(0, count) * 10) / 10).toString()} s`;
}

/** 27064 as "27 064". */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

const labelled = (label: string, parts: readonly string[]): string[] =>
  wrap([`  ${label.padEnd(LABEL - 2)}${parts[0] ?? ''}`, ...parts.slice(1)], ' '.repeat(LABEL));

/** Parts side by side, three spaces between them; what would go beyond 80 columns goes on in the next line, indented. */
function wrap(parts: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  const put = (word: string, gap: string): void => {
    if (line !== '' && line.length + gap.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else line = line === '' ? word : line + gap + word;
  };
  for (const part of parts) {
    if (part.length + indent.length <= WIDTH) put(part, '   ');
    else for (const [index, word] of part.split(/(?<=\S) (?=\S)/).entries()) put(word, index === 0 ? '   ' : ' ');
  }
  return [...lines, line.trimEnd()];
}

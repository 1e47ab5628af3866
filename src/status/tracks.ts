// What is tracked, as the status shows it: how each thing stands now and what was found last; and what an operator has to
// see first of it. keepalived has no counterpart.

import type { Track } from '../config/model.js';
import { describeOutcome } from '../track/script.js';
import { judge } from '../track/standing.js';
import { between, describeDuration, inSeconds, type Instant } from '../time.js';
import type { Router } from '../vrrp/router.js';
import type { Surroundings } from '../vrrp/surroundings.js';

export interface TrackStatus {
  readonly kind: Track['kind'];
  readonly name: string;
  readonly state: 'up' | 'down' | 'unknown';
  readonly weight: number;
  /** A check's run goes on. */
  readonly running: boolean;
  /** What was found last, in words. */
  readonly lastResult?: string;
  readonly endedSecondsAgo?: number;
}

/** `up` is what adds to a priority or makes no fault: with `reverse` a thing that is down. */
export function trackStatus(
  track: Track,
  { surroundings, now }: { surroundings: Surroundings; now: Instant },
): TrackStatus {
  const { kind, name, weight } = track;
  const standing = surroundings.standing(track);
  const { failed } = judge(track, standing);
  const isDown = standing.kind === 'down' || (standing.kind === 'number' && (failed || standing.value !== 0));
  return {
    kind,
    name,
    state: standing.kind === 'unknown' ? 'unknown' : isDown ? 'down' : 'up',
    weight,
    running: false,
    ...details(track, { surroundings, now }),
  };
}

function details(
  { kind, name }: Track,
  { surroundings, now }: { surroundings: Surroundings; now: Instant },
): Pick<TrackStatus, 'lastResult' | 'endedSecondsAgo'> & { running?: boolean } {
  if (kind === 'interface') return surroundings.links.has(name) ? {} : { lastResult: 'not there' };
  if (kind === 'file') {
    const file = surroundings.files.get(name);
    if (file?.value === undefined) return {};
    return { lastResult: file.problem === undefined ? `holds ${file.value}` : `${file.problem}: counts as 0` };
  }
  if (kind === 'process') {
    const { words, count } = surroundings.processes.get(name) ?? {};
    return words === undefined || count === undefined ? {} : { lastResult: words };
  }
  const script = surroundings.scripts.get(name);
  if (!script) return {};
  const { lastOutcome, lastEndedAt } = script;
  return {
    running: script.isRunning,
    ...(lastOutcome && { lastResult: describeOutcome(lastOutcome) }),
    ...(lastEndedAt !== undefined && { endedSecondsAgo: inSeconds(between({ from: lastEndedAt, to: now })) }),
  };
}

/** Maintenance and a startup delay; then checks that cannot run, and files without a number. */
export function alertsOfHost({ surroundings, groups }: Router, now: Instant): string[] {
  const { maintenance, startsAt, scripts, files } = surroundings;
  const rest = (until: Instant): string => describeDuration(between({ from: now, to: until }));
  const until = maintenance?.until === undefined ? '' : ` for another ${rest(maintenance.until)}`;
  return [
    ...(maintenance ? [`maintenance${until}: this host does not become MASTER (vrrpd maintenance off ends it)`] : []),
    ...(startsAt === undefined ? [] : [`vrrp_startup_delay: nothing begins for another ${rest(startsAt)}`]),
    ...[...groups.values()].flatMap(({ config, members }) =>
      members.some(({ state }) => state.kind !== members[0]?.state.kind)
        ? [`sync group ${config.name}: its members are not in the same state`]
        : [],
    ),
    ...[...scripts.values()].flatMap(({ config, lastOutcome }) =>
      lastOutcome?.kind === 'cannot-run' ? [`check ${config.name} cannot run: ${lastOutcome.error}`] : [],
    ),
    ...[...files.values()].flatMap(({ config, problem }) =>
      problem === undefined ? [] : [`track_file ${config.name}: ${problem}: it counts as 0`],
    ),
  ];
}

// `vrrp_track_process NAME { }`: so many processes of a program must run. keepalived.conf(5): VRRP track processes.
// It looks at no process itself.

import { seconds } from '../time.js';
import type { Report } from './diagnostic.js';
import { actedUpon, placesOf, Table, type Value } from './keyword.js';
import type { TrackProcess } from './model.js';
import type { Trackable } from './track.js';
import type { Statement } from './tree.js';
import { choice, decimalSeconds, flag, integer, reportMissingValue } from './value.js';
import { weightOf, weightUpTo } from './weight.js';

const DAY = 86_400;
const MOST_PROCESSES = 65_535;

/** Words in quotes are one: a program and its parameters. */
const command: Value<TrackProcess['command']> = {
  form: 'program [parameter ...]',
  read(statement, report) {
    const [program, ...parameters] = statement.args.map(({ text }) => text);
    if (program !== undefined && program !== '') return [program, ...parameters];
    reportMissingValue(statement, { form: 'the name of a program', report });
    return undefined;
  },
};

const delay = decimalSeconds({ from: 0, to: DAY, decimals: 6 });

export const trackProcessTable = new Table('vrrp_track_process', {
  process: actedUpon(command, 'required'),
  param_match: actedUpon(choice('initial', 'partial', 'exact'), 'exact where there are parameters'),
  weight: actedUpon(weightUpTo(254), '0: a failure is a FAULT'),
  quorum: actedUpon(integer({ from: 1, to: MOST_PROCESSES }), '1'),
  quorum_max: actedUpon(integer({ from: 0, to: MOST_PROCESSES }), 'none'),
  delay: actedUpon(delay, '0'),
  fork_delay: actedUpon(delay, 'delay'),
  terminate_delay: actedUpon(delay, 'delay'),
  full_command: actedUpon(flag, 'not set'),
});

export interface DefinedProcess extends Trackable {
  readonly tracked: TrackProcess;
}

export function completeProcess(name: string, statement: Statement, report: Report): DefinedProcess {
  const owner = statement.keyword.span;
  const written = trackProcessTable.read({ statements: statement.block ?? [], owner, report });
  const { weight, reverse, weightSpan } = weightOf(written.weight, 0);
  const { paramMatch, quorum, quorumMax } = written;
  const both = written.delay?.value ?? seconds(0);
  const tracked: TrackProcess = {
    name,
    command: written.process?.value ?? [''],
    ...(paramMatch?.value !== undefined && { paramMatch: paramMatch.value }),
    fullCommand: written.fullCommand?.value ?? false,
    weight,
    reverse,
    // Where it may not run at all, it need not run.
    quorum: quorum?.value ?? (quorumMax?.value === 0 ? 0 : 1),
    ...(quorumMax?.value !== undefined && { quorumMax: quorumMax.value }),
    forkDelay: written.forkDelay?.value ?? both,
    terminateDelay: written.terminateDelay?.value ?? both,
    place: owner.place,
    places: placesOf(written),
  };
  return { name, statement, weight, reverse, weightSpan, tracked };
}

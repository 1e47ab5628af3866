// `vrrp_script NAME { }`: a program that is run again and again; its exit code changes priorities or makes a fault.
// keepalived.conf(5): TRACK SCRIPTS.

import { seconds, type Duration } from '../time.js';
import { checkCommand, scriptUser } from './command.js';
import type { Report } from './diagnostic.js';
import { actedUpon, placesOf, Table, type Draft, type Value } from './keyword.js';
import type { ScriptUser, VrrpScript } from './model.js';
import type { Trackable } from './track.js';
import type { Statement } from './tree.js';
import { atLeast, decimalSeconds, flag, integer } from './value.js';
import { weightOf, weightUpTo } from './weight.js';

const MOST_SECONDS = 1_000_000;
const MOST_RUNS = 1_000_000;

const period: Value<Duration> = atLeast(seconds(1), decimalSeconds({ from: 0, to: MOST_SECONDS, decimals: 3 }));

const keywords = {
  script: actedUpon(checkCommand, 'required'),
  interval: actedUpon(period, '1'),
  timeout: actedUpon(period, 'none: an overrun is one failure, and no signal is sent at once'),
  weight: actedUpon(weightUpTo(253), '0: a failure is a FAULT'),
  rise: actedUpon(integer({ from: 1, to: MOST_RUNS }), '1'),
  fall: actedUpon(integer({ from: 1, to: MOST_RUNS }), '1'),
  init_fail: actedUpon(flag, 'not set'),
  user: actedUpon(scriptUser, 'script_user'),
};
export const vrrpScriptTable = new Table('vrrp_script', keywords);

/** A script with where it is written, for messages. */
export interface DefinedScript extends Trackable {
  readonly script: VrrpScript;
  readonly written: Draft<typeof keywords>;
}

/** Completed with keepalived's defaults. */
export function completeScript(request: {
  name: string;
  statement: Statement;
  runAs: ScriptUser | undefined;
  report: Report;
}): DefinedScript {
  const { name, statement, report } = request;
  const owner = statement.keyword.span;
  const written = vrrpScriptTable.read({ statements: statement.block ?? [], owner, report });
  const command = written.script?.value ?? { argv: [''], place: owner.place };
  const runAs = written.user?.value ?? request.runAs;
  const timeout = written.timeout?.value;
  const { weight, reverse, weightSpan } = weightOf(written.weight, 0);
  const script: VrrpScript = {
    name,
    command: { ...command, ...(runAs && { runAs }) },
    interval: written.interval?.value ?? seconds(1),
    ...(timeout !== undefined && { timeout }),
    weight,
    reverse,
    rise: written.rise?.value ?? 1,
    fall: written.fall?.value ?? 1,
    initFail: written.initFail?.value ?? false,
    place: owner.place,
    places: placesOf(written),
  };
  return { name, statement, weight, reverse, weightSpan, script, written };
}

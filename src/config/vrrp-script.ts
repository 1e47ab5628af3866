// `vrrp_script NAME { }`: a program that is run again and again; its exit code changes priorities or makes a fault.
// keepalived.conf(5): TRACK SCRIPTS.

import { seconds, type Duration } from '../time.js';
import { checkCommand, scriptUser } from './command.js';
import type { Report } from './diagnostic.js';
import { actedUpon, placesOf, Table, type Draft, type Value } from './keyword.js';
import type { ScriptUser, VrrpScript } from './model.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { atLeast, decimalSeconds, flag, integer, parseInteger, reportExtraWords, reportMissingValue } from './value.js';

const MOST_SECONDS = 1_000_000;
const MOST_RUNS = 1_000_000;

/** What a check adds to or takes from the priority. */
export interface Weight {
  readonly weight: number;
  readonly reverse: boolean;
}

const WEIGHT_FORM = '-253 to 253, then optionally `reverse`';

/** `weight N [reverse|noreverse]` */
export const weight: Value<Weight> = {
  form: WEIGHT_FORM,
  read(statement, report) {
    const { args } = statement;
    if (args.length === 0) reportMissingValue(statement, { form: WEIGHT_FORM, report });
    const taken = args[1]?.text === 'reverse' || args[1]?.text === 'noreverse' ? 2 : 1;
    reportExtraWords(statement, { from: taken, report });
    return parseWeight(args, report);
  },
};

/** The weight that stands in the words, undefined when it does not. */
export function parseWeight([number, direction]: readonly Word[], report: Report): Weight | undefined {
  if (number === undefined) return undefined;
  const value = parseInteger(number, { from: -253, to: 253, report });
  return value === undefined ? undefined : { weight: value, reverse: direction?.text === 'reverse' };
}

const period: Value<Duration> = atLeast(seconds(1), decimalSeconds({ from: 0, to: MOST_SECONDS, decimals: 3 }));

const keywords = {
  script: actedUpon(checkCommand, 'required'),
  interval: actedUpon(period, '1'),
  timeout: actedUpon(period, 'none: an overrun is one failure, and no signal is sent at once'),
  weight: actedUpon(weight, '0: a failure is a FAULT'),
  rise: actedUpon(integer({ from: 1, to: MOST_RUNS }), '1'),
  fall: actedUpon(integer({ from: 1, to: MOST_RUNS }), '1'),
  init_fail: actedUpon(flag, 'not set'),
  user: actedUpon(scriptUser, 'script_user'),
};
export const vrrpScriptTable = new Table('vrrp_script', keywords);

/** A script with the place of its weight, for messages. */
export interface DefinedScript {
  readonly script: VrrpScript;
  readonly statement: Statement;
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
  const script: VrrpScript = {
    name,
    command: { ...command, ...(runAs && { runAs }) },
    interval: written.interval?.value ?? seconds(1),
    ...(timeout !== undefined && { timeout }),
    weight: written.weight?.value?.weight ?? 0,
    reverse: written.weight?.value?.reverse ?? false,
    rise: written.rise?.value ?? 1,
    fall: written.fall?.value ?? 1,
    initFail: written.initFail?.value ?? false,
    place: owner.place,
    places: placesOf(written),
  };
  return { script, statement, written };
}

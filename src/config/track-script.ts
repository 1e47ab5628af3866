// `track_script { }` of an instance: names of vrrp_scripts with a weight of their own, found after the whole file is
// read, so that a script may be defined later. A name that is not there is an error: nothing runs untracked in silence.

import { named, spanOf, type Report, type Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { TrackScript } from './model.js';
import { joinTorn, nearest } from './spelling.js';
import type { Statement } from './tree.js';
import { list } from './value.js';
import { parseWeight, type DefinedScript, type Weight } from './vrrp-script.js';

export const trackScriptList: Value<Statement[]> = list({
  form: '`NAME [weight N [reverse]]` a line',
  isEntry: ([, second]) => second === undefined || second.text === 'weight',
  read: (entry) => entry,
});

/** An entry with the script that it names. */
export interface TrackedScript {
  readonly track: TrackScript;
  readonly defined: DefinedScript;
  readonly entry: Statement;
  /** Where the weight that counts is written. */
  readonly weightSpan?: Span;
}

/** In the order of the file; an entry that cannot be read is reported and left out. */
export function resolveTrackScripts(request: {
  entries: readonly Statement[];
  scripts: ReadonlyMap<string, DefinedScript>;
  report: Report;
}): TrackedScript[] {
  const { entries, report } = request;
  const tracked = new Map<string, TrackedScript>();
  for (const entry of entries) {
    const { defined, rest } = findScript(entry, request);
    if (defined === undefined) continue;
    const { name } = defined.script;
    if (tracked.has(name)) {
      report.warning('repeated-name', entry.keyword.span, `${named(name)} is tracked already: the first entry counts`);
      continue;
    }
    reportLaterDefinition({ entry, defined, report });
    const own = readOptions(rest, report);
    const { weight, reverse } = own ?? defined.script;
    const weightSpan = own?.span ?? defined.written.weight?.statement.keyword.span;
    tracked.set(name, { track: { script: name, weight, reverse }, defined, entry, ...(weightSpan && { weightSpan }) });
  }
  return [...tracked.values()];
}

function findScript(
  { keyword, args }: Statement,
  { scripts, report }: { scripts: ReadonlyMap<string, DefinedScript>; report: Report },
): { defined?: DefinedScript | undefined; rest: Statement['args'] } {
  const defined = scripts.get(keyword.text);
  if (defined !== undefined) return { defined, rest: args };
  const torn = joinTorn([keyword, ...args], (name) => scripts.has(name));
  const last = args[(torn?.count ?? 1) - 2] ?? keyword;
  const meant = torn?.name ?? nearest(keyword.text, scripts.keys());
  const words = `no vrrp_script is called ${named(keyword.text)}`;
  report.error(
    'unknown-script',
    spanOf(keyword.span, last.span),
    words,
    meant === undefined ? {} : { suggestion: meant },
  );
  return { defined: meant === undefined ? undefined : scripts.get(meant), rest: args.slice((torn?.count ?? 1) - 1) };
}

function reportLaterDefinition(request: { entry: Statement; defined: DefinedScript; report: Report }): void {
  const { entry, defined, report } = request;
  const [here, there] = [entry.keyword.span.place, defined.script.place];
  if (there.file !== here.file || there.line <= here.line) return;
  const note = `keepalived would run untracked: it knows only scripts that stand above`;
  report.hint('defined-later', entry.keyword.span, `${named(entry.keyword.text)} is defined on line ${there.line}`, {
    note,
  });
}

/** `weight N [reverse|noreverse]` */
function readOptions(args: Statement['args'], report: Report): (Weight & { span: Span }) | undefined {
  const [option, number, direction, ...more] = args;
  if (option === undefined) return undefined;
  const known = direction === undefined || direction.text === 'reverse' || direction.text === 'noreverse';
  const unknown = option.text !== 'weight' ? option : known ? more[0] : direction;
  if (unknown !== undefined) {
    const note = 'each script needs a line of its own, with: weight N [reverse]';
    report.error('unknown-option', unknown.span, `${named(unknown.text)} is not an option of a tracked script`, {
      note,
    });
    return undefined;
  }
  if (number === undefined) report.error('missing-value', option.span, 'weight needs a value: -253 to 253');
  const weight = parseWeight(args.slice(1), report);
  return weight && { ...weight, span: spanOf(option.span, number?.span ?? option.span) };
}

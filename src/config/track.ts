// `track_script { }` and its sisters, of an instance or a sync group: names with a weight of their own, found after the
// whole file is read, so that what they name may be defined later. A name that is not there is an error: nothing runs
// untracked in silence. keepalived.conf(5): TRACK SCRIPTS, TRACKED FILES, TRACK PROCESS.

import { named, spanOf, type Report, type Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { Track, TrackKind } from './model.js';
import { joinTorn, nearest } from './spelling.js';
import type { Word } from './tokens.js';
import type { Statement } from './tree.js';
import { list, parseInteger, parseInterface } from './value.js';
import { parseWeight, type Weight } from './weight.js';

/** By kind: what a weight may be, and the block that defines what is tracked. */
const KINDS = {
  interface: { most: 253, block: undefined },
  script: { most: 253, block: 'vrrp_script' },
  file: { most: 254, block: 'track_file' },
  process: { most: 254, block: 'vrrp_track_process' },
} as const;

const entryList = (form: string): Value<Statement[]> =>
  list({
    form,
    isEntry: ([, second]) => second === undefined || second.text === 'weight',
    read: (entry) => entry,
  });

export const trackInterfaceList = entryList('`INTERFACE [weight N [reverse]]` a line');
export const trackNameList = entryList('`NAME [weight N [reverse]]` a line');

/** Something that may be tracked: its own weight, and where that and itself are written. */
export interface Trackable extends Weight {
  readonly name: string;
  readonly statement: Statement;
  readonly weightSpan?: Span | undefined;
}

/** What the file defines, by kind and name. */
export type Trackables = Readonly<Record<Exclude<TrackKind, 'interface'>, ReadonlyMap<string, Trackable>>>;

/** An entry that could be resolved. */
export interface Tracked {
  readonly track: Track;
  readonly entry: Statement;
  /** Where the weight that counts is written. */
  readonly weightSpan?: Span;
}

/** The lists of a block, by kind. */
export type TrackLists = Readonly<Record<TrackKind, readonly Statement[]>>;

/** The lists of an instance or a group, from what is written there. */
export const trackListsOf = (
  written: Readonly<
    Partial<
      Record<
        'trackInterface' | 'trackScript' | 'trackFile' | 'trackProcess',
        { readonly value: readonly Statement[] | undefined }
      >
    >
  >,
): TrackLists => ({
  interface: written.trackInterface?.value ?? [],
  script: written.trackScript?.value ?? [],
  file: written.trackFile?.value ?? [],
  process: written.trackProcess?.value ?? [],
});

/** Kind by kind in the order of the file; an entry that cannot be read is reported and left out. */
export function resolveTracks(lists: TrackLists, known: Trackables, report: Report): Tracked[] {
  const kinds: readonly TrackKind[] = ['interface', 'script', 'file', 'process'];
  return kinds.flatMap((kind) => {
    const tracked = new Map<string, Tracked>();
    for (const entry of lists[kind]) {
      const one = kind === 'interface' ? resolveInterface(entry, report) : resolveNamed(entry, kind, { known, report });
      if (one === undefined) continue;
      const { name } = one.track;
      const words = `${named(name)} is tracked already: the first entry counts`;
      if (tracked.has(name)) report.warning('repeated-name', entry.keyword.span, words);
      else tracked.set(name, one);
    }
    return [...tracked.values()];
  });
}

function resolveInterface(entry: Statement, report: Report): Tracked | undefined {
  const name = parseInterface(entry.keyword, report);
  const own = readWeight(entry.args, { kind: 'interface', isReverse: false, report });
  if (name === undefined) return undefined;
  const { weight, reverse } = own ?? { weight: 0, reverse: false };
  return { track: { kind: 'interface', name, weight, reverse }, entry, ...(own && { weightSpan: own.span }) };
}

function resolveNamed(
  entry: Statement,
  kind: Exclude<TrackKind, 'interface'>,
  { known, report }: { known: Trackables; report: Report },
): Tracked | undefined {
  const { defined, rest } = find(entry, kind, { known: known[kind], report });
  // Without a direction of its own it has that of what it tracks.
  const own = readWeight(rest, { kind, isReverse: defined?.reverse ?? false, report });
  if (defined === undefined) return undefined;
  reportLaterDefinition({ entry, defined, report });
  const { weight, reverse } = own ?? defined;
  const weightSpan = own?.span ?? defined.weightSpan;
  return { track: { kind, name: defined.name, weight, reverse }, entry, ...(weightSpan && { weightSpan }) };
}

function find(
  { keyword, args }: Statement,
  kind: Exclude<TrackKind, 'interface'>,
  { known, report }: { known: ReadonlyMap<string, Trackable>; report: Report },
): { defined?: Trackable | undefined; rest: Statement['args'] } {
  const defined = known.get(keyword.text);
  if (defined !== undefined) return { defined, rest: args };
  const torn = joinTorn([keyword, ...args], (name) => known.has(name));
  const last = args[(torn?.count ?? 1) - 2] ?? keyword;
  const meant = torn?.name ?? nearest(keyword.text, known.keys());
  const words = `no ${KINDS[kind].block} is called ${named(keyword.text)}`;
  const beside = meant === undefined ? {} : { suggestion: meant };
  const code = kind === 'script' ? 'unknown-script' : 'unknown-tracker';
  report.error(code, spanOf(keyword.span, last.span), words, beside);
  return { defined: meant === undefined ? undefined : known.get(meant), rest: args.slice((torn?.count ?? 1) - 1) };
}

function reportLaterDefinition(request: { entry: Statement; defined: Trackable; report: Report }): void {
  const { entry, defined, report } = request;
  const [here, there] = [entry.keyword.span.place, defined.statement.keyword.span.place];
  if (there.file !== here.file || there.line <= here.line) return;
  const note = `keepalived would run untracked: it knows only what stands above`;
  const words = `${named(entry.keyword.text)} is defined on line ${there.line}`;
  report.hint('defined-later', entry.keyword.span, words, { note });
}

/** `weight N [reverse|noreverse]` */
function readWeight(
  args: Statement['args'],
  { kind, isReverse, report }: { kind: TrackKind; isReverse: boolean; report: Report },
): (Weight & { span: Span }) | undefined {
  const [option, number, direction, ...more] = args;
  const { most } = KINDS[kind];
  if (option === undefined) return undefined;
  const known = direction === undefined || ['reverse', 'noreverse', 'no_reverse'].includes(direction.text);
  const unknown = option.text !== 'weight' ? option : known ? more[0] : direction;
  if (unknown !== undefined) {
    const note = `each ${kind} needs a line of its own, with: weight N [reverse]`;
    const words = `${named(unknown.text)} is not an option of a tracked ${kind}`;
    report.error('unknown-option', unknown.span, words, { note });
    return undefined;
  }
  if (number === undefined) report.error('missing-value', option.span, `weight needs a value: -${most} to ${most}`);
  const parse = (word: Word): number | undefined => parseInteger(word, { from: -most, to: most, report });
  const weight = parseWeight(args.slice(1), parse, isReverse);
  return weight && { ...weight, span: spanOf(option.span, number?.span ?? option.span) };
}

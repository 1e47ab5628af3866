// How a table of keywords is made, and how a block is read by its table into a typed draft: for each keyword its value
// and where it was written. The table is all there is to know of a block: unknown keywords, the class of each, what is
// missing and what is written twice are told here. Knows no particular keyword.

import { named, spanOf, type Report, type Span } from './diagnostic.js';
import { keptLines } from './kept.js';
import type { Place, Places } from './model.js';
import { reportNewer } from './newer.js';
import { nearest } from './spelling.js';
import type { Inside, Statement } from './tree.js';

/** How the value of a keyword is read; it reports what is wrong and then gives undefined. */
export interface Value<T> {
  /** For the documentation: "1 to 255". */
  readonly form: string;
  readonly inside?: Inside;
  /** Written twice: whether the first one counts, not the last. */
  firstCounts?(earlier: T): boolean;
  read(statement: Statement, report: Report): T | undefined;
  /** Written twice, both count: adds the later value to the earlier one. */
  join?(earlier: T, later: T): void;
}

export type Class = 'acted upon' | 'no meaning here' | 'not yet supported' | 'refused';

export interface ActedUpon<T> {
  readonly class: 'acted upon';
  readonly value: Value<T>;
  readonly inside?: Inside;
  /** For the documentation: the default, or "required". */
  readonly standard: string;
}

/** A keyword that changes nothing here; its value is read all the same, so that a slip in it is found. */
export interface Ignored<T = unknown> {
  readonly class: Exclude<Class, 'acted upon'>;
  /** Absent: its words are not looked at, and a block of it may hold anything. */
  readonly value?: Value<T>;
  /** What will not happen, or why nothing is missing. */
  readonly note: string;
  readonly inside: Inside;
  /** Values with which nothing is missing, so that nothing is said. */
  readonly harmless: readonly string[];
  /** Said at another keyword. */
  readonly silent: boolean;
}

export type Keyword = ActedUpon<unknown> | Ignored;
export type Keywords = Readonly<Record<string, Keyword>>;

type Camel<S> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** A keyword as it was written; `value` is undefined when it could not be read, which is reported then. */
export interface Written<T> {
  readonly value: T | undefined;
  readonly statement: Statement;
}

/** What a block says: the keywords that it holds, in camelCase. */
export type Draft<K extends Keywords> = {
  readonly [Name in keyof K as Camel<Name>]?: Written<K[Name] extends { value?: Value<infer T> } ? T : undefined>;
};

/** Where the keywords of a block stand. */
export function placesOf(draft: Readonly<Record<string, Written<unknown> | undefined>>): Places {
  const places: Record<string, Place> = {};
  for (const written of Object.values(draft))
    if (written !== undefined) places[written.statement.keyword.text] = written.statement.keyword.span.place;
  return places;
}

/** The keywords of one block. */
export class Table<K extends Keywords> {
  private readonly known: ReadonlyMap<string, Keyword>;
  private readonly required: readonly string[];
  /** Of each keyword the name of its field. */
  private readonly fields: ReadonlyMap<string, string>;
  readonly inside: Inside = { kind: 'keywords', find: (name) => this.known.get(name) };

  constructor(
    /** The keyword of the block, or "the top level". */
    readonly block: string,
    readonly keywords: K,
  ) {
    this.known = new Map(Object.entries(keywords));
    this.required = Object.keys(keywords).filter((name) => isRequired(keywords[name]));
    this.fields = new Map(Object.keys(keywords).map((name) => [name, camel(name)]));
  }

  /** Reads the statements of a block; `owner` is marked where a required keyword is missing. */
  read({ statements, owner, report }: { statements: readonly Statement[]; owner?: Span; report: Report }): Draft<K> {
    const draft: Record<string, Written<unknown>> = {};
    const unknown = new Map<string | undefined, Statement>();
    let complete = true;
    for (const statement of statements) {
      const keyword = this.known.get(statement.keyword.text);
      if (keyword === undefined && !statement.readable) complete = false;
      else if (keyword === undefined) {
        const meant = this.reportUnknown(statement, report);
        if (!unknown.has(meant)) unknown.set(meant, statement);
      } else {
        if (statement.torn) this.reportTorn(statement, report);
        reportNewer(statement.keyword, report);
        const name = this.fields.get(statement.keyword.text) ?? '';
        draft[name] = written({ keyword, statement, earlier: draft[name], report });
      }
    }
    if (owner !== undefined && complete) this.reportMissing({ draft, unknown, owner, report });
    // The fields are those of the table, by their construction: a key is a keyword of it and holds what its value reads.
    return draft as Draft<K>;
  }

  /** What of a block is written and changes nothing here. */
  kept(statements: readonly Statement[]): string[] {
    return keptLines(statements, (name) => this.known.get(name));
  }

  /** Gives the keyword that was probably meant. */
  private reportUnknown({ keyword, block }: Statement, report: Report): string | undefined {
    const meant = report.full ? undefined : nearest(keyword.text, this.known.keys());
    const ignored = block === undefined ? 'the line is ignored' : 'its whole block is ignored';
    const home = meant === undefined ? this.homeOf(keyword.text) : undefined;
    const words = `${named(keyword.text)} is not a keyword of ${this.block}: ${ignored}`;
    const beside = {
      ...(meant !== undefined && { suggestion: meant }),
      ...(home !== undefined && { note: `it belongs in ${home}` }),
    };
    // A line that nobody knows is passed over, so that old files run. A whole block with a slip in its name is not:
    // the addresses or the checks in it would be missing.
    const needed = block !== undefined && meant !== undefined && this.known.get(meant)?.class === 'acted upon';
    if (needed) report.error('unknown-keyword', keyword.span, words, beside);
    else report.warning('unknown-keyword', keyword.span, words, beside);
    return meant;
  }

  /** A block inside this one that has the keyword. */
  private homeOf(name: string): string | undefined {
    for (const [block, { inside }] of this.known)
      if (inside?.kind === 'keywords' && inside.find(name) !== undefined) return block;
    return undefined;
  }

  private reportTorn({ keyword }: Statement, report: Report): void {
    const { place, source = '' } = keyword.span;
    const [first = ''] = source.slice(place.column - 1).split(/\s/);
    const words = `${named(first)} is not a keyword of ${this.block}`;
    report.error('unknown-keyword', keyword.span, words, { suggestion: keyword.text });
  }

  /** One message for a block; a misspelt keyword that was meant becomes the error itself. */
  private reportMissing(request: {
    draft: Record<string, unknown>;
    unknown: ReadonlyMap<string | undefined, Statement>;
    owner: Span;
    report: Report;
  }): void {
    const { draft, unknown, owner, report } = request;
    const missing: string[] = [];
    for (const name of this.required) {
      if (draft[this.fields.get(name) ?? ''] !== undefined) continue;
      const misspelt = unknown.get(name);
      if (misspelt === undefined) missing.push(name);
      else {
        const words = `${named(misspelt.keyword.text)} is not a keyword of ${this.block}, and it needs ${name}`;
        report.error('unknown-keyword', misspelt.keyword.span, words, { suggestion: name });
      }
    }
    const list = missing.join(' and no ');
    if (list !== '') report.error('missing-keyword', owner, `this ${this.block} has no ${list}`);
  }
}

const isRequired = (keyword: Keyword | undefined): boolean =>
  keyword?.class === 'acted upon' && keyword.standard === 'required';

/** virtual_router_id -> virtualRouterId */
export const camel = (name: string): string => name.replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());

function written(request: {
  keyword: Keyword;
  statement: Statement;
  earlier: Written<unknown> | undefined;
  report: Report;
}): Written<unknown> {
  const { keyword, statement, earlier, report } = request;
  if (keyword.class !== 'acted upon') reportIgnored({ keyword, statement, report });
  // What is refused has its one error already.
  if (keyword.value === undefined || keyword.class === 'refused') return { value: undefined, statement };
  const value = statement.readable ? keyword.value.read(statement, report) : undefined;
  if (earlier === undefined) return { value, statement };
  if (keyword.value.join !== undefined) {
    if (earlier.value === undefined || value === undefined) return { value: earlier.value ?? value, statement };
    keyword.value.join(earlier.value, value);
    return { value: earlier.value, statement };
  }
  if (keyword.class !== 'acted upon') return { value, statement };
  const firstCounts = earlier.value !== undefined && (keyword.value.firstCounts?.(earlier.value) ?? false);
  const line = earlier.statement.keyword.span.place.line;
  const which = firstCounts ? 'that one counts' : 'this one counts';
  const words = `${statement.keyword.text} stands on line ${line} already: ${which}`;
  report.warning('repeated-keyword', statement.keyword.span, words);
  return firstCounts ? earlier : { value, statement };
}

const OFF = ['false', 'off', 'no'];

function reportIgnored({
  keyword,
  statement,
  report,
}: {
  keyword: Ignored;
  statement: Statement;
  report: Report;
}): void {
  const [first] = statement.args;
  const harmless = first !== undefined && [...OFF, ...keyword.harmless].includes(first.text);
  if (harmless || keyword.silent || keyword.class === 'no meaning here') return;
  const span = spanOf(statement.keyword.span, (first ?? statement.keyword).span);
  // A block is known by its name.
  const title = statement.block === undefined ? [] : (first ?? []);
  const words = `${[statement.keyword, title]
    .flat()
    .map(({ text }) => text)
    .join(' ')}: ${keyword.note}`;
  if (keyword.class === 'refused') report.error('refused', span, words);
  else report.warning('not-yet-supported', span, words);
}

export const actedUpon = <T>(value: Value<T>, standard = ''): ActedUpon<T> => ({
  class: 'acted upon',
  value,
  standard,
  ...(value.inside === undefined ? {} : { inside: value.inside }),
});

interface Options<T> {
  readonly value?: Value<T>;
  readonly harmless?: readonly string[];
  readonly silent?: boolean;
}

const ignored = <T>(
  kind: Ignored['class'],
  note: string,
  { value, harmless = [], silent = false }: Options<T>,
): Ignored<T> => ({
  class: kind,
  note,
  ...(value && { value }),
  inside: value?.inside ?? { kind: 'anything' },
  harmless,
  silent,
});

/** Nothing is missing without it; `note` says why. */
export const withoutMeaning = <T>(note: string, value?: Value<T>): Ignored<T> =>
  ignored('no meaning here', note, value ? { value } : {});
/** One warning; `note` says what will not happen. */
export const notYet = <T>(note: string, options: Options<T> = {}): Ignored<T> =>
  ignored('not yet supported', note, options);
/** An error: without it something else would be on the wire than the file says. */
export const refused = <T>(note: string, options: Options<T> = {}): Ignored<T> => ignored('refused', note, options);

/** The same keyword under several names. */
export const each = <const Name extends string, K extends Keyword>(
  names: readonly Name[],
  keyword: K,
): Record<Name, K> =>
  // The keys are exactly the names.
  Object.fromEntries(names.map((name) => [name, keyword])) as Record<Name, K>;

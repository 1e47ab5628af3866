// The values that keywords take: a number, a time, a word, an address, a list, a block. Each reports what it cannot read,
// with the place, and gives undefined then: never a default in silence. Knows no particular keyword.

import { familyOf, isMulticast, parseAddress, type Family, type IpAddress } from '../address.js';
import { microseconds, type Duration } from '../time.js';
import { named, type Report } from './diagnostic.js';
import type { Draft, Keywords, Table, Value } from './keyword.js';
import { nearest } from './spelling.js';
import type { Statement } from './tree.js';
import { endsAtComment, type Word } from './tokens.js';

/** What a word means; reports what is wrong with it and then gives undefined. */
export type Parse<T> = (word: Word, report: Report) => T | undefined;

/** A keyword with one word behind it. */
export function single<T>(form: string, parse: Parse<T>): Value<T> {
  return {
    form,
    read(statement, report) {
      const [word] = statement.args;
      reportExtraWords(statement, { from: 1, report });
      if (word !== undefined) return parse(word, report);
      reportMissingValue(statement, { form, report });
      return undefined;
    },
  };
}

/** Says so when the value was taken for a comment. */
export function reportMissingValue(
  { keyword, raw }: Statement,
  { form, report }: { form: string; report: Report },
): void {
  const commented = raw.line.text.length < raw.line.source.length && raw.to === raw.line.text.length;
  const note = 'a comment begins here; with double quotes around it, it is a value';
  report.error('missing-value', keyword.span, `${keyword.text} needs a value: ${form}`, commented ? { note } : {});
}

/** Words that nobody reads: keepalived passes over them in silence. */
export function reportExtraWords(
  { keyword, args }: Statement,
  { from, report }: { from: number; report: Report },
): void {
  const extra = args[from];
  if (extra !== undefined)
    report.warning(
      'extra-words',
      extra.span,
      `${named(extra.text)} and what follows is not part of ${keyword.text}: ignored`,
    );
}

/** The word as it is; told where a comment cuts it, since nothing else would show that. */
export const text = (form: string): Value<string> =>
  single(form, (word, report) => {
    if (endsAtComment(word)) {
      const note = 'put double quotes around the value';
      report.warning('comment-cuts-value', word.span, `a comment cuts the value: ${named(word.text)} is left`, {
        note,
      });
    }
    return word.text;
  });

/** Some words, each read by its own rule; those behind `least` may be left out. */
export function several(form: string, least: number, ...parsers: readonly Parse<unknown>[]): Value<unknown[]> {
  return {
    form,
    read(statement, report) {
      if (statement.args.length < least) reportMissingValue(statement, { form, report });
      reportExtraWords(statement, { from: parsers.length, report });
      return parsers.flatMap((parse, index) => {
        const word = statement.args[index];
        return word === undefined ? [] : [parse(word, report)];
      });
    },
  };
}

/** A word that is not looked at. */
export const anyWord: Parse<string> = (word) => word.text;

/** Words that are not looked at. */
export const anyWords: Value<string[]> = { form: '', read: ({ args }) => args.map(({ text }) => text) };

/** A keyword that stands alone. */
export const flag: Value<true> = {
  form: '',
  read(statement, report) {
    reportExtraWords(statement, { from: 0, report });
    return true;
  },
};

/** true, on, yes, false, off or no; true when nothing is written. */
export const bool: Value<boolean> = {
  form: '`true` (also when left out) or `false`',
  read(statement, report) {
    const [word] = statement.args;
    reportExtraWords(statement, { from: 1, report });
    if (word === undefined || ['true', 'on', 'yes'].includes(word.text)) return true;
    if (['false', 'off', 'no'].includes(word.text)) return false;
    report.error('bad-value', word.span, `${named(word.text)} is neither true nor false`);
    return undefined;
  },
};

/** One of some words. */
export const choice = <const T extends string>(...words: readonly T[]): Value<T> =>
  single(words.map((word) => `\`${word}\``).join(' or '), (word, report) => {
    const found = words.find((one) => one === word.text);
    if (found === undefined) {
      const meant = nearest(word.text, words);
      const beside = meant === undefined ? {} : { suggestion: meant };
      report.error('bad-value', word.span, `${named(word.text)} is not one of ${words.join(', ')}`, beside);
    }
    return found;
  });

export const vrrpVersion: Value<2 | 3> = single('`2` or `3`', (word, report) => {
  if (word.text === '2') return 2;
  if (word.text === '3') return 3;
  report.error('out-of-range', word.span, `${named(word.text)} is neither 2 nor 3`);
  return undefined;
});

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A whole number in the range. */
export const integer = (range: Range): Value<number> =>
  single(`${range.from} to ${range.to}`, (word, report) => parseInteger(word, { ...range, report }));

export function parseInteger(word: Word, { from, to, report }: Range & { report: Report }): number | undefined {
  if (!/^[+-]?\d+$/.test(word.text)) {
    const digits = /^[+-]?\d+/.exec(word.text)?.[0];
    const beside = digits === undefined ? {} : { suggestion: digits };
    report.error('bad-number', word.span, `${named(word.text)} is not a whole number from ${from} to ${to}`, beside);
    return undefined;
  }
  return inRange(Number(word.text), { word, from, to, report });
}

function inRange(
  value: number,
  { word, from, to, report }: Range & { word: Word; report: Report },
): number | undefined {
  if (value >= from && value <= to) return value;
  report.error('out-of-range', word.span, `${named(word.text)} is not from ${from} to ${to}`);
  return undefined;
}

/** Seconds with decimals; finer ones than the resolution are rounded, with a warning. */
export const decimalSeconds = ({ from, to, decimals }: Range & { decimals: number }): Value<Duration> =>
  single(`${from} to ${to} seconds, ${decimals} decimals`, (word, report) =>
    parseSeconds(word, { from, to, decimals, report }),
  );

export function parseSeconds(
  word: Word,
  { from, to, decimals, report }: Range & { decimals: number; report: Report },
): Duration | undefined {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(word.text)) {
    const digits = /^\d+(\.\d+)?/.exec(word.text)?.[0];
    const beside = digits === undefined ? {} : { suggestion: digits };
    report.error('bad-number', word.span, `${named(word.text)} is not a number of seconds`, beside);
    return undefined;
  }
  const value = inRange(Number(word.text), { word, from, to, report });
  if (value === undefined) return undefined;
  const rounded = Number(value.toFixed(decimals));
  if (rounded !== value)
    report.warning('rounded-value', word.span, `${named(word.text)} is rounded to ${rounded} seconds`);
  return microseconds(rounded * 1_000_000);
}

/** Whole seconds. */
export const wholeSeconds = (range: Range): Value<Duration> => {
  const whole = integer(range);
  return {
    form: `${whole.form} seconds`,
    read(statement, report) {
      const count = whole.read(statement, report);
      return count === undefined ? undefined : microseconds(count * 1_000_000);
    },
  };
};

/** A value that keepalived, too, replaces with a message: 0 where at least 1 is needed. */
export const atLeast = <T extends number>(least: T, value: Value<T>): Value<T> => ({
  ...value,
  read(statement, report) {
    const number = value.read(statement, report);
    const [word] = statement.args;
    if (number !== 0 || word === undefined) return number;
    report.warning('rounded-value', word.span, `${statement.keyword.text} 0 is taken for 1`);
    return least;
  },
});

/** Of a group: 224.0.0.0/4 or ff00::/8. */
export const multicastAddress = (family?: Family): Value<IpAddress> =>
  single(`${nameOf(family)}multicast address`, (word, report) => {
    const address = parseAddress(word.text);
    if (address !== undefined && isMulticast(address) && (family ?? familyOf(address)) === familyOf(address))
      return address;
    report.error('bad-address', word.span, `${named(word.text)} is not an ${nameOf(family)}address of a group`);
    return undefined;
  });

const nameOf = (family: Family | undefined): string =>
  family === undefined ? '' : family === 'ipv4' ? 'IPv4 ' : 'IPv6 ';

/** Of a host: what an advert can come from or go to alone. */
export function hostWord(word: Word, report: Report): IpAddress | undefined {
  const address = parseAddress(word.text);
  if (address !== undefined && !isMulticast(address) && !['0.0.0.0', '::'].includes(address)) return address;
  report.error('bad-address', word.span, `${named(word.text)} is not the address of a host`);
  return undefined;
}

/** The name of a network interface. */
export const interfaceName: Value<string> = single('name of an interface', parseInterface);

/** The kernel's rules: 1 to 15 characters, no slash, not "." or "..". */
export function parseInterface(word: Word, report: Report): string | undefined {
  if (/^[^/\s]{1,15}$/.test(word.text) && !/^\.\.?$/.test(word.text)) return word.text;
  report.error('bad-value', word.span, `${named(word.text)} cannot be the name of an interface`);
  return undefined;
}

/** A block of keywords. */
export const block = <K extends Keywords>(table: Table<K>): Value<Draft<K>> => ({
  form: 'block',
  inside: table.inside,
  read(statement, report) {
    const { block: statements, keyword } = statement;
    if (statements !== undefined) return table.read({ statements, owner: keyword.span, report });
    reportMissingBlock(statement, report);
    return undefined;
  },
});

/** A block with an entry a line; written twice, the entries are put together. */
export const list = <T>(request: {
  form: string;
  isEntry: (words: readonly Word[]) => boolean;
  read: (entry: Statement, report: Report) => T | undefined;
}): Value<T[]> => ({
  form: `block: ${request.form}`,
  inside: { kind: 'entries', isEntry: request.isEntry },
  join: append,
  read(statement, report) {
    if (statement.block === undefined) reportMissingBlock(statement, report);
    return statement.block?.flatMap((entry) => (entry.readable ? (request.read(entry, report) ?? []) : []));
  },
});

/** One by one: a list can have more entries than a call has arguments. */
export function append<T>(earlier: T[], later: readonly T[]): void {
  for (const entry of later) earlier.push(entry);
}

function reportMissingBlock({ keyword }: Statement, report: Report): void {
  report.error('missing-value', keyword.span, `${keyword.text} needs a block`, {
    note: 'what belongs to it goes in { }',
  });
}

// The words of an entry that is written like a command line: addresses, routes, rules. One after the other, each option with
// the value behind it.

import { named, type Report } from './diagnostic.js';
import type { Word } from './tokens.js';
import { parseInteger } from './value.js';

type Parse<T> = (word: Word, report: Report) => T | undefined;

export class Words {
  #index = 0;

  constructor(
    readonly words: readonly Word[],
    readonly report: Report,
  ) {}

  /** The text of the next word; empty behind the last. */
  get peek(): string {
    return this.words[this.#index]?.text ?? '';
  }

  next(): Word | undefined {
    const word = this.words[this.#index];
    this.#index += 1;
    return word;
  }

  /** The value of an option; undefined when it is not there or can't be read, which is reported. */
  value<T>(option: Word, form: string, parse: Parse<T>): T | undefined {
    const word = this.next();
    if (word !== undefined) return parse(word, this.report);
    this.report.error('missing-value', option.span, `${option.text} needs ${form}`);
    return undefined;
  }
}

/** Sets a field of a draft; false when there is no value, the reason for which has been told. */
export function put<Draft, Name extends keyof Draft>(
  draft: Draft,
  name: Name,
  value: Draft[Name] | undefined,
): boolean {
  if (value !== undefined) draft[name] = value;
  return value !== undefined;
}

/**
 * Option after option of an entry. False when one can't be read, which `readOne` reports, or when one is known and not
 * carried out: the whole entry is left out then, since one that is set half is worse than none.
 */
export function readOptions(
  words: Words,
  { rare, what, readOne }: { rare: readonly string[]; what: string; readOne: (word: Word) => boolean },
): boolean {
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (rare.includes(word.text)) {
      words.report.warning(
        'not-yet-supported',
        word.span,
        `${word.text} is not supported yet: this ${what} is not set`,
      );
      return false;
    }
    if (!readOne(word)) return false;
  }
  return true;
}

/** A whole number, also in hexadecimal. */
export const numberWord =
  (from: number, to: number): Parse<number> =>
  (word, report) => {
    const decimal = /^0x[0-9a-f]{1,8}$/i.test(word.text) ? word.withText(String(Number(word.text))) : word;
    return parseInteger(decimal, { from, to, report });
  };

/** iproute2's names; a host may have more of them, which only that host knows. */
const TABLES: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 };

export function tableWord(word: Word, report: Report): number | undefined {
  const known = TABLES[word.text];
  if (known !== undefined) return known;
  if (/^[0-9]/.test(word.text)) return numberWord(1, 0xffffffff)(word, report);
  const words = `${named(word.text)} is neither main, local, default nor a number; names of rt_tables are not looked up`;
  report.error('bad-value', word.span, words);
  return undefined;
}

const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  universe: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

export function scopeWord(word: Word, report: Report): number | undefined {
  const scope = SCOPES[word.text] ?? (/^\d{1,3}$/.test(word.text) ? Number(word.text) : undefined);
  if (scope !== undefined && scope <= 255) return scope;
  report.error('bad-value', word.span, `${named(word.text)} is not one of ${Object.keys(SCOPES).join(', ')}`);
  return undefined;
}

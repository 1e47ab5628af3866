// The words of a line of a story, taken one after the other, and how they are read: times, shares, numbers, addresses. It
// knows no command. What does not fit is a Misfit, which the reader of the line catches.

import { parseAddress, type IpAddress } from '../address.js';
import { milliseconds, type Duration } from '../time.js';

const UNITS = { '': 1_000, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
/** Longer than any story is worth: a day. */
const LONGEST = 86_400_000;

/** A word that does not fit; caught at the end of its line. */
export class Misfit extends Error {
  constructor(
    readonly word: number,
    words: string,
  ) {
    super(words);
  }
}

/** The words of a line, taken one after the other. */
export class Words {
  #next = 0;

  constructor(readonly words: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.#next >= this.words.length;
  }

  /** The next word as `what`; a Misfit when there is none, or it can't be read as that. */
  take<T>(what: string, read: (word: string) => T | undefined): T {
    const word = this.words[this.#next];
    const value = word === undefined ? undefined : read(word);
    if (value === undefined) this.fail(word === undefined ? `${what} is missing` : `"${word}" is no ${what}`);
    this.#next += 1;
    return value;
  }

  word(what: string): string {
    return this.take(what, (word) => word);
  }

  oneOf<const T extends string>(choices: readonly T[]): T {
    return this.take(choices.join(' or '), (word) => choices.find((choice) => choice === word));
  }

  /** Takes the word when it comes next. */
  skip(word: string): boolean {
    if (this.words[this.#next] !== word) return false;
    this.#next += 1;
    return true;
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.isAtEnd) this.fail('the line has more words than the command takes');
  }

  fail(words: string): never {
    throw new Misfit(this.#next, words);
  }
}

export function readDuration(word: string): Duration | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(word) ?? [];
  if (number === undefined) return undefined;
  const length = Number(number) * UNITS[unit as keyof typeof UNITS];
  return length <= LONGEST ? milliseconds(length) : undefined;
}

export function readShare(word: string): number | undefined {
  const share = /^\d+(\.\d+)?%$/.test(word) ? Number(word.slice(0, -1)) / 100 : undefined;
  return share !== undefined && share <= 1 ? share : undefined;
}

export function readInteger(word: string): number | undefined {
  return /^-?\d{1,9}$/.test(word) ? Number(word) : undefined;
}

export function readOctet(word: string): number | undefined {
  return /^\d{1,3}$/.test(word) && Number(word) <= 255 ? Number(word) : undefined;
}

export function readId(word: string): number | undefined {
  const octet = readOctet(word);
  return octet === 0 ? undefined : octet;
}

export function readAddresses(word: string): IpAddress[] | undefined {
  const addresses = word.split(',').map(parseAddress);
  return addresses.every((one) => one !== undefined) ? addresses : undefined;
}

// What is fuzzed: something that reads what others wrote. An input is octets, whatever it means, so that every target is
// mutated, shrunk and kept in the corpus in the same way.

import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '../../src/sim/random.js';

export interface Target {
  /** Also the name of its folder in test/fuzz/corpus. */
  readonly name: string;
  /** How many of all inputs it gets, relative to the others: those that take long get few. */
  readonly share: number;
  /** What is good to begin from. */
  readonly seeds: readonly Buffer[];
  /** Words of its grammar, which mutations put in. */
  readonly words: readonly string[];
  /** A new input, good or nearly good. */
  input(random: Random): Buffer;
  /** Throws when something does not hold for the input. */
  check(input: Buffer): void | Promise<void>;
}

/** A property that does not hold: words that a person can search for. */
export class Violation extends Error {}

export function must(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Violation(words);
}

export function mustEqual(one: unknown, other: unknown, words: string): void {
  if (one !== other && !isDeepStrictEqual(one, other))
    throw new Violation(`${words}: ${JSON.stringify(one)} is not ${JSON.stringify(other)}`);
}

/** What a promise gives; one that is not settled after ten seconds is a violation. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  const end = new AbortController();
  const late = pause(10_000, undefined, { signal: end.signal }).then(
    () => Promise.reject(new Violation(`${what} takes more than 10 s`)),
    () => promise,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    end.abort();
  }
}

/** Words for the `words` of a target that are written side by side. */
export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

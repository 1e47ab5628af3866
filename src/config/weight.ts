// A weight: what a tracked thing adds to or takes from a priority. `weight N [reverse|noreverse]`, as a keyword of the
// block that defines the thing, and as an option where it is tracked. keepalived.conf(5): weight.

import type { Span } from './diagnostic.js';
import type { Value, Written } from './keyword.js';
import type { Word } from './tokens.js';
import { parseInteger, reportExtraWords, reportMissingValue } from './value.js';

export interface Weight {
  readonly weight: number;
  readonly reverse: boolean;
}

/** The keyword, with numbers of -most to most. */
export function weightUpTo(most: number): Value<Weight> {
  const form = `-${most} to ${most}, then optionally \`reverse\``;
  return {
    form,
    read(statement, report) {
      const { args } = statement;
      if (args.length === 0) reportMissingValue(statement, { form, report });
      const taken = ['reverse', 'noreverse'].includes(args[1]?.text ?? '') ? 2 : 1;
      reportExtraWords(statement, { from: taken, report });
      return parseWeight(args, (word) => parseInteger(word, { from: -most, to: most, report }));
    },
  };
}

/** The weight that stands in the words, undefined when it does not; without a direction it has the one that is usual. */
export function parseWeight(
  [number, direction]: readonly Word[],
  parse: (word: Word) => number | undefined,
  usual = false,
): Weight | undefined {
  const weight = number && parse(number);
  if (weight === undefined) return undefined;
  return { weight, reverse: direction === undefined ? usual : direction.text === 'reverse' };
}

/** What a block says of its weight, with the place; `standard` where it says nothing. */
export function weightOf(
  written: Written<Weight> | undefined,
  standard: number,
): Weight & { weightSpan?: Span | undefined } {
  const { weight, reverse } = written?.value ?? { weight: standard, reverse: false };
  return { weight, reverse, weightSpan: written?.statement.keyword.span };
}

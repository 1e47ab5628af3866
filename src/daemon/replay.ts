// A recording played again: its inputs go through a router, and what that does is held against what was recorded. It
// performs no effect and opens no file.

import { isDeepStrictEqual } from 'node:util';
import type { Effect } from '../vrrp/effect.js';
import { Router } from '../vrrp/router.js';
import type { Step } from '../vrrp/step.js';
import { RecordingReader, withoutCounter, type Head } from './recording.js';

/** The first effect that is another one; absent where one has fewer. */
export interface Difference {
  /** Counted from 1. */
  readonly effect: number;
  readonly expected?: Effect | string;
  readonly got?: Effect | string;
}

export type Played =
  | { readonly kind: 'head'; readonly head: Head }
  /** What was recorded, and where the router of today differs. */
  | { readonly kind: 'step'; readonly step: Step; readonly difference?: Difference };

export class Replay {
  readonly #reader = new RecordingReader();
  #router: Router | undefined;

  /** The next line. Throws in words when it is none of a recording. */
  play(line: string): Played {
    const record = this.#reader.read(line);
    if ('recording' in record) {
      this.#router = new Router(record.config, record.at, record.memory);
      return { kind: 'head', head: record };
    }
    const difference = differenceOf(record, this.again(record));
    return { kind: 'step', step: record, ...(difference && { difference }) };
  }

  /** What the step leads to now. */
  again({ input, at }: Step): Pick<Step, 'effects' | 'thrown'> {
    try {
      return { effects: plain(this.#router?.handle(input, at) ?? []) };
    } catch (error) {
      return { effects: [], thrown: String(error) };
    }
  }
}

/** As a recording has them. */
const plain = (effects: readonly Effect[]): Effect[] => JSON.parse(JSON.stringify(effects, withoutCounter)) as Effect[];

function differenceOf(expected: Step, got: Pick<Step, 'effects' | 'thrown'>): Difference | undefined {
  if (expected.thrown !== got.thrown) return { effect: 1, ...shown('expected', expected), ...shown('got', got) };
  const count = Math.max(expected.effects.length, got.effects.length);
  for (let index = 0; index < count; index += 1) {
    const [theirs, ours] = [expected.effects[index], got.effects[index]];
    if (!isDeepStrictEqual(theirs, ours))
      return { effect: index + 1, ...(theirs && { expected: theirs }), ...(ours && { got: ours }) };
  }
  return undefined;
}

function shown(
  name: 'expected' | 'got',
  { thrown, effects: [first] }: Pick<Step, 'effects' | 'thrown'>,
): Partial<Difference> {
  if (thrown !== undefined) return { [name]: `internal error: ${thrown}` };
  return first ? { [name]: first } : {};
}

// Storms in a row: each blows, a few of them twice, and what is wrong is shrunk and told as a story that can be played by
// hand. The tests and the soak share it.

import { shrink } from './shrink.js';
import { storyOf, textsOf } from './storm.js';
import { blow, type Blown } from './storm-maker.js';
import { replay } from './replay.js';
import { Trail } from './trail.js';
import { Violation } from './violation.js';

/** Every so many storms one is played again, to be the same. */
const AGAIN = 25;

export interface Failure {
  readonly seed: number;
  readonly oracle: string;
  /** What is wrong, and the smallest story that shows it with the configurations that it needs. */
  readonly words: string;
}

/** The storm of this number; undefined when nothing is wrong. */
export function failureOf(seed: number): Failure | undefined {
  const isTwice = seed % AGAIN === 0;
  const trail = isTwice ? new Trail() : undefined;
  const blown = blow(seed, trail);
  const violation = blown.violation ?? (trail && differsFrom(blown, trail));
  if (!violation) return undefined;
  const small = shrink(blown.storm, violation);
  const { storm } = small;
  const lines = [
    `storm ${seed}, ${violation.oracle}: ${violation.message}`,
    `STORM=${seed} node test/run.mjs test/sim/storms-1 shows all of it. The least that fails (${small.tries} tries):`,
    small.violation.message,
    storyOf(storm),
    ...[...textsOf(storm)].map(([name, text]) => `---- ${name}\n${text}`),
  ];
  return { seed, oracle: violation.oracle, words: lines.join('\n') };
}

/** The same seed and the same faults give the same happenings. */
function differsFrom({ storm }: Blown, { hash }: Trail): Violation | undefined {
  const again = new Trail();
  const violation = replay(storm, again);
  if (violation) return violation;
  return again.hash === hash ? undefined : new Violation('replay', `${again.hash} instead of ${hash}`);
}

/** All lines of one storm. */
export function tell(seed: number, say: (line: string) => void): void {
  const { storm, violation } = blow(seed, new Trail(say));
  for (const line of storyOf(storm).split('\n')) say(line);
  for (const [name, text] of textsOf(storm)) say(`---- ${name}\n${text}`);
  say(violation ? `${violation.oracle}: ${violation.message}` : 'nothing is wrong');
}

export interface Soak {
  /** The first storm's number; the others follow it. */
  readonly seed: number;
  /** It ends when either is over; without them it goes on until 20 have failed. */
  readonly seconds?: number;
  readonly storms?: number;
  readonly say: (line: string) => void;
}

/** More than this show nothing new. */
const MOST_FAILURES = 20;

/** Storms until told: the failures, each of which has been said in full. Synchronous, but for the clock it asks. */
export function soakStorms({ seed, seconds = Infinity, storms = Infinity, say }: Soak): Failure[] {
  const failures: Failure[] = [];
  const end = performance.now() + 1000 * seconds;
  for (let number = 0; number < storms && performance.now() < end && failures.length < MOST_FAILURES; number += 1) {
    const failure = failureOf(seed + number);
    if (failure) {
      failures.push(failure);
      say(failure.words);
    }
    if ((number + 1) % 1000 === 0) say(`${number + 1} storms, ${failures.length} failed`);
  }
  return failures;
}

// The storms of CI, in four files that run side by side: each has its own quarter of the seeds.

import t from 'tap';
import { failureOf, tell } from './storms.js';

const STORMS = 2000;
const PARTS = 4;

/** The quarter of this number, from 1; with STORM=n that one storm alone, a line an event. */
export function testStorms(part: number): void {
  const wanted = process.env.STORM;
  if (wanted !== undefined) {
    tell(Number(wanted), (line) => console.error(line));
    t.equal(failureOf(Number(wanted))?.words, undefined);
    return;
  }
  const count = STORMS / PARTS;
  t.test(`${count} storms break nothing that has to hold`, (t) => {
    for (let seed = (part - 1) * count; seed < part * count; seed += 1) {
      const failure = failureOf(seed);
      if (!failure) continue;
      t.fail(failure.words);
      break;
    }
    t.pass(`${count} storms`);
    t.end();
  });
}

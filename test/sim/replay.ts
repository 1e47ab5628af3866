// Plays a storm that is known, and says what is wrong in it first.

import type { Storm } from './storm.js';
import { Run } from './storm-run.js';
import type { Trail } from './trail.js';
import { Violation } from './violation.js';

/** Plays a storm; what is wrong first, if anything is. */
export function replay({ seed, hosts, files, faults, end }: Storm, trail?: Trail): Violation | undefined {
  try {
    const run = new Run({ seed, hosts, files, ...(trail && { trail }) });
    for (const { at, command } of faults) {
      run.pass(at);
      run.apply(command);
    }
    run.pass(end);
    run.end();
    return undefined;
  } catch (thrown) {
    return asViolation(thrown);
  }
}

export const asViolation = (thrown: unknown): Violation =>
  thrown instanceof Violation
    ? thrown
    : new Violation('thrown', thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));

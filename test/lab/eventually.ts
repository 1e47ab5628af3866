// Waiting for something in the lab to become true, without sleeping longer than needed.

import { setTimeout as sleep } from 'node:timers/promises';

/** ms. No judgement: on an idle machine most of what is waited for takes a hundredth of it. */
export const PATIENCE = 30_000;
/** ms. Time in which a machine stands still is nobody's: the one who is waited for did not have it either. */
const LONGEST_TURN = 1_000;

/** Asks, at first often, later five times a second; throws what was waited for when `within` milliseconds have passed. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { within = PATIENCE }: { within?: number } = {},
): Promise<void> {
  let waited = 0;
  for (let turn = performance.now(); !(await condition()); turn = performance.now()) {
    if (waited > within) throw new Error(`not within ${within} ms: ${what}`);
    await sleep(Math.min(200, 10 + waited / 5));
    waited += Math.min(LONGEST_TURN, performance.now() - turn);
  }
}

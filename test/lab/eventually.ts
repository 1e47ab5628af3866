// Waiting for something in the lab to become true, without sleeping longer than needed.

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every 20 ms until the answer is yes; throws, with what was waited for, when `within` milliseconds have passed. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { within = 5_000 }: { within?: number } = {},
): Promise<void> {
  const end = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await sleep(20);
  }
}

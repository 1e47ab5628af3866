// Waiting for something in the lab to become true, without sleeping longer than needed.

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks, at first often, later five times a second; throws what was waited for when `within` milliseconds have passed. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { within = 5_000 }: { within?: number } = {},
): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - start;
    if (waited > within) throw new Error(`not within ${within} ms: ${what}`);
    await sleep(Math.min(200, 10 + waited / 5));
  }
}

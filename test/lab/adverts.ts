// What can be said of the adverts in a capture.

import { between, inMilliseconds } from '../../src/time.js';
import type { SeenAdvert } from './capture.js';

/** The times between adverts that follow each other, in milliseconds. */
export function gapsBetween(adverts: readonly SeenAdvert[]): number[] {
  return adverts.slice(1).map(({ at }, index) => {
    const { at: former = at } = adverts[index] ?? {};
    return inMilliseconds(between({ from: former, to: at }));
  });
}

/** Milliseconds. */
export const longestGap = (adverts: readonly SeenAdvert[]): number => Math.max(0, ...gapsBetween(adverts));

/** Of the numbers the one that so many in a hundred do not exceed. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

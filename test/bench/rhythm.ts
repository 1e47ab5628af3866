// How exact the interval of a router that is alone is: drift and deviations of adverts that should come each second.

import { gapsBetween, percentile } from '../lab/adverts.js';
import type { SeenAdvert } from '../lab/capture.js';
import { median, type Row } from './table.js';

/** The keys of rhythmOf(). */
export const RHYTHM: readonly Row[] = [
  { key: 'drift', title: 'the interval is longer than a second by', unit: 'ppm', limit: 0, target: 20 },
  { key: 'p50', title: 'half of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: 'p99', title: '99 % of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: 'max', title: 'the worst is off by', unit: 'ms', limit: 0 },
];

/**
 * Drift in ppm by the median over pairs of adverts half of all apart (as Theil and Sen have it), so that one late advert does
 * not count as one.
 */
export function rhythmOf(
  adverts: readonly SeenAdvert[],
  interval = 1_000,
): Readonly<Record<'drift' | 'p50' | 'p99' | 'max', number>> {
  const stamps = adverts.map(({ at }) => at / 1_000);
  const apart = Math.max(1, Math.floor(stamps.length / 2));
  const slopes = stamps.slice(apart).map((to, first) => (to - (stamps[first] ?? NaN)) / apart);
  const deviations = gapsBetween(adverts).map((gap) => Math.abs(gap - interval));
  return {
    drift: (median(slopes) / interval - 1) * 1_000_000,
    p50: percentile(deviations, 50),
    p99: percentile(deviations, 99),
    max: Math.max(...deviations),
  };
}

// How exact the interval of a router that is alone is: drift and deviations of adverts that should come each second.

import { gapsBetween, percentile } from '../lab/adverts.js';
import type { SeenAdvert } from '../lab/capture.js';
import { median, type Row } from './table.js';

const INTERVAL = 1_000;

/** The keys of rhythmOf(). */
export const RHYTHM: readonly Row[] = [
  { key: 'drift', title: 'the interval is longer than a second by', unit: 'ppm', limit: 0, target: 20 },
  { key: 'p50', title: 'half of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: 'p99', title: '99 % of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: 'max', title: 'the worst is off by', unit: 'ms', limit: 0 },
];

/** Drift in ppm by the median of all pairs of adverts (Theil and Sen), so that one late advert does not count as one. */
export function rhythmOf(adverts: readonly SeenAdvert[]): Readonly<Record<'drift' | 'p50' | 'p99' | 'max', number>> {
  const stamps = adverts.map(({ at }) => at / 1_000);
  const slopes = stamps.flatMap((from, first) =>
    stamps.slice(first + 1).map((to, behind) => (to - from) / (behind + 1)),
  );
  const deviations = gapsBetween(adverts).map((gap) => Math.abs(gap - INTERVAL));
  return {
    drift: (median(slopes) / INTERVAL - 1) * 1_000_000,
    p50: percentile(deviations, 50),
    p99: percentile(deviations, 99),
    max: Math.max(...deviations),
  };
}

// What a tracked thing is like now, and what that means for one who tracks it: a part of the priority, a fault, or waiting
// for the first result. keepalived.conf(5): weight, reverse. It watches nothing itself.

import type { Track } from '../config/model.js';

export type Standing =
  /** No result yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'up' }
  | { readonly kind: 'down' }
  /** Of a file: the number in it. */
  | { readonly kind: 'number'; readonly value: number };

export interface Verdict {
  /** What it adds to the priority, or takes from it. */
  readonly value: number;
  /** It is a FAULT. */
  readonly failed: boolean;
  /** Nobody starts before it has a first result. */
  readonly awaited: boolean;
}

/** Adjustments of this size are a fault, or count as this. */
const MOST = 253;

/** Without a weight a failure is a fault; with one it moves the priority; `reverse` turns both round. */
export function judge({ weight, reverse }: Pick<Track, 'weight' | 'reverse'>, standing: Standing): Verdict {
  if (standing.kind === 'unknown') return { value: 0, failed: false, awaited: weight === 0 };
  if (standing.kind === 'number') {
    if (weight === 0) return { value: 0, failed: (standing.value !== 0) !== reverse, awaited: false };
    const value = standing.value * weight * (reverse ? -1 : 1);
    const failed = value < -MOST;
    return { value: failed ? 0 : Math.min(value, MOST), failed, awaited: false };
  }
  const good = (standing.kind === 'up') !== reverse;
  if (weight === 0) return { value: 0, failed: !good, awaited: false };
  return { value: weight > 0 === good ? weight : 0, failed: false, awaited: false };
}

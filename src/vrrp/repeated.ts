// Log lines that could come with every packet: the first at once, then one summary each ten seconds while they go on.
// It counts and words nothing by itself: the caller hands in the lines. All of it is plain values.

import { after, earliest, seconds, type Instant } from '../time.js';

const WINDOW = seconds(10);
/** More series than this at once are the work of a flood; the counters still have them. */
const MOST = 64;

/** What stands before and after the number in the line that sums a window up. */
export type Summary = readonly [before: string, after: string];

export interface Series {
  readonly count: number;
  readonly endsAt: Instant;
  readonly summary: Summary;
}

/** `open` series of equal lines, by a key that tells them apart. */
export class RepeatedLines {
  readonly #open = new Map<string, Series>();

  /** True when the line is to be written now; else it is counted, and `summary` words it at the window's end. */
  first(key: string, now: Instant, summary: Summary): boolean {
    const series = this.#open.get(key);
    if (series) {
      this.#open.set(key, { ...series, count: series.count + 1 });
      return false;
    }
    if (this.#open.size >= MOST) return false;
    this.#open.set(key, { count: 0, endsAt: after(now, WINDOW), summary });
    return true;
  }

  nextDeadline(): Instant | undefined {
    return this.#open.size === 0 ? undefined : earliest(...[...this.#open.values()].map(({ endsAt }) => endsAt));
  }

  /** The summaries of the windows that ended; a window without a repetition closes its series in silence. */
  due(now: Instant): string[] {
    const lines: string[] = [];
    for (const [key, series] of this.#open) {
      if (series.endsAt > now) continue;
      if (series.count === 0) this.#open.delete(key);
      else {
        lines.push(series.summary.join(String(series.count)));
        this.#open.set(key, { ...series, count: 0, endsAt: after(now, WINDOW) });
      }
    }
    return lines;
  }

  get memory(): readonly (readonly [key: string, Series])[] {
    return [...this.#open];
  }

  recall(memory: RepeatedLines['memory']): void {
    for (const [key, series] of memory) this.#open.set(key, series);
  }
}

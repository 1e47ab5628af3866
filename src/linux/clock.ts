// CLOCK_MONOTONIC in microseconds, and one alarm on it: a timerfd, absolute, since setTimeout is late by up to a
// millisecond and drifts. It knows nothing of what is due.

import { instant, type Instant } from '../time.js';
import { Timer } from './native.js';

/** The present moment; it stands still while the machine is suspended, and never jumps. */
export const now = (): Instant => instant(Number(process.hrtime.bigint() / 1000n));

/** Calls `onExpiry` once when the point that was set last is reached. */
export class Alarm {
  readonly #timer = new Timer();
  #at: Instant | undefined;

  constructor(onExpiry: () => void) {
    this.#timer.watch(() => {
      this.#at = undefined;
      onExpiry();
    });
  }

  /** A point in the past expires at once; undefined: never. */
  set(at: Instant | undefined): void {
    if (at === this.#at) return;
    this.#timer.set(at === undefined ? 0 : Math.max(1, at));
    this.#at = at;
  }

  close(): void {
    this.#timer.close();
  }
}

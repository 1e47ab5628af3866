// How late this process acts upon what is due: a long turn of its loop, or a machine that gives it no time. Measured at each
// deadline of the router, and each half second beside it, since a BACKUP's deadlines are put off and seldom come.

import { now } from '../linux/clock.js';
import { after, between, describeDuration, inMilliseconds, milliseconds, seconds, type Instant } from '../time.js';
import type { LogLevel } from '../vrrp/effect.js';

/** An advert that is as late as this is worth a line. */
const WORTH_TELLING = milliseconds(50);
const LOOK_EACH = milliseconds(500);
/** A line each so often at most; the worst of what was left out is in the next one. */
const TELL_EACH = seconds(10);

export class Lateness {
  readonly #log: (level: LogLevel, text: string) => void;
  readonly #timer: NodeJS.Timeout;
  #latest = 0;
  #longest = 0;
  #toldAt: Instant | undefined;
  #untold = 0;

  constructor(log: (level: LogLevel, text: string) => void) {
    this.#log = log;
    let due = after(now(), LOOK_EACH);
    this.#timer = setInterval(() => {
      const at = now();
      this.see(due, at);
      due = after(at, LOOK_EACH);
    }, inMilliseconds(LOOK_EACH));
    this.#timer.unref();
  }

  /** What was due at `due` is acted upon at `at`. */
  see(due: Instant, at: Instant): void {
    const late = Math.max(0, between({ from: due, to: at }));
    this.#latest = late;
    this.#longest = Math.max(this.#longest, late);
    if (late < WORTH_TELLING) return;
    this.#untold = Math.max(this.#untold, late);
    if (this.#toldAt !== undefined && after(this.#toldAt, TELL_EACH) > at) return;
    const words = `The process was held up: what was due was done ${describeDuration(milliseconds(this.#untold / 1_000))} late`;
    this.#log('warn', words);
    [this.#toldAt, this.#untold] = [at, 0];
  }

  get figures(): { readonly latestMilliseconds: number; readonly longestMilliseconds: number } {
    return { latestMilliseconds: this.#latest / 1_000, longestMilliseconds: this.#longest / 1_000 };
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

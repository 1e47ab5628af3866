// What the clock on the wall showed at a point of the daemon's own clock: for people and for the status, never for the
// protocol. A clock that was set meanwhile moves the past with it.

import type { WallTime } from '../status/dump-words.js';
import { between, inMilliseconds, instant, seconds, type Instant } from '../time.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (count: number): string => String(Math.trunc(count)).padStart(2, '0');

/** "2026-11-21T03:12:07.250+01:00" in local time, of a point `at` when it is `now`. */
export function wallTime(at: Instant, now: Instant): string {
  const date = new Date(Date.now() - inMilliseconds(between({ from: at, to: now })));
  const east = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + east * 60_000).toISOString().slice(0, -1);
  return `${local}${east < 0 ? '-' : '+'}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
}

/**
 * The same point is the same time at each question, to the microsecond, as long as nobody sets the clock on the wall:
 * whoever compares two dump files must not see a transition that was none.
 */
export class SteadyWallTime {
  readonly #milliseconds: () => number;
  #start: Instant | undefined;

  constructor(milliseconds: () => number = Date.now) {
    this.#milliseconds = milliseconds;
  }

  at(point: Instant, now: Instant): WallTime {
    const start = instant(this.#milliseconds() * 1_000 - now);
    if (this.#start === undefined || Math.abs(start - this.#start) > seconds(1)) this.#start = start;
    const microseconds = this.#start + point;
    const date = new Date(microseconds / 1_000);
    const day = `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)}`;
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    const fraction = String(microseconds % 1_000_000).padStart(6, '0');
    return { seconds: microseconds / 1_000_000, date: `${day} ${time}.${fraction} ${date.getFullYear()}` };
  }
}

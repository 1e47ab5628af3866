// What the clock on the wall showed at a point of the daemon's own clock: for people and for the status, never for the
// protocol. A clock that was set meanwhile moves the past with it.

import { between, inMilliseconds, type Instant } from '../time.js';

const two = (count: number): string => String(Math.trunc(count)).padStart(2, '0');

/** "2026-11-21T03:12:07.250+01:00" in local time, of a point `at` when it is `now`. */
export function wallTime(at: Instant, now: Instant): string {
  const date = new Date(Date.now() - inMilliseconds(between({ from: at, to: now })));
  const east = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + east * 60_000).toISOString().slice(0, -1);
  return `${local}${east < 0 ? '-' : '+'}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
}

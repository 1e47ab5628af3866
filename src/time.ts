// Points and lengths of time as branded integer microseconds, so that a second is never taken for a millisecond.
// An Instant counts from an arbitrary start (CLOCK_MONOTONIC in the daemon, zero in a simulation); it has no calendar.
// This file reads no clock.

/** A point in time: integer microseconds since an arbitrary start. */
export type Instant = number & { readonly unit: 'µs since the start' };
/** A length of time: integer microseconds, never negative in a configuration. */
export type Duration = number & { readonly unit: 'µs' };

export const microseconds = (count: number): Duration => Math.round(count) as Duration;
export const milliseconds = (count: number): Duration => Math.round(count * 1_000) as Duration;
export const centiseconds = (count: number): Duration => Math.round(count * 10_000) as Duration;
export const seconds = (count: number): Duration => Math.round(count * 1_000_000) as Duration;
export const instant = (count: number): Instant => Math.round(count) as Instant;

export const inSeconds = (duration: Duration): number => duration / 1_000_000;
export const inCentiseconds = (duration: Duration): number => duration / 10_000;
export const inMilliseconds = (duration: Duration): number => duration / 1_000;

/** The instant `duration` later than `from`. */
export const after = (from: Instant, duration: Duration): Instant => (from + duration) as Instant;
/** The instant `duration` earlier than `at`. */
export const before = (at: Instant, duration: Duration): Instant => (at - duration) as Instant;
/** How long it is from `from` to `to`; negative when `to` is the earlier one. */
export const between = ({ from, to }: { from: Instant; to: Instant }): Duration => (to - from) as Duration;
/** The sum of two durations. */
export const sum = (...durations: Duration[]): Duration => durations.reduce((a, b) => a + b, 0) as Duration;
/** `count` times a duration. */
export const times = (count: number, duration: Duration): Duration => Math.round(count * duration) as Duration;

/** The earliest of the instants given, undefined when there is none. */
export function earliest(...instants: (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const one of instants) if (one !== undefined && (first === undefined || one < first)) first = one;
  return first;
}

/** The next deadline of something periodic: from its own last one, so that it never drifts; missed ones are left out. */
export function nextPeriod(last: Instant, { period, now }: { period: Duration; now: Instant }): Instant {
  const next = after(last, period);
  if (next > now) return next;
  return after(last, times(Math.floor((now - last) / period) + 1, period));
}

/** A duration rounded to what a person needs: "12 ms", "3.523 s", "4 m 10 s", "2 d 3 h"; a negative one as "0 ms". */
export function describeDuration(duration: Duration): string {
  if (duration > 0 && duration < 1_000) return `${duration} µs`;
  const inMs = Math.max(0, Math.round(duration / 1_000));
  if (inMs < 1_000) return `${inMs} ms`;
  if (inMs < 60_000) return `${inMs / 1_000} s`;
  const whole = Math.round(duration / 1_000_000);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

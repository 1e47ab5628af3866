// The times of the protocol that follow from a priority and an interval. RFC 3768 § 6.1; for version 3 RFC 5798 § 6.1.
// Reads no clock: an interval and a priority in, a duration out.

import { microseconds, milliseconds, sum, times, type Duration } from '../time.js';

/** What the times depend on: the priority in use (1..255) and, in version 3, the master's interval. */
export interface TimerBasis {
  readonly version: 2 | 3;
  readonly priority: number;
  readonly masterAdvertInt: Duration;
  /** How many missed adverts make a master dead; 3 in the RFC. */
  readonly downTimerAdverts: number;
}

/** Skew_Time: version 2 (256 - priority) / 256 of a second, version 3 of the master's interval; whole µs, rounded down. */
export function skewTime({ version, priority, masterAdvertInt }: Omit<TimerBasis, 'downTimerAdverts'>): Duration {
  const scale = version === 2 ? 1_000_000 : masterAdvertInt;
  return microseconds(Math.floor(((256 - priority) * scale) / 256));
}

/** Master_Down_Interval: down_timer_adverts intervals and the skew. */
export function masterDownInterval(basis: TimerBasis): Duration {
  return sum(times(basis.downTimerAdverts, basis.masterAdvertInt), skewTime(basis));
}

/** How young an own advert is that answers what is heard now, and how soon a farewell is said again: 5 ms, at most adv / 20. */
export const answerTime = (advertInt: Duration): Duration =>
  microseconds(Math.min(milliseconds(5), Math.floor(advertInt / 20)));

type Silence = Omit<TimerBasis, 'priority' | 'masterAdvertInt'> & { readonly advertInt: Duration };

/** After a master's last advert no other router of its virtual router takes over sooner: the skew of priority 255. */
export const shortestSilence = ({ advertInt, ...basis }: Silence): Duration =>
  masterDownInterval({ ...basis, priority: 255, masterAdvertInt: advertInt });

/** By then each of them has, if there is one: the skew of priority 1, and the time that it and the network need. */
export const longestSilence = ({ advertInt, ...basis }: Silence): Duration =>
  sum(masterDownInterval({ ...basis, priority: 1, masterAdvertInt: advertInt }), milliseconds(100));

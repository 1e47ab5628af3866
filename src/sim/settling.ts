// How long a network needs until nothing changes any more after something has happened to it: every timer and every
// check that counts has had its say. A bound from the configurations; it plays nothing.

import type { Config } from '../config/model.js';
import { usedScripts } from '../config/tracks.js';
import { seconds, sum, times, type Duration } from '../time.js';

/** Beside what the files say: bursts of gratuitous ARP, an address that a client asks for anew. */
const SPARE = seconds(5);
/** Six hours: a check that needs longer to be believed is no matter of a night. */
const LONGEST = seconds(21_600);

/** The sum of the slowest of each kind over all hosts. */
export function settlingTime(configs: readonly Config[]): Duration {
  const instances = configs.flatMap(({ vrrpInstances }) => vrrpInstances);
  const scripts = configs.flatMap(usedScripts);
  const interval = slowest(instances.map(({ advertInt }) => advertInt));
  const whole = sum(
    SPARE,
    // In version 3 one may wait for another one's adverts.
    times(Math.max(0, ...instances.map(({ downTimerAdverts }) => downTimerAdverts + 5)), interval),
    slowest(instances.map(({ preemptDelay }) => preemptDelay)),
    slowest(scripts.map(({ interval, rise, fall }) => times(rise + fall + 2, interval))),
    slowest(configs.map(({ global }) => global.vrrpStartupDelay)),
  );
  return Math.min(whole, LONGEST) as Duration;
}

const slowest = (durations: readonly Duration[]): Duration => Math.max(0, ...durations) as Duration;

// Units, sums and the words for a duration.

import t from 'tap';
import {
  after,
  between,
  centiseconds,
  describeDuration,
  earliest,
  inCentiseconds,
  inMilliseconds,
  inSeconds,
  instant,
  microseconds,
  milliseconds,
  seconds,
  sum,
  times,
} from '../src/time.js';

t.test('units are whole microseconds', (t) => {
  t.equal(seconds(1), 1_000_000);
  t.equal(seconds(0.1), 100_000);
  t.equal(centiseconds(25), 250_000);
  t.equal(milliseconds(1.5), 1_500);
  t.equal(microseconds(1.6), 2);
  t.equal(instant(0.4), 0);
  t.equal(inSeconds(milliseconds(250)), 0.25);
  t.equal(inCentiseconds(milliseconds(250)), 25);
  t.equal(inMilliseconds(seconds(3)), 3_000);
  for (let count = 0; count <= 4_095; count += 1)
    if (inCentiseconds(centiseconds(count)) !== count) t.fail(`${count} cs do not come back`);
  t.end();
});

t.test('instants and durations', (t) => {
  t.equal(after(instant(5), seconds(1)), 1_000_005);
  t.equal(between({ from: instant(5), to: instant(2) }), -3);
  t.equal(sum(), 0);
  t.equal(sum(seconds(3), milliseconds(523)), 3_523_000);
  t.equal(times(3, seconds(1)), 3_000_000);
  t.equal(times(144 / 256, seconds(1)), 562_500);
  t.equal(times(1 / 3, microseconds(2)), 1);
  t.equal(earliest(), undefined);
  t.equal(earliest(undefined, undefined), undefined);
  t.equal(earliest(instant(7), undefined, instant(0), instant(3)), 0);
  t.end();
});

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WORDS: [number, string][] = [
  [-1, '0 ms'],
  [0, '0 ms'],
  [0.000_001, '1 µs'],
  [0.000_999, '999 µs'],
  [0.001, '1 ms'],
  [0.012, '12 ms'],
  [0.012_4, '12 ms'],
  [0.56, '560 ms'],
  [0.999_499, '999 ms'],
  [0.999_5, '1 s'],
  [1, '1 s'],
  [3.523_437, '3.523 s'],
  [9.999_999, '10 s'],
  [59.999_499, '59.999 s'],
  [59.999_5, '1 m'],
  [60, '1 m'],
  [4 * MINUTE + 10, '4 m 10 s'],
  [HOUR - 0.6, '59 m 59 s'],
  [HOUR - 0.5, '1 h'],
  [HOUR + 2 * MINUTE, '1 h 2 m'],
  [HOUR + 5, '1 h'],
  [7 * HOUR + 31 * MINUTE + 59, '7 h 31 m'],
  [DAY - 0.4, '1 d'],
  [2 * DAY + 3 * HOUR, '2 d 3 h'],
  [2 * DAY + 59 * MINUTE, '2 d'],
  [12 * DAY + 4 * HOUR, '12 d 4 h'],
  [400 * DAY, '400 d'],
];

t.test('durations as a person reads them', (t) => {
  for (const [count, words] of WORDS) t.equal(describeDuration(seconds(count)), words, `${count} s`);
  t.end();
});

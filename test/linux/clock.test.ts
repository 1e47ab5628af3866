// The clock and the alarm on it: it fires at its point and not before, can be set again and cleared.

import t from 'tap';
import { Alarm, now } from '../../src/linux/clock.js';
import { after, instant, milliseconds, type Instant } from '../../src/time.js';

const pause = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count));

/** Resolves with the moment at which an alarm set by `set` fires. */
const fired = (set: (alarm: Alarm) => void): Promise<Instant> =>
  new Promise((resolve) => {
    const alarm = new Alarm(() => {
      alarm.close();
      resolve(now());
    });
    set(alarm);
  });

t.test('now() goes on in microseconds', async (t) => {
  const before = now();
  await pause(100);
  const passed = now() - before;
  t.ok(Number.isInteger(before));
  t.ok(passed >= 99_000 && passed < 5_000_000, `100 ms are ${String(passed)} µs`);
});

t.test('an alarm fires at its point, never before', async (t) => {
  const at = after(now(), milliseconds(150));
  const late = (await fired((alarm) => alarm.set(at))) - at;
  t.ok(late >= 0 && late < 2_000_000, `${String(late)} µs late`);
});

t.test('a point in the past fires at once, zero and below too', async (t) => {
  for (const at of [instant(now() - 5), instant(1), instant(0), instant(-7)])
    t.ok(await fired((alarm) => alarm.set(at)), String(at));
});

t.test('the point set last counts, and no point is never', async (t) => {
  let count = 0;
  const alarm = new Alarm(() => count++);
  alarm.set(after(now(), milliseconds(100)));
  alarm.set(undefined);
  await pause(300);
  t.equal(count, 0, 'cleared');

  const start = now();
  alarm.set(after(start, milliseconds(100)));
  const later = after(start, milliseconds(400));
  alarm.set(later);
  while (count === 0) await pause(10);
  t.ok(now() >= later, 'set later');

  const again = instant(now() - 1);
  for (const expected of [2, 3]) {
    alarm.set(again);
    while (count < expected) await pause(10);
  }
  t.equal(count, 3, 'the same point can be set again after it fired');
  alarm.close();
  alarm.close();
});

t.test('an alarm that is cleared in the turn in which it expires does not fire', async (t) => {
  let count = 0;
  const alarm = new Alarm(() => count++);
  const at = after(now(), milliseconds(20));
  alarm.set(at);
  while (now() < after(at, milliseconds(20)));
  alarm.set(undefined);
  await pause(200);
  t.equal(count, 0);
  alarm.close();
});

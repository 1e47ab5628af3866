// What is to come comes out by its instant, and of one instant in the order in which it was put in.

import t from 'tap';
import { EventQueue } from '../../src/sim/event-queue.js';
import { Random } from '../../src/sim/random.js';
import { instant, type Instant } from '../../src/time.js';

t.test('an empty queue has nothing to come', (t) => {
  const queue = new EventQueue<string>();
  t.equal(queue.next, undefined);
  t.equal(queue.take(), undefined);
  queue.put(instant(1), 'only');
  t.equal(queue.take(), 'only');
  t.equal(queue.take(), undefined, 'it is empty again');
  t.end();
});

t.test('by instants, and equal instants in the order of putting in', (t) => {
  const queue = new EventQueue<string>();
  for (const [at, value] of [
    [3, 'c1'],
    [1, 'a1'],
    [3, 'c2'],
    [2, 'b'],
    [1, 'a2'],
    [3, 'c3'],
  ] as const)
    queue.put(instant(at), value);
  t.equal(queue.next, 1);
  t.strictSame(
    Array.from({ length: 6 }, () => queue.take()),
    ['a1', 'a2', 'b', 'c1', 'c2', 'c3'],
  );
  t.end();
});

t.test('as a sorted list, whatever is put in and taken out', (t) => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = new Random(seed);
    const queue = new EventQueue<number>();
    const list: { at: Instant; value: number }[] = [];
    const taken: (number | undefined)[] = [];
    const expected: (number | undefined)[] = [];
    for (let value = 0; value < 300; value += 1) {
      if (random.chance(3)) {
        taken.push(queue.take());
        expected.push(list.shift()?.value);
      } else {
        const at = instant(random.below(20));
        queue.put(at, value);
        const later = list.findIndex((one) => one.at > at);
        list.splice(later === -1 ? list.length : later, 0, { at, value });
      }
      if (queue.next !== list[0]?.at) t.fail(`seed ${seed}: next is ${queue.next}, not ${list[0]?.at}`);
    }
    while (list.length > 0) {
      taken.push(queue.take());
      expected.push(list.shift()?.value);
    }
    t.strictSame(taken, expected, `seed ${seed}`);
    t.equal(queue.next, undefined);
  }
  t.end();
});

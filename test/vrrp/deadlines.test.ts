// The index of deadlines against the simplest thing that could be right: a map that is searched.

import t from 'tap';
import { instant, seconds, type Instant } from '../../src/time.js';
import { Deadlines } from '../../src/vrrp/deadlines.js';
import { TestHost } from './host.js';

t.test('agrees with a searched map over 20,000 random steps', (t) => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(seed / 65_536) % below; // the low bits of this generator only cycle
  };
  const deadlines = new Deadlines<number>();
  const model = new Map<number, Instant>();
  const least = () => (model.size === 0 ? undefined : (Math.min(...model.values()) as Instant));
  let disagreements = 0;
  let taken = 0;
  for (let step = 0; step < 20_000; step += 1) {
    const owner = random(50);
    const what = random(4);
    if (what === 0) {
      model.delete(owner);
      deadlines.set(owner, undefined);
    } else if (what === 3) {
      const now = instant(random(1000));
      const found = deadlines.take(now);
      const expected = least();
      const due = expected !== undefined && expected <= now;
      if (due !== (found !== undefined) || (found !== undefined && model.get(found) !== expected)) disagreements += 1;
      if (found !== undefined) taken += model.delete(found) ? 1 : 0;
    } else {
      const at = instant(random(1000));
      model.set(owner, at);
      deadlines.set(owner, at);
    }
    if (deadlines.next() !== least()) disagreements += 1;
  }
  t.equal(disagreements, 0);
  t.ok(taken > 1000, `${taken} were taken`);
  t.end();
});

t.test(
  'of several at one instant the one that was set first comes first, whether anybody looked in between or not',
  (t) => {
    for (const looks of [true, false]) {
      const deadlines = new Deadlines<string>();
      deadlines.set('a', instant(1));
      for (const owner of ['b', 'c', 'd', 'a', 'e']) deadlines.set(owner, instant(5));
      if (looks) deadlines.next();
      const order = Array.from({ length: 5 }, () => deadlines.take(instant(5)));
      t.same(order, ['b', 'c', 'd', 'a', 'e']);
    }
    t.end();
  },
);

t.test('a router says when what it waits for is a take-over', (t) => {
  const host = new TestHost();
  t.notOk(host.router.isTakeOverNext, 'not before the start');
  host.start();
  t.equal(host.state, 'BACKUP');
  t.ok(host.router.isTakeOverNext);
  host.pass(seconds(30));
  t.equal(host.state, 'MASTER');
  t.notOk(host.router.isTakeOverNext, 'a MASTER waits for its next advert');
  t.end();
});

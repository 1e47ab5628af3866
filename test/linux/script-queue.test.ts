// The queue of scripts: the order, one in a turn with the loop going round between two, a signal before the turn, and an
// end in which nothing waits any more.

import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { ScriptQueue } from '../../src/linux/script-queue.js';
import type { Running } from '../../src/linux/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';

/** A queue of scripts that only note what happens to them. */
function noting() {
  const notes: string[] = [];
  const queue = new ScriptQueue();
  const push = (name: string): Running =>
    queue.push(
      () => {
        notes.push(name);
        return { signal: (signal) => notes.push(`${name} gets ${signal}`) };
      },
      (outcome: ScriptOutcome) => notes.push(`${name} ${outcome.kind} ${'signal' in outcome ? outcome.signal : ''}`),
    );
  return { notes, queue, push };
}
const turns = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await turn();
};

t.test('all are started, in their order, at most one in a turn', async (t) => {
  const { notes, push } = noting();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) push(name);
  t.same(notes, [], 'none before push() has returned');
  for (let before = 0; notes.length < names.length;) {
    await turn();
    t.ok(notes.length - before <= 1, notes.join());
    before = notes.length;
  }
  push('e');
  await turns(3);
  t.same(notes, [...names, 'e'], 'and it begins again');
});

t.test('what comes while others wait is behind them', async (t) => {
  const { notes, push } = noting();
  push('a');
  push('b');
  await turns(1);
  push('c');
  await turns(5);
  t.same(notes, ['a', 'b', 'c']);
});

t.test('one that is signalled before its turn is not started and has ended once', async (t) => {
  const { notes, push } = noting();
  push('a');
  const b = push('b');
  push('c');
  b.signal('SIGTERM');
  t.same(notes, [], 'not before signal() has returned');
  b.signal('SIGKILL');
  await turns(6);
  t.same(notes.toSorted(), ['a', 'b signalled SIGTERM', 'c']);
});

t.test('a cancelled one leaves the pace as it was', async (t) => {
  const { notes, push } = noting();
  push('a').signal('SIGTERM');
  for (const name of ['b', 'c', 'd']) push(name);
  await turn();
  t.ok(notes.filter((note) => note.length === 1).length <= 1, notes.join());
  await turns(6);
  t.same(
    notes.filter((note) => note.length === 1),
    ['b', 'c', 'd'],
  );
});

t.test('later signals go to the script', async (t) => {
  const { notes, push } = noting();
  const a = push('a');
  await turns(2);
  a.signal('SIGTERM');
  a.signal('SIGKILL');
  await turns(2);
  t.same(notes, ['a', 'a gets SIGTERM', 'a gets SIGKILL']);
});

t.test('in a hurry none waits', async (t) => {
  const { notes, queue, push } = noting();
  for (const name of ['a', 'b']) push(name);
  queue.hurry();
  t.same(notes, ['a', 'b']);
  push('c').signal('SIGTERM');
  t.same(notes, ['a', 'b', 'c', 'c gets SIGTERM']);
  await turns(3);
  t.equal(notes.length, 4, 'once each');
});

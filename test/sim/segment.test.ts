// A segment: who hears what one port sends, when, how often; and cuts.

import t from 'tap';
import { EventQueue } from '../../src/sim/event-queue.js';
import { Random } from '../../src/sim/random.js';
import { CALM, Segment, type Port } from '../../src/sim/segment.js';
import { after, instant, milliseconds, type Instant } from '../../src/time.js';

const FRAME = Uint8Array.of(1, 2, 3);

/** Three ports on a segment, and what each of them heard when, in µs. */
function aSegment() {
  let now = instant(0);
  const queue = new EventQueue<() => void>();
  const sent: string[] = [];
  const segment = new Segment('lan', {
    random: new Random(7),
    now: () => now,
    later: (at, action) => queue.put(at, action),
    onFrame: (name, frame) => void sent.push(`${name} ${frame.length}`),
  });
  const heard = new Map<string, Instant[]>();
  const port = (owner: string): Port => {
    const one: Port = { owner, receive: () => void heard.set(owner, [...(heard.get(owner) ?? []), now]) };
    segment.attach(one);
    return one;
  };
  const [a, b, c] = [port('a'), port('b'), port('c')];
  const run = (): void => {
    for (let { next } = queue; next !== undefined; next = queue.next) {
      now = next;
      queue.take()?.();
    }
  };
  const send = (count: number, from = a): void => {
    for (let index = 0; index < count; index += 1) segment.send(from, FRAME);
  };
  return { segment, send, run, sent, a, b, c, of: (owner: string) => heard.get(owner) ?? [] };
}

t.test('all others hear a frame after the delay, the sender does not', (t) => {
  const { send, run, of, sent } = aSegment();
  send(1);
  run();
  t.strictSame([of('a'), of('b'), of('c')], [[], [CALM.delay], [CALM.delay]]);
  t.strictSame(sent, ['lan 3'], 'it is seen once, as it is sent');
  t.end();
});

t.test('jitter spreads the delay evenly, so that frames overtake each other', (t) => {
  const { segment, send, run, of } = aSegment();
  segment.weather = { ...CALM, delay: milliseconds(1), jitter: milliseconds(10) };
  send(1_000);
  run();
  const times = of('b');
  t.equal(times.length, 1_000);
  t.ok(times.every((at) => at >= 1_000 && at <= 11_000));
  const mean = times.reduce((sum, at) => sum + at, 0) / times.length;
  t.ok(mean > 5_500 && mean < 6_500, `mean ${mean}`);
  t.not(times.join(), of('c').join(), 'each receiver has its own');
  t.end();
});

t.test('loss and duplication, each receiver apart', (t) => {
  const { segment, send, run, of } = aSegment();
  segment.weather = { ...CALM, loss: 0.25 };
  send(2_000);
  run();
  for (const owner of ['b', 'c']) {
    const count = of(owner).length;
    t.ok(count > 1_420 && count < 1_580, `${owner} heard ${count} of 2000`);
  }
  t.not(of('b').length, of('c').length);
  const twice = aSegment();
  twice.segment.weather = { ...CALM, duplication: 0.5 };
  twice.send(2_000);
  twice.run();
  const count = twice.of('b').length;
  t.ok(count > 2_900 && count < 3_100, `heard ${count} times`);
  twice.segment.weather = { ...CALM, loss: 1 };
  twice.send(10);
  twice.run();
  t.equal(twice.of('b').length, count, 'all are lost');
  t.end();
});

t.test('a cut is of one direction; what is on its way arrives; heal ends all cuts', (t) => {
  const { segment, send, run, of, a, b } = aSegment();
  send(1, a);
  segment.cut({ from: 'a', to: 'b' });
  t.equal(segment.connects({ from: 'a', to: 'b' }), false);
  t.equal(segment.connects({ from: 'b', to: 'a' }), true);
  send(1, a);
  send(1, b);
  run();
  t.equal(of('b').length, 1, 'only what was sent before');
  t.equal(of('a').length, 1, 'the other direction goes on');
  t.equal(of('c').length, 3, 'a third one hears both');
  segment.cut({ from: 'c', to: 'b' });
  segment.heal();
  t.equal(segment.connects({ from: 'a', to: 'b' }) && segment.connects({ from: 'c', to: 'b' }), true);
  send(1, a);
  run();
  t.equal(of('b').length, 2);
  t.end();
});

t.test('equal delays keep the order of sending', (t) => {
  const order: number[] = [];
  const queue = new EventQueue<() => void>();
  const segment = new Segment('lan', {
    random: new Random(1),
    now: () => instant(5),
    later: (at, action) => queue.put(at, action),
    onFrame: () => undefined,
  });
  const sender = { owner: 'a', receive: () => undefined };
  segment.attach({ owner: 'b', receive: ([octet = 0]) => void order.push(octet) });
  for (const octet of [1, 2, 3]) segment.send(sender, Uint8Array.of(octet));
  t.equal(queue.next, after(instant(5), CALM.delay));
  while (queue.next !== undefined) queue.take()?.();
  t.strictSame(order, [1, 2, 3]);
  t.end();
});

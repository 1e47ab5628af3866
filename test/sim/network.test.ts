// The network as a whole: time, determinism, weather, and who is asked for that is not there.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { Pair, VIRTUAL } from './pair.js';

/** A rough quarter of an hour. */
function play(seed: number): Pair {
  const pair = new Pair({ seed });
  const { network } = pair;
  const [lb1, lb2] = [pair.host('lb1'), pair.host('lb2')];
  network.setWeather({ loss: 0.3, jitter: milliseconds(40), duplication: 0.1 });
  for (const host of [lb1, lb2]) host.start();
  network.run(seconds(300));
  lb1.freeze(true);
  network.run(seconds(20));
  lb1.freeze(false);
  network.run(seconds(280));
  lb2.crash();
  network.run(seconds(10));
  lb2.start();
  network.run(seconds(290));
  return pair;
}

t.test('the same plan and seed give the same run, octet for octet; another seed another one', (t) => {
  const [one, again, other] = [play(3), play(3), play(4)];
  t.equal(one.happened.join('\n'), again.happened.join('\n'));
  t.ok(Buffer.concat(one.frames).equals(Buffer.concat(again.frames)));
  t.not(one.happened.join('\n'), other.happened.join('\n'));
  t.ok(one.happened.length > 900, `${one.happened.length} happenings`);
  t.end();
});

t.test('how a span is divided changes nothing', (t) => {
  const [whole, parts] = [new Pair(), new Pair()];
  for (const { network } of [whole, parts]) for (const host of network.hosts.values()) host.start();
  whole.network.run(seconds(12));
  for (let part = 0; part < 120; part += 1) parts.network.run(milliseconds(100));
  t.strictSame(parts.happened, whole.happened);
  t.equal(parts.network.now, whole.network.now);
  t.end();
});

t.test('what happens at the very end of a span has happened', (t) => {
  const pair = new Pair();
  pair.host('lb1').start();
  pair.network.run(seconds(3.414062));
  t.equal(pair.state('lb1'), 'MASTER');
  t.equal(pair.network.now, 3_414_062);
  t.end();
});

t.test('a pair by itself: who becomes MASTER when, what is sent, who answers', (t) => {
  const pair = new Pair();
  for (const host of pair.network.hosts.values()) host.start();
  pair.network.run(seconds(5));
  t.strictSame(pair.happened, [
    '0 lb1 BACKUP',
    '0 lb2 BACKUP',
    '3.414062 lb1 advert 150',
    '3.414062 lb1 garp',
    '3.414062 lb1 MASTER',
    '3.414162 client lb1',
    '4.414062 lb1 advert 150',
    '4.414062 lb1 garp',
  ]);
  t.equal(pair.client.answeredBy(VIRTUAL), pair.host('lb1'));
  t.end();
});

t.test('a cut is on all segments and heals on all', (t) => {
  const { network } = new Pair();
  network.cut({ from: 'lb1', to: 'lb2' });
  for (const segment of network.segments.values()) t.equal(segment.connects({ from: 'lb1', to: 'lb2' }), false);
  network.heal();
  for (const segment of network.segments.values()) t.equal(segment.connects({ from: 'lb1', to: 'lb2' }), true);
  t.throws(() => network.host('lb9'), { message: 'there is no host lb9' });
  t.throws(() => network.host('lb1').setLink('eth9', false), { message: 'lb1 has no interface eth9' });
  t.end();
});

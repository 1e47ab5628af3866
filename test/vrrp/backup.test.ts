// BACKUP: RFC 3768 § 6.4.2; nopreempt and preempt_delay as keepalived has them.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { anInstance, aScript, succeeded, TestHost, tracked } from './host.js';

function backup(changes = {}): TestHost {
  const host = new TestHost({ instances: [anInstance(changes)] });
  host.start();
  host.pass(seconds(2));
  return host;
}

t.test('an advert with a higher or the same priority: the timer is set to Master_Down_Interval', (t) => {
  for (const priority of [121, 120]) {
    const host = backup();
    host.hear({ priority, from: '192.168.1.9' });
    host.pass(seconds(3.53));
    t.equal(host.state, 'BACKUP', `${priority} counts, and equal priority has no tie-break here`);
    host.pass(milliseconds(2));
    t.equal(host.state, 'MASTER');
    t.match(
      host.log.at(-1),
      `no advert from 192.168.1.9 for 3.531 s (${priority} there, 120 here); was BACKUP for 5.531 s`,
    );
  }
  t.end();
});

t.test('an advert with priority 0: the timer is set to Skew_Time', (t) => {
  const host = backup();
  host.hear({ priority: 130 });
  host.pass(seconds(1));
  host.hear({ priority: 0 });
  host.pass(milliseconds(531));
  t.equal(host.state, 'BACKUP');
  host.pass(milliseconds(1));
  t.equal(host.state, 'MASTER');
  t.match(host.log.at(-1), /192\.168\.1\.192 left with priority 0 \(120 here\)/);
  t.end();
});

t.test('a farewell that is repeated makes the wait no longer', (t) => {
  const host = backup();
  host.hear({ priority: 130 });
  for (let count = 0; count < 3; count += 1) {
    host.hear({ priority: 0 });
    host.pass(milliseconds(200));
  }
  t.equal(host.state, 'MASTER', 'after 0.6 s: skew 0.531 s after the first');
  t.end();
});

t.test('a lower advert with preemption is discarded: the timer goes on with its remaining time', (t) => {
  const host = new TestHost();
  host.start();
  for (let count = 0; count < 4; count += 1) {
    host.pass(milliseconds(800));
    host.hear({ priority: 110 });
  }
  host.pass(milliseconds(331));
  t.equal(host.state, 'BACKUP');
  host.pass(milliseconds(1));
  t.equal(host.state, 'MASTER', '3.531 s after the start');
  t.match(host.log.join('\n'), '(VI_1) received lower priority (110) advert from 192.168.1.192 - discarding');
  t.match(host.log.at(-1), /192\.168\.1\.192 has only priority 110, ours 120/);
  t.end();
});

t.test('nopreempt: a lower advert is accepted like a higher one', (t) => {
  const host = backup({ nopreempt: true });
  for (let count = 0; count < 30; count += 1) {
    host.hear({ priority: 1 });
    host.pass(seconds(1));
  }
  t.equal(host.state, 'BACKUP');
  t.strictSame(host.times('advert'), []);
  t.end();
});

t.test('preempt_delay 3: lower adverts are accepted for 3 s and discarded from then on', (t) => {
  const host = new TestHost({ instances: [anInstance({ priority: 150, preemptDelay: seconds(3) })] });
  host.start();
  host.pass(seconds(1));
  for (let count = 0; count < 10; count += 1) {
    host.hear({ priority: 100 });
    host.pass(milliseconds(1000));
  }
  // The last accepted advert came 2 s after the first; the one at 3 s and the later ones were discarded.
  t.strictSame(host.times('advert 150')[0], 6.414062, '1 s, 2 s and the Master_Down_Interval');
  t.end();
});

t.test('preempt_delay is cancelled by a higher advert', (t) => {
  const host = new TestHost({ instances: [anInstance({ priority: 150, preemptDelay: seconds(3) })] });
  host.start();
  for (let second = 0; second < 12; second += 1) {
    host.hear({ priority: second % 3 === 2 ? 200 : 100 });
    host.pass(seconds(1));
  }
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('a change of the effective priority moves the running timer by the difference of the skew', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked({ weight: 64 })] })],
    scripts: [aScript({ weight: 64 })],
  });
  host.start();
  host.pass(seconds(1));
  host.script(succeeded);
  t.equal(host.instance.priority, 184);
  t.match(host.log.at(-1), '(VI_1) Changing effective priority from 120 to 184: chk succeeded (exit 0 after 12 ms)');
  host.pass(seconds(9));
  t.strictSame(host.times('advert')[0], 3 + 72 / 256, 'skew of 184, counted from the start');
  t.end();
});

t.test('adverts for other virtual routers and packets that cannot be read are counted and change nothing', (t) => {
  const host = backup();
  host.hear({ priority: 200, virtualRouterId: 92 });
  host.give({ kind: 'packet', interface: 'eth1', packet: { kind: 'unreadable', reason: 'too-short' } });
  const { unreadable, unknownVirtualRouter } = host.router.unclaimed;
  t.strictSame([unreadable, unknownVirtualRouter], [1, 1]);
  host.pass(milliseconds(1532));
  t.equal(host.state, 'MASTER', '3.531 s after the start');
  t.end();
});

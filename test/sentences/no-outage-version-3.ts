// That nothing is lost, in version 3 with intervals below a second: what is a part of the interval follows it, what a kernel
// or a client needs does not (10 ms for an announcement, 50 frames a second, one probe a second).

import { after, microseconds, milliseconds, seconds, type Duration } from '../../src/time.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { leftOf, takeNote } from '../../src/vrrp/note.js';
import { anInstance, eth1, TestHost, VERSION_3, withLeft, type Said } from '../vrrp/host.js';
import { master, sentence, stop, takesOverAfter, within } from './words.js';

const each = (interval: Duration, changes: Partial<VrrpInstance> = {}): Partial<VrrpInstance> => ({
  ...VERSION_3,
  advertInt: interval,
  ...changes,
});
const SLOW = each(milliseconds(100));
const FAST = each(milliseconds(10));
const said = (interval: Duration, more: Partial<Said> = {}): Said => ({ priority: 200, version: 3, interval, ...more });
const fast = (more: Partial<Said> = {}): Said => said(milliseconds(10), more);

sentence(
  'vrrpd: priority 0 again after a twentieth, a third time after 1.05 of the skew of 1, and as long again',
  (t) => {
    for (const [changes, again, third, gone] of [
      [SLOW, 0.005, 0.10959, 0.21418],
      [FAST, 0.0005, 0.010958, 0.021416],
    ] as const) {
      const host = master(changes);
      const from = host.at;
      stop(host);
      t.same(within(host, seconds(1), 'advert 0'), [again, third]);
      t.same(
        host.times('remove').map((at) => Math.round((at - from) * 1e6) / 1e6),
        [gone],
      );
    }
  },
);

sentence(
  'vrrpd: the address goes when the heir announces it, or 10 ms after its advert, whatever the interval',
  (t) => {
    for (const changes of [SLOW, FAST]) {
      const interval = changes.advertInt ?? seconds(1);
      const announced = master(changes);
      stop(announced);
      t.same(announced.hear(said(interval)), []);
      t.same(announced.claim().slice(0, 2), ['remove 192.168.1.190', 'advert 1']);
      const silent = master(changes);
      stop(silent);
      silent.hear(said(interval));
      t.same(within(silent, seconds(1), 'remove'), [0.01005]);
    }
  },
);

sentence('vrrpd: a better router: priority 1, unless an advert is younger than a twentieth of the interval', (t) => {
  for (const [age, words] of [
    [microseconds(499), []],
    [microseconds(500), ['advert 1']],
  ] as const) {
    const host = master(FAST);
    host.pass(((host.router.nextDeadline() ?? host.now) - host.now) as Duration);
    host.pass(age);
    t.same(host.hear(fast()), words);
    t.equal(host.state, 'RELEASING');
  }
});

sentence('vrrpd: an heir of priority 1 is waited for by its own interval: it may be slower than ours', (t) => {
  for (const [interval, returns] of [
    [milliseconds(10), 0.01996],
    [seconds(1), 1.996093],
  ] as const) {
    const host = master({ ...FAST, priority: 1, virtualAddresses: [] });
    host.hear(said(interval, { priority: 1, addresses: [], from: '192.168.1.250' }));
    t.equal(host.state, 'RELEASING');
    t.equal(within(host, seconds(3), 'advert 1')[0], returns, 'it goes on as MASTER');
  }
});

sentence('vrrpd: one announcement an advert, but 50 frames a second and one probe a second', (t) => {
  const { masterRefresh: _unwritten, ...garp } = anInstance().garp;
  const host = master({ ...FAST, garp });
  const from = host.at;
  host.pass(seconds(10));
  const count = (prefix: string): number => host.times(prefix).filter((at) => at > from).length;
  t.equal(count('advert'), 1_000);
  t.ok(count('garp') <= 550, `${count('garp')} in 10 s`);
  t.ok(count('garp') >= 450, `${count('garp')} in 10 s`);
  t.equal(count('probe'), 10);
});

sentence('vrrpd: adverts each 10 ms do not drift, and a late wake-up brings no burst of them', (t) => {
  const host = master(FAST);
  host.now = after(host.now, milliseconds(15));
  t.same(host.give({ kind: 'tick' }), ['advert 120']);
  const phase = within(host, milliseconds(30), 'advert');
  t.equal(phase.length, 3);
  t.ok((phase[0] ?? 1) < 0.01, 'in step with what was before');
});

sentence('vrrpd: one that stood still past three intervals says that it is back with a burst', (t) => {
  const host = master(FAST);
  host.pass(((host.router.nextDeadline() ?? host.now) - host.now) as Duration);
  host.now = after(host.now, microseconds(30_001));
  t.same(host.give({ kind: 'tick' }), ['advert 120', 'garp 192.168.1.190 x5']);
});

sentence('vrrpd: a BACKUP that is late by more than an interval of its master waits for its skew once more', (t) => {
  for (const [late, state] of [
    [milliseconds(10), 'MASTER'],
    [microseconds(10_001), 'BACKUP'],
  ] as const) {
    const host = new TestHost({ instances: [anInstance(VERSION_3)] });
    host.start();
    host.hear(fast());
    host.now = after(host.now, (30_000 + 5_312 + late) as Duration);
    host.give({ kind: 'tick' });
    t.equal(host.state, state);
    if (state === 'BACKUP') t.equal(takesOverAfter(host), 0.005312);
  }
});

/** What becomes of one whose daemon crashed, so long after its last advert. */
function restarted(changes: Partial<VrrpInstance>, age: Duration): string {
  const dead = master(changes);
  dead.pass(((dead.router.nextDeadline() ?? dead.now) - dead.now) as Duration);
  const note = takeNote(dead.router);
  if (!note) throw new Error('it holds nothing');
  const same = { get: () => 'the same' };
  const host = new TestHost({ instances: [anInstance(changes)] }, { eth1: withLeft(eth1, '192.168.1.190') });
  host.now = after(dead.now, age);
  const words = host.start(leftOf(note, { then: same, now: same }));
  if (words.includes('notify MASTER 120')) return 'goes on';
  return words.includes('remove 192.168.1.190') ? 'removes' : 'keeps';
}

sentence(
  'vrrpd: after a crash: 50 ms before the quickest other one it is too late, 100 ms after the slowest one over',
  (t) => {
    for (const [changes, age, found] of [
      [SLOW, 250_389, 'goes on'],
      [SLOW, 250_390, 'keeps'],
      [SLOW, 499_608, 'keeps'],
      [SLOW, 499_609, 'removes'],
      [FAST, 1, 'keeps'],
      [FAST, 139_959, 'keeps'],
      [FAST, 139_960, 'removes'],
    ] as const)
      t.equal(restarted(changes, microseconds(age)), found, `${age} µs`);
  },
);

sentence('vrrpd: while it gives way to one of another interval, its timer is by that interval', (t) => {
  const host = master(VERSION_3);
  host.hear(said(milliseconds(100)));
  host.claim();
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), 0.353125);
});

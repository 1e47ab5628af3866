// A process that stood still (a paused virtual machine, a host that swaps) and goes on: what has waited is read before a
// timer is acted upon, so a test hands in what waited and then the tick. keepalived takes over what others serve by then.

import { after, milliseconds, microseconds, seconds, type Duration } from '../../src/time.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { Loop } from '../../src/daemon/loop.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { aClaim, aGroup, anAdvert, anInstance, type TestHost } from '../vrrp/host.js';
import { backup, master, MASTER_DOWN, second, sentence, SKEW, statesOf, stop, within } from './words.js';

const LOWER = 'notify MASTER_RX_LOWER_PRI 120';
const nopreempt = { nopreempt: true };

/** A MASTER that stands still for so long after its last advert. */
function frozen(duration: Duration, changes: Partial<VrrpInstance> = {}, parts = {}): TestHost {
  const host = master(changes, parts);
  host.pass(((host.router.nextDeadline() ?? host.now) - host.now) as Duration);
  host.now = after(host.now, duration);
  return host;
}

const tick = (host: TestHost): string[] => host.give({ kind: 'tick' });

sentence('vrrpd: nobody was heard: one advert and one burst', (t) => {
  const host = frozen(seconds(10));
  t.same(tick(host), ['advert 120', 'garp 192.168.1.190 x5']);
  t.same(within(host, seconds(3), 'advert'), [1, 2, 3], 'in step with what was before');
});

sentence('vrrpd: it counts as having stood still past down_timer_adverts intervals after the last advert', (t) => {
  t.same(tick(frozen(seconds(3))), ['advert 120']);
  t.same(tick(frozen(microseconds(3_000_001))), ['advert 120', 'garp 192.168.1.190 x5']);
  t.same(tick(frozen(seconds(5), { downTimerAdverts: 5 })), ['advert 120']);
  t.same(tick(frozen(microseconds(5_000_001), { downTimerAdverts: 5 })).length, 2);
});

sentence('vrrpd: the second burst that fell due meanwhile is not made up for, one that is to come is', (t) => {
  const host = backup();
  host.pass(seconds(4));
  host.now = after(host.now, seconds(10));
  t.same(tick(host), ['advert 120', 'garp 192.168.1.190 x5'], 'one burst');
  t.notOk(host.pass(seconds(20)).some((word) => word.startsWith('garp')));
  const early = backup({ garp: { ...anInstance().garp, masterDelay: seconds(10) } });
  early.pass(seconds(4));
  early.now = after(early.now, seconds(5));
  tick(early);
  t.same(within(early, seconds(20), 'garp'), [4.53125]);
});

sentence('vrrpd: a better router was heard: priority 1, and no burst', (t) => {
  for (const changes of [{}, nopreempt]) {
    const host = frozen(seconds(10), changes);
    t.same(host.hear({ priority: 200 }), ['advert 1']);
    t.same(tick(host), []);
    t.same(host.pass(milliseconds(11)), ['remove 192.168.1.190', 'notify BACKUP 120']);
    t.same(within(host, seconds(3), 'garp'), []);
  }
});

sentence('vrrpd: a farewell is not answered: who has come after that one is heard next, or nobody has', (t) => {
  const host = frozen(seconds(10), nopreempt);
  t.same(host.hear({ priority: 0 }), []);
  t.same(host.hear({ priority: 100, from: '192.168.1.193' }), ['advert 1'], 'it stood still all the same');
  t.equal(host.state, 'RELEASING');
  const alone = frozen(seconds(10));
  t.same(alone.hear({ priority: 0 }), []);
  t.same(tick(alone), ['advert 120', 'garp 192.168.1.190 x5']);
});

sentence(
  'vrrpd: a lower router was heard, and it may preempt: one advert and one burst, however much has waited',
  (t) => {
    const host = frozen(seconds(10));
    t.same(host.hear({ priority: 100 }), ['advert 120', 'garp 192.168.1.190 x5', LOWER]);
    for (let count = 0; count < 5; count += 1) t.same(host.hear({ priority: 100 }), [LOWER]);
    t.same(tick(host), []);
    t.same(within(host, seconds(20), 'garp'), []);
  },
);

sentence('vrrpd: nopreempt: priority 1 once, and the address stays: the other one may have died since', (t) => {
  const host = frozen(seconds(10), nopreempt);
  t.same(host.hear({ priority: 100 }), ['advert 1']);
  for (let count = 0; count < 5; count += 1) t.same(host.hear({ priority: 100 }), []);
  t.same([...host.claim(), ...tick(host)], [], 'what had waited, announcements too, says nothing of the present');
  t.equal(host.state, 'RELEASING');
  t.match(host.log.at(-1), /stood still for 10 s, and 192\.168\.1\.192 serves with priority 100/);
});

sentence('vrrpd: nopreempt: nothing was to be heard, since the link was down meanwhile: the same', (t) => {
  const host = frozen(seconds(10), nopreempt);
  t.same([...host.flap('eth1'), ...host.hear({ priority: 100 }), ...tick(host)], ['advert 1']);
  t.match(host.log.at(-1), /stood still for 10 s, and nothing was to be heard meanwhile/);
  host.pass(seconds(0.3));
  host.hear({ priority: 100 });
  t.same(host.pass(milliseconds(11)), ['remove 192.168.1.190', 'notify BACKUP 120'], 'it is heard now');
  const alone = frozen(seconds(10), nopreempt);
  t.same([...alone.flap('eth1'), ...tick(alone)], ['advert 1']);
  t.same(alone.pass(microseconds((1 + SKEW) * 1e6)), ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5']);
});

sentence(
  'vrrpd: a link that was down for a moment is a reason to look, and no more; one that may preempt says that it serves',
  (t) => {
    const moment = frozen(seconds(3), nopreempt);
    t.same([...moment.flap('eth1'), ...tick(moment)], ['probe 192.168.1.190', 'advert 120']);
    const better = frozen(seconds(10));
    t.same([...better.flap('eth1'), ...tick(better)], ['advert 120', 'garp 192.168.1.190 x5']);
  },
);

sentence('vrrpd: nopreempt: nobody is heard after the thaw: MASTER again after an interval and the own skew', (t) => {
  const host = frozen(seconds(10), nopreempt);
  host.hear({ priority: 100 });
  t.same(host.pass(microseconds((1 + SKEW) * 1e6 - 1)), [], 'no priority 0 is said');
  t.same(host.pass(microseconds(1)), ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5']);
  t.equal(host.state, 'MASTER');
  t.notOk(host.trace.some(({ at, what }) => at > 20 && what.startsWith('notify')));
});

sentence('vrrpd: nopreempt: an advert that was sent after the thaw: the address goes as with any heir', (t) => {
  const host = frozen(seconds(10), nopreempt);
  host.hear({ priority: 100 });
  host.pass(seconds(0.3));
  t.same(host.hear({ priority: 100 }), []);
  t.same(host.pass(milliseconds(10)), []);
  t.same(host.pass(microseconds(50)), ['remove 192.168.1.190', 'notify BACKUP 120'], 'and nothing more is said');
  t.same(within(host, seconds(3), 'advert'), []);
});

sentence('vrrpd: nopreempt: an announcement that was sent after the thaw does it too', (t) => {
  const host = frozen(seconds(10), nopreempt);
  host.hear({ priority: 100 });
  host.pass(microseconds(1));
  t.same(host.claim(), ['remove 192.168.1.190', 'notify BACKUP 120']);
});

sentence('vrrpd: nopreempt: a farewell or an announcement alone that waited: nobody serves, it wakes up', (t) => {
  for (const wait of [(host: TestHost) => host.hear({ priority: 0 }), (host: TestHost) => host.give(aClaim())]) {
    const host = frozen(seconds(10), nopreempt);
    wait(host);
    const words = tick(host);
    t.ok(words.includes('garp 192.168.1.190 x5'));
    t.equal(host.state, 'MASTER');
  }
});

sentence('vrrpd: nopreempt: one that is stopped while it waits says priority 0, and returns no more', (t) => {
  const host = frozen(seconds(10), nopreempt);
  host.hear({ priority: 100 });
  host.pass(seconds(1));
  t.same(stop(host), ['advert 0']);
  t.equal(host.pass(seconds(2.1)).at(-1), 'close-link eth1');
});

sentence('vrrpd: nopreempt: a sync group waits as one, and is MASTER again as one', (t) => {
  const groups = [aGroup(['VI_1', 'VI_2'])];
  const instances = [anInstance(nopreempt), second(nopreempt)];
  const host = frozen(seconds(10), {}, { instances, groups });
  t.same(host.hear({ priority: 100 }), ['advert 1']);
  t.same(statesOf(host), ['RELEASING', 'RELEASING']);
  t.same(
    host.pass(seconds(1 + SKEW)).filter((word) => word.startsWith('remove')),
    [],
  );
  t.same(statesOf(host), ['MASTER', 'MASTER']);
});

sentence('vrrpd: a BACKUP that is late by more than an interval itself waits for its skew once more', (t) => {
  const intime = backup();
  intime.now = after(intime.now, seconds(MASTER_DOWN + 1));
  t.equal(tick(intime)[0], 'advert 120');
  const late = backup();
  late.now = after(late.now, microseconds((MASTER_DOWN + 1) * 1e6 + 1));
  t.same(tick(late), [], 'the whole network may have stood still');
  t.same(within(late, seconds(3), 'notify MASTER'), [SKEW], 'once');
});

sentence('vrrpd: a BACKUP that hears its master within that skew stays BACKUP', (t) => {
  const host = backup();
  host.now = after(host.now, seconds(60));
  tick(host);
  host.pass(seconds(0.5));
  host.hear({ priority: 200 });
  t.same(within(host, seconds(3.5), 'notify'), []);
});

sentence('vrrpd: a BACKUP whose master has been heard meanwhile stays BACKUP, however late it is', (t) => {
  const host = backup();
  host.now = after(host.now, seconds(60));
  host.hear({ priority: 200 });
  t.same(tick(host), []);
  t.same(within(host, seconds(3.5), 'notify'), []);
});

sentence('vrrpd: what has waited is read before a timer is acted upon', (t) => {
  const host = backup();
  host.now = after(host.now, seconds(4));
  const performed: Effect[] = [];
  const loop = new Loop(host.router, {
    now: () => host.now,
    receive: () => [anAdvert({ priority: 200 })],
    perform: (effects) => {
      performed.push(...effects.filter(({ kind }) => kind !== 'log'));
      return [];
    },
    setAlarm: () => undefined,
  });
  loop.wake();
  t.equal(host.state, 'BACKUP', 'the advert of its master is among it');
  t.same(performed, []);
  const deadline = host.router.nextDeadline() ?? host.now;
  t.equal(deadline - host.now, MASTER_DOWN * 1e6);
});

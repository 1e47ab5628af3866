// RFC 5798 and RFC 9568: in version 3 the interval of the Master's adverts is learned, and the timers of a Backup follow it
// (Master_Adver_Interval, in RFC 9568 Active_Adver_Interval). An instance of 1 s and its peers of other intervals.

import { milliseconds, seconds } from '../../src/time.js';
import { anAdvert, anInstance, eth1, VERSION_3 } from '../vrrp/host.js';
import {
  backup,
  dropped,
  effectsWithin,
  hears,
  master,
  MASTER_DOWN,
  octetsOf,
  sentence,
  stop,
  takenOver,
  takesOverAfter,
  within,
} from './words.js';

/** A quarter of those of 1 s: what follows from 250 ms. */
const quick = { version: 3, interval: milliseconds(250) } as const;
const QUICK_SKEW = 0.132812;
const QUICK_MASTER_DOWN = 0.882812;

sentence('RFC 5798 § 6.1: Master_Adver_Interval: the initial value is the same as Advertisement_Interval', (t) => {
  t.equal(takesOverAfter(backup(VERSION_3)), MASTER_DOWN);
  t.equal(takesOverAfter(backup({ ...VERSION_3, advertInt: milliseconds(250) })), QUICK_MASTER_DOWN);
});

sentence('RFC 5798 § 6.4.2 (450, 455): an advert that counts: set Master_Adver_Interval, recompute both times', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  t.equal(takesOverAfter(host), QUICK_MASTER_DOWN);
  const slow = backup({ ...VERSION_3, advertInt: milliseconds(250) });
  slow.hear({ priority: 200, version: 3, interval: seconds(1) });
  t.equal(takesOverAfter(slow), MASTER_DOWN);
});

sentence('RFC 5798 § 6.4.2 (430): priority zero: the Skew_Time is that of the learned interval', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  host.hear({ priority: 0, ...quick });
  t.equal(takesOverAfter(host), QUICK_SKEW);
});

sentence('RFC 5798 § 6.4.3: a MASTER says its own interval, from its first advert on', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  const said = effectsWithin(host, seconds(2), 'send-advert').map(({ advert }) => advert.interval);
  t.same(said, [seconds(1), seconds(1)]);
});

sentence(
  'vrrpd: one that gives way says the interval of the better router: who listens goes on waiting for that one',
  (t) => {
    const host = master(VERSION_3);
    t.match(host.router.handle(anAdvert({ priority: 200, ...quick }), host.now), [
      { kind: 'send-advert', advert: { priority: 1, interval: quick.interval } },
    ]);
    const leaving = master(VERSION_3);
    stop(leaving);
    leaving.pass(milliseconds(5));
    leaving.hear({ priority: 100, ...quick });
    t.match(effectsWithin(leaving, seconds(0.1), 'send-advert'), [
      { advert: { priority: 1, interval: quick.interval } },
    ]);
  },
);

sentence('RFC 5798 § 6.4.2 (430): priority zero teaches no interval', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  host.hear({ priority: 0, version: 3, interval: seconds(40) });
  t.equal(takesOverAfter(host), QUICK_SKEW);
});

sentence('RFC 5798 § 6.4.2 (445, 470): a discarded advert teaches no interval', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 10, ...quick });
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('RFC 5798 § 6.4.2 (445): with Preempt_Mode False a lower priority teaches it too', (t) => {
  const host = backup({ ...VERSION_3, nopreempt: true });
  host.hear({ priority: 10, ...quick });
  t.equal(takesOverAfter(host), QUICK_MASTER_DOWN);
});

sentence('RFC 5798 § 6.4.3 (740-755): a better router: set Master_Adver_Interval, recompute, to Backup', (t) => {
  const host = master(VERSION_3);
  takenOver(host, quick);
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), QUICK_MASTER_DOWN);
});

sentence('RFC 5798 § 6.4.2 (375): a new Master sends each Advertisement_Interval, its own', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  host.pass(seconds(1));
  t.equal(host.state, 'MASTER');
  t.same(within(host, seconds(2.5), 'advert'), [0.882812, 1.882812]);
});

sentence('RFC 9568 § 6.1: one that begins anew has its own interval again', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  host.link('eth1', { ...eth1, up: false });
  host.link('eth1', eth1);
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('RFC 5798 § 7.1: another interval is told once, not dropped', (t) => {
  const host = backup(VERSION_3);
  hears(host, { priority: 200, version: 3, interval: seconds(2) }, { times: 5 });
  hears(host, { priority: 200, version: 3, interval: seconds(1) }, { times: 5 });
  t.equal(host.instance.statistics.advertsHeard, 10);
  t.same(
    host.log.filter((line) => line.includes('says an advert each')),
    ['(VI_1) 192.168.1.192 says an advert each 2 s, not 1 s as here', '(VI_1) 192.168.1.192 says an advert each 1 s'],
  );
});

sentence('RFC 9568 § 7.1: an advert with the interval 0 is ignored', (t) => {
  dropped(t, 'interval', octetsOf({ priority: 200, version: 3, interval: seconds(0) }), VERSION_3);
});

sentence('RFC 5798 § 7.1: MUST verify that the VRRP version is 3', (t) => {
  dropped(t, 'version', octetsOf({ priority: 200, version: 2 }), VERSION_3);
});

sentence('keepalived: a reload changes the own interval: a learned one goes on to count', (t) => {
  const host = backup(VERSION_3);
  host.hear({ priority: 200, ...quick });
  host.pass(milliseconds(100));
  host.reload({ instances: [anInstance({ ...VERSION_3, advertInt: seconds(3) })] });
  t.equal(takesOverAfter(host), 0.782812);
  const alone = backup(VERSION_3);
  alone.reload({ instances: [anInstance({ ...VERSION_3, advertInt: milliseconds(250) })] });
  t.equal(takesOverAfter(alone), QUICK_MASTER_DOWN);
});

// A MASTER that hears a better router says so once, as priority 1: the winner learns that there was a second one, and
// announces its addresses again. RFC 3768 § 6.4.3 has it fall silent; keepalived's clients stay with a stale ARP cache.

import { milliseconds, microseconds, seconds, type Duration } from '../../src/time.js';
import { aClaim, anInstance, type TestHost } from '../vrrp/host.js';
import { hears, master, MASTER_DOWN, sentence, stop, takenOver, takesOverAfter, within } from './words.js';

/** A MASTER `age` after an own advert. */
function spoken(age: Duration, advertInt = seconds(1)): TestHost {
  const host = master({ advertInt });
  host.pass(((host.router.nextDeadline() ?? host.now) - host.now) as Duration);
  host.pass(age);
  return host;
}

sentence('vrrpd: priority 1 is said once, however often the better one is heard', (t) => {
  const host = master();
  t.same(host.hear({ priority: 121 }), ['advert 1']);
  t.same(host.hear({ priority: 121 }), []);
  t.same(host.hear({ priority: 200, from: '192.168.1.77' }), []);
  t.same(host.claim(), ['remove 192.168.1.190', 'notify BACKUP 120'], 'nor again at the end');
  hears(host, { priority: 121 }, { times: 5 });
  t.equal(host.times('advert 1').filter((at) => at >= 20).length, 1);
});

sentence('vrrpd: priority 1 and not the own one, with which both could give way', (t) => {
  t.same(master({ priority: 250 }).hear({ priority: 254 }), ['advert 1']);
  t.same(master().hear({ priority: 120, from: '192.168.1.200' }), ['advert 1'], 'of equal priority too');
});

sentence('vrrpd: nothing is said where an own advert of the last 5 ms has said it already', (t) => {
  t.same(spoken(microseconds(4_999)).hear({ priority: 121 }), []);
  t.same(spoken(milliseconds(5)).hear({ priority: 121 }), ['advert 1']);
});

sentence(
  'vrrpd: it is said all the same where an announcement followed that advert: it may have come after the winner',
  (t) => {
    const { masterRefresh: _unwritten, ...garp } = anInstance().garp;
    const host = master({ garp });
    host.pass(((host.router.nextDeadline() ?? host.now) - host.now) as Duration);
    t.equal(host.times('garp').at(-1), host.times('advert 120').at(-1), 'the announcement came with an advert');
    t.equal(host.times('garp').at(-1), host.at);
    host.pass(milliseconds(1));
    t.same(host.hear({ priority: 121 }), ['advert 1']);
  },
);

sentence(
  'vrrpd: nothing is said where an own advert of the last twentieth of the interval has said it already',
  (t) => {
    const interval = milliseconds(40);
    t.same(spoken(microseconds(1_999), interval).hear({ priority: 121, interval }), []);
    t.same(spoken(milliseconds(2), interval).hear({ priority: 121, interval }), ['advert 1']);
  },
);

sentence('vrrpd: it serves until the better one announces, and no priority 0 asks for another', (t) => {
  const host = master();
  host.hear({ priority: 121 });
  t.equal(host.state, 'RELEASING');
  t.same(within(host, seconds(3), 'advert'), []);
});

sentence('vrrpd: one that announced before its advert is waited for as well', (t) => {
  const host = master();
  host.give(aClaim());
  t.equal(host.state, 'MASTER', 'an announcement alone is a second owner');
  host.hear({ priority: 121 });
  t.same(within(host, seconds(1), 'remove'), [0.01005]);
});

sentence('vrrpd: as BACKUP it waits from the last advert of the better one, not from the end of RELEASING', (t) => {
  const host = master();
  host.hear({ priority: 121 });
  host.pass(milliseconds(8));
  host.hear({ priority: 121 });
  host.claim();
  t.equal(takesOverAfter(host), MASTER_DOWN);
  const gone = master();
  gone.hear({ priority: 121 });
  gone.pass(milliseconds(5));
  gone.hear({ priority: 0 });
  gone.claim();
  t.equal(takesOverAfter(gone), 0.53125, 'from its farewell, the skew');
});

sentence('vrrpd: one that left and was relieved tells its heir at the end that there was a second one', (t) => {
  const host = master();
  stop(host);
  host.pass(seconds(0.3));
  t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify STOP 120', 'close-link eth1']);
  const unheard = master();
  stop(unheard);
  t.notOk(unheard.pass(seconds(3)).includes('advert 1'), 'not where nobody is');
});

// A MASTER that leaves or hands over: how it asks for an heir, and what it does when nobody is heard. RFC 3768 § 6.4.3 has
// it say priority 0 once and go; keepalived's clients wait for the heir's skew then.

import { milliseconds, microseconds, seconds } from '../../src/time.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { aScript, eth1, failed, succeeded, TestHost, tracked, anInstance, aGroup, anAdvert } from '../vrrp/host.js';
import { backup, GIVES_UP, master, PATIENCE, second, sentence, statesOf, stop, takenOver, within } from './words.js';

const failover = (host: TestHost): string[] => host.give({ kind: 'failover', name: 'VI_1' });
const maintenance = (host: TestHost): string[] => host.give({ kind: 'maintenance', on: true });
const down = { ...eth1, up: false };
const removed = (host: TestHost): number[] => within(host, seconds(10), 'remove 192.168.1.190');

function checked(changes: Partial<VrrpInstance> = {}): TestHost {
  const host = new TestHost({ instances: [anInstance({ tracks: [tracked()], ...changes })], scripts: [aScript()] });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(20));
  host.scriptsEnd = undefined;
  return host;
}

sentence('vrrpd: priority 0 at once, and again 5 ms later', (t) => {
  const host = master();
  t.same(stop(host), ['advert 0']);
  t.same(within(host, seconds(1), 'advert'), [0.005]);
  t.equal(host.state, 'RELEASING');
});

sentence('vrrpd: priority 0 again after a twentieth of the interval, where that is shorter than 5 ms', (t) => {
  const host = master({ advertInt: milliseconds(40) });
  stop(host);
  t.same(within(host, seconds(1), 'advert'), [0.002]);
});

sentence('vrrpd: priority 0 is not said again to one that has answered', (t) => {
  const host = master();
  stop(host);
  host.pass(milliseconds(4));
  host.hear({ priority: 200 });
  t.same(within(host, milliseconds(5), 'advert'), []);
});

sentence('vrrpd: a farewell, a single priority 1 and what is dropped are no answer', (t) => {
  for (const said of [{ priority: 0 }, { priority: 1 }, { priority: 200, ttl: 1 }]) {
    const host = master();
    stop(host);
    host.hear(said);
    t.same(within(host, seconds(1), 'advert'), [0.005], JSON.stringify(said));
  }
});

sentence('vrrpd: a third priority 0 comes 1.05 of the longest skew after the second, and never sooner', (t) => {
  const host = master();
  stop(host);
  t.same(within(host, seconds(2), 'advert'), [0.005, Math.round((0.005 + PATIENCE) * 1e6) / 1e6]);
  t.ok(PATIENCE > 255 / 256, 'each one starts the skew of a listening keepalived anew');
  const fast = backup({ version: 3, advertInt: milliseconds(100) });
  fast.pass(seconds(2));
  stop(fast);
  t.same(within(fast, seconds(2), 'advert 0'), [0.005, 0.10959], 'in version 3 the skew is a part of the interval');
});

sentence('vrrpd: a third priority 0 is not said when an heir has been heard meanwhile', (t) => {
  const host = master({ virtualAddresses: [] });
  stop(host);
  host.pass(seconds(1));
  host.hear({ priority: 1, addresses: [] });
  host.hear({ priority: 1, addresses: [] });
  t.same(within(host, seconds(2), 'advert 0'), []);
});

sentence('vrrpd: nobody heard, as long again after the third: a stop takes the address off', (t) => {
  const host = master();
  stop(host);
  t.same(removed(host), [GIVES_UP]);
  t.equal(host.state, 'INIT');
  t.ok(host.router.hasStopped);
});

sentence('vrrpd: nobody heard: a fault takes the address off', (t) => {
  const host = checked();
  host.pass(seconds(2));
  t.same(host.script(failed), ['advert 0']);
  t.same(removed(host), [GIVES_UP]);
  t.equal(host.state, 'FAULT');
});

sentence('vrrpd: nobody heard: maintenance takes the address off', (t) => {
  const host = master();
  t.same(maintenance(host), ['advert 0']);
  t.same(removed(host), [GIVES_UP]);
  t.equal(host.state, 'BACKUP');
});

sentence('vrrpd: nobody heard: a reload that has the instance no more takes the address off', (t) => {
  const host = master({}, { instances: [anInstance(), second()] });
  t.same(host.reload({ instances: [second()] }), ['advert 0']);
  t.same(removed(host), [GIVES_UP]);
  t.same([...host.router.all].length, 1);
});

sentence('vrrpd: nobody heard: a failover becomes MASTER again, with an advert and a burst', (t) => {
  const host = master();
  t.same(failover(host), ['advert 0']);
  host.pass(microseconds(GIVES_UP * 1e6 - 1));
  t.equal(host.state, 'RELEASING');
  t.same(host.pass(microseconds(1)), ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5']);
  t.equal(host.state, 'MASTER');
  t.equal(host.instance.statistics.becameMaster, 1, 'it has never been anything else for those outside');
  t.same(within(host, seconds(2), 'advert'), [1, 2]);
});

sentence(
  'vrrpd: of a group that nobody relieved at first, who is MASTER again goes with the one that is relieved',
  (t) => {
    const slow = { version: 3, authentication: { type: 'none' }, advertInt: seconds(2) } as const;
    const host = master({}, { instances: [anInstance(), second(slow)], groups: [aGroup(['VI_1', 'VI_2'])] });
    failover(host);
    host.pass(seconds(3));
    t.same(statesOf(host), ['MASTER', 'RELEASING'], 'the one with the longer interval still asks');
    const theirs = { virtualRouterId: 92, addresses: ['192.168.1.200'] };
    host.give(anAdvert({ priority: 200, version: 3, interval: seconds(2), ...theirs }));
    host.pass(milliseconds(20));
    t.same(statesOf(host), ['RELEASING', 'BACKUP']);
  },
);

sentence('vrrpd: a failover that meets maintenance or a fault on its way lets go', (t) => {
  for (const [host, meets, state] of [
    [master(), maintenance, 'BACKUP'],
    [checked(), (host: TestHost) => host.script(failed), 'FAULT'],
  ] as const) {
    host.pass(seconds(2));
    failover(host);
    t.same(meets(host), [], 'nothing more is said');
    t.same(removed(host), [GIVES_UP]);
    t.equal(host.state, state);
  }
});

sentence('vrrpd: a check that recovers meanwhile does not end it: BACKUP then', (t) => {
  const host = checked();
  host.pass(seconds(2));
  host.script(failed);
  host.pass(seconds(0.3));
  t.same(host.script(succeeded), []);
  t.equal(host.state, 'RELEASING');
  t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 120']);
});

sentence('vrrpd: a link that goes down meanwhile ends it at once, whatever it was for', (t) => {
  for (const [begin, last] of [
    [stop, ['notify STOP 120', 'close-link eth1']],
    [failover, ['notify FAULT 120']],
    [(host: TestHost) => host.hear({ priority: 200 }), ['notify FAULT 120']],
  ] as const) {
    const host = master();
    begin(host);
    t.same(host.link('eth1', down), ['remove 192.168.1.190', ...last]);
  }
});

sentence('vrrpd: a stop over a link that is down already waits for nobody', (t) => {
  const host = master({ dontTrackPrimary: true });
  host.link('eth1', down);
  t.same(stop(host), ['remove 192.168.1.190', 'notify STOP 120', 'close-link eth1']);
});

sentence('vrrpd: a second SIGTERM within 2.5 s changes nothing, a later one ends it at once', (t) => {
  const host = backup({ version: 3, advertInt: seconds(10) });
  host.pass(seconds(60));
  stop(host);
  host.pass(seconds(1));
  t.same(stop(host), [], 'a check may have sent it');
  host.pass(seconds(1.5));
  t.same(stop(host), []);
  t.equal(host.state, 'RELEASING');
  host.pass(microseconds(1));
  t.same(stop(host), ['remove 192.168.1.190', 'notify STOP 120', 'close-link eth1']);
  t.ok(host.router.hasStopped);
});

sentence('vrrpd: a stop within a failover is no other farewell, and nothing returns after it', (t) => {
  const host = master();
  failover(host);
  host.pass(seconds(0.5));
  t.same(stop(host), []);
  t.same(host.pass(seconds(5)), ['advert 0', 'remove 192.168.1.190', 'notify STOP 120', 'close-link eth1']);
});

sentence('vrrpd: two that leave at once hear each other go, and both end', (t) => {
  const host = master();
  stop(host);
  host.hear({ priority: 0 });
  host.pass(milliseconds(5));
  host.hear({ priority: 0 });
  t.same(removed(host), [GIVES_UP - 0.005]);
  t.equal(host.state, 'INIT');
});

const groups = [aGroup(['VI_1', 'VI_2'])];
const pair = (): TestHost => {
  const host = new TestHost({ instances: [anInstance(), second()], groups });
  host.start();
  host.pass(seconds(20));
  return host;
};

sentence('vrrpd: a sync group that nobody relieves of anything is MASTER again as a whole', (t) => {
  const host = pair();
  failover(host);
  const words = host.pass(seconds(2.1));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
  t.notOk(words.some((word) => word.startsWith('notify') || word.startsWith('group')));
});

sentence('vrrpd: a sync group of which one member has been relieved lets all go', (t) => {
  const host = pair();
  failover(host);
  takenOver(host, { priority: 100 });
  t.same(statesOf(host), ['BACKUP', 'RELEASING']);
  for (let count = 0; count < 3; count += 1) {
    host.pass(seconds(0.7));
    host.give(anAdvert({ priority: 100 }));
  }
  t.same(statesOf(host), ['BACKUP', 'BACKUP']);
});

sentence('vrrpd: after the end nothing is due, and nothing follows', (t) => {
  const host = pair();
  stop(host);
  host.pass(seconds(3));
  t.equal(host.router.nextDeadline(), undefined);
  t.same(host.router.memory.deadlines, []);
  t.same([...takenOver(host), ...stop(host), ...host.pass(seconds(60))], []);
});

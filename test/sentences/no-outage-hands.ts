// Other hands on this host: an address that somebody removes again and again, and an instance that a reload takes out of
// the file. How an address is put back once is a sentence of keepalived-fault.ts.

import { microseconds, seconds } from '../../src/time.js';
import { aGroup, anAddress, anInstance, ip, TestHost } from '../vrrp/host.js';
import { GIVES_UP, master, MASTER_DOWN, second, sentence, stop, takenOver, takesOverAfter } from './words.js';

const removed = { kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') } as const;
const back = ['add 192.168.1.190', 'garp 192.168.1.190 x1'];

sentence('vrrpd: an address that others remove is put back five times in 10 s; the sixth time it gives way', (t) => {
  const host = master();
  for (let count = 0; count < 5; count += 1) {
    t.same(host.give(removed), back);
    host.now = (host.now + 1) as typeof host.now;
  }
  t.same(host.give(removed), ['advert 0']);
  t.equal(host.state, 'RELEASING');
});

sentence('vrrpd: what is longer ago than 10 s does not count', (t) => {
  const host = master();
  for (let count = 0; count < 5; count += 1) host.give(removed);
  host.pass(seconds(10));
  const again = master();
  for (let count = 0; count < 5; count += 1) again.give(removed);
  again.pass(microseconds(10_000_001));
  t.equal(host.give(removed)[0], 'advert 0');
  t.same(again.give(removed), back);
});

sentence('vrrpd: one that gave way to other hands is BACKUP for this reason, and the usual rules go on', (t) => {
  const host = master();
  for (let count = 0; count < 6; count += 1) host.give(removed);
  host.pass(seconds(GIVES_UP));
  t.equal(host.state, 'BACKUP');
  t.match(host.instance.why, { kind: 'fought', address: '192.168.1.190', interface: 'eth1', times: 6 });
  t.equal(takesOverAfter(host), MASTER_DOWN);
  t.same(host.give(removed), back, 'from the beginning');
});

sentence('vrrpd: a sync group gives way to other hands as a whole', (t) => {
  const groups = [aGroup(['VI_1', 'VI_2'])];
  const host = new TestHost({ instances: [anInstance(), second()], groups });
  host.start();
  host.pass(seconds(20));
  for (let count = 0; count < 5; count += 1) host.give(removed);
  t.same(host.give(removed), ['advert 0', 'advert 0']);
});

const two = { instances: [anInstance(), second({ priority: 90 })] };

sentence('vrrpd: an instance that a reload removes is held until its heir announces, then it is DELETED', (t) => {
  const host = master({}, two);
  t.same(host.reload({ instances: [anInstance()] }), ['advert 0']);
  t.same([...host.router.instances.keys()], ['VI_1']);
  t.same(
    host.router.all.map(({ state }) => state.kind),
    ['MASTER', 'RELEASING'],
  );
  host.hear({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] });
  t.same(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'advert 1', 'notify DELETED 90']);
  t.same(host.router.all.length, 1);
  t.equal(host.router.nextDeadline(), host.instance.nextDeadline(), 'nothing of it is left over');
});

sentence(
  'vrrpd: it is removed at once where the new file has its virtual router, its name or an address of it',
  (t) => {
    for (const [next, what] of [
      [anInstance({ virtualAddresses: [anAddress('192.168.1.190'), anAddress('192.168.1.200')] }), 'address'],
      [anInstance({ name: 'VI_2' }), 'name'],
    ] as const) {
      const host = master({}, two);
      const words = host.reload({ instances: [next] });
      t.same(words.slice(0, 3), ['advert 0', 'remove 192.168.1.200', 'notify DELETED 90'], what);
      t.equal(host.router.all.length, 1);
    }
    const moved = master();
    const words = moved.reload({ instances: [anInstance({ virtualRouterId: 92 })] });
    t.same(words.slice(0, 2), ['advert 0', 'remove 192.168.1.190'], 'another virtual router of the same name');
  },
);

sentence('vrrpd: one that still leaves goes at once when a later reload has its virtual router again', (t) => {
  const host = master({}, two);
  host.reload({ instances: [anInstance()] });
  t.same(host.reload(two), ['remove 192.168.1.200', 'notify DELETED 90', 'notify BACKUP 90']);
  t.equal(host.router.all.length, 2);
  host.hear({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] });
  t.equal(host.router.instances.get('VI_2')?.statistics.advertsHeard, 1, 'the new one listens');
});

sentence('vrrpd: a stop waits for those that a reload removed as well', (t) => {
  const host = master({}, two);
  host.reload({ instances: [anInstance()] });
  stop(host);
  takenOver(host);
  t.notOk(host.router.hasStopped);
  t.same(host.pass(seconds(3)).slice(-3), ['remove 192.168.1.200', 'notify DELETED 90', 'close-link eth1']);
  t.ok(host.router.hasStopped);
});

sentence('vrrpd: a reload moves nothing of what is being given up but what it removes', (t) => {
  const addresses = [anAddress('192.168.1.190'), anAddress('10.0.0.2')];
  const host = master({ virtualAddresses: addresses });
  host.hear({ priority: 200 });
  t.same(host.reload({ instances: [anInstance()] }), ['remove 10.0.0.2']);
  t.same(host.claim(), ['remove 192.168.1.190', 'notify BACKUP 120']);
});

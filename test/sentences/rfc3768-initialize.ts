// RFC 3768 § 6.4.1: the state Initialize, and the Startup event.

import { after, seconds } from '../../src/time.js';
import { eth1, ip, TestHost } from '../vrrp/host.js';
import { backup, initialize, MASTER_DOWN, sentence, stop, takesOverAfter, within } from './words.js';

sentence('RFC 3768 § 6.4.1: the purpose of this state is to wait for a Startup event', (t) => {
  const host = initialize();
  t.equal(host.state, 'INIT');
  t.equal(host.router.nextDeadline(), undefined, 'nothing is due');
  t.same(host.pass(seconds(60)), []);
  t.same(host.hear({ priority: 0 }), [], 'and nothing is heard');
  t.equal(host.instance.statistics.priorityZeroHeard, 0);
});

sentence('RFC 3768 § 6.4.1: Priority = 255: Send an ADVERTISEMENT', (t) => {
  const host = initialize({ priority: 255 });
  const words = [...host.start(), ...host.pass(seconds(0))];
  t.same(
    words.filter((word) => word.startsWith('advert')),
    ['advert 255'],
  );
});

sentence('RFC 3768 § 6.4.1: Priority = 255: broadcast a gratuitous ARP request for each IP address', (t) => {
  const host = initialize({ priority: 255 });
  host.start();
  t.ok(host.pass(seconds(0)).includes('garp 192.168.1.190 x5'));
});

sentence('RFC 3768 § 6.4.1: Priority = 255: Set the Adver_Timer to Advertisement_Interval', (t) => {
  const host = initialize({ priority: 255 });
  host.start();
  host.pass(seconds(0));
  t.same(within(host, seconds(3), 'advert'), [1, 2, 3]);
});

sentence(
  'RFC 3768 § 6.4.1: Priority = 255: Transition to the {Master} state. vrrpd: through BACKUP, as keepalived',
  (t) => {
    const host = initialize({ priority: 255 });
    host.start();
    host.pass(seconds(0));
    t.equal(host.state, 'MASTER');
    t.equal(host.at, 0, 'at the same instant');
    t.match(host.log.at(-1), /Entering MASTER STATE: this router owns the address \(priority 255\)/);
  },
);

sentence('RFC 3768 § 6.4.1: else: Set the Master_Down_Timer to Master_Down_Interval', (t) => {
  t.equal(takesOverAfter(backup()), MASTER_DOWN);
});

sentence('RFC 3768 § 6.4.1: else: Transition to the {Backup} state', (t) => {
  const host = initialize();
  const words = host.start();
  t.equal(host.state, 'BACKUP');
  t.notOk(words.some((word) => word.startsWith('advert') || word.startsWith('add') || word.startsWith('garp')));
  t.equal(host.log.at(-1), '(VI_1) Entering BACKUP STATE (init): started');
});

sentence('RFC 3768 § 6.4.1: before a Startup event and after a Shutdown event nothing moves it', (t) => {
  const stopped = new TestHost();
  stopped.start();
  stopped.pass(seconds(30));
  stop(stopped);
  stopped.pass(seconds(3));
  for (const host of [initialize(), stopped]) {
    const until = after(host.now, seconds(1));
    t.same(host.give({ kind: 'maintenance', on: true, until }), []);
    t.same(host.hear({ priority: 200 }), []);
    t.same(host.link('eth1', { ...eth1, index: 9 }), []);
    t.same(host.give({ kind: 'failover', name: 'VI_1' }), []);
    t.same(host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') }), []);
    t.same(host.give({ kind: 'failed', effect: 'open-link', interface: 'eth1', error: 'no buffers' }), []);
    t.equal(host.router.nextDeadline(), undefined);
    host.now = after(host.now, seconds(60));
    t.same(host.give({ kind: 'tick' }), []);
    t.equal(host.state, 'INIT');
  }
});

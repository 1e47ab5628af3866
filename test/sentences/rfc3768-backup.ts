// RFC 3768 § 6.4.2: the state Backup. The purpose of it is to monitor the availability and state of the Master Router.

import { milliseconds, seconds } from '../../src/time.js';
import { anAddress, anInstance, eth1, ip, TestHost, withLeft } from '../vrrp/host.js';
import { backup, effectsWithin, hears, MASTER_DOWN, sentence, SKEW, takesOverAfter, within } from './words.js';

sentence(
  'RFC 3768 § 6.4.2: MUST NOT respond to ARP requests for the IP address(es): it has none of them on the host',
  (t) => {
    const host = backup();
    hears(host, { priority: 200 }, { times: 100 });
    t.same(host.times('add'), []);
    t.same(host.times('garp'), [], 'and announces none');
  },
);

sentence(
  'RFC 3768 § 6.4.2: MUST NOT accept packets addressed to the IP address(es): those left by an earlier run come off',
  (t) => {
    const instances = [anInstance({ excludedAddresses: [anAddress('192.168.1.189')] })];
    const host = new TestHost({ instances }, { eth1: withLeft(eth1, '192.168.1.190', '192.168.1.189') });
    host.start();
    t.same(host.times('remove 192.168.1.190'), [0]);
    t.same(host.times('remove 192.168.1.189'), [0]);
    t.same(backup().times('remove'), [], 'what is not there need not');
    t.same(host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') }), []);
  },
);

sentence(
  'RFC 3768 § 6.4.2: MUST discard packets with the virtual router MAC address. ' +
    'vrrpd: serves by the own MAC address of the interface, as keepalived without use_vmac, so there are none',
  (t) => {
    const mac = '02:00:00:00:00:01';
    t.match(effectsWithin(backup(), seconds(4), 'send-garp'), [{ interface: 'eth1', mac }], 'the one of eth1');
  },
);

sentence('RFC 3768 § 6.4.2: Shutdown: Cancel the Master_Down_Timer', (t) => {
  const host = backup();
  t.same(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['notify STOP 120', 'close-link eth1'], 'nothing is said');
  t.equal(host.router.nextDeadline(), undefined);
  t.same(host.pass(seconds(60)), []);
});

sentence('RFC 3768 § 6.4.2: Shutdown: Transition to the {Initialize} state', (t) => {
  const host = backup();
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  t.equal(host.state, 'INIT');
});

sentence('RFC 3768 § 6.4.2: Master_Down_Timer fires: Send an ADVERTISEMENT', (t) => {
  t.same(within(backup(), seconds(4), 'advert 120'), [MASTER_DOWN]);
});

sentence('RFC 3768 § 6.4.2: Master_Down_Timer fires: broadcast a gratuitous ARP request for each IP address', (t) => {
  const host = backup({ virtualAddresses: ['10.0.0.1', '10.0.0.2'].map((text) => anAddress(text)) });
  t.same(within(host, seconds(4), 'garp 10.0.0.1 10.0.0.2 '), [MASTER_DOWN]);
});

sentence('RFC 3768 § 6.4.2: Master_Down_Timer fires: Set the Adver_Timer to Advertisement_Interval', (t) => {
  t.same(within(backup(), seconds(6), 'advert'), [MASTER_DOWN, MASTER_DOWN + 1, MASTER_DOWN + 2]);
});

sentence('RFC 3768 § 6.4.2: Master_Down_Timer fires: Transition to the {Master} state', (t) => {
  const host = backup();
  host.pass(seconds(3.53));
  t.equal(host.state, 'BACKUP');
  host.pass(milliseconds(2));
  t.equal(host.state, 'MASTER');
  t.match(host.log.at(-1), 'Entering MASTER STATE: no advert heard for 3.531 s (120 here); was BACKUP for 3.531 s');
});

sentence('RFC 3768 § 6.4.2: Priority in the ADVERTISEMENT is Zero: Set the Master_Down_Timer to Skew_Time', (t) => {
  const host = backup();
  host.hear({ priority: 130 });
  host.pass(seconds(1));
  t.same(host.hear({ priority: 0 }), []);
  t.equal(host.state, 'BACKUP', 'no transition at once');
  t.equal(takesOverAfter(host), SKEW);
  t.match(host.log.join('\n'), /Entering MASTER STATE: 192\.168\.1\.192 left with priority 0 \(120 here\)/);
});

sentence('RFC 3768 § 6.4.2: of several Backups that hear it the one with the highest Priority is the first', (t) => {
  const [high, low] = [201, 200].map((priority) => {
    const host = backup({ priority });
    host.hear({ priority: 0 });
    return takesOverAfter(host) ?? NaN;
  });
  t.equal(high, 0.214843);
  t.equal(low, 0.21875);
});

sentence(
  'RFC 3768 § 6.4.2: Priority Zero, repeated. vrrpd: the first one counts; keepalived restarts the skew each time',
  (t) => {
    const host = backup();
    host.hear({ priority: 130 });
    for (let count = 0; count < 3; count += 1) {
      host.hear({ priority: 0 });
      host.pass(milliseconds(200));
    }
    t.equal(host.state, 'MASTER', 'after 0.6 s: the skew after the first is 0.531 s');
  },
);

sentence('RFC 3768 § 6.4.2: Preempt_Mode is False: Reset the Master_Down_Timer to Master_Down_Interval', (t) => {
  const host = backup({ nopreempt: true });
  hears(host, { priority: 1 }, { times: 30 });
  t.equal(host.state, 'BACKUP', 'a lower one counts like a higher one');
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('RFC 3768 § 6.4.2: the Priority is greater than the local one: Reset the Master_Down_Timer', (t) => {
  const host = backup();
  hears(host, { priority: 121 }, { times: 30 });
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), MASTER_DOWN);
  t.match(host.log.join('\n'), 'no advert from 192.168.1.192 for 3.531 s (121 there, 120 here)');
});

sentence('RFC 3768 § 6.4.2: the Priority is equal to the local one: the same, whatever the addresses', (t) => {
  for (const from of ['192.168.1.1', '192.168.1.250']) {
    const host = backup();
    hears(host, { priority: 120, from }, { times: 30 });
    t.equal(host.state, 'BACKUP', 'no tie-break here');
    t.equal(takesOverAfter(host), MASTER_DOWN);
  }
});

sentence('RFC 3768 § 6.4.2: else: Discard the ADVERTISEMENT: the timer goes on with its remaining time', (t) => {
  const host = backup();
  hears(host, { priority: 119 }, { times: 3 });
  t.equal(takesOverAfter(host), SKEW, '3 s of it are over');
  const line = '(VI_1) received lower priority (119) advert from 192.168.1.192 - discarding';
  t.match(host.log.join('\n'), line);
  t.match(host.log.join('\n'), /Entering MASTER STATE: 192\.168\.1\.192 has only priority 119, ours 120/);
});

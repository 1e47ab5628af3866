// When a MASTER announces its addresses by gratuitous ARP. keepalived.conf(5): garp_master_delay, garp_master_repeat,
// garp_master_refresh, garp_master_refresh_repeat, garp_lower_prio_delay, garp_lower_prio_repeat.

import type { GarpSettings, VrrpInstance } from '../../src/config/model.js';
import { seconds } from '../../src/time.js';
import { anAddress, anInstance, eth1, TestHost } from '../vrrp/host.js';
import { backup, effectsWithin, master, MASTER_DOWN, sentence, within } from './words.js';

const settings = (changes: Partial<GarpSettings>): Partial<VrrpInstance> => ({
  garp: { ...anInstance().garp, ...changes },
});

/** Each burst of the coming time: "at seconds x rounds". */
function bursts(host: TestHost, count: number): string[] {
  const before = host.trace.length;
  const from = host.at;
  host.pass(seconds(count));
  return host.trace
    .slice(before)
    .filter(({ what }) => what.startsWith('garp'))
    .map(({ at, what }) => `${Math.round((at - from) * 1000) / 1000} ${what.slice(what.lastIndexOf('x'))}`);
}

sentence('keepalived: garp_master_repeat (5) rounds at once, and as many again after garp_master_delay (5 s)', (t) => {
  t.same(bursts(backup(), 60), ['3.531 x5', '8.531 x5']);
});

sentence('keepalived: garp_master_repeat and garp_master_delay as they are written', (t) => {
  t.same(bursts(backup(settings({ masterRepeat: 2, masterDelay: seconds(7) })), 60), ['3.531 x2', '10.531 x2']);
});

sentence('keepalived: garp_master_delay 0: no second burst', (t) => {
  t.same(bursts(backup(settings({ masterDelay: seconds(0) })), 60), ['3.531 x5']);
});

sentence('keepalived: garp_master_refresh: garp_master_refresh_repeat (1) rounds each time while MASTER', (t) => {
  const refresh = { masterDelay: seconds(0), masterRefresh: seconds(10) };
  t.same(bursts(backup(settings(refresh)), 40), ['3.531 x5', '13.531 x1', '23.531 x1', '33.531 x1']);
  t.same(bursts(backup(settings({ ...refresh, masterRefreshRepeat: 3 })), 20), ['3.531 x5', '13.531 x3']);
});

sentence('keepalived: a refresh does not come in the place of the second burst', (t) => {
  const refresh = { masterRefresh: seconds(3) };
  t.same(bursts(backup(settings(refresh)), 11), ['3.531 x5', '6.531 x1', '8.531 x5', '9.531 x1']);
});

sentence('keepalived: each round goes over all addresses, of one interface after the other', (t) => {
  const virtualAddresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((text, index) =>
    anAddress(text, index === 1 ? 'eth2' : 'eth1'),
  );
  const mac = '02:00:00:00:00:02' as typeof eth1.mac;
  const host = new TestHost({ instances: [anInstance({ virtualAddresses })] }, { eth1, eth2: { ...eth1, mac } });
  host.start();
  t.match(effectsWithin(host, seconds(4), 'send-garp'), [
    { interface: 'eth1', mac: eth1.mac, addresses: ['10.0.0.1', '10.0.0.3'], rounds: 5 },
    { interface: 'eth2', mac, addresses: ['10.0.0.2'], rounds: 5 },
  ]);
});

sentence('keepalived: nothing is announced on an interface that is down', (t) => {
  const virtualAddresses = [{ ...anAddress('10.0.0.1', 'eth2'), noTrack: true as const }];
  const host = new TestHost({ instances: [anInstance({ virtualAddresses })] }, { eth1, eth2: { ...eth1, up: false } });
  host.start();
  t.same(within(host, seconds(20), 'garp'), []);
  t.equal(host.state, 'MASTER');
});

sentence(
  'keepalived: a lower advert: garp_lower_prio_repeat rounds at once, and again after garp_lower_prio_delay. ' +
    'vrrpd: 5 ms later, when the other one has let go, again when it has been silent for 50 ms, and after the delay',
  (t) => {
    const host = master();
    t.same(host.hear({ priority: 110 }), ['advert 120', 'notify MASTER_RX_LOWER_PRI 120']);
    t.same(bursts(host, 60), ['0.005 x5', '0.05 x5', '5 x5']);
    const other = master(settings({ lowerPrioDelay: seconds(2), lowerPrioRepeat: 3 }));
    other.hear({ priority: 110 });
    t.same(bursts(other, 60), ['0.005 x3', '0.05 x3', '2 x3']);
  },
);

sentence('keepalived: garp_lower_prio_repeat 0: no burst, the advert all the same', (t) => {
  const host = master(settings({ lowerPrioRepeat: 0 }));
  t.same(host.hear({ priority: 110 }), ['advert 120', 'notify MASTER_RX_LOWER_PRI 120']);
  t.same(bursts(host, 60), []);
});

sentence('keepalived: garp_lower_prio_delay 0: no second burst. vrrpd: none after a delay', (t) => {
  const host = master(settings({ lowerPrioDelay: seconds(0) }));
  host.hear({ priority: 110 });
  t.same(bursts(host, 60), ['0.005 x5', '0.05 x5']);
});

sentence('keepalived: a burst after a lower advert takes the place of the second one that was still to come', (t) => {
  const host = backup();
  host.pass(seconds(6));
  host.hear({ priority: 110 });
  t.same(bursts(host, 60), ['0.005 x5', '0.05 x5', '5 x5']);
});

sentence('keepalived: the refreshes go on after a lower advert', (t) => {
  const host = backup(settings({ masterRefresh: seconds(4) }));
  host.pass(seconds(20));
  host.hear({ priority: 110 });
  t.same(bursts(host, 10), ['0.005 x5', '0.05 x5', '3.531 x1', '5 x5', '7.531 x1']);
});

sentence('keepalived: a BACKUP announces nothing, not even what a MASTER had still to announce', (t) => {
  const host = backup(settings({ masterRefresh: seconds(3) }));
  host.pass(seconds(4));
  host.hear({ priority: 200 });
  for (let count = 0; count < 30; count += 1) {
    t.same(bursts(host, 1), []);
    host.hear({ priority: 200 });
  }
});

sentence('keepalived: the bursts move no advert', (t) => {
  const host = backup(settings({ masterRefresh: seconds(0.3) }));
  t.same(
    within(host, seconds(7), 'advert'),
    [0, 1, 2, 3].map((count) => MASTER_DOWN + count),
  );
});

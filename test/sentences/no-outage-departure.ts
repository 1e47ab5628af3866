// When the address of one that leaves goes: when its heir is known to have it, and not at the heir's advert already, where
// a client with an old ARP cache would find nobody, nor long after it, where two would answer.

import { milliseconds, microseconds, seconds } from '../../src/time.js';
import { anAddress, eth1, type TestHost } from '../vrrp/host.js';
import { GIVES_UP, master, sentence, stop, takenOver, within } from './words.js';
import type { VrrpInstance } from '../../src/config/model.js';

const ends = ['notify STOP 120', 'close-link eth1'];
const removed = (host: TestHost): number[] => within(host, seconds(1), 'remove');

/** One that has been asked to stop 0.3 s ago, and that nobody has answered so far. */
function leaving(changes: Partial<VrrpInstance> = {}): TestHost {
  const host = master(changes);
  stop(host);
  host.pass(seconds(0.3));
  return host;
}

const several = (count: number) => Array.from({ length: count }, (_, index) => anAddress(`10.0.0.${index + 1}`));
const three = { virtualAddresses: several(3) };
const listed = { priority: 200, addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] };

sentence('vrrpd: an address goes when it is announced by gratuitous ARP after the advert of the heir', (t) => {
  const host = leaving();
  t.same(host.hear({ priority: 200 }), []);
  t.same(host.pass(milliseconds(3)), [], 'the advert alone is not enough');
  t.same(host.claim(), ['remove 192.168.1.190', 'advert 1', ...ends]);
});

sentence('vrrpd: an address goes when it is announced, before any advert too', (t) => {
  t.same(leaving().claim(), ['remove 192.168.1.190', ...ends]);
});

sentence('vrrpd: what the MAC addresses of this host announce does not count', (t) => {
  const host = leaving();
  const mac = '02:00:00:00:00:02' as typeof eth1.mac;
  host.link('eth2', { ...eth1, index: 3, mac });
  t.same([...host.claim({ mac: eth1.mac }), ...host.claim({ mac })], []);
  t.equal(host.state, 'RELEASING');
});

sentence(
  'vrrpd: an announcement of another address or on another interface, and an answer to a probe, do not count',
  (t) => {
    const host = leaving();
    host.link('eth2', { ...eth1, index: 3 });
    t.same(host.claim({ address: '192.168.1.189' }), []);
    t.same(host.claim({ on: 'eth2' }), []);
    t.same(host.claim({ isAnswer: true }), []);
    t.equal(host.state, 'RELEASING');
  },
);

sentence(
  'vrrpd: no announcement is heard: 10 ms and 0.05 ms for each address after the first advert of another router',
  (t) => {
    const one = leaving();
    one.hear({ priority: 200 });
    t.same(removed(one), [0.01005]);
    const many = leaving({ virtualAddresses: several(20) });
    many.hear({ priority: 90, addresses: ['10.0.0.1'] });
    t.same(new Set(removed(many)), new Set([0.011]));
  },
);

sentence('vrrpd: the first advert counts, those after it put nothing off', (t) => {
  const host = leaving();
  host.hear({ priority: 200 });
  host.pass(milliseconds(9));
  host.hear({ priority: 200 });
  t.same(removed(host), [0.00105]);
});

sentence('vrrpd: where some are announced, the rest goes 10 ms after the latest announcement', (t) => {
  const host = leaving(three);
  host.hear(listed);
  host.pass(milliseconds(2));
  t.same(host.claim({ address: '10.0.0.2' }), ['remove 10.0.0.2']);
  host.pass(milliseconds(9));
  t.same(host.claim({ address: '10.0.0.1' }), ['remove 10.0.0.1']);
  t.same(within(host, seconds(1), 'remove 10.0.0.3'), [0.01]);
});

sentence('vrrpd: an address that is announced twice is taken off once', (t) => {
  const host = leaving(three);
  host.hear(listed);
  t.same(host.claim({ address: '10.0.0.2' }), ['remove 10.0.0.2']);
  t.same(host.claim({ address: '10.0.0.2' }), []);
});

sentence('vrrpd: however slowly the heir announces, all go 300 ms after its advert', (t) => {
  const host = leaving({ virtualAddresses: several(40) });
  host.hear({ ...listed, addresses: ['10.0.0.1'] });
  for (let index = 1; index <= 33; index += 1) {
    host.pass(milliseconds(9));
    t.same(host.claim({ address: `10.0.0.${index}` }), [`remove 10.0.0.${index}`]);
  }
  t.same(host.pass(microseconds(2_999)), []);
  t.equal(host.pass(microseconds(1)).filter((word) => word.startsWith('remove')).length, 7);
});

sentence('vrrpd: announced before the advert: the rest waits for the advert, and goes then', (t) => {
  const late = leaving(three);
  late.claim({ address: '10.0.0.1' });
  t.same(late.pass(milliseconds(20)), [], 'it is not known yet whether somebody serves the others');
  late.hear(listed);
  t.same(late.pass(seconds(0)).slice(0, 2), ['remove 10.0.0.2', 'remove 10.0.0.3']);
  const soon = leaving(three);
  soon.claim({ address: '10.0.0.1' });
  soon.pass(milliseconds(4));
  soon.hear(listed);
  t.same(removed(soon), [0.006, 0.006]);
});

sentence('vrrpd: announced in part, and no advert ever: the rest stays until it is time to give up', (t) => {
  const host = leaving(three);
  host.claim({ address: '10.0.0.1' });
  const rest = Math.round((GIVES_UP - 0.3) * 1e6) / 1e6;
  t.same(within(host, seconds(5), 'remove'), [rest, rest]);
});

sentence('vrrpd: a single priority 1 is no heir: it may be a farewell too. A second one of the same router is', (t) => {
  const host = leaving();
  host.hear({ priority: 1 });
  t.same(host.pass(milliseconds(500)), []);
  host.hear({ priority: 1, from: '192.168.1.77' });
  t.same(host.pass(milliseconds(100)), [], 'nor is that of another one');
  host.hear({ priority: 1, from: '192.168.1.77' });
  t.same(removed(host), [0.01005]);
});

sentence('vrrpd: an heir of priority 1 that announces is one', (t) => {
  const host = leaving();
  host.hear({ priority: 1 });
  t.equal(host.claim()[0], 'remove 192.168.1.190');
});

sentence('vrrpd: priority 0, own packets and adverts that are dropped are no heir', (t) => {
  const host = leaving();
  const other = { type: 'PASS', password: 'other' } as const;
  for (let count = 0; count < 3; count += 1) {
    for (const said of [
      { priority: 0 },
      { priority: 120, from: '192.168.1.191' },
      { priority: 200, authentication: other },
    ])
      t.same(host.hear(said), []);
    t.same(within(host, milliseconds(200), 'remove'), []);
  }
  t.equal(host.state, 'RELEASING');
});

sentence('vrrpd: an instance without addresses is over 10 ms after the advert', (t) => {
  const host = leaving({ virtualAddresses: [] });
  host.hear({ priority: 200, addresses: [] });
  t.same(host.pass(microseconds(9_999)), []);
  t.same(host.pass(microseconds(1)), ['advert 1', ...ends]);
});

sentence('vrrpd: those outside are told nothing until the last address is off', (t) => {
  for (const [begin, told] of [
    [(host: TestHost) => host.hear({ priority: 200 }), 'notify BACKUP 120'],
    [(host: TestHost) => host.give({ kind: 'failover', name: 'VI_1' }), 'notify BACKUP 120'],
    [stop, 'notify STOP 120'],
  ] as const) {
    const host = master({ virtualAddresses: several(2) });
    begin(host);
    host.hear({ ...listed, addresses: ['10.0.0.1', '10.0.0.2'] });
    host.claim({ address: '10.0.0.1' });
    t.same(
      host.times('notify').filter((at) => at > 19),
      [],
      'one is still there',
    );
    const words = host.claim({ address: '10.0.0.2' });
    t.ok(words.indexOf(told) > words.indexOf('remove 10.0.0.2') && words.includes('remove 10.0.0.2'), told);
  }
});

sentence('vrrpd: an address that somebody else takes off meanwhile is not put back', (t) => {
  const host = leaving();
  t.same(
    host.give({ kind: 'address-removed', interface: 'eth1', address: anAddress('192.168.1.190').prefix.address }),
    [],
  );
  host.hear({ priority: 200 });
  t.same(host.pass(milliseconds(11)), ['advert 1', ...ends]);
});

sentence('vrrpd: while it leaves it sends no adverts but farewells, and looks for no second owner', (t) => {
  const host = leaving(three);
  t.same(host.pass(seconds(1)), ['advert 0']);
  takenOver(host, listed);
  t.notOk(host.log.some((line) => line.includes('A second owner')));
});

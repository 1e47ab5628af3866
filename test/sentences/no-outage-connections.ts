// Established TCP connections to an address that leaves: a client that only listens would wait for ever for a host that has
// never seen a packet of it. They are reset while the address is still there, since no RST can leave later.

import { milliseconds, microseconds, seconds } from '../../src/time.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { anAddress, eth1, ip, type TestHost } from '../vrrp/host.js';
import { GIVES_UP, master, sentence, stop, takenOver, within } from './words.js';

const resets = (changes: Partial<VrrpInstance> = {}): TestHost => master({ resetConnections: true, ...changes });
const done = (count: number, ...addresses: string[]) =>
  ({ kind: 'connections-reset', addresses: addresses.map(ip), count }) as const;
const two = { virtualAddresses: [anAddress('10.0.0.1'), anAddress('10.0.0.2')] };
const listed = { priority: 200, addresses: ['10.0.0.1', '10.0.0.2'] };

sentence('vrrpd: connections are reset before the address is taken off, and it goes when that is done', (t) => {
  const host = resets();
  t.same(takenOver(host), ['advert 1', 'reset 192.168.1.190']);
  t.same(host.pass(milliseconds(2)), []);
  t.same(host.give(done(7, '192.168.1.190')), ['remove 192.168.1.190', 'notify BACKUP 120']);
  t.equal(host.instance.statistics.connectionsReset, 7);
  t.ok(host.log.includes('(VI_1) connections of the addresses that left: 7 reset'));
});

sentence('vrrpd: resetting connections holds an address up for 30 ms at the most', (t) => {
  const host = resets();
  takenOver(host);
  t.same(host.pass(microseconds(29_999)), []);
  t.same(host.pass(microseconds(1)), ['remove 192.168.1.190', 'notify BACKUP 120']);
  t.same(host.give(done(4_000, '192.168.1.190')), [], 'what comes later changes nothing');
});

sentence('vrrpd: connections are reset for a stop as well, also when nobody takes over', (t) => {
  const heard = resets();
  stop(heard);
  t.same(takenOver(heard), ['reset 192.168.1.190']);
  t.same(heard.give(done(0, '192.168.1.190')).slice(0, 2), ['remove 192.168.1.190', 'advert 1']);
  const alone = resets();
  stop(alone);
  t.same(within(alone, seconds(GIVES_UP), 'reset'), [GIVES_UP]);
  t.same(within(alone, seconds(1), 'remove'), [0.03]);
});

sentence('vrrpd: each address has its connections reset when it is its turn, once', (t) => {
  const host = resets(two);
  host.hear(listed);
  t.same(host.claim({ address: '10.0.0.2' }), ['reset 10.0.0.2']);
  host.pass(milliseconds(4));
  t.same(host.claim({ address: '10.0.0.1' }), ['reset 10.0.0.1']);
  t.same(host.give(done(1, '10.0.0.1')), ['remove 10.0.0.1']);
  t.same(host.give(done(1, '10.0.0.1')), []);
  t.same(host.claim({ address: '10.0.0.2' }), []);
  t.same(within(host, seconds(1), 'remove'), [0.026], '30 ms after its own reset began');
});

sentence('vrrpd: several addresses that go together are one reset', (t) => {
  const host = resets(two);
  host.hear(listed);
  t.same(host.pass(milliseconds(11)), ['reset 10.0.0.1 10.0.0.2']);
  t.same(host.give(done(3, '10.0.0.1', '10.0.0.2')).slice(0, 2), ['remove 10.0.0.1', 'remove 10.0.0.2']);
});

sentence('vrrpd: over a link that is down nothing is reset: no RST could leave', (t) => {
  t.same(resets().link('eth1', { ...eth1, up: false }), ['remove 192.168.1.190', 'notify FAULT 120']);
  const host = resets();
  takenOver(host);
  t.same(host.link('eth1', { ...eth1, up: false }), ['remove 192.168.1.190', 'notify FAULT 120'], 'nor waited for');
});

sentence('vrrpd: a MASTER that goes on after a failover has reset nothing', (t) => {
  const host = resets();
  host.give({ kind: 'failover', name: 'VI_1' });
  t.same(within(host, seconds(5), 'reset'), []);
  t.equal(host.state, 'MASTER');
});

sentence('vrrpd: reset_connections off: the address goes at once', (t) => {
  t.same(takenOver(resets({ resetConnections: false })), ['advert 1', 'remove 192.168.1.190', 'notify BACKUP 120']);
});

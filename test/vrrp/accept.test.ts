// What is dropped, for which reason, and that a drop changes nothing. RFC 3768 § 7.1; address lists: RFC 9568 § 7.1.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import type { DropReason } from '../../src/vrrp/statistics.js';
import { anInstance, eth1, ip, TestHost, type Said } from './host.js';

const bad: [DropReason, Said][] = [
  ['ttl', { priority: 200, ttl: 254 }],
  ['version', { priority: 200, version: 3 }],
  ['own-source', { priority: 200, from: '192.168.1.191' }],
  ['authentication-type', { priority: 200, authentication: { type: 'other', number: 77 } }],
  ['authentication-mismatch', { priority: 200, authentication: { type: 'none' } }],
  ['password', { priority: 200, authentication: { type: 'PASS', password: '1111x' } }],
  ['interval', { priority: 200, interval: seconds(2) }],
  ['interval', { priority: 200, interval: seconds(0) }],
  ['type', { priority: 200, type: 2 }],
  ['checksum', { priority: 200, checksumValid: false }],
  ['destination', { priority: 200, to: ip('192.168.1.191') }],
  ['address-list', { priority: 200, addresses: ['192.168.1.77'] }],
  ['address-list', { priority: 200, addresses: [] }],
  ['address-list', { priority: 0, addresses: ['192.168.1.77'] }],
];

for (const [reason, said] of bad) {
  t.test(`${reason}: ${JSON.stringify(said)} is dropped by a MASTER and by a BACKUP, and no timer moves`, (t) => {
    for (const [state, wait] of [
      ['MASTER', 4],
      ['BACKUP', 1],
    ] as const) {
      const host = new TestHost();
      host.start();
      host.pass(seconds(wait));
      t.equal(host.state, state);
      const before = host.router.nextDeadline();
      t.strictSame(host.hear(said), []);
      t.equal(host.state, state);
      t.equal(host.instance.statistics.dropped[reason], 1);
      t.equal(host.instance.statistics.advertsHeard, 0);
      const own = host.instance.nextDeadline();
      t.equal(Math.min(own ?? 0, before ?? 0), before, 'the deadline is the old one');
      t.match(host.log.at(-1), /^\(VI_1\) dropped an advert from 192\.168\.1\.19[12]: /);
    }
    t.end();
  });
}

t.test('several things wrong: the first in order is the reason', (t) => {
  const host = new TestHost();
  host.start();
  const everything: Said = { priority: 200, checksumValid: false, interval: seconds(3), type: 9, addresses: [] };
  host.hear({ ...everything, ttl: 1, authentication: { type: 'none' } });
  host.hear({ ...everything, authentication: { type: 'none' } });
  host.hear(everything);
  const { dropped } = host.instance.statistics;
  t.strictSame([dropped.ttl, dropped['authentication-mismatch'], dropped.interval, dropped.checksum], [1, 1, 1, 0]);
  t.end();
});

t.test('a malformed packet is dropped with its own reason', (t) => {
  const host = new TestHost();
  host.start();
  const common = { source: ip('192.168.1.9'), destination: ip('224.0.0.18'), ttl: 255, virtualRouterId: 91 };
  for (const reason of ['length', 'version'] as const)
    host.give({ kind: 'packet', interface: 'eth1', packet: { kind: 'malformed', ...common, reason, found: 'x' } });
  t.equal(host.instance.statistics.dropped.length, 1);
  t.equal(host.instance.statistics.dropped.version, 1);
  t.end();
});

t.test('a list with one address more is accepted, counted, and told once with the difference', (t) => {
  const host = new TestHost();
  host.start();
  for (let count = 0; count < 3; count += 1)
    host.hear({ priority: 200, addresses: ['192.168.1.190', '192.168.1.189'] });
  t.equal(host.instance.statistics.advertsHeard, 3);
  t.equal(host.instance.statistics.addressListsDiffer, 3);
  t.strictSame(
    host.log.filter((line) => line.includes('address list')),
    ['(VI_1) 192.168.1.192 has another address list: it has 192.168.1.189 more. Its adverts count all the same'],
  );
  t.end();
});

t.test('the order of the addresses does not matter, and two empty lists are equal', (t) => {
  const addresses = ['10.0.0.1', '10.0.0.2'];
  const virtualAddresses = addresses.map((text) => ({
    prefix: { address: ip(text), length: 32 },
    dev: 'eth1',
    scope: 0,
    place: { file: '', line: 1, column: 1 },
  }));
  for (const [ours, theirs] of [
    [virtualAddresses, [...addresses].reverse()],
    [[], []],
  ] as const) {
    const host = new TestHost({ instances: [anInstance({ virtualAddresses: ours })] });
    host.start();
    host.hear({ priority: 200, addresses: theirs });
    t.equal(host.instance.statistics.advertsHeard, 1);
    t.equal(host.instance.statistics.addressListsDiffer, 0);
  }
  t.end();
});

t.test('in FAULT adverts are ignored', (t) => {
  const host = new TestHost({}, { eth1: { ...eth1, up: false } });
  host.start();
  host.hear({ priority: 200 });
  t.equal(host.instance.statistics.advertsHeard, 0);
  t.end();
});

t.test('a flood of bad packets is one line at once and one each ten seconds', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(4));
  const before = host.log.length;
  for (let count = 0; count < 1000; count += 1) {
    host.hear({ priority: 200, from: '192.168.1.77', authentication: { type: 'PASS', password: 'x' } });
    host.pass(milliseconds(25));
  }
  const lines = host.log.slice(before).filter((line) => line.includes('dropped'));
  t.strictSame(lines, [
    '(VI_1) dropped an advert from 192.168.1.77: wrong password. Another VRRP pair on this network may use VRID 91',
    '(VI_1) dropped 399 adverts from 192.168.1.77 in the last 10 s: wrong password. Another VRRP pair on this network may use VRID 91',
    '(VI_1) dropped 400 adverts from 192.168.1.77 in the last 10 s: wrong password. Another VRRP pair on this network may use VRID 91',
  ]);
  t.end();
});

// What the status says of version 3, IPv6 and unicast, from a router to the text.

import t from 'tap';
import type { VrrpInstance } from '../../src/config/model.js';
import { renderStatus } from '../../src/status/text.js';
import { milliseconds, seconds } from '../../src/time.js';
import { anInstance, eth1, ip, ipv6, TestHost, VERSION_3 } from '../vrrp/host.js';
import { snapshotOf } from './snapshot-of.js';

function started(changes: Partial<VrrpInstance>): TestHost {
  const host = new TestHost({ instances: [anInstance(changes)] });
  host.start();
  return host;
}

t.test('IPv6: a BACKUP follows the interval of its master, a MASTER its own', (t) => {
  const host = started({ ...ipv6(), advertInt: milliseconds(250) });
  host.hear({ priority: 200, from: 'fe80::192', version: 3, interval: milliseconds(800) });
  const backup = snapshotOf(host);
  t.match(backup.instances, [
    {
      state: 'BACKUP',
      version: 3,
      family: 'ipv6',
      source: 'fe80::191',
      sendsTo: { kind: 'group', address: 'ff02::12' },
      accept: true,
      advertIntSeconds: 0.25,
      master: { address: 'fe80::192', priority: 200, advertIntSeconds: 0.8 },
    },
  ]);
  t.match(renderStatus(backup), /^VI_1 {3}BACKUP for 0 s .* v3 IPv6 {2}every 0\.25 s$/m);
  t.match(renderStatus(backup), 'fe80::192 priority 200, every 0.8 s, heard 0 s ago');
  host.pass(seconds(10));
  const [master] = snapshotOf(host).instances;
  t.match(master, { state: 'MASTER', addresses: [{ prefix: '2001:db8::190/128', onWire: true }] });
  t.equal(master?.master, undefined);
  t.end();
});

t.test('unicast: the peers, and which of them is this host', (t) => {
  const peers = [{ address: ip('192.168.1.191') }, { address: ip('192.168.1.192'), minTtl: 254 }];
  const unicast = { peers, ttl: 255, checkSrc: false, oldChecksum: 'as-heard' } as const;
  const host = started({ ...VERSION_3, unicast, accept: false });
  const snapshot = snapshotOf(host);
  const [first, second] = [
    { address: '192.168.1.191', isOwn: true },
    { address: '192.168.1.192', isOwn: false, minTtl: 254 },
  ];
  t.match(snapshot.instances, [
    { source: '192.168.1.191', sendsTo: { kind: 'peers', ttl: 255, peers: [first, second] }, accept: false },
  ]);
  t.match(renderStatus(snapshot), 'unicast    192.168.1.191 (this host)   192.168.1.192 (TTL 254 to 255)');
  t.match(renderStatus(snapshot), /no_accept/);
  t.end();
});

t.test('without an address to send from there is no source', (t) => {
  const host = started(ipv6());
  host.link('eth1', { ...eth1, addresses: [] });
  host.pass(seconds(2));
  const snapshot = snapshotOf(host);
  t.notHas(snapshot.instances[0], { source: 'fe80::191' });
  t.match(renderStatus(snapshot), /^ {2}fault {6}eth1 has no link-local address yet to send from$/m);
  t.end();
});

// What the status says of all that is tracked, of sync groups, and of a BACKUP that holds back.

import t from 'tap';
import type { TrackFile, TrackProcess } from '../../src/config/model.js';
import { renderStatus } from '../../src/status/text.js';
import { seconds } from '../../src/time.js';
import { anInstance, eth1, ip, TestHost } from '../vrrp/host.js';
import { snapshotOf } from './snapshot-of.js';

const place = { file: 'test.conf', line: 1, column: 1 };
const file: TrackFile = { name: 'maint', file: '/m', weight: -20, reverse: false, place, places: {} };
const program: TrackProcess = {
  name: 'proxy',
  command: ['haproxy'],
  fullCommand: false,
  weight: 0,
  reverse: false,
  quorum: 2,
  forkDelay: seconds(0),
  terminateDelay: seconds(0),
  place,
  places: {},
};
const tracks = [
  { kind: 'interface', name: 'eth2', weight: -5, reverse: false },
  { kind: 'file', name: 'maint', weight: -20, reverse: false },
  { kind: 'process', name: 'proxy', weight: 0, reverse: false },
] as const;
const eth2 = { ...eth1, index: 3, addresses: [{ address: ip('10.0.0.1'), length: 24 }] };

t.test('each thing that is tracked, and what it does to the priority', (t) => {
  const host = new TestHost(
    { instances: [anInstance({ tracks })], files: [file], processes: [program] },
    { eth1, eth2 },
  );
  host.start();
  t.match(snapshotOf(host).instances[0]?.checks, [
    { kind: 'interface', name: 'eth2', state: 'up' },
    { kind: 'file', name: 'maint', state: 'unknown' },
    { kind: 'process', name: 'proxy', state: 'unknown' },
  ]);
  host.give({ kind: 'file', name: 'maint', reading: { kind: 'number', value: 1 } });
  host.give({ kind: 'process', name: 'proxy', count: 3 });
  host.link('eth2', { ...eth2, up: false });
  const text = renderStatus(snapshotOf(host));
  t.match(text, /^ {2}priority {3}95 = 120 - 5 eth2 - 20 maint$/m);
  t.match(text, /^ {2}interface {2}eth2 {3}down$/m);
  t.match(text, /^ {2}file {7}maint {3}down {3}holds 1$/m);
  t.match(text, /^ {2}process {4}proxy {3}up {3}3 haproxy running, 2 wanted$/m);
  host.give({ kind: 'file', name: 'maint', reading: { kind: 'unusable', problem: '/m holds "yes"' } });
  t.match(snapshotOf(host).alerts, ['track_file maint: /m holds "yes": it counts as 0']);
  t.end();
});

t.test('why a BACKUP holds back', (t) => {
  const host = new TestHost({ instances: [anInstance()] });
  host.start();
  host.pass(seconds(10));
  host.give({ kind: 'failover', name: 'VI_1' });
  host.hear({ priority: 100 });
  host.pass(seconds(0.5));
  t.match(renderStatus(snapshotOf(host)), /asked to yield: takes over only when the other falls silent/);
  host.give({ kind: 'maintenance', on: true });
  const { alerts, instances } = snapshotOf(host);
  t.match(alerts, [/^maintenance: this host does not become MASTER/]);
  t.match(instances, [{ state: 'BACKUP', holdsBack: /maintenance/ }]);
  t.end();
});

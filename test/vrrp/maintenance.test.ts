// `vrrpd maintenance`: this host serves nothing until it is over.

import t from 'tap';
import { after, seconds } from '../../src/time.js';
import { aGroup, anAddress, anInstance, eth1, TestHost } from './host.js';

const on = { kind: 'maintenance', on: true } as const;
const off = { kind: 'maintenance', on: false } as const;
const second = anInstance({
  name: 'VI_2',
  virtualRouterId: 92,
  priority: 90,
  virtualAddresses: [anAddress('10.0.0.9')],
});

function master(parts: ConstructorParameters<typeof TestHost>[0] = {}): TestHost {
  const host = new TestHost(parts);
  host.start();
  host.pass(seconds(30));
  return host;
}

const statesOf = (host: TestHost): string[] => [...host.router.instances.values()].map(({ state }) => state.kind);

t.test('a MASTER yields: a farewell, and the addresses go when another router has announced them', (t) => {
  const host = master();
  t.same(host.give(on), ['advert 0']);
  t.match(host.log.at(-1), /Giving up the addresses: maintenance has begun; they stay until/);
  t.same(host.give(on), [], 'a second time changes nothing');
  host.hear({ priority: 100 });
  t.same(host.claim(), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 120']);
  t.match(host.log.at(-1), /Entering BACKUP STATE: maintenance has begun/);
  t.same(host.give(on), [], 'nor a third one');
  t.end();
});

t.test('a group yields as one', (t) => {
  const host = master({ instances: [anInstance(), second], groups: [aGroup(['VI_1', 'VI_2'])] });
  t.same(host.give(on), ['advert 0', 'advert 0']);
  t.same(host.pass(seconds(60)), [
    ...['advert 0', 'advert 0', 'advert 0', 'advert 0'],
    ...['remove 192.168.1.190', 'notify BACKUP 120', 'remove 10.0.0.9', 'notify BACKUP 90'],
    'group G BACKUP 0',
  ]);
  host.give(off);
  host.pass(seconds(4));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
  t.end();
});

t.test('nobody becomes MASTER while it lasts, also when no other is heard: one line a while says so', (t) => {
  const host = master();
  host.give(on);
  t.same(host.pass(seconds(2.1)), ['advert 0', 'advert 0', 'remove 192.168.1.190', 'notify BACKUP 120']);
  t.same(host.pass(seconds(100)), []);
  const lines = host.log.filter((line) => line.includes('in maintenance this host does not take over'));
  t.ok(lines.length > 5 && lines.length < 12, `${lines.length} lines in 100 s`);
  host.hear({ priority: 100 });
  host.pass(seconds(10));
  t.same(statesOf(host), ['BACKUP'], 'nor after a lower advert');
  host.hear({ priority: 0 });
  host.pass(seconds(10));
  t.same(statesOf(host), ['BACKUP'], 'nor after a farewell');
  t.end();
});

t.test('not the owner (255) either, nor one whose fault is over', (t) => {
  const host = master({ instances: [anInstance({ priority: 255 })] });
  host.give(on);
  host.link('eth1', { ...eth1, up: false });
  host.link('eth1', eth1);
  t.same(host.pass(seconds(30)), []);
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('when it is over the election is as before', (t) => {
  const host = master();
  host.give(on);
  host.pass(seconds(30));
  t.match(host.give(off), ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5', 'notify MASTER 120']);
  t.equal(host.state, 'MASTER', 'at once where nobody serves');
  host.give(on);
  for (let count = 0; count < 10; count += 1) {
    host.pass(seconds(1));
    host.hear({ priority: 100 });
  }
  t.equal(host.state, 'BACKUP');
  host.give(off);
  for (let count = 0; count < 4; count += 1) {
    host.hear({ priority: 100 });
    host.pass(seconds(1));
  }
  t.equal(host.state, 'MASTER', 'it preempts');
  t.end();
});

t.test('with `until` it ends by itself', (t) => {
  const host = master();
  host.give({ ...on, until: after(host.now, seconds(60)) });
  host.pass(seconds(59.9));
  t.equal(host.state, 'BACKUP');
  t.ok(host.router.surroundings.maintenance);
  host.pass(seconds(0.1));
  t.notOk(host.router.surroundings.maintenance);
  t.ok(host.log.includes('Maintenance is over'));
  host.pass(seconds(3.6));
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a new order without `until` takes the old one back', (t) => {
  const host = master();
  host.give({ ...on, until: after(host.now, seconds(60)) });
  host.give(on);
  host.pass(seconds(120));
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('it goes on over a reload, for a new instance and a new group too', (t) => {
  const host = master();
  host.give({ ...on, until: after(host.now, seconds(60)) });
  host.reload({ instances: [anInstance(), second], groups: [aGroup(['VI_1', 'VI_2'])] });
  host.pass(seconds(59));
  t.same(statesOf(host), ['BACKUP', 'BACKUP']);
  host.pass(seconds(5));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
  t.end();
});

t.test('one that begins before the start holds from the start on', (t) => {
  const host = new TestHost();
  host.give(on);
  host.start();
  t.same(host.pass(seconds(10)), []);
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('a stop within it says no farewell and leaves nothing due', (t) => {
  const host = master();
  host.give({ ...on, until: after(host.now, seconds(60)) });
  host.pass(seconds(5));
  t.same(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['notify STOP 120', 'close-link eth1']);
  t.equal(host.router.nextDeadline(), undefined);
  t.end();
});

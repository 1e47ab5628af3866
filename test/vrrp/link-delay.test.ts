// interface_up_down_delays: a change of an interface counts only when it has lasted. keepalived.conf(5).

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { anInstance, eth1, ip, TestHost } from './host.js';

const delays = [{ interface: 'eth1', down: seconds(1), up: seconds(2) }];
const down = { ...eth1, up: false };

function master(): TestHost {
  const host = new TestHost({ delays });
  host.start();
  host.pass(seconds(30));
  return host;
}

t.test('a flap that is shorter than the delay changes nothing', (t) => {
  const host = master();
  const log = host.log.length;
  t.same(host.link('eth1', down), []);
  host.pass(milliseconds(999));
  t.same(host.link('eth1', eth1), []);
  host.pass(seconds(5));
  t.equal(host.state, 'MASTER');
  t.notOk(host.log.slice(log).some((line) => line.includes('eth1 down')));
  t.end();
});

t.test('flaps do not add up', (t) => {
  const host = master();
  for (let count = 0; count < 5; count += 1) {
    host.link('eth1', down);
    host.pass(milliseconds(900));
    host.link('eth1', eth1);
    host.pass(milliseconds(50));
  }
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a link that stays down counts when the delay is over, from its beginning on', (t) => {
  const host = master();
  host.link('eth1', down);
  host.pass(milliseconds(600));
  host.link('eth1', { ...down, mtu: 1400 });
  t.notOk(host.pass(milliseconds(399)).includes('notify FAULT 120'));
  t.same(host.pass(milliseconds(1)), ['remove 192.168.1.190', 'notify FAULT 120']);
  t.match(host.log.join('\n'), /Netlink reports eth1 down/);
  t.end();
});

t.test('so does one that comes up', (t) => {
  const host = master();
  host.link('eth1', down);
  host.pass(seconds(5));
  host.link('eth1', eth1);
  t.same(host.pass(milliseconds(1999)), []);
  t.same(host.pass(milliseconds(1)), ['notify BACKUP 120']);
  t.end();
});

t.test('what else changes of a link counts at once', (t) => {
  const host = master();
  host.link('eth1', { ...down, addresses: [{ address: ip('192.168.1.9'), length: 24 }] });
  t.equal(host.instance.source, '192.168.1.9');
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a link that is gone counts at once, and so does a new one', (t) => {
  const host = master();
  host.link('eth1', down);
  host.link('eth1');
  t.equal(host.state, 'FAULT');
  t.match(host.log.at(-1), /there is no interface eth1/);
  t.same(host.pass(seconds(5)), []);
  host.link('eth1', { ...eth1, index: 9 });
  t.equal(host.state, 'BACKUP');
  const anew = master();
  anew.link('eth1', { ...down, index: 9 });
  t.equal(anew.state, 'FAULT', 'made anew and down');
  t.end();
});

t.test('a delay that a reload ends or changes: what waited counts at once', (t) => {
  for (const next of [[], [{ interface: 'eth1', down: seconds(9), up: seconds(2) }]]) {
    const host = master();
    host.link('eth1', down);
    t.same(host.reload({ instances: [anInstance()], delays: next }), ['remove 192.168.1.190', 'notify FAULT 120']);
    t.same(host.pass(seconds(20)), []);
  }
  t.end();
});

t.test('and before a new instance begins there', (t) => {
  const host = master();
  host.link('eth1', down);
  const second = anInstance({ name: 'VI_2', virtualRouterId: 92, priority: 90, virtualAddresses: [] });
  const words = host.reload({ instances: [anInstance(), second] });
  t.same(words, ['remove 192.168.1.190', 'notify FAULT 120', 'notify FAULT 90']);
  t.end();
});

t.test('a delay that a reload leaves goes on', (t) => {
  const host = master();
  host.link('eth1', down);
  host.pass(milliseconds(500));
  host.reload({ instances: [anInstance({ priority: 121 })], delays });
  host.pass(milliseconds(499));
  t.equal(host.state, 'MASTER');
  host.pass(milliseconds(1));
  t.equal(host.state, 'FAULT');
  t.end();
});

t.test('after the end nothing is due', (t) => {
  const host = master();
  host.link('eth1', down);
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  t.equal(host.router.nextDeadline(), undefined);
  t.end();
});

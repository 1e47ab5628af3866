// interface_up_down_delays beside other changes: of the link, by a reload, at the end. keepalived.conf(5). That a change
// counts only when it has lasted is a sentence (test/sentences/keepalived-fault.ts).

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
  t.same(host.pass(milliseconds(999)), ['advert 0'], 'it counts as up, and the addresses wait for their heir');
  t.same(host.pass(milliseconds(1)), ['remove 192.168.1.190', 'notify STOP 120', 'close-link eth1']);
  t.equal(host.router.nextDeadline(), undefined);
  t.end();
});

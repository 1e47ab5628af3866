// `vrrpd failover`: a MASTER hands its addresses over, and does not take them back as long as the other serves.

import t from 'tap';
import type { Config, VrrpInstance } from '../../src/config/model.js';
import { milliseconds, seconds } from '../../src/time.js';
import { aGroup, anAddress, anAdvert, anInstance, eth1, TestHost } from './host.js';

function master(changes: Partial<VrrpInstance> = {}): TestHost {
  const host = new TestHost({ instances: [anInstance(changes)] });
  host.start();
  host.pass(seconds(30));
  return host;
}

const failover = (host: TestHost, name = 'VI_1'): string[] => host.give({ kind: 'failover', name });

/** The other one serves with a lower priority. */
function served(host: TestHost, times: number): void {
  for (let count = 0; count < times; count += 1) {
    host.pass(seconds(1));
    host.hear({ priority: 100 });
  }
}

t.test('a farewell, and the addresses go when the other one has announced them', (t) => {
  const host = master();
  t.same(failover(host), ['advert 0']);
  t.match(host.log.at(-1), /Giving up the addresses: asked to yield \(vrrpd failover\); they stay until/);
  t.same(host.pass(seconds(0.1)), ['advert 0']);
  host.hear({ priority: 100 });
  t.same(host.claim(), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 120']);
  t.match(host.log.at(-1), /Entering BACKUP STATE: asked to yield/);
  t.end();
});

t.test('it does not take them back while the other is heard, although that has a lower priority', (t) => {
  const host = master();
  failover(host);
  served(host, 60);
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('after the silence of the other it does, and preempts again from then on', (t) => {
  const host = master();
  failover(host);
  served(host, 10);
  host.pass(seconds(3.5));
  t.equal(host.state, 'BACKUP');
  host.pass(seconds(0.1));
  t.equal(host.state, 'MASTER');
  host.hear({ priority: 200 });
  served(host, 5);
  t.equal(host.state, 'MASTER', 'a lower one does not hold it back');
  t.end();
});

t.test('after priority 0 of the other it does', (t) => {
  const host = master();
  failover(host);
  served(host, 10);
  host.hear({ priority: 0 });
  host.pass(milliseconds(532));
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('alone it keeps them, the owner (255) too, and preempts as before', (t) => {
  for (const priority of [120, 255]) {
    const host = master({ priority });
    failover(host);
    t.same(host.pass(seconds(2.09)), ['advert 0', 'advert 0'], 'the last one when nobody can have heard the first two');
    t.equal(host.state, 'RELEASING');
    t.same(host.pass(seconds(0.01)), [`advert ${priority}`, 'add 192.168.1.190', 'garp 192.168.1.190 x5']);
    t.equal(host.state, 'MASTER', 'for those outside it has been so all the time');
    t.match(host.log.at(-1), '(VI_1) stays MASTER: no other router took over');
    host.hear({ priority: 200 });
    host.claim();
    served(host, 5);
    t.equal(host.state, 'MASTER');
  }
  t.end();
});

t.test('one that is not MASTER is not asked, and goes on to preempt', (t) => {
  const host = new TestHost();
  host.start();
  host.hear({ priority: 200 });
  t.same(failover(host), []);
  served(host, 5);
  t.equal(host.state, 'MASTER');
  t.same(failover(host, 'nobody'), []);
  t.end();
});

t.test('a fault and a reload do not make it forget', (t) => {
  const host = master();
  failover(host);
  served(host, 3);
  host.link('eth1', { ...eth1, up: false });
  host.link('eth1', eth1);
  host.reload({ instances: [anInstance({ priority: 121 })] });
  served(host, 20);
  t.equal(host.state, 'BACKUP');
  t.end();
});

t.test('a group yields as a whole, asked by its name or by a member', (t) => {
  for (const name of ['G', 'VI_2']) {
    const second = { name: 'VI_2', virtualRouterId: 92, priority: 90, virtualAddresses: [anAddress('192.168.1.200')] };
    const toSecond = anAdvert({ priority: 80, virtualRouterId: 92, addresses: ['192.168.1.200'] });
    const groups: Config['syncGroups'] = [aGroup(['VI_1', 'VI_2'])];
    const host = new TestHost({ instances: [anInstance(), anInstance(second)], groups });
    host.start();
    host.pass(seconds(30));
    t.same(failover(host, name), ['advert 0', 'advert 0']);
    host.give(toSecond);
    t.same(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'advert 1', 'notify BACKUP 90']);
    host.hear({ priority: 100 });
    t.same(host.claim(), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 120', 'group G BACKUP 0']);
    served(host, 20);
    t.same(
      [...host.router.instances.values()].map(({ state }) => state.kind),
      ['BACKUP', 'BACKUP'],
    );
  }
  t.end();
});

// What a sync group costs. What it does is in test/sentences/keepalived-group.ts.

import t from 'tap';
import { seconds } from '../../src/time.js';
import { Instance } from '../../src/vrrp/instance.js';
import { aGroup, anInstance, eth1, TestHost } from './host.js';

t.test('what an input costs does not grow faster than the group', (t) => {
  const many = Array.from({ length: 200 }, (_, index) =>
    anInstance({ name: `VI_${index}`, virtualRouterId: index + 1 }),
  );
  const host = new TestHost({ instances: many, groups: [aGroup(many.map(({ name }) => name))] });
  host.start();
  host.pass(seconds(10));
  let count = 0;
  class Counted extends Instance {
    override ownFaults() {
      count += 1;
      return super.ownFaults();
    }
  }
  for (const instance of host.router.instances.values()) Object.setPrototypeOf(instance, Counted.prototype);
  host.link('eth1', { ...eth1, up: false });
  t.equal(host.state, 'FAULT');
  t.equal(count, 200, 'each member is looked at once');
  t.end();
});

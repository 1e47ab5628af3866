// Reloads of a daemon that is MASTER of 255 virtual routers, seen from outside: the wire and the kernel's monitor tell
// what was sent and touched.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { eventually } from './eventually.js';
import { Many, manyInstances } from './many.js';

const COUNT = 255;
/** ms. Nobody misses an advert: the machine of a test is too busy for the tenth of an interval that the bench looks at. */
const NO_ADVERT_MISSED = 1_900;
/** Without the announcement after each advert: whatever is announced, the reload did. */
const HEAD = 'global_defs {\n    vrrp_garp_master_refresh 0\n}\n';

t.test('255 virtual routers', async (t) => {
  const many = await Many.open('vrrpd', COUNT, HEAD);
  t.teardown(() => many.close());
  const reload = (configuration: string) => async (): Promise<void> => {
    await many.host.namespace.write('/etc/keepalived/keepalived.conf', HEAD + configuration);
    const mark = many.job.log.length;
    await many.job.signal('SIGHUP');
    const isOver = (): boolean => many.job.log.slice(mark).some((line) => /Reload (complete|refused)/.test(line));
    await eventually('the reload is over', isOver);
    await sleep(500);
  };

  const same = await many.during(reload(manyInstances(COUNT)));
  t.ok(same.log.some((line) => line.includes('Reload complete: nothing has changed')));
  t.strictSame(same.touched, [], 'the same file: no address is touched');
  t.equal(same.announced.size, 0, 'and none is announced');
  t.equal(same.farewells, 0);
  t.ok(same.largestGap < NO_ADVERT_MISSED, `the largest gap is ${same.largestGap} ms`);

  const one = await many.during(reload(manyInstances(COUNT, (id) => (id === 100 ? '10.255.100.2' : ''))));
  t.equal(one.touched.length, 1, one.touched.join('; '));
  t.match(one.touched[0], ' 10.255.100.2/32 ', 'one more address: one is touched');
  t.strictSame([...one.announced.keys()], ['10.255.100.2'], 'and it is announced');
  t.equal(one.farewells, 0);
  t.ok(one.largestGap < NO_ADVERT_MISSED, `the largest gap is ${one.largestGap} ms`);

  const broken = await many.during(reload(manyInstances(COUNT, (id) => (id === 200 ? '10.255.200' : ''))));
  t.match(broken.log.join('\n'), /Reload refused: .*1 error.* the running configuration goes on/);
  t.strictSame(broken.touched, [], 'a broken file: no address is touched');
  t.equal(broken.announced.size + broken.farewells, 0);
  t.ok(broken.largestGap < NO_ADVERT_MISSED, `the largest gap is ${broken.largestGap} ms`);
  t.comment(`largest gaps: ${[same, one, broken].map(({ largestGap }) => Math.round(largestGap)).join(', ')} ms`);
});

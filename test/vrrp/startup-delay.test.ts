// vrrp_startup_delay: keepalived.conf(5), global_defs. Nobody begins before its end.

import t from 'tap';
import { seconds } from '../../src/time.js';
import { aFile, anAddress, anAdvert, anInstance, aScript, eth1, failed, succeeded, TestHost, tracked } from './host.js';

const global = { vrrpStartupDelay: seconds(10) };

t.test(
  'before its end nothing is sent, heard or told, and nobody is BACKUP or MASTER; then all is as at a usual start',
  (t) => {
    const host = new TestHost({ global });
    t.same(host.start(), ['open-link eth1', 'remove 192.168.1.190']);
    host.pass(seconds(5));
    t.same(host.hear({ priority: 200 }), []);
    t.same(host.pass(seconds(4.9)), []);
    t.equal(host.state, 'INIT');
    t.same(host.pass(seconds(0.1)), ['notify BACKUP 120']);
    t.equal(host.log.at(-1), '(VI_1) Entering BACKUP STATE (init): started');
    t.same(host.pass(seconds(3.53)), []);
    t.same(host.pass(seconds(0.01))[0], 'advert 120');
    t.end();
  },
);

t.test('the owner (255) is MASTER at its end', (t) => {
  const host = new TestHost({ instances: [anInstance({ priority: 255 })], global });
  host.start();
  t.same(host.pass(seconds(9.999)), []);
  t.same(host.pass(seconds(0.001)).slice(0, 3), ['notify BACKUP 255', 'advert 255', 'add 192.168.1.190']);
  t.end();
});

t.test('a fault that comes and goes within it leads back to where nobody has begun', (t) => {
  const host = new TestHost({ global });
  host.start();
  host.pass(seconds(1));
  t.same(host.link('eth1', { ...eth1, up: false }), ['notify FAULT 120']);
  host.pass(seconds(1));
  t.same(host.link('eth1', eth1), []);
  t.equal(host.state, 'INIT');
  t.same(host.pass(seconds(7.9)), []);
  t.same(host.pass(seconds(0.1)), ['notify BACKUP 120']);
  t.end();
});

t.test('a fault at its end stays one', (t) => {
  const host = new TestHost({ global }, {});
  host.start();
  t.same(host.pass(seconds(20)), []);
  t.equal(host.state, 'FAULT');
  t.same(host.link('eth1', eth1).at(-1), 'notify BACKUP 120');
  t.end();
});

t.test('checks run within it; one that has no result by its end is awaited longer', (t) => {
  const parts = {
    instances: [anInstance({ tracks: [tracked()] })],
    scripts: [aScript({ interval: seconds(60) })],
    global,
  };
  const early = new TestHost(parts);
  early.scriptsEnd = succeeded;
  early.start();
  t.same(early.pass(seconds(9)), ['run chk']);
  t.same(early.pass(seconds(1)), ['notify BACKUP 120']);
  const late = new TestHost(parts);
  late.start();
  late.pass(seconds(15));
  t.equal(late.state, 'INIT');
  t.same(late.script(failed), ['notify FAULT 120']);
  t.end();
});

t.test('a reload does not end it, and who comes with it waits too', (t) => {
  const host = new TestHost({ global, files: [aFile()] });
  host.start();
  host.pass(seconds(5));
  const second = anInstance({
    name: 'VI_2',
    virtualRouterId: 92,
    priority: 90,
    virtualAddresses: [anAddress('10.0.0.9')],
  });
  t.same(host.reload({ instances: [anInstance(), second] }), ['remove 10.0.0.9']);
  t.same(host.pass(seconds(4.9)), []);
  t.same(host.give(anAdvert({ priority: 200 })), []);
  t.same(host.pass(seconds(0.1)), ['notify BACKUP 120', 'notify BACKUP 90']);
  t.end();
});

t.test('a stop within it leaves nothing due', (t) => {
  const host = new TestHost({ global });
  host.start();
  t.same(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['notify STOP 120', 'close-link eth1']);
  t.equal(host.router.nextDeadline(), undefined);
  t.end();
});

// Start and stop: RFC 3768 § 6.4.1, and what keepalived does there.

import t from 'tap';
import { after, seconds } from '../../src/time.js';
import { anInstance, aScript, eth1, failed, ip, succeeded, TestHost, tracked } from './host.js';

t.test(
  'a router that is not the owner starts as BACKUP with the full Master_Down_Timer, whatever `state` says',
  (t) => {
    for (const state of ['MASTER', 'BACKUP'] as const) {
      const host = new TestHost({ instances: [anInstance({ state, priority: 150 })] });
      t.strictSame(host.start(), ['open-link eth1', 'remove 192.168.1.190', 'notify BACKUP 150']);
      t.equal(host.log.at(-1), '(VI_1) Entering BACKUP STATE (init): started');
      host.pass(seconds(10));
      t.strictSame(host.times('advert 150')[0], 3.414062, '3 x 1 s + (256 - 150) / 256 s, rounded down');
    }
    t.end();
  },
);

t.test('becoming MASTER: the advert first, the address next, gratuitous ARP last, then notify', (t) => {
  const host = new TestHost();
  host.start();
  const effects = host.pass(seconds(3.54));
  t.strictSame(effects, ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5', 'notify MASTER 120']);
  t.match(
    host.log.at(-1),
    /^\(VI_1\) Entering MASTER STATE: no advert heard for 3\.531 s \(120 here\); was BACKUP for/,
  );
  t.end();
});

t.test('all addresses are added before any is announced; excluded ones are announced, but not on the wire', (t) => {
  const address = (text: string) => ({
    ...anInstance().virtualAddresses[0],
    prefix: { address: ip(text), length: 24 },
  });
  const instance = anInstance({
    virtualAddresses: [address('10.0.0.1'), address('10.0.0.2')] as never,
    excludedAddresses: [address('10.0.0.3')] as never,
  });
  const host = new TestHost({ instances: [instance] });
  host.start();
  t.strictSame(host.pass(seconds(3.54)).slice(1, 5), [
    'add 10.0.0.1',
    'add 10.0.0.2',
    'add 10.0.0.3',
    'garp 10.0.0.1 10.0.0.2 10.0.0.3 x5',
  ]);
  const effects = host.router.handle({ kind: 'tick' }, host.now);
  t.strictSame(effects, [], 'a spurious alarm is harmless');
  t.end();
});

t.test('the owner (255) passes through BACKUP and is MASTER at once', (t) => {
  const host = new TestHost({ instances: [anInstance({ priority: 255 })] });
  host.start();
  t.strictSame(host.pass(seconds(0)).slice(0, 2), ['advert 255', 'add 192.168.1.190']);
  t.match(host.log.at(-1), /owns the address/);
  t.end();
});

t.test('addresses that an earlier run left are removed at start', (t) => {
  const left = { ...eth1, addresses: [...eth1.addresses, { address: ip('192.168.1.190'), length: 32 }] };
  const host = new TestHost({}, { eth1: left });
  t.ok(host.start().includes('remove 192.168.1.190'));
  t.match(host.log.join('\n'), /192\.168\.1\.190\/32 was left on eth1/);
  t.equal(host.instance.source, '192.168.1.191', 'and never taken for the own address');
  t.end();
});

t.test('checks without weight hold the start until each has its first result; one success decides', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked()] })],
    scripts: [aScript({ rise: 3, fall: 3 })],
  });
  t.strictSame(host.start(), ['open-link eth1', 'remove 192.168.1.190']);
  t.strictSame(host.pass(seconds(0)), ['run chk']);
  t.equal(host.state, 'INIT');
  host.pass(seconds(0.5));
  t.strictSame(host.script(succeeded), ['notify BACKUP 120']);
  t.match(host.log.at(-1), /^\(VI_1\) Entering BACKUP STATE: /, 'without "(init)"');
  t.end();
});

t.test('checks without weight hold the start; one failure decides', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked()] })],
    scripts: [aScript({ rise: 3, fall: 3 })],
  });
  host.start();
  host.pass(seconds(0));
  t.strictSame(host.script(failed), ['notify FAULT 120']);
  t.match(
    host.log.at(-1),
    /Entering FAULT STATE \(init\): chk failed \(exit 1 after 31 ms: "haproxy: no process found"\)/,
  );
  t.end();
});

t.test('init_fail starts in FAULT; weighted checks do not hold the start', (t) => {
  const held = new TestHost({
    instances: [anInstance({ tracks: [tracked()] })],
    scripts: [aScript({ initFail: true })],
  });
  t.ok(held.start().includes('notify FAULT 120'));
  const free = new TestHost({
    instances: [anInstance({ tracks: [tracked({ weight: 2 })] })],
    scripts: [aScript({ weight: 2 })],
  });
  t.ok(free.start().includes('notify BACKUP 120'), 'and +w is added after the first success only');
  free.pass(seconds(0.1));
  free.script(succeeded);
  t.equal(free.instance.priority, 122);
  t.end();
});

t.test(
  'no interface, a link that is down, an interface without an address: FAULT with the reason, and out of it later',
  (t) => {
    const host = new TestHost({}, {});
    t.strictSame(host.start(), ['notify FAULT 120']);
    t.match(host.log.at(-1), /there is no interface eth1/);
    host.link('eth1', { ...eth1, up: false });
    t.strictSame(host.link('eth1', { ...eth1, addresses: [] }), ['open-link eth1']);
    t.equal(host.state, 'FAULT');
    t.strictSame(host.link('eth1', eth1), ['notify BACKUP 120']);
    t.match(host.log.at(-1), /Entering BACKUP STATE: eth1 has an address again; was FAULT for/);
    host.pass(seconds(3.53));
    t.equal(host.state, 'BACKUP', 'with a full Master_Down_Timer');
    host.pass(seconds(0.1));
    t.equal(host.state, 'MASTER');
    t.end();
  },
);

t.test(
  'stopped as MASTER: priority 0, then the address goes; running checks are ended, nothing is scheduled any more',
  (t) => {
    const host = new TestHost({
      instances: [anInstance({ tracks: [tracked({ weight: 2 })] })],
      scripts: [aScript({ weight: 2 })],
    });
    host.start();
    host.pass(seconds(3.54));
    t.strictSame(host.give({ kind: 'stop', cause: 'SIGTERM' }), [
      'advert 0',
      'remove 192.168.1.190',
      'notify STOP 120',
      'SIGTERM chk',
      'close-link eth1',
    ]);
    t.equal(host.router.nextDeadline(), undefined);
    t.end();
  },
);

t.test('stopped as BACKUP: nothing is sent', (t) => {
  const host = new TestHost();
  host.start();
  t.strictSame(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['notify STOP 120', 'close-link eth1']);
  t.end();
});

t.test('after the stop nothing is due and nothing is done, whatever comes', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(30));
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  const until = after(host.now, seconds(1));
  t.same(host.give({ kind: 'maintenance', on: true, until }), []);
  t.same(host.hear({ priority: 0 }), []);
  t.same(host.link('eth1', { ...eth1, index: 9 }), []);
  t.same(host.give({ kind: 'failover', name: 'VI_1' }), []);
  t.equal(host.router.nextDeadline(), undefined);
  host.now = after(host.now, seconds(60));
  t.same(host.give({ kind: 'tick' }), []);
  t.equal(host.state, 'INIT');
  t.end();
});

// How keepalived starts and becomes MASTER: what is on the host beforehand, what holds a start back, and the order of
// what follows from a timer. keepalived.conf(5): vrrp_startup_delay, init_fail, virtual_routes.

import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { seconds } from '../../src/time.js';
import {
  aFile,
  anAddress,
  anInstance,
  aScript,
  eth1,
  failed,
  ip,
  succeeded,
  TestHost,
  tracked,
  withLeft,
} from '../vrrp/host.js';
import { backup, initialize, MASTER_DOWN, second, sentence, takenOver, takesOverAfter } from './words.js';

const checked = { tracks: [tracked()] };
const slowToChange = { scripts: [aScript({ rise: 3, fall: 3 })] };

sentence('keepalived: residual addresses of each instance are removed first', (t) => {
  const host = new TestHost(
    { instances: [anInstance(), second({ priority: 90 })] },
    { eth1: withLeft(eth1, '192.168.1.190', '192.168.1.200') },
  );
  t.same(host.start(), [
    ...['open-link eth1', 'remove 192.168.1.190', 'remove 192.168.1.200'],
    ...['notify BACKUP 120', 'notify BACKUP 90'],
  ]);
  t.match(host.log.join('\n'), /removing VIPs\. 192\.168\.1\.190\/32 was left on eth1 by an earlier run/);
});

sentence('keepalived: it starts as BACKUP with the whole Master_Down timer, whatever `state` says', (t) => {
  for (const state of ['MASTER', 'BACKUP'] as const) {
    const host = initialize({ state, priority: 150 });
    t.equal(host.start().at(-1), 'notify BACKUP 150');
    t.equal(takesOverAfter(host), 3.414062);
  }
});

sentence('keepalived: the owner (255) passes through BACKUP, and both are told', (t) => {
  const host = initialize({ priority: 255 });
  t.equal(host.start().at(-1), 'notify BACKUP 255');
  t.equal(host.pass(seconds(0)).at(-1), 'notify MASTER 255');
});

sentence('keepalived: a check without weight holds the start back until its first result; one success decides', (t) => {
  const host = initialize(checked, slowToChange);
  t.same(host.start(), ['open-link eth1']);
  t.same(host.pass(seconds(0.5)), ['run chk']);
  t.equal(host.state, 'INIT');
  t.same(host.script(succeeded), ['notify BACKUP 120']);
  t.match(host.log.at(-1), /^\(VI_1\) Entering BACKUP STATE: /, 'without "(init)"');
  t.equal(takesOverAfter(host), MASTER_DOWN, 'the timer starts then');
});

sentence('keepalived: a check without weight holds the start back until its first result; one failure decides', (t) => {
  const host = initialize(checked, slowToChange);
  host.start();
  host.pass(seconds(0.5));
  t.same(host.script(failed), ['notify FAULT 120']);
  t.match(
    host.log.at(-1),
    /Entering FAULT STATE \(init\): chk failed \(exit 1 after 31 ms: "haproxy: no process found"\)/,
  );
});

sentence('keepalived: it waits for the first result of each of them', (t) => {
  const tracks = [tracked(), tracked({ name: 'other' })];
  const host = initialize({ tracks }, { scripts: [aScript(), aScript({ name: 'other' })] });
  host.start();
  host.pass(seconds(0.5));
  t.same(host.script(succeeded), []);
  t.same(host.script(succeeded, 'other'), ['notify BACKUP 120']);
});

sentence('keepalived: init_fail starts it as failed, in FAULT', (t) => {
  const host = initialize(checked, { scripts: [aScript({ initFail: true })] });
  t.equal(
    host.start().find((word) => word.startsWith('notify')),
    'notify FAULT 120',
  );
  t.match(host.log.join('\n'), /Entering FAULT STATE \(init\): chk failed \(init_fail\)/);
});

sentence('keepalived: checks with a weight do not hold the start back, and count from their first success on', (t) => {
  const host = initialize({ tracks: [tracked({ weight: 2 })] }, { scripts: [aScript({ weight: 2 })] });
  t.ok(host.start().includes('notify BACKUP 120'));
  host.pass(seconds(0.5));
  host.script(succeeded);
  t.equal(host.instance.priority, 122);
});

sentence('keepalived: an interface that is down or not there: FAULT from the start. vrrpd: it may come later', (t) => {
  for (const [links, why] of [
    [{ eth1: { ...eth1, up: false } }, 'eth1 is down'],
    [{}, 'there is no interface eth1'],
    [{ eth1: { ...eth1, addresses: [] } }, 'eth1 has no IPv4 address to send from'],
    [
      { eth1: { ...eth1, addresses: [{ address: ip('fe80::1'), length: 64 }] } },
      'eth1 has no IPv4 address to send from',
    ],
  ] as const) {
    const host = new TestHost({}, { ...links });
    t.equal(
      host.start().find((word) => word.startsWith('notify')),
      'notify FAULT 120',
    );
    t.equal(host.log.at(-1), `(VI_1) Entering FAULT STATE (init): ${why}`);
    t.same(host.pass(seconds(60)), []);
    t.equal(host.link('eth1', eth1).at(-1), 'notify BACKUP 120');
    t.equal(takesOverAfter(host), MASTER_DOWN);
  }
});

const delayed = { global: { vrrpStartupDelay: seconds(10) } };

sentence('keepalived: vrrp_startup_delay: adverts are ignored and timers start only after it', (t) => {
  const host = initialize({}, delayed);
  t.same(host.start(), ['open-link eth1']);
  host.pass(seconds(5));
  t.same(host.hear({ priority: 200 }), []);
  t.same(host.pass(seconds(4.999)), []);
  t.equal(host.state, 'INIT');
  t.same(host.pass(seconds(0.001)), ['notify BACKUP 120']);
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('keepalived: vrrp_startup_delay: the owner (255) is MASTER at its end', (t) => {
  const host = initialize({ priority: 255 }, delayed);
  host.start();
  t.same(host.pass(seconds(9.999)), []);
  t.same(host.pass(seconds(0.001)).slice(0, 3), ['notify BACKUP 255', 'advert 255', 'add 192.168.1.190']);
});

sentence('keepalived: vrrp_startup_delay: a fault within it leads to INIT again, one that lasts stays a fault', (t) => {
  const host = initialize({}, delayed);
  host.start();
  host.pass(seconds(1));
  t.same(host.link('eth1', { ...eth1, up: false }), ['notify FAULT 120']);
  t.same(host.link('eth1', eth1), []);
  t.equal(host.state, 'INIT');
  host.link('eth1', { ...eth1, up: false });
  t.same(host.pass(seconds(20)), []);
  t.equal(host.state, 'FAULT');
});

sentence(
  'keepalived: vrrp_startup_delay: checks run within it; one without a result by its end is awaited longer',
  (t) => {
    const parts = { scripts: [aScript({ interval: seconds(60) })], ...delayed };
    const early = initialize(checked, parts);
    early.scriptsEnd = succeeded;
    early.start();
    t.same(early.pass(seconds(10)), ['run chk', 'notify BACKUP 120']);
    const late = initialize(checked, parts);
    late.start();
    late.pass(seconds(15));
    t.equal(late.state, 'INIT');
    t.same(late.script(failed), ['notify FAULT 120']);
  },
);

sentence(
  'vrrp_startup_delay: a reload does not end it, who comes with it waits too, and a stop leaves nothing due',
  (t) => {
    const host = initialize({}, { ...delayed, files: [aFile()] });
    host.start();
    host.pass(seconds(5));
    t.same(host.reload({ instances: [anInstance(), second({ priority: 90 })] }), []);
    t.same(host.pass(seconds(4.9)), []);
    t.same(host.pass(seconds(0.1)), ['notify BACKUP 120', 'notify BACKUP 90']);
    const stopped = initialize({}, delayed);
    stopped.start();
    t.same(stopped.give({ kind: 'stop', cause: 'SIGTERM' }), ['notify STOP 120', 'close-link eth1']);
    t.equal(stopped.router.nextDeadline(), undefined);
  },
);

sentence(
  'keepalived: becoming MASTER: the advert first, then the addresses, then gratuitous ARP, notify at last',
  (t) => {
    t.same(backup().pass(seconds(4)), [
      'advert 120',
      'add 192.168.1.190',
      'garp 192.168.1.190 x5',
      'notify MASTER 120',
    ]);
  },
);

sentence('keepalived: all addresses are added, excluded ones too, before any is announced', (t) => {
  const host = backup({
    virtualAddresses: [anAddress('10.0.0.1'), anAddress('10.0.0.2')],
    excludedAddresses: [anAddress('10.0.0.3')],
  });
  t.same(host.pass(seconds(4)).slice(1, 5), [
    ...['add 10.0.0.1', 'add 10.0.0.2', 'add 10.0.0.3'],
    'garp 10.0.0.1 10.0.0.2 10.0.0.3 x5',
  ]);
});

function read(text: string): Config {
  const { config, diagnostics } = readConfig({ file: 'x', load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join());
  return config;
}
const { staticRoutes: virtualRoutes, staticRules: virtualRules } = read(
  'static_routes {\n10.8.0.0/16 via 192.168.1.1\n10.9.0.0/16 dev eth1\n}\nstatic_rules {\nfrom 10.8.0.0/16 lookup 9\n}\n',
);

sentence('keepalived: routes come after addresses, rules after routes; and they go in the opposite order', (t) => {
  const host = backup({ virtualRoutes, virtualRules });
  t.same(host.pass(seconds(4)).slice(0, 6), [
    'advert 120',
    'add 192.168.1.190',
    'add-route 10.8.0.0/16 via 192.168.1.1',
    'add-route 10.9.0.0/16 dev eth1',
    'add-route from 10.8.0.0/16 lookup 9',
    'garp 192.168.1.190 x5',
  ]);
  t.same(takenOver(host).slice(1), [
    'remove-route from 10.8.0.0/16 lookup 9',
    'remove-route 10.9.0.0/16 dev eth1',
    'remove-route 10.8.0.0/16 via 192.168.1.1',
    'remove 192.168.1.190',
    'notify BACKUP 120',
  ]);
});

// What a reload does to running instances, as keepalived does it and where vrrpd touches less. How small the change is
// that a reload makes is in test/vrrp/reload.test.ts. keepalived.conf(5): notify_deleted.

import { seconds } from '../../src/time.js';
import {
  aFile,
  anAddress,
  anInstance,
  aProcess,
  aScript,
  failed,
  succeeded,
  TestHost,
  tracked,
  eth1,
  withLeft,
} from '../vrrp/host.js';
import {
  backup,
  initialize,
  master,
  MASTER_DOWN,
  second,
  sentence,
  takenOver,
  takesOverAfter,
  within,
} from './words.js';

const two = [anAddress('192.168.1.190'), anAddress('10.0.0.2')];

sentence(
  'keepalived: a reload: each MASTER says an advert before and after. vrrpd: what has not changed says nothing',
  (t) => {
    const host = master();
    t.same(host.reload({ instances: [anInstance()] }), []);
    t.same(within(host, seconds(2), 'advert'), [0.53125, 1.53125], 'the timer runs on');
  },
);

sentence(
  'keepalived: instances are matched by VRID and interface: the name may change, the state is carried over',
  (t) => {
    for (const host of [master(), backup()]) {
      const { state } = host;
      t.same(host.reload({ instances: [anInstance({ name: 'VI_X' })] }), []);
      t.equal(host.state, state);
      t.equal(host.instance.config.name, 'VI_X');
    }
  },
);

sentence('keepalived: another VRID is another virtual router: the one ends, the other begins', (t) => {
  const host = master();
  const words = host.reload({ instances: [anInstance({ virtualRouterId: 92 })] });
  t.same(words, ['advert 0', 'remove 192.168.1.190', 'notify BACKUP 120']);
  t.same(host.hear({ priority: 200 }), []);
  t.equal(host.instance.statistics.advertsHeard, 0, 'the old one is not heard any more');
});

sentence('keepalived: an added address is added, and all are announced. vrrpd: the new one is', (t) => {
  const host = master();
  t.same(host.reload({ instances: [anInstance({ virtualAddresses: two })] }), ['add 10.0.0.2', 'garp 10.0.0.2 x5']);
});

sentence('keepalived: an old address is removed', (t) => {
  const host = master({ virtualAddresses: two });
  t.same(host.reload({ instances: [anInstance()] }), ['remove 10.0.0.2']);
});

sentence('keepalived: a BACKUP does not get the addresses that are added', (t) => {
  const host = backup();
  t.same(host.reload({ instances: [anInstance({ virtualAddresses: two })] }), []);
  const late = backup();
  late.link('eth1', withLeft(eth1, '10.0.0.2'));
  const words = late.reload({ instances: [anInstance({ virtualAddresses: two })] });
  t.same(words, ['remove 10.0.0.2'], 'if it was left there');
});

sentence('keepalived: nobody is told of a reload that changes no state', (t) => {
  const host = master();
  t.notOk(host.reload({ instances: [anInstance({ priority: 90 })] }).some((word) => word.startsWith('notify')));
  t.equal(within(host, seconds(3), 'advert 90').length, 3, 'the new priority is said');
});

sentence('keepalived: a BACKUP keeps its running timer, moved by what the priority changes of the skew', (t) => {
  const host = backup();
  host.pass(seconds(1));
  host.reload({ instances: [anInstance({ priority: 184 })] });
  t.equal(takesOverAfter(host), 2.28125);
});

sentence(
  'keepalived: a removed instance: priority 0, its addresses go, and it is told. ' +
    'vrrpd: as with a stop, when another router has announced them',
  (t) => {
    const host = master({}, { instances: [anInstance(), second({ priority: 90 })] });
    t.same(host.reload({ instances: [anInstance()] }), ['advert 0']);
    t.same(host.hear({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] }), []);
    t.same(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'advert 1', 'notify DELETED 90']);
    t.same(within(host, seconds(2), 'advert'), [0.53125, 1.53125], 'the other one goes on alone');
  },
);

sentence('keepalived: a new instance starts in BACKUP (init), with a full timer', (t) => {
  const host = master();
  const words = host.reload({ instances: [anInstance(), second()] });
  t.same(words, ['notify BACKUP 120']);
  t.equal(host.log.at(-1), '(VI_2) Entering BACKUP STATE (init): started');
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('keepalived: the state of a check is carried over', (t) => {
  const parts = { instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript({ fall: 3 })] };
  const host = initialize({}, parts);
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(20));
  host.script(failed);
  host.script(failed);
  t.same(host.reload(parts), []);
  t.same(host.script(failed), ['advert 0'], 'the third one in a row');
  t.equal(takenOver(host).at(-1), 'notify FAULT 120');
});

sentence(
  'vrrpd: what is tracked changes with a reload: files of another path are read anew, processes counted anew',
  (t) => {
    const instances = [
      anInstance({
        tracks: [tracked({ kind: 'file', name: 'hand', weight: 1 }), tracked({ kind: 'process', name: 'web' })],
      }),
    ];
    const host = new TestHost({ instances, files: [aFile()], processes: [aProcess()] });
    host.start();
    host.file(5);
    host.process(1);
    host.pass(seconds(30));
    const next = { instances, files: [aFile({ file: '/run/other' })], processes: [aProcess({ quorum: 2 })] };
    t.same(host.reload(next), ['watch hand web']);
    t.equal(host.instance.priority, 125);
    t.equal(host.state, 'MASTER', 'what was found out holds until then');
    host.process(1);
    takenOver(host);
    t.equal(host.state, 'FAULT');
    t.same(host.reload({ instances: [anInstance()] }), ['notify BACKUP 120', 'watch ']);
    t.equal(host.instance.priority, 120);
  },
);

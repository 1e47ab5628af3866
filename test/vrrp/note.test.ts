// What is noted, and when two configurations mean the same for what was noted.

import t from 'tap';
import { seconds } from '../../src/time.js';
import { behavioursOf } from '../../src/vrrp/behaviour.js';
import { takeNote } from '../../src/vrrp/note.js';
import { aConfig, aGroup, anAddress, anInstance, aScript, eth1, ip, TestHost, tracked } from './host.js';

t.test('only who holds is noted', (t) => {
  const host = new TestHost({
    instances: [
      anInstance({
        excludedAddresses: [{ ...anAddress('192.168.1.201'), peer: { address: ip('10.0.0.1'), length: 30 } }],
      }),
      anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] }),
    ],
  });
  host.start();
  t.equal(takeNote(host.router), undefined, 'two that are BACKUP');
  for (let count = 0; count < 5; count += 1) {
    host.pass(seconds(1));
    host.hear({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] });
  }
  const { lastAdvertAt } = host.instance;
  t.same(takeNote(host.router), {
    instances: [
      {
        name: 'VI_1',
        interface: 'eth1',
        virtualRouterId: 91,
        family: 'ipv4',
        lastAdvertAt,
        longestSilence: 4_096_093,
        addresses: [
          { dev: 'eth1', address: '192.168.1.190', length: 32 },
          { dev: 'eth1', address: '192.168.1.201', length: 32, peer: { address: '10.0.0.1', length: 30 } },
        ],
        isReleasing: false,
        hasYielded: false,
        removals: [],
      },
    ],
    findings: { scripts: [], files: [], processes: [] },
    resumes: [],
  });
  host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') });
  t.match(takeNote(host.router)?.instances, [{ removals: [{ at: host.now }] }]);
  host.link('eth1', { ...eth1, up: false });
  t.equal(takeNote(host.router), undefined, 'a fault gives the addresses up');
  t.end();
});

t.test('what counts of a configuration, and what does not', (t) => {
  const parts = {
    instances: [anInstance({ tracks: [tracked()] }), anInstance({ name: 'VI_2', virtualRouterId: 92 })],
    scripts: [aScript()],
    groups: [aGroup(['VI_1', 'VI_2'])],
  };
  const base = behavioursOf(aConfig(parts));
  const things = ['script chk', 'instance VI_1', 'instance VI_2'];
  t.same(
    things.filter((thing) => base.get(thing) !== undefined),
    things,
  );
  t.equal(base.get('instance VI_3'), undefined);
  const differing = (changes: Parameters<typeof aConfig>[0]): string[] => {
    const other = behavioursOf(aConfig({ ...parts, ...changes }));
    return things.filter((thing) => other.get(thing) !== base.get(thing));
  };
  const [first, second] = parts.instances;
  if (!first || !second) throw new Error('two instances');
  const elsewhere = { file: 'other.conf', line: 7, column: 3 };
  const command = { argv: ['/bin/tell'], place: elsewhere } as const;
  for (const changes of [
    {},
    { place: elsewhere, places: { priority: elsewhere } },
    { notify: { master: command }, notifyDeleted: true, smtpAlert: true, kept: ['use_vmac'] },
    { virtualAddresses: first.virtualAddresses.map((address) => ({ ...address, place: elsewhere })) },
  ])
    t.same(differing({ instances: [{ ...first, ...changes }, second] }), [], Object.keys(changes).join(' '));
  for (const changes of [
    { priority: 121 },
    { advertInt: seconds(2) },
    { nopreempt: true },
    { virtualAddresses: [anAddress('192.168.1.200')] },
    { authentication: { type: 'PASS', password: '2222' } as const },
    { tracks: [] },
  ]) {
    const words = JSON.stringify(changes);
    t.same(differing({ instances: [{ ...first, ...changes }, second] }), ['instance VI_1'], words);
  }
  t.same(
    differing({ scripts: [aScript({ rise: 2 })] }),
    ['script chk', 'instance VI_1'],
    'a check is of who tracks it',
  );
  t.same(differing({ groups: [] }), ['instance VI_1', 'instance VI_2']);
  t.same(differing({ groups: [aGroup(['VI_1', 'VI_2'], { smtpAlert: true, place: elsewhere })] }), []);
  t.same(differing({ instances: [first] }), ['instance VI_2']);
  t.end();
});

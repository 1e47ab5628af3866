// Sync groups that come, go and change with a reload. keepalived has members wait for each other only; what is put together
// while it is apart comes together by the next advert or the next timer.

import t from 'tap';
import { seconds } from '../../src/time.js';
import { aGroup, anAddress, anAdvert, anInstance, aScript, failed, succeeded, TestHost, tracked } from './host.js';

const one = anInstance({ priority: 150 });
const two = anInstance({
  name: 'VI_2',
  virtualRouterId: 92,
  priority: 100,
  virtualAddresses: [anAddress('192.168.1.200')],
});
const both = aGroup(['VI_1', 'VI_2']);
const toTwo = (priority: number) => anAdvert({ priority, virtualRouterId: 92, addresses: ['192.168.1.200'] });

function host(parts: ConstructorParameters<typeof TestHost>[0], hear?: ReturnType<typeof anAdvert>): TestHost {
  const host = new TestHost(parts);
  host.scriptsEnd = succeeded;
  host.start();
  for (let count = 0; count < 30; count += 1) {
    if (hear) host.give(hear);
    host.pass(seconds(1));
  }
  return host;
}

const statesOf = (host: TestHost): string[] => [...host.router.instances.values()].map(({ state }) => state.kind);

t.test('an equal group causes nothing', (t) => {
  const master = host({ instances: [one, two], groups: [both] });
  t.same(master.reload({ instances: [one, two], groups: [{ ...both, place: { file: 'x', line: 9, column: 9 } }] }), []);
  t.end();
});

t.test('a group of members in one state changes none of them, and is told of', (t) => {
  const master = host({ instances: [one, two] });
  t.same(master.reload({ instances: [one, two], groups: [both] }), ['group G MASTER 0']);
  t.same(master.pass(seconds(1)), ['advert 150', 'advert 100']);
  t.end();
});

t.test('a group that goes leaves its members as they are', (t) => {
  const master = host({ instances: [one, two], groups: [both] });
  t.same(master.reload({ instances: [one, two] }), []);
  t.equal(master.router.groups.size, 0);
  master.give(toTwo(200));
  master.claim({ address: '192.168.1.200' });
  t.same(statesOf(master), ['MASTER', 'BACKUP'], 'each for itself');
  t.end();
});

t.test('of a group made of a MASTER and one that hears a better router, all are BACKUP with the next advert', (t) => {
  const mixed = host({ instances: [one, two] }, toTwo(200));
  t.same(statesOf(mixed), ['MASTER', 'BACKUP']);
  t.same(mixed.reload({ instances: [one, two], groups: [both] }), []);
  t.same(mixed.give(toTwo(200)), ['advert 0']);
  mixed.hear({ priority: 200 });
  t.same(mixed.claim(), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 150', 'group G BACKUP 0']);
  t.end();
});

t.test('a new member of a MASTER group becomes MASTER when its timer runs out', (t) => {
  const master = host({ instances: [one], groups: [aGroup(['VI_1'])] });
  t.same(master.reload({ instances: [one, two], groups: [both] }), ['notify BACKUP 100']);
  const words = master.pass(seconds(3.7));
  t.ok(words.includes('notify MASTER 100'));
  t.notOk(words.includes('group G MASTER 0'), 'it has been told so before');
  t.same(statesOf(master), ['MASTER', 'MASTER']);
  t.end();
});

t.test('a new member that is faulty takes all along', (t) => {
  const master = host({ instances: [one], groups: [aGroup(['VI_1'])] });
  const away = { ...two, interface: 'eth2' };
  const words = master.reload({ instances: [one, away], groups: [both] });
  t.same(words, ['notify FAULT 100', ...['advert 0', 'remove 192.168.1.190', 'notify FAULT 150'], 'group G FAULT 0']);
  t.end();
});

t.test('the rest of a group leaves FAULT when the faulty one leaves the group, or the file', (t) => {
  const bad = { ...two, tracks: [tracked()] };
  for (const instances of [[one, bad], [one]]) {
    const faulty = new TestHost({ instances: [one, bad], groups: [both], scripts: [aScript()] });
    faulty.scriptsEnd = failed;
    faulty.start();
    faulty.pass(seconds(1));
    t.same(statesOf(faulty), ['FAULT', 'FAULT']);
    faulty.reload({ instances, groups: [aGroup(['VI_1'])], scripts: [aScript()] });
    t.equal(faulty.state, 'BACKUP');
  }
  t.end();
});

t.test('a MASTER that leaves the file says goodbye alone; the rest of the group stays MASTER', (t) => {
  const master = host({ instances: [one, two], groups: [both] });
  const words = master.reload({ instances: [one], groups: [aGroup(['VI_1'])] });
  t.same(words, ['advert 0']);
  master.give(toTwo(200));
  t.same(master.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'advert 1', 'notify DELETED 100']);
  t.same(statesOf(master), ['MASTER']);
  t.equal(master.router.nextDeadline(), master.instance.nextDeadline());
  t.end();
});

t.test('a member that waits and gets nopreempt takes the lower advert as accepted, and waits no more', (t) => {
  const waiting = host({ instances: [one, two], groups: [both] }, toTwo(200));
  waiting.hear({ priority: 120 });
  const { state } = waiting.instance;
  t.ok(state.kind === 'BACKUP' && state.wantsMaster);
  waiting.reload({ instances: [{ ...one, nopreempt: true }, two], groups: [both] });
  waiting.pass(seconds(3.3));
  t.same(statesOf(waiting), ['BACKUP', 'BACKUP']);
  t.ok(waiting.instance.state.kind === 'BACKUP' && !waiting.instance.state.wantsMaster);
  t.end();
});

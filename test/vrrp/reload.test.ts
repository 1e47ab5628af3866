// Reload in the core: the smallest change from one configuration to the next. Under virtual time, a sentence a test.

import t from 'tap';
import { aScript, anAddress, anInstance, eth1, failed, ip, succeeded, TestHost, tracked } from './host.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { milliseconds, seconds } from '../../src/time.js';

/** A MASTER since a while: all bursts are over. */
function master(instances = [anInstance()], scripts = [aScript()]): TestHost {
  const host = new TestHost({ instances, scripts });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(60));
  return host;
}

function backup(changes: Partial<VrrpInstance> = {}): TestHost {
  const host = new TestHost({ instances: [anInstance({ priority: 110, ...changes })] });
  host.start();
  host.hear({ priority: 120 });
  host.pass(milliseconds(500));
  return host;
}

t.test('an equal file causes no packet, no request to the kernel, no script, no line', (t) => {
  const host = master([anInstance({ tracks: [tracked()] })]);
  const before = host.router.nextDeadline();
  const log = host.log.length;
  const moved = { ...anInstance({ tracks: [tracked()] }), place: { file: 'x', line: 99, column: 9 } };
  t.same(host.reload({ instances: [moved], scripts: [aScript()] }), []);
  t.equal(host.log.length, log);
  t.equal(host.router.nextDeadline(), before, 'the timers run on');
  t.equal(host.instance.statistics.becameMaster, 1);
  t.end();
});

t.test('an added address is the only one that is touched, and it is announced', (t) => {
  const host = master();
  const next = anInstance({ virtualAddresses: [anAddress('192.168.1.190'), anAddress('192.168.1.200')] });
  t.same(host.reload({ instances: [next] }), ['add 192.168.1.200', 'garp 192.168.1.200 x5']);
  t.same(host.pass(seconds(1)), ['advert 120']);
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a removed address is the only one that is touched', (t) => {
  const two = [anAddress('192.168.1.190'), anAddress('192.168.1.200')];
  const host = master([anInstance({ virtualAddresses: two })]);
  t.same(host.reload({ instances: [anInstance()] }), ['remove 192.168.1.200']);
  t.same(host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.200') }), [], 'not put back');
  t.end();
});

t.test(
  'an address whose label changes is taken off and put on again, and one that moves to another instance too',
  (t) => {
    const other = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] });
    const host = master([anInstance(), other]);
    const labelled = anInstance({ virtualAddresses: [{ ...anAddress('192.168.1.190'), label: 'eth1:0' }] });
    t.same(host.reload({ instances: [labelled, other] }), [
      'remove 192.168.1.190',
      'add 192.168.1.190',
      'garp 192.168.1.190 x5',
    ]);
    const both = { ...other, virtualAddresses: [anAddress('192.168.1.200'), anAddress('192.168.1.190')] };
    const words = host.reload({ instances: [both, anInstance({ virtualAddresses: [anAddress('192.168.1.210')] })] });
    t.same(words.slice(0, 1), ['remove 192.168.1.190']);
    t.same(words.slice(1).sort(), [
      'add 192.168.1.190',
      'add 192.168.1.210',
      'garp 192.168.1.190 x5',
      'garp 192.168.1.210 x5',
    ]);
    t.end();
  },
);

t.test('an address that moves to the excluded list stays where it is, and is not advertised any more', (t) => {
  const host = master([anInstance({ virtualAddresses: [anAddress('192.168.1.190'), anAddress('192.168.1.200')] })]);
  const next = anInstance({ excludedAddresses: [anAddress('192.168.1.200')] });
  t.same(host.reload({ instances: [next] }), []);
  t.same(host.router.instances.get('VI_1')?.config.virtualAddresses.length, 1);
  t.end();
});

t.test('a changed priority moves no timer of a MASTER and changes no state', (t) => {
  const host = master();
  const before = host.router.nextDeadline();
  t.same(host.reload({ instances: [anInstance({ priority: 90 })] }), []);
  t.equal(host.router.nextDeadline(), before);
  t.same(host.pass(seconds(1)), ['advert 90']);
  t.match(host.log.at(-1), 'Changing effective priority from 120 to 90: a reload');
  t.end();
});

t.test(
  'a changed advert_int: a MASTER sends at the latest after the new one; a BACKUP waits whole intervals from now',
  (t) => {
    const slow = master([anInstance({ advertInt: seconds(10) })]);
    slow.pass(seconds(4));
    t.same(slow.reload({ instances: [anInstance({ advertInt: seconds(2) })] }), []);
    const sent = slow.times('advert').length;
    slow.pass(seconds(6));
    t.equal(slow.times('advert').length - sent, 3);

    const host = backup({ advertInt: seconds(10) });
    host.reload({ instances: [anInstance({ priority: 110, advertInt: seconds(1) })] });
    t.same(host.pass(seconds(3)), [], 'no take-over out of the change itself');
    t.match(host.pass(seconds(1)), ['advert 110']);
    t.end();
  },
);

t.test('nopreempt that comes with a reload counts for the lower adverts that were heard before it', (t) => {
  const host = backup({ priority: 130 });
  host.hear({ priority: 120 });
  host.pass(seconds(2));
  host.hear({ priority: 120 });
  host.reload({ instances: [anInstance({ priority: 130, nopreempt: true })] });
  host.pass(seconds(3));
  t.equal(host.state, 'BACKUP');
  t.match(host.instance.master, { priority: 120 });
  t.end();
});

t.test('a renamed instance keeps its state, its counters and its address', (t) => {
  const host = master();
  const sent = host.instance.statistics.advertsSent;
  t.same(host.reload({ instances: [anInstance({ name: 'VI_web' })] }), []);
  t.strictSame([...host.router.instances.keys()], ['VI_web']);
  t.equal(host.state, 'MASTER');
  t.equal(host.instance.statistics.advertsSent, sent);
  t.match(host.log.at(-1), '(VI_web) was called VI_1');
  t.end();
});

t.test('two instances that exchange their names are renamed', (t) => {
  const [one, two] = [
    anInstance(),
    anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] }),
  ];
  const host = master([one, two]);
  t.same(
    host.reload({
      instances: [
        { ...one, name: 'VI_2' },
        { ...two, name: 'VI_1' },
      ],
    }),
    [],
  );
  t.equal(host.router.instances.get('VI_2')?.config.virtualRouterId, 91);
  t.equal(host.router.instances.get('VI_2')?.state.kind, 'MASTER');
  t.end();
});

t.test('an instance that is gone says goodbye; the last one on an interface takes the socket along', (t) => {
  const eth2 = { ...eth1, index: 3 };
  const second = anInstance({ name: 'VI_2', interface: 'eth2', virtualAddresses: [anAddress('10.0.0.1', 'eth2')] });
  const host = new TestHost({ instances: [anInstance(), second] }, { eth1, eth2 });
  host.start();
  host.pass(seconds(30));
  const words = host.reload({ instances: [anInstance()] });
  t.same(words, ['advert 0'], 'its addresses are held until another router has announced them');
  t.same(host.claim({ address: '10.0.0.1', on: 'eth2' }), [
    ...['remove 10.0.0.1', 'notify DELETED 120'],
    'close-link eth2',
  ]);
  t.match(host.log.at(-1), /VI_2.*Stopping: a reload removed it/);
  t.equal(host.router.nextDeadline(), host.instance.nextDeadline(), 'nobody waits for its timers');
  t.end();
});

t.test('a new instance begins as at a start; on a new interface it listens first', (t) => {
  const eth2 = { ...eth1, index: 3 };
  const host = new TestHost({}, { eth1, eth2 });
  host.start();
  host.pass(seconds(30));
  const second = anInstance({ name: 'VI_2', interface: 'eth2', virtualAddresses: [anAddress('10.0.0.1', 'eth2')] });
  const words = host.reload({ instances: [anInstance(), second] });
  t.same(words, ['open-link eth2', 'notify BACKUP 120']);
  t.ok(host.pass(seconds(4)).includes('add 10.0.0.1'));
  t.end();
});

t.test('a new instance begins with what its checks have found out', (t) => {
  const one = anInstance({ tracks: [tracked({ weight: 10 })] });
  const host = master([one]);
  const two = { ...one, name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] };
  const log = host.log.length;
  host.reload({ instances: [one, two], scripts: [aScript()] });
  t.equal(host.router.instances.get('VI_2')?.priority, 130);
  t.notOk(host.log.slice(log).some((line) => line.includes('Changing effective priority')));
  t.end();
});

t.test('what a check has found out survives', (t) => {
  const weighted = { instances: [anInstance({ tracks: [tracked({ weight: 10 })] })] };
  const host = master(weighted.instances);
  t.equal(host.instance.priority, 130);
  const runs = host.times('run').length;

  t.same(host.reload({ ...weighted, scripts: [aScript({ interval: seconds(5), rise: 3, fall: 3 })] }), []);
  t.equal(host.instance.priority, 130, 'other times');
  host.scriptsEnd = failed;
  host.pass(seconds(10));
  t.equal(host.times('run').length - runs, 2, 'at the new interval');
  t.equal(host.instance.priority, 130, 'fall 3 counts');
  host.pass(seconds(6));
  t.equal(host.instance.priority, 120);

  host.scriptsEnd = succeeded;
  host.pass(seconds(30));
  t.equal(host.instance.priority, 130);
  const command = { argv: ['/bin/other'] as const, place: aScript().place };
  host.reload({ ...weighted, scripts: [aScript({ command, rise: 3, fall: 3 })] });
  t.equal(host.instance.priority, 130, 'another command: until its first result');
  host.scriptsEnd = failed;
  host.pass(milliseconds(1));
  t.equal(host.instance.priority, 120, 'which decides alone');

  host.scriptsEnd = succeeded;
  host.pass(seconds(30));
  host.scriptsEnd = undefined;
  const named = { instances: [anInstance({ tracks: [tracked({ name: 'web', weight: 10 })] })] };
  host.reload({ ...named, scripts: [aScript({ name: 'web', command })] });
  host.pass(seconds(1));
  t.equal(host.instance.priority, 130, 'another name for the same command');
  t.end();
});

t.test('a run of a command that is replaced is ended and does not count; the new one begins right after it', (t) => {
  const host = new TestHost({ instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript()] });
  host.start();
  t.same(host.pass(milliseconds(1)), ['run chk']);
  const command = { argv: ['/bin/other'] as const, place: aScript().place };
  const next = { instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript({ command })] };
  t.same(host.reload(next), ['SIGTERM chk']);
  t.same(host.script({ ...failed, code: 143 } as typeof failed), []);
  t.equal(host.router.surroundings.scripts.get('chk')?.up, undefined);
  t.same(host.pass(milliseconds(1)), ['run chk']);
  host.script(succeeded);
  t.equal(host.state, 'BACKUP', 'its result holds the start no longer');
  t.end();
});

t.test('a failing check that is taken out of the file is no fault any more', (t) => {
  const host = new TestHost({ instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript()] });
  host.scriptsEnd = failed;
  host.start();
  host.pass(seconds(1));
  t.equal(host.state, 'FAULT');
  t.same(host.reload({ instances: [anInstance()] }), ['notify BACKUP 120']);
  t.equal(host.state, 'BACKUP');
  t.equal(host.router.surroundings.scripts.size, 0);
  t.end();
});

t.test('a check that comes with a reload decides when it has a result, not before', (t) => {
  const host = master([anInstance()], []);
  host.scriptsEnd = undefined;
  host.reload({ instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript()] });
  t.same(host.pass(milliseconds(1)), ['run chk']);
  t.equal(host.state, 'MASTER');
  t.same(host.script(failed), ['advert 0']);
  host.hear({ priority: 100 });
  t.equal(host.claim().at(-1), 'notify FAULT 120');
  t.end();
});

t.test('an address that the kernel had refused is not tried again once a reload took it out', (t) => {
  const two = [anAddress('192.168.1.190'), anAddress('192.168.1.200')];
  const host = master([anInstance({ virtualAddresses: two })]);
  host.give({ kind: 'failed', effect: 'add-address', interface: 'eth1', address: ip('192.168.1.200'), error: 'x' });
  host.reload({ instances: [anInstance({ priority: 121, virtualAddresses: two })] });
  host.reload({ instances: [anInstance({ priority: 121 })] });
  t.same(host.pass(seconds(2)), ['advert 121', 'advert 121']);
  t.end();
});

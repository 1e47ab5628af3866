// Giving addresses up, where it meets something else: a crash before it, several instances at once, a flood, a reload that
// takes one out.

import t from 'tap';
import { after, before, between, microseconds, milliseconds, seconds } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import { leftOf, takeNote, type Left } from '../../src/vrrp/note.js';
import { Router } from '../../src/vrrp/router.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { parseMac } from '../../src/address.js';
import {
  aClaim,
  aFile,
  anAddress,
  anAdvert,
  anInstance,
  aGroup,
  eth1,
  ip,
  otherMac,
  TestHost,
  tracked,
} from './host.js';

const stop: Input = { kind: 'stop', cause: 'SIGTERM' };
const two = [anAddress('192.168.1.190'), anAddress('192.168.1.189')];

/** Has been killed as MASTER half an interval ago, and keeps both addresses in silence since its last advert is no proof. */
function keeper(changes: Partial<VrrpInstance> = {}, parts: ConstructorParameters<typeof TestHost>[0] = {}): TestHost {
  const instances = [
    anInstance({ virtualAddresses: two, resetConnections: true, ...changes }),
    ...(parts.instances ?? []),
  ];
  const killed = new TestHost({ ...parts, instances });
  killed.start();
  killed.file(0);
  killed.pass(seconds(30.5));
  const note = takeNote(killed.router);
  if (!note) throw new Error('it holds nothing');
  // Its configuration was another, so it does not go on as MASTER; what the checks found counts.
  const findings = new Map([['file hand', 'the same']]);
  const left = leftOf(JSON.parse(JSON.stringify(note)) as Left, { then: findings, now: findings });
  const addresses = [...eth1.addresses, ...two.map(({ prefix }) => prefix)];
  const host = new TestHost({ ...parts, instances }, { eth1: { ...eth1, addresses } });
  host.now = killed.now;
  host.give({ kind: 'start', left });
  return host;
}

t.test('one that keeps addresses after a crash, and has to stop', async (t) => {
  await t.test('asks for an heir, but never was MASTER', (t) => {
    const host = keeper();
    t.equal(host.state, 'BACKUP');
    t.match(host.give(stop), ['advert 0']);
    t.equal(host.state, 'RELEASING');
    t.same(host.pass(seconds(0.005)), ['advert 0']);
    host.hear({ priority: 100, addresses: ['192.168.1.190', '192.168.1.189'] });
    t.same(host.pass(seconds(1)), [
      'reset 192.168.1.190 192.168.1.189',
      'remove 192.168.1.190',
      'remove 192.168.1.189',
      'advert 1',
      'notify STOP 120',
      'close-link eth1',
    ]);
    t.match(host.log.join('\n'), /Stopping: .*was BACKUP for/);
    t.match(host.instance.statistics, { becameMaster: 0, releasedMaster: 0 });
    t.match(host.instance.history[0], { from: 'BACKUP', to: 'INIT' });
    t.end();
  });

  await t.test('gives up what it still has, no more', (t) => {
    const host = keeper();
    host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.189') });
    host.give(stop);
    t.same(
      host.instance.held.map(({ prefix }) => prefix.address),
      ['192.168.1.190'],
    );
    t.end();
  });

  await t.test('asks nobody when an heir is heard already', (t) => {
    const host = keeper();
    host.hear({ priority: 130, addresses: ['192.168.1.190', '192.168.1.189'] });
    host.pass(seconds(0.001));
    t.same(host.give(stop), [], 'no priority 0');
    host.connections = 0;
    t.match(host.pass(seconds(0.02)), ['reset 192.168.1.190 192.168.1.189']);
    t.equal(host.router.hasStopped, true);
    t.end();
  });

  await t.test('has nothing to give up once others have removed all', (t) => {
    const host = keeper();
    for (const { prefix } of two) host.give({ kind: 'address-removed', interface: 'eth1', address: prefix.address });
    t.equal(host.instance.holds, false);
    t.same(host.give(stop), ['notify STOP 120', 'close-link eth1']);
    t.end();
  });

  await t.test('or has a fault: BACKUP until they have gone, then FAULT', (t) => {
    const track = tracked({ kind: 'file', name: 'hand' });
    const host = keeper({ tracks: [track] }, { files: [aFile()] });
    host.file(-255);
    t.equal(host.state, 'RELEASING');
    host.pass(seconds(3));
    t.equal(host.state, 'FAULT');
    t.match(host.instance.history[0], { from: 'BACKUP', to: 'FAULT' });
    t.end();
  });
});

t.test('an heir and the own timer at one instant: what has gone is not kept any longer', (t) => {
  const other = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.188')] });
  const host = keeper({ priority: 200 }, { instances: [other], groups: [aGroup(['VI_1', 'VI_2'])] });
  const { state } = host.instance;
  const end = state.kind === 'BACKUP' ? state.masterDownAt : host.now;
  // One of a lower priority does not move the timer; its 10 ms and 50 µs for each address end after that.
  host.pass(between({ from: host.now, to: before(end, milliseconds(5)) }));
  host.give(anAdvert({ priority: 210, virtualRouterId: 92, addresses: ['192.168.1.188'] }));
  host.hear({ priority: 100, addresses: ['192.168.1.190', '192.168.1.189'] });
  host.now = after(host.now, microseconds(10_100));
  t.match(host.give({ kind: 'tick' }), ['reset 192.168.1.190 192.168.1.189']);
  t.same(host.pass(seconds(3)), ['remove 192.168.1.190', 'remove 192.168.1.189'], 'once');
  t.equal(host.instance.holds, false);
  t.end();
});

t.test('connections are counted for the instance whose address they were to', (t) => {
  const one = anInstance({ resetConnections: true });
  const address = anAddress('192.168.1.189');
  const other = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [address], resetConnections: true });
  const host = new TestHost({ instances: [one, other] });
  host.start();
  host.pass(seconds(30));
  host.connections = 7;
  host.give(stop);
  host.claim();
  const [first, second] = [...host.router.instances.values()];
  t.equal(first?.statistics.connectionsReset, 7);
  t.equal(second?.statistics.connectionsReset, 0);
  t.equal(second?.state.kind, 'RELEASING');
  t.end();
});

t.test('one that a reload takes out while its interface has lost its address does not begin again', (t) => {
  const host = new TestHost({ instances: [anInstance({ priority: 90 })] });
  host.start();
  host.pass(seconds(30));
  host.reload({ instances: [] });
  t.equal(host.router.all[0]?.state.kind, 'RELEASING');
  host.pass(seconds(1.1));
  host.link('eth1', { ...eth1, addresses: [] });
  // The end of its patience and that of the address that may come back, in one turn.
  host.now = after(host.now, seconds(1.2));
  host.give({ kind: 'tick' });
  t.same(host.router.all, []);
  t.equal(host.times('notify').length, 3);
  t.same(host.trace.at(-1)?.what, 'close-link eth1');
  t.end();
});

t.test('an address of one that a reload took out is a virtual one until it has gone', (t) => {
  const address = anAddress('192.168.1.189');
  const other = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [address] });
  const vip = { address: ip('192.168.1.190'), length: 32 };
  const host = new TestHost({ instances: [anInstance(), other] });
  host.start();
  host.pass(seconds(30));
  host.link('eth1', { ...eth1, addresses: [vip, ...eth1.addresses] });
  host.reload({ instances: [other] });
  const all = (): unknown[] => host.router.all.map(({ config, source }) => `${config.name} ${source ?? ''}`);
  t.same(all(), ['VI_2 192.168.1.191', 'VI_1 192.168.1.191']);
  const again = new Router(host.router.config, host.now, host.router.memory);
  t.equal(again.all[1]?.source, '192.168.1.191', 'as it remembers');
  host.pass(seconds(3));
  t.same(all(), ['VI_2 192.168.1.190'], "from then on it is anybody's");
  t.end();
});

t.test('a flood of strangers with a MAC each that announce the address is a few lines, not one for each', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(30));
  for (let count = 0; count < 200; count += 1) {
    const mac = parseMac(`02:00:00:00:01:${count.toString(16).padStart(2, '0')}`) ?? otherMac;
    host.give(aClaim({ mac }));
  }
  const lines = host.log.filter((line) => line.includes('A second owner'));
  t.equal(lines.length, 64);
  t.equal(host.instance.statistics.secondOwners, 200);
  host.pass(seconds(60));
  host.give(aClaim());
  t.equal(host.log.filter((line) => line.includes('A second owner')).length, 65, 'it is news again when it is over');
  t.end();
});

t.test('why it became MASTER is not said of a router that was heard before a fault', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked({ kind: 'file', name: 'hand' })] })],
    files: [aFile()],
  });
  host.start();
  host.hear({ priority: 100 });
  host.file(-255);
  host.file(0);
  host.pass(seconds(5));
  t.equal(host.state, 'MASTER');
  t.match(host.instance.why, { kind: 'nobody-heard' });
  t.end();
});

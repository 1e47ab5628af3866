// Addresses on their way out: what counts as the heir's word, what goes along when a BACKUP is stopped that keeps some after
// a crash, and checks that a stop has ended. Under virtual time, a sentence a test.

import t from 'tap';
import { between, milliseconds, seconds } from '../../src/time.js';
import { behavioursOf } from '../../src/vrrp/behaviour.js';
import { leftOf, takeNote } from '../../src/vrrp/note.js';
import { anAddress, anInstance, aScript, eth1, ip, succeeded, TestHost, tracked } from './host.js';

t.test('an announcement that crosses our own is not the last word: the address goes at the next one', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(between({ from: host.now, to: host.router.nextDeadline() ?? host.now }));
  t.equal(host.instance.announcedAt, host.now);
  host.hear({ priority: 200 });
  t.same(host.claim(), []);
  host.pass(milliseconds(5));
  t.equal(host.state, 'RELEASING');
  t.same(host.claim(), ['remove 192.168.1.190', 'notify BACKUP 120']);
  t.end();
});

t.test('a stop takes off what a BACKUP keeps still, and nothing that has gone already', (t) => {
  const [one, two] = [anAddress('192.168.1.190'), anAddress('192.168.1.200')];
  const parts = { instances: [anInstance({ virtualAddresses: [one, two] })] };
  const before = new TestHost(parts);
  before.start();
  before.pass(seconds(20));
  const note = takeNote(before.router);
  if (!note) throw new Error('it holds nothing');
  const there = [one, two].map(({ prefix }) => prefix);
  const host = new TestHost(parts, { eth1: { ...eth1, addresses: [...eth1.addresses, ...there] } });
  host.now = before.now;
  host.pass(seconds(3));
  const same = behavioursOf(host.router.config);
  host.give({ kind: 'start', left: leftOf(note, { then: same, now: same }) });
  t.equal(host.state, 'BACKUP');
  host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') });
  t.same(host.give({ kind: 'stop', cause: 'stopped' }), ['advert 0']);
  t.strictSame(host.instance.held, [two]);
  host.pass(milliseconds(5));
  t.match(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200']);
  t.end();
});

t.test('a check that a stop has ended has not failed', (t) => {
  const host = new TestHost({ instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript()] });
  host.start();
  host.give({ kind: 'script-begun', script: 'chk' });
  host.script(succeeded);
  host.pass(seconds(20));
  host.give({ kind: 'stop', cause: 'stopped' });
  const { length } = host.log;
  host.script({ kind: 'signalled', signal: 'SIGTERM', milliseconds: 0, output: '' });
  t.equal(host.log.length, length);
  t.end();
});

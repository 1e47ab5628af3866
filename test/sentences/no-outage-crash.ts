// A daemon that starts on a host where the one before it crashed as MASTER, and left its addresses: it goes on where nobody
// can have taken over yet, and keeps them in silence where somebody may not have yet. keepalived takes them off first.

import { after, microseconds, milliseconds, seconds, type Duration } from '../../src/time.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { takeNote, type Left, type LeftInstance } from '../../src/vrrp/note.js';
import { aGroup, anAddress, anInstance, aScript, eth1, succeeded, TestHost, tracked } from '../vrrp/host.js';
import {
  GIVES_UP,
  MASTER_DOWN,
  second,
  sentence,
  SKEW,
  statesOf,
  stop,
  takesOverAfter,
  within,
  type Parts,
} from './words.js';

/** Until then after its last advert no other router can have taken over: 3 s and the skew of 255, less 50 ms. */
const RESUMES = 2.953906;
/** From then on somebody must have: 3 s, the skew of 1, and 100 ms. */
const FORGETS = 4.096093;

interface Crash {
  /** Before the crash, and after it. */
  readonly parts?: Parts;
  readonly next?: Parts;
  readonly noted?: Partial<LeftInstance>;
  readonly resumes?: Left['resumes'];
  /** What is still on eth1 of the virtual addresses. */
  readonly there?: readonly string[];
  readonly up?: boolean;
}

/** What the start says, so long after the last advert of a MASTER that crashed. */
function restarted(age: Duration, { parts = {}, next = parts, noted = {}, there, up = true, resumes }: Crash = {}) {
  const dead = new TestHost(parts);
  dead.scriptsEnd = succeeded;
  dead.start();
  dead.pass(seconds(20));
  dead.pass(((dead.router.nextDeadline() ?? dead.now) - dead.now) as Duration);
  const note = takeNote(dead.router);
  if (!note) throw new Error('it holds nothing');
  const last = Math.max(...note.instances.map(({ lastAdvertAt }) => lastAdvertAt)) as typeof dead.now;
  const instances = note.instances.map((one) => ({ ...one, isSameConfiguration: true, ...noted }));
  const own = there ?? note.instances.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const left = own.map((address) => ({ address: anAddress(address).prefix.address, length: 32 }));
  const host = new TestHost(next, { eth1: { ...eth1, up, addresses: [...eth1.addresses, ...left] } });
  host.now = after(last, age);
  return { host, words: host.start({ ...note, instances, ...(resumes && { resumes }) }) };
}

const instancesOf = (...instances: VrrpInstance[]): Parts => ({ instances });
const resumed = ['open-link eth1', 'advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x5', 'notify MASTER 120'];
const kept = ['open-link eth1', 'notify BACKUP 120'];
const dropped = ['open-link eth1', 'remove 192.168.1.190', 'notify BACKUP 120'];

sentence('vrrpd: back before anybody can have taken over: MASTER at once, with an advert and a burst', (t) => {
  const { host, words } = restarted(seconds(0.5));
  t.same(words, resumed);
  t.match(host.log.at(-1), /Entering MASTER STATE: back 500 ms after its last advert, before anybody could take over/);
  t.same(within(host, seconds(2), 'advert'), [1, 2]);
});

sentence('vrrpd: it goes on until 50 ms before the quickest other router can take over', (t) => {
  t.same(restarted(microseconds(RESUMES * 1e6 - 1)).words, resumed);
  t.same(restarted(microseconds(RESUMES * 1e6)).words, kept);
});

sentence('vrrpd: what somebody may still rely on is kept in silence until all others must have taken over', (t) => {
  const { host, words } = restarted(microseconds(FORGETS * 1e6 - 1));
  t.same(words, kept);
  t.same(host.pass(seconds(3)), [], 'it says and announces nothing');
  t.same(restarted(microseconds(FORGETS * 1e6)).words, dropped);
});

sentence('vrrpd: one that keeps its addresses and hears nobody becomes MASTER by its own timer', (t) => {
  const { host } = restarted(seconds(3));
  t.equal(takesOverAfter(host), MASTER_DOWN);
  t.same(host.times('remove'), []);
});

sentence('vrrpd: one that keeps its addresses lets go of them as one that gives way', (t) => {
  const heard = restarted(seconds(3)).host;
  heard.hear({ priority: 100 });
  t.same(within(heard, seconds(0.5), 'remove'), [0.01005], 'of a lower router too: it serves');
  t.equal(heard.state, 'BACKUP');
  const announced = restarted(seconds(3)).host;
  t.same(announced.claim(), ['remove 192.168.1.190']);
  const faint = restarted(seconds(3)).host;
  faint.hear({ priority: 1 });
  faint.hear({ priority: 0 });
  t.same(within(faint, seconds(0.4), 'remove'), []);
  const resets = restarted(seconds(3), { parts: instancesOf(anInstance({ resetConnections: true })) }).host;
  t.same(resets.claim(), ['reset 192.168.1.190']);
  t.same(within(resets, seconds(1), 'remove'), [0.03]);
});

sentence('vrrpd: after a farewell that it hears it takes over with the address still there', (t) => {
  const { host } = restarted(seconds(3));
  host.hear({ priority: 0 });
  t.same(within(host, seconds(1), 'notify MASTER'), [SKEW]);
  t.same(host.times('remove'), []);
});

sentence('vrrpd: another configuration does not go on, but keeps what it still has', (t) => {
  t.same(restarted(seconds(0.5), { noted: { isSameConfiguration: false } }).words, kept);
  const next = instancesOf(anInstance({ virtualAddresses: [anAddress('10.0.0.2')] }));
  const { words } = restarted(seconds(0.5), { next, noted: { isSameConfiguration: false } });
  t.ok(words.includes('remove 192.168.1.190'), 'and an address that the file has no longer comes off');
});

sentence('vrrpd: one that had said goodbye does not go on', (t) => {
  t.same(restarted(seconds(0.5), { noted: { isReleasing: true } }).words, kept);
});

sentence('vrrpd: one whose address is not there any more does not go on', (t) => {
  t.same(restarted(seconds(0.5), { there: [] }).words, ['open-link eth1', 'notify BACKUP 120']);
});

sentence('vrrpd: three times a minute it goes on: a crash loop does not keep an address on a broken host', (t) => {
  const now = restarted(seconds(0.5)).host.now;
  const ago = (...list: number[]) => list.map((one) => (now - one * 1e6) as typeof now);
  t.same(restarted(seconds(0.5), { resumes: ago(59, 30, 1) }).words, kept);
  t.same(restarted(seconds(0.5), { resumes: ago(60, 30, 1) }).words, resumed);
  t.same(restarted(seconds(0.5), { resumes: ago(59, 1) }).host.router.surroundings.resumes.length, 3);
});

sentence('vrrpd: a host whose interface is down by now goes on with nothing', (t) => {
  const { host, words } = restarted(seconds(0.5), { up: false });
  t.same(words, ['remove 192.168.1.190', 'notify FAULT 120']);
  t.equal(host.state, 'FAULT');
});

sentence('vrrpd: what the checks had found out counts: it goes on with the priority that it had', (t) => {
  const parts = { instances: [anInstance({ tracks: [tracked({ weight: 10 })] })], scripts: [aScript()] };
  t.equal(restarted(seconds(0.5), { parts }).words[1], 'advert 130');
  const gate = { instances: [anInstance({ tracks: [tracked()] })], scripts: [aScript()] };
  t.same(restarted(seconds(0.5), { parts: gate }).words, resumed, 'and it waits for none');
});

sentence('vrrpd: a sync group goes on as a whole or not at all', (t) => {
  const parts = { instances: [anInstance(), second()], groups: [aGroup(['VI_1', 'VI_2'])] };
  t.same(statesOf(restarted(seconds(0.5), { parts }).host), ['MASTER', 'MASTER']);
  const { host } = restarted(seconds(0.5), { parts, there: ['192.168.1.190'] });
  t.same(statesOf(host), ['BACKUP', 'BACKUP']);
  t.same(
    host.instance.held.map(({ prefix }) => prefix.address),
    ['192.168.1.190'],
  );
});

sentence('vrrpd: a reload leaves what is kept where it is, but for what it removes', (t) => {
  const two = [anAddress('192.168.1.190'), anAddress('10.0.0.2')];
  const { host } = restarted(seconds(3), { parts: instancesOf(anInstance({ virtualAddresses: two })) });
  t.same(host.reload({ instances: [anInstance({ priority: 130 })] }), ['remove 10.0.0.2']);
  host.hear({ priority: 200 });
  t.same(host.pass(milliseconds(11)), ['remove 192.168.1.190']);
});

sentence('vrrpd: a fault takes off what is kept, where its heir is not known to have it', (t) => {
  const { host } = restarted(seconds(3));
  t.same(host.link('eth1', { ...eth1, up: false }), ['remove 192.168.1.190', 'notify FAULT 120']);
});

sentence('vrrpd: one that keeps its addresses and is stopped asks for an heir first', (t) => {
  const { host } = restarted(seconds(3));
  t.same(stop(host), ['advert 0']);
  t.same(within(host, seconds(5), 'remove'), [GIVES_UP]);
});

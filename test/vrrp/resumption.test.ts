// What a start makes of what a crash left: who goes on as MASTER, who keeps the address in silence, and whose comes off.

import t from 'tap';
import type { SyncGroup, VrrpInstance } from '../../src/config/model.js';
import { after, instant, microseconds, milliseconds, seconds, type Duration } from '../../src/time.js';
import { behavioursOf } from '../../src/vrrp/behaviour.js';
import type { Link } from '../../src/vrrp/input.js';
import { leftOf, takeNote, type Left, type Note } from '../../src/vrrp/note.js';
import { orphans, recallFindings, resumption } from '../../src/vrrp/resumption.js';
import {
  aFile,
  aGroup,
  anAddress,
  anInstance,
  aProcess,
  aScript,
  eth1,
  ip,
  succeeded,
  TestHost,
  tracked,
} from './host.js';

type Parts = NonNullable<ConstructorParameters<typeof TestHost>[0]>;

/** The interface as a crash leaves it. */
const withAddresses = (...addresses: string[]): Link => ({
  ...eth1,
  addresses: [...eth1.addresses, ...addresses.map((address) => ({ address: ip(address), length: 32 }))],
});

/** A host that has been MASTER for a while, and has just sent an advert. */
function serving(parts: Parts = {}): TestHost {
  const host = new TestHost(parts);
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(20));
  const last = Math.max(...[...host.router.instances.values()].map(({ lastAdvertAt }) => lastAdvertAt ?? 0));
  host.now = instant(last);
  return host;
}

function noteOf({ router }: TestHost): Note {
  const note = takeNote(router);
  if (!note) throw new Error('it holds nothing');
  return note;
}

interface Next extends Parts {
  readonly links?: Record<string, Link>;
  /** How long after the last advert. */
  readonly later?: Duration;
  readonly change?: (left: Left) => Left;
  readonly isInMaintenance?: boolean;
}

/** What the process after it does with each instance, by name. */
function outcome(host: TestHost, next: Next = {}, before: Parts = {}): Record<string, string> {
  const { links = { eth1: withAddresses('192.168.1.190') }, later = seconds(1), change, isInMaintenance } = next;
  const other = new TestHost({ ...before, ...next }, links);
  const behaviours = { then: behavioursOf(host.router.config), now: behavioursOf(other.router.config) };
  const left = (change ?? ((same) => same))(JSON.parse(JSON.stringify(leftOf(noteOf(host), behaviours))) as Left);
  const { surroundings, instances } = other.router;
  if (isInMaintenance) surroundings.maintenance = {};
  const now = after(host.now, later);
  recallFindings(left, surroundings, now);
  const plan = resumption(left, instances.values(), now);
  return Object.fromEntries([...plan].map(([{ config }, { kind }]) => [config.name, kind]));
}

/** The oldest last advert for which `kind` is still what is done. */
function limitOf(kind: string, parts: Parts, next: Next = {}): number {
  const host = serving(parts);
  let [low, high] = [0, 60_000_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = outcome(host, { ...next, later: microseconds(middle) }, parts).VI_1;
    if (found === kind || (kind === 'keep' && found === 'resume')) low = middle;
    else high = middle;
  }
  return high;
}

t.test(
  'until the quickest peer may have taken over it goes on, until the slowest one has it keeps the address',
  (t) => {
    for (const [words, changes, resumes, keeps] of [
      ['1 s', {}, 3_000_000 + 3_906 - 50_000, 3_000_000 + 996_093 + 100_000],
      ['2 s', { advertInt: seconds(2) }, 6_000_000 + 3_906 - 50_000, 6_000_000 + 996_093 + 100_000],
      ['two missed adverts', { downTimerAdverts: 2 }, 2_000_000 + 3_906 - 50_000, 2_000_000 + 996_093 + 100_000],
      [
        'version 3',
        { version: 3, advertInt: milliseconds(100), authentication: { type: 'none' } },
        300_000 + 390 - 50_000,
        300_000 + 99_609 + 100_000,
      ],
    ] as const) {
      const parts = { instances: [anInstance(changes)] };
      t.equal(limitOf('resume', parts), resumes, `${words}: resumes`);
      t.equal(limitOf('keep', parts), keeps, `${words}: keeps`);
    }
    t.end();
  },
);

t.test('its own priority does not count: another one may be the heir', (t) => {
  for (const priority of [1, 120, 254])
    t.equal(limitOf('resume', { instances: [anInstance({ priority })] }), 2_953_906, String(priority));
  t.end();
});

t.test('what does not resume, and keeps', (t) => {
  const host = serving();
  t.same(outcome(host), { VI_1: 'resume' });
  t.same(outcome(host, { instances: [anInstance({ priority: 130 })] }), { VI_1: 'keep' }, 'another configuration');
  t.same(outcome(host, { isInMaintenance: true }), { VI_1: 'keep' }, 'in maintenance');
  const releasing = (left: Left): Left => ({
    ...left,
    instances: left.instances.map((one) => ({ ...one, isReleasing: true })),
  });
  t.same(outcome(host, { change: releasing }), { VI_1: 'keep' }, 'it has said goodbye');
  t.same(outcome(host, { global: { vrrpStartupDelay: seconds(30) } }), { VI_1: 'resume' }, 'a delay is for a boot');
  t.end();
});

t.test('what does neither', (t) => {
  const host = serving();
  t.same(outcome(host, { links: { eth1 } }), {}, 'the address is gone');
  t.same(outcome(host, { links: {} }), {}, 'the interface is gone');
  t.same(outcome(host, { links: { eth1: { ...withAddresses('192.168.1.190'), up: false } } }), {}, 'no cable');
  t.same(outcome(host, { instances: [anInstance({ name: 'VI_2' })] }), {}, 'another instance');
  const other = anInstance({ virtualAddresses: [anAddress('192.168.1.200')] });
  const both = { eth1: withAddresses('192.168.1.190', '192.168.1.200') };
  t.same(outcome(host, { instances: [other], links: both }), {}, 'none of its addresses was noted');
  t.same(outcome(host, { later: seconds(-1) }), {}, 'an advert of the future');
  t.end();
});

t.test('three resumes a minute', (t) => {
  const host = serving();
  const resumed = (...ago: number[]): Next => ({
    change: (left) => ({ ...left, resumes: ago.map((each) => instant(host.now - each * 1_000_000)) }),
  });
  t.same(outcome(host, resumed(3, 6)), { VI_1: 'resume' });
  t.same(outcome(host, resumed(3, 6, 9)), { VI_1: 'keep' });
  // It is asked one second after the last advert.
  t.same(outcome(host, resumed(3, 6, 58.999)), { VI_1: 'keep' });
  t.same(outcome(host, resumed(3, 6, 59)), { VI_1: 'resume' });
  t.end();
});

t.test('some of the addresses', (t) => {
  const two = [anAddress('192.168.1.190'), anAddress('192.168.1.200')];
  const parts = { instances: [anInstance({ virtualAddresses: two })] };
  const host = serving(parts);
  const links = { eth1: withAddresses('192.168.1.190', '192.168.1.200') };
  t.same(outcome(host, { links }, parts), { VI_1: 'resume' });
  t.same(outcome(host, {}, parts), { VI_1: 'keep' }, 'one is gone');
  host.give({ kind: 'failed', effect: 'add-address', interface: 'eth1', address: ip('192.168.1.200'), error: 'x' });
  t.same(outcome(host, {}, parts), { VI_1: 'resume' }, 'one that it never had does not count');

  const [note, other] = [noteOf(serving(parts)), new TestHost({}, links)];
  const left = leftOf(note, { then: new Map(), now: new Map() });
  const [leftover] = resumption(left, other.router.instances.values(), host.now).values();
  t.match(leftover, { kind: 'keep', addresses: [{ prefix: { address: '192.168.1.190' } }] });
  t.equal(leftover?.addresses.length, 1, 'what the file has no longer is not kept');
  t.match(orphans(left, other.router.config), [{ dev: 'eth1', prefix: { address: '192.168.1.200', length: 32 } }]);
  t.same(orphans(left, host.router.config), []);
  const asStatic = { ...other.router.config, staticIpaddress: [anAddress('192.168.1.200')] };
  t.same(orphans(left, asStatic), [], 'nor does one come off that the host has in any state now');
  t.end();
});

t.test('an IPv6 address counts as an IPv4 one does', (t) => {
  const parts = { instances: [anInstance({ excludedAddresses: [anAddress('2001:db8::1')] })] };
  const both = { links: { eth1: withAddresses('192.168.1.190', '2001:db8::1') } };
  t.same(outcome(serving(parts), both, parts), { VI_1: 'resume' });
  t.same(outcome(serving(parts), {}, parts), { VI_1: 'keep' }, 'it is gone');
  t.end();
});

t.test('a sync group resumes as a whole', (t) => {
  const second = (changes: Partial<VrrpInstance> = {}): VrrpInstance =>
    anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')], ...changes });
  const group = (changes: Partial<SyncGroup> = {}): readonly SyncGroup[] => [aGroup(['VI_1', 'VI_2'], changes)];
  const parts = { instances: [anInstance(), second()], groups: group() };
  const host = serving(parts);
  const links = { eth1: withAddresses('192.168.1.190', '192.168.1.200') };
  const keep = { VI_1: 'keep', VI_2: 'keep' };
  t.same(outcome(host, { links }, parts), { VI_1: 'resume', VI_2: 'resume' });
  t.same(outcome(host, { ...parts, links, instances: [anInstance(), second({ priority: 7 })] }), keep);
  t.same(outcome(host, {}, parts), { VI_1: 'keep' }, 'the address of one is gone');
  t.same(outcome(host, { ...parts, links, groups: [] }), keep, 'it is no group any more');
  t.same(outcome(host, { ...parts, links, groups: group({ smtpAlert: true }) }), { VI_1: 'resume', VI_2: 'resume' });
  const withoutOne = (left: Left): Left => ({ ...left, instances: left.instances.slice(0, 1) });
  t.same(outcome(host, { ...parts, links, change: withoutOne }), { VI_1: 'keep' }, 'one held nothing');
  const apart = { instances: parts.instances };
  t.same(outcome(serving(apart), { ...apart }), { VI_1: 'resume' }, 'without a group each goes by itself');
  const track = tracked({ kind: 'interface', name: 'eth2' });
  const needy = { ...parts, groups: group({ tracks: [track] }) };
  const eth2 = { ...eth1, index: 3, addresses: [] };
  const down = { ...links, eth2: { ...eth2, up: false } };
  const needed = new TestHost(needy, { eth1, eth2 });
  needed.start();
  needed.pass(seconds(10));
  t.same(outcome(needed, { links: { ...links, eth2 } }, needy), { VI_1: 'resume', VI_2: 'resume' });
  t.same(outcome(needed, { links: down }, needy), {}, "a fault of the group is everybody's");
  t.end();
});

t.test('what the checks had found out', (t) => {
  const parts = {
    instances: [
      anInstance({
        tracks: [
          tracked({ weight: 10 }),
          tracked({ name: 'must' }),
          tracked({ kind: 'file', name: 'hand', weight: 1 }),
          tracked({ kind: 'process', name: 'web', weight: -30 }),
        ],
      }),
    ],
    scripts: [aScript(), aScript({ name: 'must' })],
    files: [aFile()],
    processes: [aProcess()],
  };
  const host = new TestHost(parts);
  host.scriptsEnd = succeeded;
  host.start();
  host.file(-5);
  host.process(0);
  host.pass(seconds(20));
  host.now = host.instance.lastAdvertAt ?? host.now;
  t.equal(host.instance.priority, 95);
  const note = noteOf(host);
  t.same(note.findings, {
    scripts: [
      { name: 'chk', up: true, result: 1 },
      { name: 'must', up: true, result: 1 },
    ],
    files: [{ name: 'hand', value: -5 }],
    processes: [{ name: 'web', up: false }],
  });
  t.same(outcome(host, {}, parts), { VI_1: 'resume' }, 'nobody waits for a first result');

  const priorityAfter = (changed: Parts): number => {
    const next = new TestHost({ ...parts, ...changed });
    const left = leftOf(note, { then: behavioursOf(host.router.config), now: behavioursOf(next.router.config) });
    recallFindings(left, next.router.surroundings, host.now);
    return next.instance.trackedPriority;
  };
  t.equal(priorityAfter({}), 95);
  t.equal(priorityAfter({ files: [aFile({ file: '/run/other' })] }), 100);
  t.equal(priorityAfter({ processes: [aProcess({ command: ['nginx'] })] }), 125);
  const other = aScript({ command: { argv: ['/bin/other'], place: { file: 'x', line: 1, column: 1 } } });
  t.equal(priorityAfter({ scripts: [other, aScript({ name: 'must' })] }), 85);
  // A check that is another one is waited for: until then nobody goes on.
  t.same(outcome(host, { scripts: [aScript(), aScript({ name: 'must', rise: 2 })] }, parts), { VI_1: 'keep' });
  t.end();
});

// Sync groups: instances that change their state together. keepalived.conf(5): VRRP synchronization group(s),
// sync_group_tracking_weight.

import type { SyncGroup, VrrpInstance } from '../../src/config/model.js';
import { seconds } from '../../src/time.js';
import {
  aFile,
  aGroup,
  anAdvert,
  anInstance,
  aScript,
  eth1,
  failed,
  succeeded,
  TestHost,
  tracked,
} from '../vrrp/host.js';
import { GIVES_UP, second, sentence, statesOf, stop, takenOver, type Parts } from './words.js';

/** Priority 150: its timer runs out after 3.414 s. */
const one = (changes: Partial<VrrpInstance> = {}) => anInstance({ priority: 150, ...changes });
/** Priority 100: after 3.609 s. */
const two = (changes: Partial<VrrpInstance> = {}) => second({ priority: 100, ...changes });
const group = (changes: Partial<SyncGroup> = {}) => aGroup(['VI_1', 'VI_2'], changes);
const toOne = (priority: number) => anAdvert({ priority });
const toTwo = (priority: number) => anAdvert({ priority, virtualRouterId: 92, addresses: ['192.168.1.200'] });

function started(parts: Parts = {}): TestHost {
  const host = new TestHost({ instances: [one(), two()], groups: [group()], ...parts });
  host.scriptsEnd = succeeded;
  host.start();
  return host;
}

/** A group that is MASTER since a while: all bursts are over. */
function master(parts: Parts = {}): TestHost {
  const host = started(parts);
  host.pass(seconds(60));
  return host;
}

sentence('keepalived: a member whose timer runs out waits until all others want to be MASTER too', (t) => {
  const host = started();
  t.same(host.pass(seconds(3.6)), []);
  t.same(statesOf(host), ['BACKUP', 'BACKUP'], 'the first one wants since 3.414 s');
  host.pass(seconds(0.01));
  t.same(statesOf(host), ['MASTER', 'MASTER'], 'the second one since 3.609 s');
});

sentence('keepalived: the last one takes all along, itself first; then the group is told', (t) => {
  const host = started();
  t.same(host.pass(seconds(3.61)), [
    ...['advert 100', 'add 192.168.1.200', 'garp 192.168.1.200 x5', 'notify MASTER 100'],
    ...['advert 150', 'add 192.168.1.190', 'garp 192.168.1.190 x5', 'notify MASTER 150'],
    'group G MASTER 0',
  ]);
  t.ok(host.log.includes('VRRP_Group(G) Syncing instances to MASTER state'));
});

sentence('keepalived: one that waits does so for a whole Master_Down_Interval more each time', (t) => {
  const host = started();
  const deadlines: (number | undefined)[] = [];
  for (let count = 0; count < 20; count += 1) {
    host.give(toTwo(200));
    host.pass(seconds(1));
    const { state } = host.instance;
    if (state.kind === 'BACKUP' && state.wantsMaster) deadlines.push(state.masterDownAt);
  }
  t.same(statesOf(host), ['BACKUP', 'BACKUP'], 'the other one hears a better router');
  const steps = [...new Set(deadlines)].map((at = 0, index, all) => at - (all[index - 1] ?? at));
  t.same(new Set(steps.slice(1)), new Set([3_414_062]));
});

sentence('keepalived: a member that waits and hears an advert that it accepts wants to be BACKUP again', (t) => {
  const host = started();
  host.pass(seconds(3.5));
  host.give(toOne(200));
  t.same(host.pass(seconds(0.2)), [], 'the second one is alone with its wish');
  t.same(statesOf(host), ['BACKUP', 'BACKUP']);
});

sentence('keepalived: a lower advert that is discarded takes no wish away', (t) => {
  const host = started();
  host.pass(seconds(3.5));
  host.give(toOne(120));
  host.pass(seconds(0.2));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
});

sentence(
  'keepalived: one that hears a better router takes all to BACKUP, without a farewell. ' +
    'vrrpd: the others ask for an heir, who is heard before their addresses go',
  (t) => {
    const host = master();
    t.same(host.give(toTwo(200)), ['advert 1', 'advert 0']);
    t.ok(host.log.includes('VRRP_Group(G) Syncing instances to BACKUP state'));
    t.match(host.log.at(-1), /^\(VI_1\) Giving up the addresses: VI_2 of the sync group G did the same/);
    t.same(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'notify BACKUP 100']);
    t.same(statesOf(host), ['RELEASING', 'BACKUP']);
    t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify BACKUP 150', 'group G BACKUP 0']);
    t.same(host.pass(seconds(3.3)), []);
  },
);

sentence(
  'keepalived: the fault of one is the fault of all: the faulty one says priority 0 twice, the others once. ' +
    'vrrpd: all say it twice, and hold their addresses until another router has announced them',
  (t) => {
    const instances = [one(), two({ tracks: [tracked()] })];
    const host = master({ instances, scripts: [aScript()] });
    host.scriptsEnd = undefined;
    host.pass(seconds(2));
    t.same(host.script(failed), ['advert 0', 'advert 0']);
    t.same(host.pass(seconds(0.2)), ['advert 0', 'advert 0']);
    host.give(toTwo(200));
    t.same(host.claim({ address: '192.168.1.200' }), ['remove 192.168.1.200', 'advert 1', 'notify FAULT 100']);
    t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify FAULT 150', 'group G FAULT 0']);
    t.match(host.log.at(-1), /^\(VI_1\) Entering FAULT STATE: VI_2 of the same sync group failed: chk failed/);
  },
);

sentence('keepalived: a group leaves FAULT only when nobody in it is faulty', (t) => {
  const instances = [one({ tracks: [tracked({ kind: 'interface', name: 'eth3' })] }), two({ tracks: [tracked()] })];
  const host = new TestHost({ instances, groups: [group()], scripts: [aScript()] }, { eth1, eth3: eth1 });
  host.scriptsEnd = failed;
  host.start();
  host.pass(seconds(1));
  host.link('eth3', { ...eth1, up: false });
  t.same(statesOf(host), ['FAULT', 'FAULT']);
  host.scriptsEnd = succeeded;
  t.same(host.pass(seconds(2)), ['run chk']);
  t.same(statesOf(host), ['FAULT', 'FAULT'], 'eth3 is down');
  t.same(host.link('eth3', eth1), ['notify BACKUP 150', 'notify BACKUP 100', 'group G BACKUP 0']);
});

sentence('keepalived: a member that waits for its first result holds all others back, and its fault is theirs', (t) => {
  const instances = [one(), two({ tracks: [tracked()] })];
  const host = new TestHost({ instances, groups: [group()], scripts: [aScript({ interval: seconds(60) })] });
  t.same(host.start().slice(-1), ['notify BACKUP 150'], 'the group is told nothing yet');
  t.same(host.pass(seconds(20)), ['run chk']);
  t.same(statesOf(host), ['BACKUP', 'INIT']);
  t.same(host.script(failed), ['notify FAULT 100', 'notify FAULT 150', 'group G FAULT 0']);
});

sentence('keepalived: a tracker of the group without a weight is the fault of all members', (t) => {
  const host = master({ groups: [group({ tracks: [tracked({ kind: 'file', name: 'hand' })] })], files: [aFile()] });
  t.same(statesOf(host), ['INIT', 'INIT'], 'its first result is awaited');
  host.file(0);
  host.pass(seconds(4));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
  host.file(1);
  host.pass(seconds(GIVES_UP));
  t.same(statesOf(host), ['FAULT', 'FAULT']);
  t.match(host.log.at(-1), /Entering FAULT STATE: hand holds 1/);
  host.file(0);
  t.same(statesOf(host), ['BACKUP', 'BACKUP']);
});

sentence('keepalived: a tracker of the group with a weight moves the priorities of all members', (t) => {
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: 2 })];
  const host = master({ groups: [group({ tracks, notifyPriorityChanges: true })], files: [aFile()] });
  t.same(host.file(-20), ['notify MASTER_PRIORITY 110', 'notify MASTER_PRIORITY 60']);
  t.same(statesOf(host), ['MASTER', 'MASTER']);
  t.same(host.pass(seconds(1)), ['advert 60', 'advert 110']);
});

sentence(
  'keepalived: what the group and a member both track has the weight of the group, unless the member has it without one',
  (t) => {
    const own = (weight: number) => two({ tracks: [tracked({ kind: 'file', name: 'hand', weight })] });
    const groups = [group({ tracks: [tracked({ kind: 'file', name: 'hand', weight: -1 })] })];
    const host = master({ instances: [one(), own(5)], groups, files: [aFile()] });
    host.file(10);
    t.same(
      [...host.router.instances.values()].map(({ priority }) => priority),
      [140, 90],
    );
    host.reload({ instances: [one(), own(0)], groups, files: [aFile()] });
    host.pass(seconds(GIVES_UP));
    t.same(statesOf(host), ['FAULT', 'FAULT']);
  },
);

sentence('keepalived: at the end the members are told STOP, then the group', (t) => {
  const host = master();
  t.same(stop(host), ['advert 0', 'advert 0']);
  t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify STOP 150']);
  host.give(toTwo(200));
  t.same(host.claim({ address: '192.168.1.200' }), [
    ...['remove 192.168.1.200', 'advert 1', 'notify STOP 100'],
    'group G STOP 0',
    'close-link eth1',
  ]);
  t.equal(host.router.nextDeadline(), undefined);
});

sentence('keepalived: an owner (255) waits for its group, and is MASTER with it', (t) => {
  const host = started({ instances: [one({ priority: 255 }), two()] });
  t.same(host.pass(seconds(3.6)), []);
  host.pass(seconds(0.01));
  t.same(statesOf(host), ['MASTER', 'MASTER']);
});

sentence('keepalived: a group of one is as its member, and is told of', (t) => {
  const host = started({ instances: [one()], groups: [aGroup(['VI_1'])] });
  t.same(host.pass(seconds(3.42)).slice(-2), ['notify MASTER 150', 'group G MASTER 0']);
  t.same(takenOver(host).slice(-2), ['notify BACKUP 150', 'group G BACKUP 0']);
});

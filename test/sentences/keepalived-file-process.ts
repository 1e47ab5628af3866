// Tracked files and processes: what a number in a file means, and how many processes are enough, for how long.
// keepalived.conf(5): TRACKED FILES, VRRP track processes.

import { FileTracker } from '../../src/track/file.js';
import { effectivePriority } from '../../src/track/priority.js';
import { ProcessTracker } from '../../src/track/process.js';
import { judge } from '../../src/track/standing.js';
import { instant, seconds } from '../../src/time.js';
import { aFile, aProcess } from '../vrrp/host.js';
import { sentence } from './words.js';

const verdict = (value: number, weight: number, reverse = false) =>
  judge({ weight, reverse }, { kind: 'number', value });

sentence(
  'keepalived: track_file: the number times the weight is added to the priority; `reverse` takes it off',
  (t) => {
    t.match(verdict(7, 2), { value: 14, failed: false });
    t.match(verdict(7, -2), { value: -14, failed: false });
    t.match(verdict(7, 2, true), { value: -14, failed: false });
    t.match(verdict(-7, 2, true), { value: 14, failed: false });
  },
);

sentence(
  'keepalived: track_file: a product of -254 or less is a fault, one of -253 is not; more than 253 counts as 253',
  (t) => {
    t.match(verdict(-253, 1), { value: -253, failed: false });
    t.match(verdict(-254, 1), { value: 0, failed: true });
    t.match(verdict(127, -2), { failed: true });
    t.match(verdict(254, 1, true), { failed: true });
    t.match(verdict(1000, 1), { value: 253, failed: false });
  },
);

sentence('keepalived: track_file: without a weight any number but 0 is a fault; with `reverse` 0 is', (t) => {
  t.match(verdict(0, 0), { failed: false });
  t.match(verdict(-1, 0), { failed: true });
  t.match(verdict(0, 0, true), { failed: true });
  t.match(verdict(3, 0, true), { failed: false });
});

sentence(
  'keepalived: track_file: before it has been read it is awaited without a weight, and adds nothing with one',
  (t) => {
    t.match(judge({ weight: 0, reverse: false }, { kind: 'unknown' }), { awaited: true, failed: false });
    t.match(judge({ weight: 5, reverse: false }, { kind: 'unknown' }), { awaited: false, failed: false, value: 0 });
  },
);

sentence(
  'keepalived: track_file: nothing in it counts as 0; so does what is no number, with a problem until it is one',
  (t) => {
    const tracker = new FileTracker(aFile());
    t.equal(tracker.value, undefined);
    t.ok(tracker.read({ kind: 'nothing' }), 'the first reading is news in any case');
    t.notOk(tracker.read({ kind: 'unusable', problem: 'it holds "on"' }));
    t.equal(tracker.value, 0);
    t.equal(tracker.problem, 'it holds "on"');
    t.ok(tracker.read({ kind: 'number', value: 4 }));
    t.equal(tracker.problem, undefined);
  },
);

sentence('vrrpd: track_file: one of another path has the old value until it has been read', (t) => {
  const former = new FileTracker(aFile());
  former.read({ kind: 'number', value: 4 });
  const tracker = new FileTracker(aFile({ file: '/run/other' }), former);
  t.same(tracker.standing, { kind: 'number', value: 4 });
});

sentence('keepalived: the sum of all stays between 1 and 254, and that of the owner does not move', (t) => {
  const by = (...values: number[]) => values.map((value) => ({ tracker: 'x', value }));
  t.equal(effectivePriority(100, by(-253)), 1);
  t.equal(effectivePriority(100, by(253)), 254);
  t.equal(effectivePriority(100, by(253, -250)), 103, 'the sum, not each step');
  t.equal(effectivePriority(255, by(-100)), 255);
});

const at = (second: number) => instant(second * 1_000_000);

sentence('keepalived: track_process: up from `quorum` processes on', (t) => {
  const tracker = new ProcessTracker(aProcess({ quorum: 2 }));
  t.equal(tracker.up, undefined);
  for (const [count, up] of [
    [1, false],
    [2, true],
    [9, true],
    [0, false],
  ] as const) {
    tracker.counted(count, at(0));
    t.equal(tracker.up, up, `${count}`);
  }
});

sentence('keepalived: track_process: more than `quorum_max` are too many; a `quorum_max` of 0 wants none', (t) => {
  const tracker = new ProcessTracker(aProcess({ quorum: 1, quorumMax: 2 }));
  const none = new ProcessTracker(aProcess({ quorum: 0, quorumMax: 0 }));
  for (const [count, up] of [
    [2, true],
    [3, false],
  ] as const) {
    tracker.counted(count, at(0));
    t.equal(tracker.up, up, `${count}`);
  }
  t.equal(tracker.words, '3 haproxy running, 1 to 2 wanted');
  none.counted(0, at(0));
  t.ok(none.up);
  none.counted(1, at(0));
  t.notOk(none.up);
});

sentence('keepalived: track_process: the first count decides at once, whatever the delays', (t) => {
  for (const [count, up] of [
    [0, false],
    [1, true],
  ] as const) {
    const tracker = new ProcessTracker(aProcess({ forkDelay: seconds(5), terminateDelay: seconds(5) }));
    tracker.counted(count, at(0));
    t.equal(tracker.up, up);
    t.equal(tracker.nextDeadline(), undefined);
  }
});

sentence(
  'keepalived: track_process: a loss counts after `terminate_delay`, from its beginning on; a shorter one does not count',
  (t) => {
    const tracker = new ProcessTracker(aProcess({ quorum: 2, terminateDelay: seconds(2) }));
    tracker.counted(2, at(0));
    tracker.counted(1, at(10));
    tracker.counted(0, at(11));
    t.equal(tracker.nextDeadline(), at(12), 'not from the second loss');
    tracker.counted(2, at(11.5));
    t.equal(tracker.nextDeadline(), undefined);
    tracker.counted(1, at(20));
    tracker.due(at(21.9));
    t.ok(tracker.up);
    tracker.due(at(22));
    t.notOk(tracker.up);
    t.equal(tracker.nextDeadline(), undefined);
  },
);

sentence('keepalived: track_process: that there are enough counts after `fork_delay`', (t) => {
  const tracker = new ProcessTracker(aProcess({ forkDelay: seconds(3) }));
  tracker.counted(0, at(0));
  tracker.counted(1, at(1));
  tracker.due(at(3.9));
  t.notOk(tracker.up);
  tracker.due(at(4));
  t.ok(tracker.up);
});

sentence('vrrpd: track_process: a late count after the end of a delay decides as it is by then', (t) => {
  const tracker = new ProcessTracker(aProcess({ terminateDelay: seconds(1) }));
  tracker.counted(1, at(0));
  tracker.counted(0, at(1));
  tracker.counted(0, at(5));
  t.notOk(tracker.up);
});

sentence(
  'vrrpd: track_process: with other settings what was found out holds until the next count, which may be delayed',
  (t) => {
    const former = new ProcessTracker(aProcess());
    former.counted(1, at(0));
    const tracker = new ProcessTracker(aProcess({ quorum: 2, terminateDelay: seconds(1) }), former);
    t.ok(tracker.up);
    tracker.counted(1, at(10));
    t.ok(tracker.up);
    tracker.due(at(11));
    t.notOk(tracker.up);
  },
);

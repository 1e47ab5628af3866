// Track processes: how many are enough, and for how long. keepalived.conf(5): VRRP track processes.

import t from 'tap';
import { ProcessTracker } from '../../src/track/process.js';
import { instant, seconds } from '../../src/time.js';
import { aProcess } from '../vrrp/host.js';

const at = (second: number) => instant(second * 1_000_000);

t.test('up from `quorum` processes on', (t) => {
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
  t.end();
});

t.test('more than `quorum_max` are too many; a `quorum_max` of 0 wants none', (t) => {
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
  t.end();
});

t.test('the first count decides at once, whatever the delays', (t) => {
  for (const [count, up] of [
    [0, false],
    [1, true],
  ] as const) {
    const tracker = new ProcessTracker(aProcess({ forkDelay: seconds(5), terminateDelay: seconds(5) }));
    tracker.counted(count, at(0));
    t.equal(tracker.up, up);
    t.equal(tracker.nextDeadline(), undefined);
  }
  t.end();
});

t.test('a loss counts after `terminate_delay`, from its beginning on; a shorter one does not count', (t) => {
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
  t.end();
});

t.test('that there are enough counts after `fork_delay`', (t) => {
  const tracker = new ProcessTracker(aProcess({ forkDelay: seconds(3) }));
  tracker.counted(0, at(0));
  tracker.counted(1, at(1));
  tracker.due(at(3.9));
  t.notOk(tracker.up);
  tracker.due(at(4));
  t.ok(tracker.up);
  t.end();
});

t.test('a late count after the end of a delay decides as it is by then', (t) => {
  const tracker = new ProcessTracker(aProcess({ terminateDelay: seconds(1) }));
  tracker.counted(1, at(0));
  tracker.counted(0, at(1));
  tracker.counted(0, at(5));
  t.notOk(tracker.up);
  t.end();
});

t.test('with other settings what was found out holds until the next count, which may be delayed', (t) => {
  const former = new ProcessTracker(aProcess());
  former.counted(1, at(0));
  const tracker = new ProcessTracker(aProcess({ quorum: 2, terminateDelay: seconds(1) }), former);
  t.ok(tracker.up);
  tracker.counted(1, at(10));
  t.ok(tracker.up);
  tracker.due(at(11));
  t.notOk(tracker.up);
  t.end();
});

// When a check runs, what its results mean, when it is signalled. keepalived.conf(5): vrrp_script; and where vrrpd differs:
// a script without a written timeout is not ended at its interval.

import { after, instant, milliseconds, seconds, type Duration, type Instant } from '../../src/time.js';
import { describeOutcome, describeResult, ScriptTracker, type ScriptOutcome } from '../../src/track/script.js';
import { effectivePriority } from '../../src/track/priority.js';
import { judge } from '../../src/track/standing.js';
import { aScript, failed, succeeded } from '../vrrp/host.js';
import { sentence } from './words.js';

class Timeline {
  now: Instant = instant(0);
  readonly actions: [number, string][] = [];
  beginsAtOnce = true;

  constructor(readonly tracker: ScriptTracker) {
    tracker.start(this.now);
    this.pass(seconds(0));
  }

  pass(duration: Duration): void {
    const end = after(this.now, duration);
    for (
      let next = this.tracker.nextDeadline();
      next !== undefined && next <= end;
      next = this.tracker.nextDeadline()
    ) {
      this.now = next;
      for (const action of this.tracker.due(next)) {
        this.actions.push([next / 1_000_000, action]);
        if (action === 'run' && this.beginsAtOnce) this.tracker.begun(next);
      }
    }
    this.now = end;
  }

  end(...outcomes: ScriptOutcome[]): (boolean | undefined)[] {
    return outcomes.map((outcome) => {
      this.tracker.ended(outcome, this.now);
      const { up } = this.tracker;
      this.pass(seconds(2));
      return up;
    });
  }
}

sentence('keepalived: the first run is at the start, then one each interval, at a fixed rate', (t) => {
  const line = new Timeline(new ScriptTracker(aScript()));
  for (const late of [0.3, 1.9, 0.1]) {
    line.pass(seconds(late));
    line.tracker.ended(succeeded, line.now);
    line.pass(seconds(2 - late));
  }
  t.strictSame(line.actions, [
    [0, 'run'],
    [2, 'run'],
    [4, 'run'],
    [6, 'run'],
  ]);
});

sentence(
  'keepalived: one result decides at first; then `fall` failures in a row bring it down, `rise` successes in a row up',
  (t) => {
    const line = new Timeline(new ScriptTracker(aScript({ rise: 2, fall: 3 })));
    t.equal(line.tracker.up, undefined);
    t.strictSame(line.end(succeeded, failed, failed, succeeded, failed, failed, failed), [
      true,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    t.strictSame(line.end(succeeded, failed, succeeded, succeeded), [false, false, false, true]);
    const unlucky = new Timeline(new ScriptTracker(aScript({ rise: 2, fall: 3 })));
    t.strictSame(unlucky.end(failed, succeeded, succeeded), [false, false, true]);
  },
);

sentence('keepalived: init_fail: down from the start, and `rise` counts', (t) => {
  const line = new Timeline(new ScriptTracker(aScript({ initFail: true, rise: 2 })));
  t.equal(line.tracker.up, false);
  t.strictSame(line.end(succeeded, succeeded), [false, true]);
});

sentence(
  'keepalived: without a timeout a run is ended at its interval. vrrpd: one failure at the interval, its exit code when it ends',
  (t) => {
    const line = new Timeline(new ScriptTracker(aScript()));
    line.tracker.ended(succeeded, line.now);
    line.pass(seconds(2));
    line.pass(milliseconds(1999));
    t.equal(line.tracker.up, true);
    line.pass(milliseconds(1));
    t.equal(line.tracker.up, false, 'failed at the interval');
    t.match(describeResult(line.tracker.lastOutcome ?? succeeded), 'timed_out (still running after 2 s)');
    line.pass(milliseconds(1100));
    line.tracker.ended(succeeded, line.now);
    t.equal(line.tracker.up, true, 'its exit code counts');
    t.strictSame(line.actions, [
      [0, 'run'],
      [2, 'run'],
    ]);
    line.pass(seconds(1));
    t.strictSame(line.actions.at(-1), [6, 'run'], 'the run at 4 s was left out, the rhythm is kept');
  },
);

sentence(
  'vrrpd: without a timeout SIGTERM after max(10 s, 5 intervals), SIGKILL 2 s later; its end is not counted again',
  (t) => {
    const line = new Timeline(new ScriptTracker(aScript({ fall: 2 })));
    line.tracker.ended(succeeded, line.now);
    line.pass(seconds(15));
    t.strictSame(line.actions.slice(1), [
      [2, 'run'],
      [12, 'SIGTERM'],
      [14, 'SIGKILL'],
    ]);
    t.equal(line.tracker.up, true, 'one failure so far');
    line.tracker.ended({ kind: 'signalled', signal: 'SIGKILL', milliseconds: 13_000, output: '' }, line.now);
    t.equal(line.tracker.up, true, 'still one');
    const slow = new Timeline(new ScriptTracker(aScript({ interval: seconds(60) })));
    slow.pass(seconds(301));
    t.strictSame(slow.actions.slice(1), [[300, 'SIGTERM']]);
  },
);

sentence('keepalived: a written timeout: a failure and SIGTERM at the timeout, SIGKILL 2 s later', (t) => {
  const line = new Timeline(new ScriptTracker(aScript({ interval: seconds(5), timeout: seconds(1) })));
  line.pass(seconds(4));
  t.strictSame(line.actions, [
    [0, 'run'],
    [1, 'SIGTERM'],
    [3, 'SIGKILL'],
  ]);
  t.equal(line.tracker.up, false);
});

sentence('keepalived: a check that cannot run is not tracked. vrrpd: it counts as failed', (t) => {
  const line = new Timeline(new ScriptTracker(aScript()));
  line.end({ kind: 'cannot-run', error: '/bin/check: no such file' });
  t.equal(line.tracker.up, false);
  t.equal(describeOutcome(line.tracker.lastOutcome ?? succeeded), 'cannot run: /bin/check: no such file');
});

sentence(
  'keepalived: weights: +w while up, -|w| while down, swapped by reverse, nothing before the first result',
  (t) => {
    const table = [
      [2, true, false, 2],
      [2, false, false, 0],
      [2, undefined, false, 0],
      [-20, true, false, 0],
      [-20, false, false, -20],
      [-20, undefined, false, 0],
      [2, true, true, 0],
      [2, false, true, 2],
      [-20, true, true, -20],
      [-20, false, true, 0],
    ] as const;
    for (const [weight, up, reverse, expected] of table)
      t.equal(
        judge({ weight, reverse }, { kind: up === undefined ? 'unknown' : up ? 'up' : 'down' }).value,
        expected,
        `weight ${weight}, up ${String(up)}, reverse ${String(reverse)}`,
      );
    t.equal(effectivePriority(120, [{ tracker: 'a', value: 200 }]), 254);
    t.equal(effectivePriority(120, [{ tracker: 'a', value: -200 }]), 1);
    t.equal(effectivePriority(255, [{ tracker: 'a', value: -200 }]), 255, 'the owner never changes');
  },
);

sentence('vrrpd: the time of a run counts from its beginning, not from when it was asked for', (t) => {
  const line = new Timeline(new ScriptTracker(aScript({ interval: seconds(1), timeout: seconds(1) })));
  line.beginsAtOnce = false;
  line.end(succeeded);
  line.pass(seconds(1));
  t.equal(line.tracker.isRunning, true);
  const asked = line.actions.length;
  line.pass(seconds(5));
  t.equal(line.tracker.up, true, 'it waits for its turn: no failure');
  t.equal(line.actions.length, asked, 'and none is asked for meanwhile');
  line.tracker.begun(line.now);
  line.pass(seconds(1));
  t.same([line.tracker.up, line.actions.at(-1)?.[1]], [false, 'SIGTERM']);
});

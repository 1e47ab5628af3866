// What a check had found out in another process: it counts at once, rise and fall go on from it, and no run is waited for.

import t from 'tap';
import { instant, seconds } from '../../src/time.js';
import { FileTracker } from '../../src/track/file.js';
import { ProcessTracker } from '../../src/track/process.js';
import { ScriptTracker, type ScriptOutcome } from '../../src/track/script.js';
import { aFile, aProcess, aScript } from '../vrrp/host.js';

const exited = (code: number): ScriptOutcome => ({ kind: 'exited', code, milliseconds: 1, output: '' });
const at = instant(1_000_000_000);

t.test('a script', (t) => {
  const config = aScript({ rise: 2, fall: 3 });
  const before = new ScriptTracker(config);
  t.equal(before.findings, undefined, 'nothing before the first result');
  before.ended(exited(0), at);
  before.ended(exited(1), at);
  const { findings } = before;
  t.same(findings, { name: 'chk', up: true, result: 3 });

  const next = new ScriptTracker(config);
  if (findings) next.takeFindings(findings);
  t.same(next.standing, { kind: 'up' });
  next.start(at);
  t.same(next.due(at), ['run'], 'its first run is due at once');
  next.ended(exited(1), at);
  t.same(next.standing, { kind: 'up' }, 'one failure more is not three');
  next.ended(exited(1), at);
  t.same(next.standing, { kind: 'down' });
  t.same(next.findings, { name: 'chk', up: false, result: 0 });

  const down = new ScriptTracker(config);
  down.takeFindings({ up: false, result: 0 });
  down.ended(exited(0), at);
  t.same(down.standing, { kind: 'down' }, 'the first result does not decide alone');
  down.ended(exited(0), at);
  t.same(down.standing, { kind: 'up' });
  t.end();
});

t.test('a counter that can not be is taken for the nearest that can', (t) => {
  for (const [up, result, expected] of [
    [true, 1_000_000, 4],
    [true, -7, 2],
    [false, 1_000_000, 1],
    [false, -7, 0],
  ] as const) {
    const tracker = new ScriptTracker(aScript({ rise: 2, fall: 3 }));
    tracker.takeFindings({ up, result });
    t.same(tracker.findings, { name: 'chk', up, result: expected });
  }
  t.end();
});

t.test('init_fail does not count against what was found out', (t) => {
  const tracker = new ScriptTracker(aScript({ initFail: true }));
  tracker.takeFindings({ up: true, result: 1 });
  t.same(tracker.standing, { kind: 'up' });
  t.end();
});

t.test('a file', (t) => {
  const tracker = new FileTracker(aFile());
  t.equal(tracker.findings, undefined);
  tracker.takeFindings({ value: -20 });
  t.same(tracker.standing, { kind: 'number', value: -20 });
  t.same(tracker.findings, { name: 'hand', value: -20 });
  t.notOk(tracker.read({ kind: 'number', value: -20 }), 'it is no news');
  t.end();
});

t.test('a process', (t) => {
  const tracker = new ProcessTracker(aProcess({ terminateDelay: seconds(2) }));
  t.equal(tracker.findings, undefined);
  tracker.takeFindings({ up: true });
  t.same(tracker.findings, { name: 'web', up: true });
  tracker.counted(0, at);
  t.same(tracker.standing, { kind: 'up' }, 'a count that says otherwise waits for its delay');
  tracker.due(instant(at + 2_000_000));
  t.same(tracker.standing, { kind: 'down' });
  t.end();
});

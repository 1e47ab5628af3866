// The test runner itself, on files made for it: whatever goes wrong in a test file is counted as a failure.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const RUNNER = fileURLToPath(new URL('run.mjs', import.meta.url));
const IMPORT = "import t from 'tap';\n";

/** Runs the files in a temporary folder; the exit status, and what was written before the last line and as the last. */
function run(files: Record<string, string>): { status: number | null; report: string; last: string | undefined } {
  const folder = t.testdir(files);
  const { status, stdout } = spawnSync(process.execPath, [RUNNER, folder], {
    encoding: 'utf8',
    env: { ...process.env, CI: '1' },
  });
  const lines = stdout.trimEnd().split('\n');
  const last = lines.pop();
  return { status, report: lines.join('\n'), last };
}

t.test('passing assertions are counted, on every level; what is skipped is told, not counted', (t) => {
  const { status, report, last } = run({
    'good.test.ts': `${IMPORT}t.ok(1);
      t.test('outer', (t) => { t.ok(1); t.test('inner', (t) => { t.ok(1); t.end(); }); t.end(); });
      t.test('left out', { skip: 'no such thing here' }, (t) => { t.ok(1); t.end(); });`,
    'no-test.ts': 'throw new Error();',
  });
  t.equal(last, '3 passed, 0 failed');
  t.equal(status, 0);
  t.match(report, /^ok .*good\.test\.ts {2}3 passed, 0 failed/m);
  t.match(report, /skipped .*left out: no such thing here/);
  t.end();
});

t.test('each way to fail is one failure', (t) => {
  const { status, report, last } = run({
    'fails.test.ts': `${IMPORT}t.test('inner', (t) => { t.equal(1, 2, 'one is two'); t.ok(1); t.end(); });`,
    'throws.test.ts': `${IMPORT}t.ok(1); throw new Error('thrown at the top');`,
    'empty.test.ts': '',
    'hollow.test.ts': `${IMPORT}t.test('asserts little', (t) => t.end());`,
    'dies.test.ts': `${IMPORT}t.test('inner', () => process.kill(process.pid, 'SIGKILL'));`,
    'broken.test.ts': `${IMPORT}import './none.js';`,
    'good.test.ts': `${IMPORT}t.ok(1);`,
  });
  t.equal(last, '3 passed, 6 failed');
  t.equal(status, 1);
  t.match(report, /FAIL .*fails\.test\.ts > inner > one is two\n {4}at .*fails\.test\.ts:2:\d+/);
  t.match(report, /FAIL .*throws\.test\.ts > thrown at the top/);
  for (const name of ['empty', 'hollow', 'dies', 'broken']) t.match(report, new RegExp(`FAIL .*${name}\\.test\\.ts >`));
  t.match(report, /^ok .*good\.test\.ts {2}1 passed, 0 failed/m);
  t.end();
});

t.test('a file that hangs is ended and is one failure', (t) => {
  const { status, report, last } = run({
    'hangs.test.ts': `${IMPORT}t.setTimeout(500); t.test('never ends', () => new Promise(() => setInterval(() => 0, 1000)));`,
  });
  t.equal(last, '0 passed, 1 failed');
  t.equal(status, 1);
  t.match(report, /FAIL .*hangs\.test\.ts .*timeout!/);
  t.end();
});

t.test('a bailout, and no file at all', (t) => {
  const bailed = run({ 'bails.test.ts': `${IMPORT}t.ok(1); t.bailout('no more');` });
  t.match(bailed.last, /^\d passed, [1-9] failed$/);
  t.not(bailed.status, 0);
  t.match(bailed.report, /bailed out: no more/);
  const nothing = run({ 'no-test.ts': '' });
  t.equal(nothing.last, '0 passed, 1 failed');
  t.equal(nothing.status, 1);
  t.end();
});

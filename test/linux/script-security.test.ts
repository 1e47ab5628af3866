// enable_script_security: what root runs must be root's alone, and the part of the path that is not is named with its
// owner, its mode and the command that mends it. keepalived.conf(5): enable_script_security.

import './own-network.js';
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { findProgram, problemOf, unsafePart } from '../../src/linux/programs.js';
import { Scripts } from '../../src/linux/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import { noRealRoot } from '../lab/real-root.js';

const place = { file: 'test', line: 1, column: 1 };
// Below folders that are root's alone.
const folder = mkdtempSync('/var/lib/vd-');
const script = join(folder, 'sub/check.sh');
mkdirSync(join(folder, 'sub'));
writeFileSync(script, '#!/bin/sh\necho ran\n');
chmodSync(script, 0o755);
chmodSync(folder, 0o755);
t.teardown(() => execFileSync('rm', ['-r', folder]));

function run(path: string, { secured = true, user = 'root' } = {}): Promise<ScriptOutcome> {
  const scripts = new Scripts();
  scripts.areSecured = secured;
  return new Promise((resolve) => scripts.start({ argv: [path], runAs: { user }, place }, resolve));
}

t.test('what is unsafe, and what mends it', { skip: noRealRoot }, async (t) => {
  t.equal(unsafePart(script, { asRoot: true }), undefined);
  t.match(await run(script), { kind: 'exited', code: 0 });

  chownSync(join(folder, 'sub'), 65534, 0);
  const owned = { path: join(folder, 'sub'), why: 'belongs to user 65534 (mode 0755)' };
  t.same(unsafePart(script, { asRoot: true }), { ...owned, remedy: `chown root ${owned.path}` });
  t.match(await run(script), { kind: 'cannot-run', error: `unsafe: ${owned.path} ${owned.why}. Remedy: chown root` });
  execFileSync('chown', ['root', owned.path]);

  chownSync(script, 0, 65534);
  chmodSync(script, 0o775);
  t.match(unsafePart(script, { asRoot: true }), {
    why: 'may be changed by its group 65534 (mode 0775)',
    remedy: `chmod g-w ${script}`,
  });
  chownSync(script, 0, 0);
  t.equal(unsafePart(script, { asRoot: true }), undefined, "root's own group may");
  chmodSync(script, 0o757);
  t.match(unsafePart(script, { asRoot: true }), { why: /anybody/, remedy: `chmod o-w ${script}` });
  t.match(
    await run(script, { secured: false }),
    { kind: 'exited' },
    'it is run all the same where that is not asked for',
  );
  t.match(await run(script, { user: 'daemon' }), { kind: 'exited' }, 'and by another user than root');
  chmodSync(script, 0o755);

  chmodSync(folder, 0o777);
  t.match(unsafePart(script, { asRoot: true }), { path: folder, remedy: `chmod o-w ${folder}` });
  chmodSync(folder, 0o1777);
  t.equal(unsafePart(script, { asRoot: true }), undefined, 'a sticky folder is safe');
  chmodSync(folder, 0o755);
});

t.test(
  'a link is judged by what it names; a program that becomes root by whom it is run or not',
  { skip: noRealRoot },
  (t) => {
    const link = join(folder, 'link');
    symlinkSync(script, link);
    chmodSync(script, 0o757);
    t.match(unsafePart(link, { asRoot: true }), { path: script });
    t.equal(unsafePart(link, { asRoot: false }), undefined);
    chmodSync(script, 0o4757);
    t.match(unsafePart(link, { asRoot: false }), { path: script });
    chmodSync(script, 0o755);

    lchownSync(link, 65534, 0);
    t.match(
      unsafePart(link, { asRoot: true }),
      { path: link, remedy: `chown -h root ${link}` },
      "not another user's link",
    );
    lchownSync(link, 0, 0);
    const open = join(folder, 'open');
    mkdirSync(open);
    symlinkSync(link, join(open, 'check'));
    t.equal(unsafePart(join(open, 'check'), { asRoot: true }), undefined);
    chownSync(open, 65534, 0);
    t.match(unsafePart(join(open, 'check'), { asRoot: true }), { path: open }, 'nor one that another user may replace');
    t.end();
  },
);

t.test('programs', (t) => {
  t.match(findProgram('true'), /\/true$/);
  t.equal(findProgram('no-such-program'), undefined);
  t.equal(problemOf('/bin/true'), undefined);
  t.equal(problemOf('/bin'), 'it is a folder');
  t.equal(problemOf('/nowhere/at/all'), 'there is no folder /nowhere');
  t.equal(problemOf(join(folder, 'none')), 'there is no such file');
  t.end();
});

// Patterns against a folder of our own: what is found, in which order, and what is passed over.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { glob } from '../../src/linux/glob.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
for (const name of ['d', 'e']) mkdirSync(join(folder, name));
for (const name of ['b.conf', 'a.conf', 'c.cfg', '.hidden.conf', 'd/x.conf', 'e/x.conf', 'we[i]rd', 'a+b'])
  writeFileSync(join(folder, name), '');

t.test('patterns', (t) => {
  const table: [string, string[]][] = [
    ['*.conf', ['a.conf', 'b.conf']],
    ['?.c*', ['a.conf', 'b.conf', 'c.cfg']],
    ['[!a].conf', ['b.conf']],
    ['[^a].conf', ['b.conf']],
    ['[a-b].conf', ['a.conf', 'b.conf']],
    ['.*.conf', ['.hidden.conf']],
    ['*/x.conf', ['d/x.conf', 'e/x.conf']],
    ['d/*', ['d/x.conf']],
    ['none*', []],
    ['none/*', []],
    ['we[[]i]rd', ['we[i]rd']],
    ['a+*', ['a+b']],
    ['[', []],
    ['[z-a]*', []],
  ];
  for (const [pattern, names] of table)
    t.strictSame(
      glob(pattern, folder),
      names.map((name) => join(folder, name)),
      pattern,
    );
  t.strictSame(glob(`${folder}/*.cfg`, '/'), [join(folder, 'c.cfg')], 'an absolute one');
  t.strictSame(glob('a.conf', folder), [join(folder, 'a.conf')], 'a plain name');
  t.strictSame(glob('none.conf', folder), [], 'and one that is not there');
  t.end();
});

// The table of planted bugs fits the source: each place is there once. That the suites catch them all is what
// `npm run mutants` shows; docs/MUTANTS.md keeps its result.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { plant } from './mutant.js';
import { MUTANTS } from './table.js';

const ROOT = new URL('../../', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');

for (const mutant of MUTANTS)
  t.test(mutant.name, (t) => {
    const text = textOf(mutant.file);
    t.not(plant(mutant, text), text);
    t.end();
  });

t.test('a place that is not there, or twice, is an error', (t) => {
  const mutant = { name: 'wrong', file: 'x.ts', find: 'a + b', replace: 'a - b' };
  t.equal(plant(mutant, 'return a + b;'), 'return a - b;');
  t.throws(() => plant(mutant, 'return a;'), /x\.ts has the place of "wrong" 0 times/);
  t.throws(() => plant(mutant, 'a + b; a + b'), /2 times/);
  t.end();
});

t.test('the names are different, and the documentation has them all', (t) => {
  const names = MUTANTS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  const documented = [...textOf('docs/MUTANTS.md').matchAll(/^\| (.+?) +\| `/gm)].map(([, name]) => name);
  t.strictSame(documented, names);
  t.end();
});

// The table of sentences in docs/PROTOCOL.md and the tests agree: a section that is named there has tests in that file,
// and a test that names a section is found by the table.

import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = 'test/sentences/';

const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const all = text(`${FOLDER}sentences.test.ts`);
const paths = readdirSync(new URL(FOLDER, ROOT))
  .filter((name) => !['words.ts', 'table.ts', 'sentences.test.ts'].includes(name))
  .map((name) => `${FOLDER}${name}`);

/** "RFC 3768 § 6.4.1" of each sentence, by file. */
const named = new Map(
  paths.map((path) => [
    path,
    [...text(path).matchAll(/sentence\(\s*['"](RFC \d+ § [\d.]*\d)/g)].map(([, section = '']) => section),
  ]),
);
const rows = [
  ...text('docs/PROTOCOL.md').matchAll(
    /^\| (RFC \d+ § [\d.]*\d|keepalived|vrrpd)\b.* \| `(test\/sentences\/.*)` \|$/gm,
  ),
].map(([, section = '', path = '']) => ({ section, path }));
const holds = (row: string, section: string): boolean => row === section || section.startsWith(`${row}.`);

t.test('each row has sentences in its file', (t) => {
  t.ok(rows.length > 20, 'the table is read');
  for (const { section, path } of rows) {
    const sections = named.get(path);
    if (section === 'keepalived' || section === 'vrrpd') t.ok(sections, path);
    else
      t.ok(
        sections?.some((one) => holds(section, one)),
        `${section} in ${path}`,
      );
  }
  t.end();
});

t.test('each file and each section that a sentence names has a row', (t) => {
  for (const [path, sections] of named) {
    t.ok(all.includes(`'./${path.slice(FOLDER.length, -'.ts'.length)}.js'`), `${path} runs`);
    const own = rows.filter((row) => row.path === path);
    t.ok(own.length > 0, path);
    for (const section of new Set(sections))
      t.ok(
        own.some((row) => holds(row.section, section)),
        `${section} in ${path}`,
      );
  }
  t.end();
});

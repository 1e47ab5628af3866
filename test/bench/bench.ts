// `npm run bench`: vrrpd beside keepalived, story by story, in one run and in namespaces of its own. Nothing fails here:
// a missed target is shown. `-- NAME...` plays only those tables, `--rounds N` (5), `--json FILE` keeps what was
// found, `--write FILE` plays nothing and writes docs/PERFORMANCE.md and its pictures from such a file.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { becomeRoot } from '../own-root.mjs';
import { projectRoot } from '../lab/daemon.js';
import { documentOf } from './document.js';
import { Control } from './noise.js';
import { pictureOf } from './picture.js';
import { describeMachine, type Report, type Result } from './report.js';
import { playTables } from './run.js';
import { TABLES } from './tables.js';
import { textOf } from './text.js';

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, json: { type: 'string' }, write: { type: 'string' } },
});
const rounds = Number(values.rounds);
const all = TABLES.flat().map(({ name }) => name);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench -- [NAME...] [--rounds N] [--json FILE] | --write FILE`);
  console.error(`tables: ${all.join(' ')}`);
  process.exit(2);
}
if (values.write !== undefined) {
  write(JSON.parse(readFileSync(values.write, 'utf8')) as Report);
  process.exit();
}
const refusal = await becomeRoot();
if (refusal !== undefined) {
  console.error(refusal);
  process.exit(1);
}

const begun = Date.now();
const control = Control.start();
const machine = describeMachine();
console.log(Object.values(machine).join(', '));
console.log('a median of the rounds, with their range');
const tables: Result[] = [];
for (const group of TABLES) {
  const wanted = group.filter(({ name }) => names.length === 0 || names.includes(name));
  const results = await playTables(wanted, { rounds, control, say: (line) => console.log(line) });
  for (const result of results) console.log(`\n${textOf(result)}\n`);
  tables.push(...results);
}
control.stop();
const report: Report = {
  date: new Date(begun).toISOString().slice(0, 10),
  rounds,
  minutes: Math.round((Date.now() - begun) / 60_000),
  machine,
  tables,
};
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);

function write(found: Report): void {
  const docs = path.join(projectRoot(), 'docs');
  const pictures = path.join(docs, 'performance');
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures);
  for (const table of found.tables) writeFileSync(path.join(pictures, `${table.name}.svg`), pictureOf(table));
  writeFileSync(path.join(docs, 'PERFORMANCE.md'), documentOf(found));
}

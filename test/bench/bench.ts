// `npm run bench`: vrrpd beside keepalived, story by story, in one run and in namespaces of its own. Nothing fails here:
// a missed target is shown. `-- NAME...` plays only those tables, `--rounds N` (5), `--json FILE` keeps what was found.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { becomeRoot } from '../own-root.mjs';
import { Control } from './noise.js';
import { describeMachine, type Report, type Result } from './report.js';
import { playTable } from './run.js';
import { TABLES } from './tables.js';
import { textOf } from './text.js';

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const unknown = names.filter((name) => !TABLES.some((table) => table.name === name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`usage: npm run bench -- [NAME...] [--rounds N] [--json FILE]`);
  console.error(`tables: ${TABLES.map(({ name }) => name).join(' ')}`);
  process.exit(2);
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
for (const table of TABLES) {
  if (names.length > 0 && !names.includes(table.name)) continue;
  const result = await playTable(table, { rounds, control, say: (line) => console.log(line) });
  console.log(`\n${textOf(result)}\n`);
  tables.push(result);
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

// `npm run mutants`: plants each bug of the table and shows it to the quick suites, one after the other, until one of them
// fails. Prints the table of docs/MUTANTS.md and writes it there with WRITE_DOCS=1; a bug that none finds is an error.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.js';
import { firstFailure, suitesOf } from './suite.js';
import { MUTANTS } from './table.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = path.join(ROOT, 'docs/MUTANTS.md');
/** Inside the tree, since the packages are found from there. */
const FOLDER = path.join(ROOT, 'dist/mutants');
const SUITES = suitesOf(ROOT, ['test/sentences', 'test/packet', 'test/vrrp']);

const outfile = (name: string): string => path.join(FOLDER, `${name}.mjs`);

interface Verdict {
  readonly mutant: Mutant;
  readonly caughtBy?: string;
}

async function judge(mutant: Mutant, number: number): Promise<Verdict> {
  for (const suite of SUITES) {
    const failure = await firstFailure(suite, { root: ROOT, outfile: outfile(`mutant-${number}`), mutant });
    if (failure !== undefined) return { mutant, caughtBy: `${suite.name}: ${failure}` };
  }
  return { mutant };
}

async function judgeAll(): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let number = next++; ; number = next++) {
      const mutant = MUTANTS[number];
      if (!mutant) return;
      const verdict = await judge(mutant, number);
      verdicts[number] = verdict;
      process.stderr.write(`${verdict.caughtBy === undefined ? 'LIVES ' : 'caught'}  ${mutant.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return verdicts;
}

function table(verdicts: readonly Verdict[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = verdicts.map(
    ({ mutant, caughtBy = 'nobody' }) => `| ${cell(mutant.name)} | \`${mutant.file}\` | ${cell(caughtBy)} |`,
  );
  return ['| planted bug | in | caught by |', '|---|---|---|', ...rows].join('\n');
}

mkdirSync(FOLDER, { recursive: true });
try {
  for (const suite of SUITES) {
    const failure = await firstFailure(suite, { root: ROOT, outfile: outfile('none') });
    if (failure !== undefined) throw new Error(`${suite.name} fails without a planted bug: ${failure}`);
  }
  const begun = Date.now();
  const verdicts = await judgeAll();
  const printed = table(verdicts);
  const living = verdicts.filter(({ caughtBy }) => caughtBy === undefined).length;
  const seconds = Math.round((Date.now() - begun) / 1_000);
  process.stdout.write(`${printed}\n\n${verdicts.length} planted, ${living} live, ${seconds} s\n`);
  if (process.env.WRITE_DOCS !== undefined) {
    const [head = ''] = readFileSync(DOCUMENT, 'utf8').split('| planted bug');
    writeFileSync(DOCUMENT, `${head}${printed}\n`);
  }
  process.exitCode = living === 0 ? 0 : 1;
} finally {
  rmSync(FOLDER, { recursive: true });
}

// `npm run demo`: layout 1 for real, in namespaces that end with this program, also when it is interrupted. It plays the
// operator's five checks and ends; with --interactive it plays none and stays, for the operator to look at and to break.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Prober } from '../lab/prober.js';
import { becomeRoot } from '../own-root.mjs';
import { BOUND, stay } from './interactive.js';
import { Layout } from './layout.js';
import { judge, STEPS } from './steps.js';
import { View } from './view.js';

/** Milliseconds between two looks at the hosts. */
const LOOK_EVERY = 1_000;

const { interactive } = parseArgs({ options: { interactive: { type: 'boolean', default: false } } }).values;
const refusal = await becomeRoot();
if (refusal !== undefined) {
  console.error(refusal);
  process.exit(1);
}

const view = new View();
if (interactive) view.say([BOUND]);
let over = false;
let stepBegan = Prober.mark();
const layout = await Layout.open('vrrpd called keepalived');
// The hosts end with this program: the kernel takes the namespaces away.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    console.log('\ninterrupted: the hosts are gone');
    process.exit(interactive ? 0 : 130);
  });

const watching = watch();
const failures: string[] = [];
try {
  await layout.begin();
  if (interactive) await stay(layout, view);
  else await play();
} catch (error) {
  failures.push(String(error));
  view.verdict('the demo could not go on', [String(error)]);
} finally {
  over = true;
  await watching;
  for (const node of failures.length === 0 ? [] : layout.nodes)
    console.log(`\nlog of ${node.name}:\n${await node.log()}`);
  await layout.close();
}
if (!interactive)
  console.log(failures.length === 0 ? '\nall five checks hold' : `\n${failures.length} of the checks failed`);
process.exit(failures.length === 0 ? 0 : 1);

/** The five checks, one after the other, a verdict for each. */
async function play(): Promise<void> {
  const servedAround: boolean[] = [];
  for (const [index, step] of STEPS.entries()) {
    stepBegan = Prober.mark();
    view.begins(index + 1);
    const verdict = await judge(step, layout);
    view.ended(index + 1, verdict);
    servedAround.push(verdict.servedAround);
    if (verdict.wrong.length > 0) failures.push(step.title);
  }
  const unserved = servedAround.flatMap((served, index) => (served ? [] : [`not around step ${index + 1}`]));
  view.verdict('5 the database client works before and after each step', unserved);
  failures.push(...unserved);
}

async function watch(): Promise<void> {
  const draw = (): void =>
    interactive
      ? view.draw(layout, `${layout.service.failedSince(Prober.mark() - 10_000)} failed in the last 10 s`)
      : view.draw(layout, `${layout.service.failedSince(stepBegan)} failed in this step`);
  while (!over) {
    await layout.look();
    draw();
    await sleep(LOOK_EVERY);
  }
  draw();
}

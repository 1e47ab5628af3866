// `npm run demo`: layout 1 for real, the operator's five checks one after the other, a verdict for each. Exit code 0 only
// if all five hold. Everything lives in namespaces that end with this program, also when it is interrupted.

import { setTimeout as sleep } from 'node:timers/promises';
import { Prober } from '../lab/prober.js';
import { Layout } from './layout.js';
import { judge, STEPS } from './steps.js';
import { View } from './view.js';

/** Milliseconds between two looks at the hosts. */
const LOOK_EVERY = 1_000;

if (process.getuid?.() !== 0) {
  console.error('The demo makes network namespaces: run it as root, for instance with "sudo npm run demo".');
  process.exit(1);
}

const view = new View();
let over = false;
let stepBegan = Prober.mark();
const layout = await Layout.open('vrrpd called keepalived');
// The hosts end with this program: the kernel takes the namespaces away.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    console.log('\ninterrupted: the hosts are gone');
    process.exit(130);
  });

const watching = watch();
const failures: string[] = [];
try {
  await layout.begin();
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
} catch (error) {
  failures.push(String(error));
  view.verdict('the demo could not go on', [String(error)]);
} finally {
  over = true;
  await watching;
  for (const { name, vrrpd } of failures.length === 0 ? [] : layout.nodes)
    console.log(`\nlog of ${name}:\n${vrrpd?.log.join('\n') ?? ''}`);
  await layout.close();
}
console.log(failures.length === 0 ? '\nall five checks hold' : `\n${failures.length} of the checks failed`);
process.exit(failures.length === 0 ? 0 : 1);

async function watch(): Promise<void> {
  while (!over) {
    await layout.look();
    view.draw(layout, stepBegan);
    await sleep(LOOK_EVERY);
  }
  view.draw(layout, stepBegan);
}

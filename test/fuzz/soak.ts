// The long run: millions of inputs for all targets, guided by what of the code they reach. It prints nothing by itself.

import { Coverage } from './coverage.js';
import { describeFailure, fuzz, type Failure } from './fuzz.js';
import { closeTargets, inputsOf, ofRoot, targets } from './targets.js';

/** The first failure of each target; `say` is told a line for each target, and how to play a failure again. */
export async function soakFuzz({
  inputs,
  seed,
  say,
}: {
  readonly inputs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const target of targets) {
    if (process.getuid?.() !== 0 && ofRoot.includes(target)) {
      say(`fuzz ${target.name}: left out, only root can`);
      continue;
    }
    const count = inputsOf(target, inputs);
    const coverage = new Coverage();
    const begin = performance.now();
    const failure = await fuzz(target, { inputs: count, seed, coverage });
    coverage.close();
    const took = ((performance.now() - begin) / 1_000).toFixed(1);
    say(`fuzz ${target.name}: ${count} inputs, ${coverage.size} blocks of code, ${took} s`);
    if (failure === undefined) continue;
    failures.push(failure);
    say(describeFailure(failure));
  }
  await closeTargets();
  return failures;
}

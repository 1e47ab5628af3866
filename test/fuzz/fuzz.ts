// Tries a target on many inputs: those of its corpus folder first, then new ones and damaged ones. The first that fails is
// shrunk and told so that it can be played again. An input depends on its seed and number alone, unless coverage guides.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/sim/random.js';
import type { Coverage } from './coverage.js';
import { mutate } from './mutation.js';
import { shrink } from './shrink.js';
import { Violation, type Target } from './target.js';

/** Below the project's folder, where npm and the test runner stand. */
const CORPUS = 'test/fuzz/corpus';
/** In milliseconds, for one input: what takes longer has lost its bounds, on the slowest machine. */
const LONGEST = 30_000;
/** In octets, of the process. */
const MOST_MEMORY = 1_500_000_000;
/** So many inputs are looked at together for what they reached. */
const BATCH = 256;
const MOST_KEPT = 500;
/** In milliseconds: what takes longer is not kept, or all that comes of it would. */
const QUICK = 20;

export interface Failure {
  readonly target: string;
  readonly seed: number;
  /** Of the input; the name of a file of the corpus. */
  readonly number: number | string;
  readonly input: Buffer;
  readonly what: string;
}

/** The first failure; undefined when there is none. */
export async function fuzz(
  target: Target,
  { inputs, seed, coverage }: { inputs: number; seed: number; coverage?: Coverage },
): Promise<Failure | undefined> {
  const kept = filesOf(target.name);
  for (const { name, octets } of kept) {
    const what = await faultOf(target, octets);
    if (what !== undefined) return { target: target.name, seed, number: name, input: octets, what };
  }
  const corpus = [...target.seeds, ...kept.map(({ octets }) => octets)];
  for (let from = 0; from < inputs; from += BATCH) {
    const batch: Buffer[] = [];
    for (let number = from; number < Math.min(inputs, from + BATCH); number += 1) {
      const input = make(target, randomOf(seed, number), corpus);
      const begin = performance.now();
      const what = await faultOf(target, input);
      if (performance.now() - begin < QUICK) batch.push(input);
      if (what === undefined) continue;
      const smallest = await shrink(input, async (one) => (await faultOf(target, one)) !== undefined);
      const again = await faultOf(target, smallest);
      return { target: target.name, seed, number, input: smallest, what: again ?? `${what}; not each time` };
    }
    if (process.memoryUsage.rss() > MOST_MEMORY)
      return { target: target.name, seed, number: from, input: Buffer.alloc(0), what: 'takes too much memory' };
    if (coverage && corpus.length < target.seeds.length + MOST_KEPT)
      corpus.push(...(await coverage.newIn(batch, (input) => target.check(input))));
  }
  return undefined;
}

/** How a failure is told: with the commands that play it again. */
export function describeFailure({ target, seed, number, input, what }: Failure): string {
  return [
    `${target}, seed ${seed}, input ${number}: ${what}`,
    `  ${input.length} octets: ${JSON.stringify(input.toString('latin1').slice(0, 400))}`,
    '  to play it again, and to keep it as a test:',
    `    mkdir -p ${CORPUS}/${target} && echo ${input.toString('base64')} | base64 -d > ${CORPUS}/${target}/NAME && node test/run.mjs test/fuzz`,
  ].join('\n');
}

/** Neighbours have nothing in common. */
export function randomOf(seed: number, number: number): Random {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return new Random(mixed ^ (mixed >>> 13));
}

/** A new one as it is, or damaged; or one of the corpus, damaged. */
function make(target: Target, random: Random, corpus: readonly Buffer[]): Buffer {
  const kind = random.below(4);
  const old = corpus[random.below(corpus.length)];
  const first = kind < 2 || old === undefined ? target.input(random) : old;
  if (kind === 0) return first;
  return mutate(first, random, { words: target.words, other: corpus[random.below(corpus.length)] ?? first });
}

/** What does not hold; undefined when all does. */
async function faultOf(target: Target, input: Buffer): Promise<string | undefined> {
  const begin = performance.now();
  try {
    // Most are done at once, and need no turn of the event loop.
    const pending = target.check(input);
    if (pending) await pending;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = Math.round(performance.now() - begin);
  return took > LONGEST ? `it takes ${took} ms` : undefined;
}

function filesOf(name: string): { name: string; octets: Buffer }[] {
  const folder = join(CORPUS, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => ({ name: file, octets: readFileSync(join(folder, file)) }));
}

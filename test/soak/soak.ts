// `npm run soak [-- MINUTES [SEED]]`: once the bench's stories with bounds, then storms and fuzz by turns, each round with
// numbers of its own, until it is told to end, the minutes are over or something fails. What fails is told in full, with
// how to see it again.
// `npm run soak -- kills [COUNT [SEED]]`: the daemons of a real pair are killed so often, in namespaces.
// `npm run soak -- matrix [WORDS]`: vrrpd, keepalived and FRR meet in all dialects, or those with these words in their name.

import { describeDuration, seconds } from '../../src/time.js';
import { soakFuzz } from '../fuzz/soak.js';
import { soakStorms } from '../sim/storms.js';
import { becomeRoot } from '../own-root.mjs';
import { soakKills } from './kills.js';
import { soakBench } from './bench.js';
import { soakMatrix } from './matrix.js';

/** Of a round; twenty of them are ten million inputs. */
const STORM_SECONDS = 60;
const FUZZ_INPUTS = 500_000;
/** Storms of npm test and of the rounds before do not come again. */
const STORMS_OF_A_ROUND = 1_000_000;

/** When it is not said otherwise; some minutes. */
const KILLS = 200;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [, , what = 'Infinity', ...rest] = process.argv;
if (what === 'kills') process.exitCode = (await soakThePair(rest)) === 0 ? 0 : 1;
else if (what === 'matrix') process.exitCode = (await soakTheMatrix(rest.join(' '))) === 0 ? 0 : 1;
else process.exitCode = (await soakTheCore(what, rest)) === 0 ? 0 : 1;

function refuse(): never {
  process.stderr.write('npm run soak [-- MINUTES [SEED]]\nnpm run soak -- kills [COUNT [SEED]]\n');
  process.stderr.write('npm run soak -- matrix [WORDS]\n');
  process.exit(2);
}

function someSeed(): string {
  return String(Date.now() % 1_000_000);
}

async function soakThePair([count = String(KILLS), seed = someSeed()]: string[]): Promise<number> {
  if (!(Number(count) > 0) || !Number.isInteger(Number(count)) || !Number.isInteger(Number(seed))) refuse();
  const refusal = await becomeRoot();
  if (refusal !== undefined) {
    say(refusal);
    return 1;
  }
  say(`seed ${seed}`);
  const failures = await soakKills({ kills: Number(count), seed: Number(seed), say });
  say(failures === 0 ? `${count} kills: nothing failed` : `${failures} failed: see above`);
  return failures;
}

async function soakTheMatrix(words: string): Promise<number> {
  const refusal = await becomeRoot();
  if (refusal !== undefined) {
    say(refusal);
    return 1;
  }
  return soakMatrix({ words, say });
}

async function soakTheCore(minutes: string, [first = someSeed()]: string[]): Promise<number> {
  if (!(Number(minutes) > 0) || !Number.isInteger(Number(first))) refuse();
  say(`seed ${first}; ^C ends it`);
  const begun = performance.now();
  const passed = (): number => (performance.now() - begun) / 1_000;
  const refusal = await becomeRoot();
  if (refusal !== undefined) say(`without the bench's stories: ${refusal}`);
  let failures = refusal === undefined ? await soakBench(say) : 0;
  for (let round = 0; failures === 0 && passed() < 60 * Number(minutes); round += 1) {
    const seed = Number(first) + round;
    const rest = 60 * Number(minutes) - passed();
    failures += soakStorms({ seed: seed * STORMS_OF_A_ROUND, seconds: Math.min(STORM_SECONDS, rest), say }).length;
    if (passed() < 60 * Number(minutes)) failures += (await soakFuzz({ inputs: FUZZ_INPUTS, seed, say })).length;
    say(
      `round ${round + 1}, ${describeDuration(seconds(passed()))}: ${failures === 0 ? 'nothing failed' : 'see above'}`,
    );
  }
  return failures;
}

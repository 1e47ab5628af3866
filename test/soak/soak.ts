// `npm run soak [-- MINUTES [SEED]]`: once the bench's stories with bounds, then storms and fuzz by turns, each round with
// numbers of its own, until it is told to end, the minutes are over or something fails. What fails is told in full, with
// how to see it again.

import { describeDuration, seconds } from '../../src/time.js';
import { soakFuzz } from '../fuzz/soak.js';
import { becomeRoot } from '../own-root.mjs';
import { soakStorms } from '../sim/storms.js';
import { soakBench } from './bench.js';

/** Of a round; twenty of them are ten million inputs. */
const STORM_SECONDS = 60;
const FUZZ_INPUTS = 500_000;
/** Storms of npm test and of the rounds before do not come again. */
const STORMS_OF_A_ROUND = 1_000_000;

const [, , minutes = 'Infinity', first = String(Date.now() % 1_000_000)] = process.argv;
if (!(Number(minutes) > 0) || !Number.isInteger(Number(first))) {
  process.stderr.write('npm run soak [-- MINUTES [SEED]]\n');
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const begun = performance.now();
const passed = (): number => (performance.now() - begun) / 1_000;
say(`seed ${first}; ^C ends it`);
const refusal = await becomeRoot();
if (refusal !== undefined) say(`without the bench's stories: ${refusal}`);
let failures = refusal === undefined ? await soakBench(say) : 0;
for (let round = 0; failures === 0 && passed() < 60 * Number(minutes); round += 1) {
  const seed = Number(first) + round;
  const rest = 60 * Number(minutes) - passed();
  failures += soakStorms({ seed: seed * STORMS_OF_A_ROUND, seconds: Math.min(STORM_SECONDS, rest), say }).length;
  if (passed() < 60 * Number(minutes)) failures += (await soakFuzz({ inputs: FUZZ_INPUTS, seed, say })).length;
  say(`round ${round + 1}, ${describeDuration(seconds(passed()))}: ${failures === 0 ? 'nothing failed' : 'see above'}`);
}
process.exitCode = failures === 0 ? 0 : 1;

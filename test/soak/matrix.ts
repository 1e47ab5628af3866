// The whole matrix of routers and dialects, some pairs at a time: test/lab/matrix.ts has the story and the judgement.

import { MATRIX, nameOf, play } from '../lab/matrix.js';
import { noRealRoot } from '../lab/real-root.js';

/** Pairs at once: they wait most of their time. */
const TOGETHER = 4;

/** Plays those with these words in their name; gives the number of pairs with which something was wrong. */
export async function soakMatrix({ words, say }: { words: string; say: (line: string) => void }): Promise<number> {
  const wanted = MATRIX.filter((encounter) => nameOf(encounter).includes(words));
  // FRR becomes another user.
  const able = wanted.filter(({ a, b }) => !noRealRoot || (a !== 'frr' && b !== 'frr'));
  if (able.length < wanted.length) say(`${wanted.length - able.length} pairs with frr are left out: ${noRealRoot}`);
  let failures = 0;
  const rest = able.values();
  const playRest = async (): Promise<void> => {
    for (const encounter of rest) {
      const wrong = await play(encounter).catch((error: unknown) => [String(error)]);
      say(`${nameOf(encounter)}: ${wrong.length === 0 ? 'as it should be' : wrong.join('\n')}`);
      if (wrong.length > 0) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, playRest));
  say(`${able.length} pairs, ${failures} failed`);
  return able.length === 0 ? 1 : failures;
}

// What was probably meant by a word that is not known: torn apart by spaces, or misspelt by a letter or two.
// Proposes only; nothing is ever read as the proposal without an error that names it.

/** The word that the first words make when they are put together with "_"; `count` is how many it took. */
export function joinTorn(
  words: readonly { readonly text: string; readonly quoted: boolean }[],
  known: (name: string) => boolean,
): { name: string; count: number } | undefined {
  let name = '';
  for (let count = 1; count <= LONGEST_NAME; count += 1) {
    const word = words[count - 1];
    if (word === undefined || word.quoted) return undefined;
    name += count === 1 ? word.text : `_${word.text}`;
    if (count > 1 && known(name)) return { name, count };
  }
  return undefined;
}

/** In words: vrrp_garp_master_refresh_repeat has five. */
const LONGEST_NAME = 6;

/** A table has fewer; of thousands of scripts the first will do. */
const MOST_NAMES = 1_000;

/** The known name nearest to the word, when it is near enough to be a slip of the hand. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const folded = word.toLowerCase().replaceAll('-', '_').slice(0, 64);
  let best: { name: string; distance: number } | undefined;
  let looked = 0;
  for (const name of known) {
    if ((looked += 1) > MOST_NAMES) break;
    const limit = Math.min(1 + Math.floor(name.length / 6), best === undefined ? Infinity : best.distance - 1);
    if (Math.abs(name.length - folded.length) > limit) continue;
    const distance = editDistance(folded, name.toLowerCase());
    if (distance <= limit && distance < name.length / 2) best = { name, distance };
  }
  return best?.name;
}

/** Letters added, left out or replaced, and neighbours exchanged, each counting 1. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const steps = [(last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1)];
      if (swapped) steps.push((beforeLast[column - 2] ?? 0) + 1);
      current.push(Math.min(...steps));
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}

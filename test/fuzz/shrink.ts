// Makes a failing input smaller as long as it still fails, so that a person sees what it is about. It knows no format.

/** So many tries, and so many milliseconds, since a check may take long. */
const MOST_TRIES = 3_000;
const LONGEST = 60_000;
/** What an octet may become without being noticed. */
const PLAIN = [0, 0x30, 0x61, 0x20];

/** The smallest that was found; `fails` is true for `input` itself. */
export async function shrink(input: Buffer, fails: (input: Buffer) => Promise<boolean>): Promise<Buffer> {
  let smallest = input;
  let left = MOST_TRIES;
  const begin = performance.now();
  const takes = async (candidate: Buffer): Promise<boolean> => {
    left -= 1;
    if (performance.now() - begin > LONGEST) left = 0;
    if (left <= 0 || candidate.equals(smallest) || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let before = -1; before !== smallest.length && left > 0;) {
    before = smallest.length;
    for (let size = smallest.length; size >= 1 && left > 0; size = Math.floor(size / 2))
      for (let at = 0; at < smallest.length && left > 0;)
        if (!(await takes(Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])))) at += size;
  }
  for (let at = 0; at < smallest.length && left > 0; at += 1) {
    const octet = smallest[at] ?? 0;
    // Only plainer ones than what is there.
    for (const plain of PLAIN.includes(octet) ? PLAIN.slice(0, PLAIN.indexOf(octet)) : PLAIN)
      if (await takes(Buffer.concat([smallest.subarray(0, at), Buffer.from([plain]), smallest.subarray(at + 1)])))
        break;
  }
  return smallest;
}

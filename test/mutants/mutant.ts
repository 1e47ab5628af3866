// A planted bug: a place in the source and what stands there instead. The suites must not let any of them live; each is
// of a kind that a careful person could write.

/** `find` occurs exactly once in the file. */
export interface Mutant {
  /** What is wrong, in words. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The text with the bug in it; throws when the place is not there exactly once. */
export function plant({ name, file, find, replace }: Mutant, text: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has the place of "${name}" ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

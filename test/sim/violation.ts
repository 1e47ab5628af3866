// What an oracle finds: its own name, so that a smaller storm can be told to show the same, and what is wrong.

export class Violation extends Error {
  constructor(
    readonly oracle: string,
    words: string,
  ) {
    super(words);
  }
}

// The last lines that a script wrote, on any of its streams, in the order in which they were read: a few, however much it
// writes. It knows nothing of what they say.

import { LINE_LIMIT, oneLine } from './line.js';

const KEPT = 3;

export class LastLines {
  #complete: string[] = [];
  /** Of each stream the line that has no end yet. */
  readonly #unfinished: string[] = [];

  /** Those with something in them. */
  get text(): string {
    const lines = [...this.#complete, ...this.#unfinished.map(oneLine)];
    return lines
      .filter((line) => line !== '')
      .slice(-KEPT)
      .join('\n');
  }

  /** Takes what one stream brings. */
  reader(): (chunk: string) => void {
    const stream = this.#unfinished.push('') - 1;
    return (chunk) => {
      const lines = ((this.#unfinished[stream] ?? '') + chunk).split('\n');
      this.#unfinished[stream] = (lines.pop() ?? '').slice(0, LINE_LIMIT);
      const last = lines.map(oneLine).filter((line) => line !== '');
      this.#complete = [...this.#complete, ...last].slice(-KEPT);
    };
  }
}

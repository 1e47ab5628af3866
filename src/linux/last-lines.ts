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
      const text = (this.#unfinished[stream] ?? '') + chunk;
      const end = text.lastIndexOf('\n') + 1;
      this.#unfinished[stream] = text.slice(end).slice(0, LINE_LIMIT);
      this.#complete = [...this.#complete, ...lastLinesOf(text.slice(0, end))].slice(-KEPT);
    };
  }
}

/** From the end, so that a flood costs little. */
function lastLinesOf(text: string): string[] {
  const lines: string[] = [];
  for (let end = text.length; end > 0 && lines.length < KEPT;) {
    const begin = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1;
    const line = oneLine(text.slice(begin, end));
    if (line !== '') lines.unshift(line);
    end = begin;
  }
  return lines;
}

// Which inputs reach blocks of the code that none reached before: the engine's own block coverage, by the inspector. It
// makes the code slower, so it is for long runs.

import { Session } from 'node:inspector';

/** Ours: the sources, or the bundle. */
const OURS = /\/(?:src|dist)\/[^?]*$/;

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks that were reached so far. */
  get size(): number {
    return this.#seen.size;
  }

  /** Those of the inputs, which have been checked, that reached something new: half of them again, and half of that half. */
  async newIn(inputs: readonly Buffer[], check: (input: Buffer) => void | Promise<void>): Promise<Buffer[]> {
    const fresh = new Set(this.#take().filter((block) => !this.#seen.has(block)));
    if (fresh.size === 0) return [];
    for (const block of fresh) this.#seen.add(block);
    return this.#find(inputs, fresh, check);
  }

  close(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  async #find(
    inputs: readonly Buffer[],
    wanted: Set<string>,
    check: (input: Buffer) => void | Promise<void>,
  ): Promise<Buffer[]> {
    if (wanted.size === 0) return [];
    if (inputs.length <= 1) {
      wanted.clear();
      return [...inputs];
    }
    const middle = inputs.length >> 1;
    const found: Buffer[] = [];
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      if (wanted.size === 0) break;
      for (const input of half) await check(input);
      const here = new Set(this.#take().filter((block) => wanted.has(block)));
      for (const block of here) wanted.delete(block);
      found.push(...(await this.#find(half, here, check)));
    }
    return found;
  }

  /** The blocks that ran since the last call. Posts are answered at once. */
  #take(): string[] {
    const blocks: string[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const { url, scriptId, functions } of result)
        if (OURS.test(url))
          for (const { ranges } of functions)
            for (const { startOffset, endOffset, count } of ranges)
              if (count > 0) blocks.push(`${scriptId} ${startOffset} ${endOffset}`);
    });
    return blocks;
  }
}

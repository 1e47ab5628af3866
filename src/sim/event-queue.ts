// What is to come in a simulated network, by its instant; things of the same instant in the order in which they were put
// in, so that a run comes again exactly. A binary heap: a storm has thousands of packets on their way.

import type { Instant } from '../time.js';

interface Entry<T> {
  readonly at: Instant;
  readonly order: number;
  readonly value: T;
}

const isBefore = (one: Entry<unknown>, other: Entry<unknown>): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

export class EventQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  put(at: Instant, value: T): void {
    const heap = this.#heap;
    const entry = { at, order: (this.#order += 1), value };
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  /** The instant of the next one; undefined when nothing is to come. */
  get next(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes the next one out. */
  take(): T | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.value;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
    return first.value;
  }
}

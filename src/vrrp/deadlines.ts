// Who wants to be woken when: a binary heap, so that an input costs the same with one instance and with a thousand.
// An owner has one deadline at most; an outdated entry stays in the heap until it comes up and is thrown away then. Of two
// at one instant the one that was set first comes first, so that a replay is the same.

import type { Instant } from '../time.js';

interface Entry<Owner> {
  readonly at: Instant;
  readonly order: number;
  readonly owner: Owner;
}

const isBefore = <Owner>(one: Entry<Owner>, other: Entry<Owner>): boolean =>
  one.at === other.at ? one.order < other.order : one.at < other.at;

export class Deadlines<Owner> {
  readonly #heap: Entry<Owner>[] = [];
  readonly #current = new Map<Owner, Entry<Owner>>();
  #count = 0;

  /** Sets, moves or (undefined) drops the deadline of an owner. */
  set(owner: Owner, at: Instant | undefined): void {
    if (this.#current.get(owner)?.at === at) return;
    if (at === undefined) {
      this.#current.delete(owner);
      return;
    }
    const entry = { at, order: (this.#count += 1), owner };
    this.#current.set(owner, entry);
    this.#push(entry);
  }

  /** The earliest deadline of all. */
  next(): Instant | undefined {
    return this.#first()?.at;
  }

  /** Whose the earliest one is. */
  nextOwner(): Owner | undefined {
    return this.#first()?.owner;
  }

  /** Takes out the owner of the earliest deadline that is not later than `now`. */
  take(now: Instant): Owner | undefined {
    const first = this.#first();
    if (!first || first.at > now) return undefined;
    this.#pop();
    this.#current.delete(first.owner);
    return first.owner;
  }

  /** All of them, in the order in which they come up. */
  get memory(): readonly (readonly [Owner, Instant])[] {
    return [...this.#current.values()]
      .sort((a, b) => a.at - b.at || a.order - b.order)
      .map(({ owner, at }) => [owner, at]);
  }

  #first(): Entry<Owner> | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first || this.#current.get(first.owner) === first) return first;
      this.#pop();
    }
  }

  #push(entry: Entry<Owner>): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      if (!below) break;
      const right = heap[child + 1];
      if (right && isBefore(right, below)) [child, below] = [child + 1, right];
      if (isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

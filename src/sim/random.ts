// Random numbers that come again: the same seed gives the same run, on every machine. (A linear congruential generator;
// good enough to find mistakes, not to keep secrets.)

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  /** One of a list that has some. */
  pick<const List extends readonly unknown[]>(list: List): List[number] {
    return list[this.below(list.length)];
  }

  /** `value()` in one case of two. */
  perhaps<T>(value: () => T): T | undefined {
    return this.chance(2) ? value() : undefined;
  }

  list<T>(most: number, value: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, index) => value(index));
  }
}

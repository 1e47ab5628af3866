// Starts scripts one after the other, one in a turn of the event loop: starting a process holds up this one for about a
// millisecond, and between two of them what is due is done, adverts above all. It starts all of them, in their order, and
// knows neither what they do nor how they end.

import type { ScriptOutcome } from '../track/script.js';
import type { Running } from './scripts.js';

export class ScriptQueue {
  /** In the order of their coming. */
  readonly #waiting = new Set<() => void>();
  #isDue = false;
  #isHurried = false;

  /** One that is signalled before its turn is not started: it has ended by that signal. */
  push(start: () => Running, ended: (outcome: ScriptOutcome) => void): Running {
    let running: Running | undefined;
    const begin = (): void => {
      running = start();
    };
    this.#waiting.add(begin);
    this.#goOn();
    return {
      signal: (signal) => {
        running?.signal(signal);
        if (this.#waiting.delete(begin))
          setImmediate(() => ended({ kind: 'signalled', signal, milliseconds: 0, output: '' }));
      },
    };
  }

  /** Nothing is urgent any more: those that wait are started now, and others when they come. */
  hurry(): void {
    this.#isHurried = true;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isHurried) for (const begin of this.#waiting) this.#begin(begin);
    if (this.#isDue || this.#waiting.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const [first] = this.#waiting;
      if (first) this.#begin(first);
      this.#goOn();
    });
  }

  #begin(begin: () => void): void {
    this.#waiting.delete(begin);
    begin();
  }
}

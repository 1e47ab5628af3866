// One input being handled: the instant it is handled at, the effects so far, in the order to be performed, and whose
// state has changed. It performs no effect.

import type { Instant } from '../time.js';
import type { Effect, LogLevel } from './effect.js';
import type { Instance } from './instance.js';

export class Turn {
  readonly effects: Effect[] = [];
  #moved: Instance[] = [];

  constructor(readonly now: Instant) {}

  do(...effects: Effect[]): void {
    this.effects.push(...effects);
  }

  /** The instance is in another state now. */
  moved(instance: Instance): void {
    this.#moved.push(instance);
  }

  /** Those that have moved since it was asked last. */
  takeMoved(): readonly Instance[] {
    const moved = this.#moved;
    this.#moved = [];
    return moved;
  }

  log(level: LogLevel, text: string): void {
    this.effects.push({ kind: 'log', level, text });
  }
}

// One input being handled: the instant it is handled at, and the effects so far, in the order to be performed.
// It performs none of them.

import type { Instant } from '../time.js';
import type { Effect, LogLevel } from './effect.js';

export class Turn {
  readonly effects: Effect[] = [];

  constructor(readonly now: Instant) {}

  do(...effects: Effect[]): void {
    this.effects.push(...effects);
  }

  log(level: LogLevel, text: string): void {
    this.effects.push({ kind: 'log', level, text });
  }
}

// One input of a router with what it led to: what a recording keeps and a transcript shows. A plain value;
// it does nothing.

import type { Instant } from '../time.js';
import type { Effect } from './effect.js';
import type { Input } from './input.js';

export interface Step {
  readonly at: Instant;
  readonly input: Input;
  readonly effects: readonly Effect[];
  /** In words how the router failed at this input, by a mistake in this program: it had no effects then. */
  readonly thrown?: string;
}

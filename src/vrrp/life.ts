// The life of a router from its start to the end of its stop, which takes until the heirs of its addresses are known.
// It makes no transition itself: unit.ts does. RFC 3768 § 6.4: startup and shutdown.

import { after, milliseconds, type Instant } from '../time.js';
import { unitsOf } from './group.js';
import type { Openings } from './openings.js';
import type { Roster } from './roster.js';
import type { Statics } from './statics.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';
import * as unit from './unit.js';
import type { Watch } from './watch.js';

/** A stop began at `since`. */
export type Phase =
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  | { readonly kind: 'stopping'; readonly since: Instant }
  | { readonly kind: 'stopped' };

/** A check may have caused the stop and ask for it again; later than this it is somebody who does not want to wait. */
const ASKED_AGAIN = milliseconds(2_500);

interface Parts {
  readonly surroundings: Surroundings;
  readonly roster: Roster;
  readonly openings: Openings;
  readonly statics: Statics;
  readonly watch: Watch;
}

export class Life {
  phase: Phase = { kind: 'new' };
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** It has begun and not left yet. */
  get isAlive(): boolean {
    return this.phase.kind === 'running' || this.phase.kind === 'stopping';
  }

  get isRunning(): boolean {
    return this.phase.kind === 'running';
  }

  begin(): void {
    this.phase = { kind: 'running' };
  }

  /** vrrp_startup_delay has run out. */
  endStartupDelay(turn: Turn): void {
    const { surroundings, roster } = this.#parts;
    surroundings.startsAt = undefined;
    if (!this.isRunning) return;
    turn.log('info', 'Startup delay is over');
    for (const members of unitsOf(roster.instances.values())) unit.start(members, turn);
  }

  /** Asks all to leave; asked once more after a while, at once. */
  stop(cause: string, turn: Turn): void {
    const { roster, watch } = this.#parts;
    if (this.phase.kind === 'stopping') {
      if (after(this.phase.since, ASKED_AGAIN) < turn.now) for (const one of roster.all) unit.stopAtOnce(one, turn);
    } else if (this.phase.kind !== 'stopped') {
      this.phase = { kind: 'stopping', since: turn.now };
      watch.stop(turn);
      for (const instance of roster.instances.values()) unit.stop(instance, cause, turn);
    }
  }

  /** A stop is over when all have given up what they had. */
  settle(turn: Turn): void {
    const { roster, openings, statics } = this.#parts;
    if (this.phase.kind !== 'stopping' || !roster.all.every(({ state }) => state.kind === 'INIT')) return;
    this.phase = { kind: 'stopped' };
    for (const group of roster.groups.values()) group.tell('STOP', turn);
    statics.stop(turn);
    openings.closeAll(turn);
  }
}

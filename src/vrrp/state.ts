// The states of one virtual router instance. RFC 3768 § 6.3 (Initialize, Backup, Master); FAULT is keepalived's.
// A state owns its deadlines: leaving it drops them, nothing is ever cancelled. machine.ts alone makes a new one.

import type { Instant } from '../time.js';
import type { Departure } from './departure.js';
import type { Farewell } from './farewell.js';
import type { GarpPlan } from './garp.js';
import type { Patrol } from './patrol.js';
import type { FaultReason, Reason } from './reason.js';

export type State =
  /** Not started, stopped, or waiting for the first results of the checks without weight. */
  | { readonly kind: 'INIT' }
  | {
      readonly kind: 'BACKUP';
      readonly masterDownAt: Instant;
      /** preempt_delay is running: until then lower adverts are accepted. */
      readonly preemptAt?: Instant;
      /** Its timer ran out for this reason, and it waits: for the rest of its sync group, or for the end of maintenance. */
      readonly wantsMaster?: Reason;
      /** Addresses of the process before it, which crashed: they stay, in silence, until somebody else is heard. */
      readonly keeps?: Departure;
    }
  | { readonly kind: 'MASTER'; readonly advertAt: Instant; readonly garp: GarpPlan; readonly patrol: Patrol }
  | { readonly kind: 'FAULT'; readonly reasons: readonly FaultReason[] }
  /** Gives its addresses up, and serves each one until the heir is known to have it. */
  | {
      readonly kind: 'RELEASING';
      readonly why: Reason;
      /** What comes after: BACKUP or FAULT as things stand then, or the end, told as this event. */
      readonly then: 'election' | 'STOP' | 'DELETED';
      readonly departure: Departure;
      /** It never was MASTER: the addresses are those that it kept as BACKUP. */
      readonly wasBackup?: true;
      /** Priority 0 is being said; absent when another master is known, or was. */
      readonly farewell?: Farewell;
      /** If nobody is heard by then it goes on as MASTER. */
      readonly returnAt?: Instant;
      /** What came in up to this instant had waited here, and says nothing of the present. */
      readonly deafUntil?: Instant;
    };

export type StateKind = State['kind'];
export type StateOf<Kind extends StateKind> = Extract<State, { kind: Kind }>;

/** A state as those outside see it: who gives its addresses up is what it was until they are gone. */
export type OuterState = Exclude<StateKind, 'RELEASING'>;
export const outerState = (state: State): OuterState =>
  state.kind !== 'RELEASING' ? state.kind : state.wasBackup ? 'BACKUP' : 'MASTER';

// The states of one virtual router instance. RFC 3768 § 6.3 (Initialize, Backup, Master); FAULT is keepalived's.
// A state owns its deadlines: leaving it drops them, nothing is ever cancelled. machine.ts alone makes a new one.

import type { Instant } from '../time.js';
import type { GarpPlan } from './garp.js';
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
    }
  | { readonly kind: 'MASTER'; readonly advertAt: Instant; readonly garp: GarpPlan }
  | { readonly kind: 'FAULT'; readonly reasons: readonly FaultReason[] }
  /** Has said goodbye and still serves the address until the heir is heard; MASTER for those outside. */
  | {
      readonly kind: 'RELEASING';
      readonly until: Instant;
      readonly then: 'BACKUP' | 'FAULT' | 'INIT';
      readonly why: Reason;
    };

export type StateKind = State['kind'];
export type StateOf<Kind extends StateKind> = Extract<State, { kind: Kind }>;

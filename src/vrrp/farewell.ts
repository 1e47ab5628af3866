// When a router that leaves says priority 0: at once, again a moment later, and once more when nobody can have heard the
// first two; then it gives up waiting. Each one starts the skew of a listening keepalived anew, so they must never come
// sooner than the longest skew, or no heir's timer would ever run out. RFC 3768 § 6.4.3, § 6.1. Plain values.

import type { VrrpInstance } from '../config/model.js';
import { after, microseconds, times, type Duration, type Instant } from '../time.js';
import { answerTime, skewTime } from './timers.js';

export interface Farewell {
  /** How often it has been said. */
  readonly said: 1 | 2 | 3;
  /** When it is said again; after the third time: when nobody is waited for any longer. */
  readonly nextAt: Instant;
}

type Basis = Pick<VrrpInstance, 'version' | 'family' | 'advertInt'>;

/** Of one that has just been said for the first time. */
export const beginFarewell = ({ advertInt }: Basis, now: Instant): Farewell => ({
  said: 1,
  nextAt: after(now, answerTime(advertInt)),
});

/** The next one is due: how it goes on, undefined when it is time to give up. */
export function continueFarewell({ said }: Farewell, basis: Basis, now: Instant): Farewell | undefined {
  if (said === 3) return undefined;
  if (said === 1) return { said: 2, nextAt: after(now, patience(basis)) };
  // FRR takes over one interval later on IPv6.
  const last = basis.family === 'ipv4' ? patience(basis) : times(2.2, basis.advertInt);
  return { said: 3, nextAt: after(now, last) };
}

/** The skew of the lowest priority, and a little for the way there and back. */
const patience = ({ version, advertInt }: Basis): Duration =>
  microseconds(Math.ceil(skewTime({ version, priority: 1, masterAdvertInt: advertInt }) * 1.05));

// A MASTER looks whether somebody else has its address: an ARP probe (on IPv6 a neighbour solicitation) for its first address,
// one interval after it became MASTER, right before each tenth advert and after a change of a link. It is answered by the
// kernel of a host whose daemon is silent, or does not know that it should let go; listening alone finds nothing.
// RFC 5227 § 2.1.1, RFC 4862 § 5.4. Plain values.

import { after, seconds, type Instant } from '../time.js';

export interface Patrol {
  /** Adverts since the last probe, or since it became MASTER. */
  readonly adverts: number;
  readonly probedAt?: Instant;
  /** A probe is due with the next advert, whatever the count. */
  readonly isDue: boolean;
}

const EACH = 10;
const AT_MOST_EACH = seconds(1);

/** Of a new MASTER: the first probe goes with its second advert. */
export const beginPatrol: Patrol = { adverts: 0, isDue: true };

/** An advert is about to be said: whether a probe goes before it. */
export function patrol(before: Patrol, now: Instant): { readonly probes: boolean; readonly patrol: Patrol } {
  const adverts = before.adverts + 1;
  const isRested = before.probedAt === undefined || after(before.probedAt, AT_MOST_EACH) <= now;
  const probes = isRested && (before.isDue || adverts >= EACH);
  return { probes, patrol: probes ? { ...before, adverts: 0, isDue: false, probedAt: now } : { ...before, adverts } };
}

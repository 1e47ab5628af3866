// Who is the better router: RFC 3768 § 6.4.3, priority first and the primary address as the tie-break.
// Judges two values; knows no state and no preemption.

import { compareAddresses, type IpAddress } from '../address.js';

/** A router as the election sees it. */
export interface Candidate {
  readonly priority: number;
  /** The primary IP address, source of its adverts. */
  readonly address: IpAddress;
}

/** Whether `other` is better than `own`, worse, or says that it is the same router. */
export function elect({ own, other }: { own: Candidate; other: Candidate }): 'better' | 'worse' | 'same' {
  const difference = other.priority - own.priority || compareAddresses(other.address, own.address);
  return difference > 0 ? 'better' : difference < 0 ? 'worse' : 'same';
}

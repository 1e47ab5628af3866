// The counters of one instance. RFC 2787 (the MIB's names) and keepalived's stats file; a counter for each reason of a drop.
// Counts only; decides nothing.

/** Why an advert was dropped, in the order in which it is looked at (accept.ts). */
export const dropReasons = [
  'length',
  'ttl',
  'version',
  'own-source',
  'authentication-type',
  'authentication-mismatch',
  'password',
  'interval',
  'type',
  'checksum',
  'destination',
  'address-list',
  'unicast-source',
] as const;
export type DropReason = (typeof dropReasons)[number];

export class Statistics {
  advertsSent = 0;
  /** Valid ones. */
  advertsHeard = 0;
  becameMaster = 0;
  releasedMaster = 0;
  priorityZeroSent = 0;
  priorityZeroHeard = 0;
  sendErrors = 0;
  /** Accepted although the address lists differ (RFC 9568 § 7.1). */
  addressListsDiffer = 0;
  /** Times that an address was removed by somebody else and put back. */
  addressesPutBack = 0;
  /** TCP connections that were reset on addresses that left. */
  connectionsReset = 0;
  /** Others who turned out to have an address of this MASTER. */
  secondOwners = 0;
  /** The same of its routes and rules. */
  routesPutBack = 0;
  readonly dropped: Record<DropReason, number> = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<
    DropReason,
    number
  >;

  /** As at the start. */
  clear(): void {
    Object.assign(this, new Statistics());
  }
}

/** Packets that no instance can be blamed for. */
export class UnclaimedPackets {
  unreadable = 0;
  unknownVirtualRouter = 0;
}

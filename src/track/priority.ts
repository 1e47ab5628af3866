// The effective priority: the configured one and what the trackers add to it. keepalived.conf(5): weight, reverse.
// RFC 3768 § 5.3.4: 255 is the owner and never changes, 0 is said only when leaving.

/** What one tracker adds (or takes, below zero) at this moment. */
export interface Contribution {
  readonly tracker: string;
  readonly value: number;
}

/** clamp(base + Σ contributions, 1, 254); the owner's 255 stays. */
export function effectivePriority(base: number, contributions: readonly Contribution[]): number {
  if (base === 255) return base;
  return Math.min(
    254,
    Math.max(
      1,
      contributions.reduce((total, { value }) => total + value, base),
    ),
  );
}

// When a MASTER announces its addresses: a burst at once, a second one after a delay, and refreshes where the file asks
// for them. keepalived.conf(5): garp_master_delay, _repeat, _refresh, garp_lower_prio_delay, _repeat.

import { after, earliest, nextPeriod, type Duration, type Instant } from '../time.js';
import type { GarpSettings } from '../config/model.js';

/** The bursts to come. */
export interface GarpPlan {
  readonly second?: { readonly at: Instant; readonly rounds: number };
  readonly refreshAt?: Instant;
}

/** The plan of a new MASTER; its first burst goes out at once and is not part of it. */
export function planOnMaster(settings: GarpSettings, now: Instant): GarpPlan {
  const { masterDelay, masterRepeat, masterRefresh } = settings;
  return {
    ...(masterDelay > 0 && { second: { at: after(now, masterDelay), rounds: masterRepeat } }),
    ...(masterRefresh && { refreshAt: after(now, masterRefresh) }),
  };
}

/** The plan after a lower advert was answered with a burst: one more after garp_lower_prio_delay. */
export function planOnLowerAdvert(plan: GarpPlan, settings: GarpSettings, now: Instant): GarpPlan {
  const { lowerPrioDelay, lowerPrioRepeat } = settings;
  if (lowerPrioDelay === 0 || lowerPrioRepeat === 0) return plan;
  return { ...plan, second: { at: after(now, lowerPrioDelay), rounds: lowerPrioRepeat } };
}

/** The plan of a MASTER whose settings change: bursts that were promised stay, refreshes follow the new period. */
export function planOnReload(
  plan: GarpPlan,
  { from, to, now }: { from: GarpSettings; to: GarpSettings; now: Instant },
): GarpPlan {
  const { second } = plan;
  if (from.masterRefresh === to.masterRefresh) return plan;
  return { ...(second && { second }), ...(to.masterRefresh && { refreshAt: after(now, to.masterRefresh) }) };
}

export const nextBurst = (plan: GarpPlan): Instant | undefined => earliest(plan.second?.at, plan.refreshAt);

/** How many rounds are due now, and what remains of the plan. */
export function takeBurst(
  plan: GarpPlan,
  settings: GarpSettings,
  now: Instant,
): { readonly rounds: number; readonly plan: GarpPlan } {
  const second = plan.second && plan.second.at <= now ? plan.second : undefined;
  const refresh = plan.refreshAt !== undefined && plan.refreshAt <= now ? plan.refreshAt : undefined;
  const period: Duration | undefined = settings.masterRefresh;
  const refreshAt =
    refresh !== undefined && period !== undefined ? nextPeriod(refresh, { period, now }) : plan.refreshAt;
  return {
    rounds: Math.max(second?.rounds ?? 0, refresh === undefined ? 0 : settings.masterRefreshRepeat),
    plan: {
      ...(plan.second && !second && { second: plan.second }),
      ...(refreshAt !== undefined && { refreshAt }),
    },
  };
}

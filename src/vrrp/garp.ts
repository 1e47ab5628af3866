// When a MASTER announces its addresses: a burst at once, a second one after a delay, others when a second master shows up,
// and refreshes where the file asks for them. keepalived.conf(5): garp_master_delay, _repeat, _refresh,
// garp_lower_prio_delay, _repeat. What goes out after each advert is refresh.ts's.

import { after, earliest, milliseconds, nextPeriod, sum, type Duration, type Instant } from '../time.js';
import type { GarpSettings } from '../config/model.js';

/** The bursts to come. */
export interface GarpPlan {
  readonly second?: { readonly at: Instant; readonly rounds: number };
  readonly refreshAt?: Instant;
  readonly answer?: Answer;
  /** One round, since somebody else claims an address. */
  readonly claimedAt?: Instant;
  /** One round, since a router of ours has announced an address ahead of its first advert; nothing before that. */
  readonly heirBy?: Instant;
}

/** Bursts at another master that gives way: before its clients learn of it, and once it has fallen silent. */
interface Answer {
  readonly firstAt?: Instant;
  readonly lastAt: Instant;
  /** How often another advert of it has put the last one off. */
  readonly delays: number;
}

/** The other one reads our advert and lets go within this; what it announces meanwhile must not be the last word. */
const LETS_GO = milliseconds(5);
const FALLS_SILENT = milliseconds(50);
const MOST_DELAYS = 3;

/** The plan of a new MASTER; its first burst goes out at once and is not part of it. */
export function planOnMaster(settings: GarpSettings, now: Instant): GarpPlan {
  const { masterDelay, masterRepeat, masterRefresh } = settings;
  return {
    ...(masterDelay > 0 && { second: { at: after(now, masterDelay), rounds: masterRepeat } }),
    ...(masterRefresh && { refreshAt: after(now, masterRefresh) }),
  };
}

/** Another master was heard and has been answered with an advert: a burst soon, one when it is silent, one after the delay. */
export function planOnOtherMaster(plan: GarpPlan, settings: GarpSettings, now: Instant): GarpPlan {
  if (settings.lowerPrioRepeat === 0) return plan;
  const { answer } = plan;
  const next: Answer = !answer
    ? { firstAt: after(now, LETS_GO), lastAt: after(now, FALLS_SILENT), delays: 0 }
    : answer.delays < MOST_DELAYS
      ? { ...answer, lastAt: after(now, FALLS_SILENT), delays: answer.delays + 1 }
      : answer;
  return { ...plan, answer: next, ...delayed(plan, settings, now) };
}

/**
 * One that yields has said so, as priority 1, and lets go when it hears us: one burst is enough, and where one has just gone
 * out, one round.
 */
export function planOnYield(
  plan: GarpPlan,
  settings: GarpSettings,
  { announcedAt, now }: { announcedAt: Instant | undefined; now: Instant },
): GarpPlan {
  if (settings.lowerPrioRepeat === 0) return plan;
  const second = delayed(plan, settings, now);
  if (announcedAt !== undefined && after(announcedAt, FALLS_SILENT) > now)
    return { ...planOnClaim(plan, now), ...second };
  const at = plan.answer?.firstAt ?? after(now, LETS_GO);
  return { ...plan, answer: { lastAt: at, delays: MOST_DELAYS, ...plan.answer }, ...second };
}

function delayed(
  { second }: GarpPlan,
  { lowerPrioDelay, lowerPrioRepeat }: GarpSettings,
  now: Instant,
): Pick<GarpPlan, 'second'> {
  if (lowerPrioDelay > 0) return { second: { at: after(now, lowerPrioDelay), rounds: lowerPrioRepeat } };
  return second ? { second } : {};
}

/** Somebody without adverts claims an address: when it is not gone by then, all are announced. */
export const planOnClaim = (plan: GarpPlan, now: Instant): GarpPlan => ({
  ...plan,
  claimedAt: plan.claimedAt ?? after(now, LETS_GO),
});

/**
 * A router with the virtual MAC address announces itself, as FRR does on IPv6 an interval ahead of its first advert: it does so
 * once, and ours must not be the last word. Should no advert come, ours is.
 */
export const planOnHeir = (plan: GarpPlan, { advertInt, now }: { advertInt: Duration; now: Instant }): GarpPlan => ({
  ...plan,
  heirBy: plan.heirBy ?? after(now, sum(advertInt, FALLS_SILENT)),
});

/** What was due while the process stood still is not made up for. */
export function planOnThaw(plan: GarpPlan, now: Instant): GarpPlan {
  const { refreshAt, second } = plan;
  return { ...(refreshAt !== undefined && { refreshAt }), ...(second && second.at > now && { second }) };
}

/** The plan of a MASTER whose settings change: bursts that were promised stay, refreshes follow the new period. */
export function planOnReload(
  plan: GarpPlan,
  { from, to, now }: { from: GarpSettings; to: GarpSettings; now: Instant },
): GarpPlan {
  if (from.masterRefresh === to.masterRefresh) return plan;
  const { refreshAt, ...promised } = plan;
  return { ...promised, ...(to.masterRefresh && { refreshAt: after(now, to.masterRefresh) }) };
}

export const nextBurst = ({ second, refreshAt, answer, claimedAt, heirBy }: GarpPlan): Instant | undefined =>
  earliest(second?.at, refreshAt, answer?.firstAt, answer?.lastAt, claimedAt, heirBy);

/** How many rounds are due now, and what remains of the plan. */
export function takeBurst(
  plan: GarpPlan,
  settings: GarpSettings,
  now: Instant,
): { readonly rounds: number; readonly plan: GarpPlan } {
  const isDue = (at: Instant | undefined): at is Instant => at !== undefined && at <= now;
  const { second, refreshAt, answer, claimedAt, heirBy } = plan;
  const period: Duration | undefined = settings.masterRefresh;
  const refreshed = isDue(refreshAt) && period !== undefined ? nextPeriod(refreshAt, { period, now }) : refreshAt;
  const answers = isDue(answer?.firstAt) || isDue(answer?.lastAt);
  const rounds = Math.max(
    second && isDue(second.at) ? second.rounds : 0,
    isDue(refreshAt) ? settings.masterRefreshRepeat : 0,
    answers ? settings.lowerPrioRepeat : 0,
    isDue(claimedAt) || isDue(heirBy) ? 1 : 0,
  );
  return {
    rounds: heirBy === undefined || isDue(heirBy) ? rounds : 0,
    plan: {
      ...(second && !isDue(second.at) && { second }),
      ...(refreshed !== undefined && { refreshAt: refreshed }),
      ...(answer && !isDue(answer.lastAt) && { answer: remaining(answer, now) }),
      ...(claimedAt !== undefined && !isDue(claimedAt) && { claimedAt }),
      ...(heirBy !== undefined && !isDue(heirBy) && { heirBy }),
    },
  };
}

const remaining = ({ firstAt, ...rest }: Answer, now: Instant): Answer => ({
  ...rest,
  ...(firstAt !== undefined && firstAt > now && { firstAt }),
});

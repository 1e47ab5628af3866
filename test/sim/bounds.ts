// The times that the protocol allows, worked out from configurations and weather alone: the oracles hold the code to them.
// Nothing of src/vrrp is asked, or a mistake there would move the bound with it. RFC 3768 § 6.1, RFC 5798 § 6.1; no other
// slack is given than that of version 3, where the interval may be any of those that are said.

import type { VrrpInstance } from '../../src/config/model.js';
import { CALM, type Weather } from '../../src/sim/segment.js';
import { after, microseconds, seconds, type Duration, type Instant } from '../../src/time.js';
import type { Member } from './member.js';

/** Skew_Time: in version 2 a part of a second, in version 3 of the interval of the master, the own one where none is known. */
export function skewOf(
  { version, advertInt }: VrrpInstance,
  priority: number,
  masterAdvertInt: number = advertInt,
): Duration {
  const scale = version === 2 ? 1_000_000 : masterAdvertInt;
  return microseconds(Math.floor(((256 - priority) * scale) / 256));
}

/** Master_Down_Interval; `down_timer_adverts` is 3 in the RFC. */
export function masterDownOf(config: VrrpInstance, priority: number, masterAdvertInt?: number): Duration {
  const interval = config.version === 2 ? config.advertInt : (masterAdvertInt ?? config.advertInt);
  return (config.downTimerAdverts * interval + skewOf(config, priority, interval)) as Duration;
}

/** How long a frame is on its way: in the present weather, and while frames of the former one may still come, in that too. */
export class Delays {
  #weather = CALM;
  #former: { readonly weather: Weather; readonly until: Instant }[] = [];

  constructor(readonly now: () => Instant) {}

  change(change: Partial<Weather>): void {
    const now = this.now();
    const until = after(now, this.longest);
    this.#former = [...this.#former.filter((one) => one.until >= now), { weather: this.#weather, until }];
    this.#weather = { ...this.#weather, ...change };
  }

  get longest(): Duration {
    return Math.max(...this.#all.map(({ delay, jitter }) => delay + jitter)) as Duration;
  }

  get shortest(): Duration {
    return Math.min(...this.#all.map(({ delay }) => delay)) as Duration;
  }

  /** None are lost. */
  get isLossless(): boolean {
    return this.#weather.loss === 0;
  }

  /** None are lost, and frames come in the order in which they were sent. */
  get isSteady(): boolean {
    return this.isLossless && this.longest === this.shortest;
  }

  get #all(): Weather[] {
    if (this.#former.length === 0) return [this.#weather];
    const now = this.now();
    return [this.#weather, ...this.#former.filter(({ until }) => until >= now).map(({ weather }) => weather)];
  }
}

/**
 * A BACKUP that hears nobody whom it has to wait for becomes MASTER. Nobody at all: its timer began at the latest with an
 * advert that was on its way. A lower one that it may take over from: preempt_delay begins with the first advert that is
 * heard, an interval later at most (where adverts are lost: before the timer ends), and starts the timer until it is over.
 */
export function takeOverBound(
  { config, priority }: Member,
  { hearsLower, delays, slowest }: { hearsLower: boolean; delays: Delays; slowest: number },
): number {
  const down = masterDownOf(config, priority, slowest);
  if (!hearsLower || config.preemptDelay === 0) return down + delays.longest;
  const first = delays.isLossless ? slowest : down;
  return first + config.preemptDelay + down + delays.longest;
}

/** § 6.4.1: the owner does not wait at the start; keepalived's waits one interval and its skew after a FAULT. */
export const ownerBound = ({ config, priority }: Member, { first }: { first: boolean }): number =>
  first ? 0 : config.advertInt + skewOf(config, priority);

/** After a farewell that was heard: the skew alone. RFC 3768 § 6.4.2. A planned stop costs the clients as much. */
export const farewellBound = ({ config, priority }: Member, { longest }: Delays, slowest: number): number =>
  skewOf(config, priority, slowest) + longest;

/**
 * Two that hold and hear each other: the better one's next advert, an interval later at most, ends it. Once more the way
 * of a frame, since the interval may begin with one that was on its way when they could not hear each other yet.
 */
export const twoOwnersBound = (one: Member, other: Member, { longest }: Delays): number =>
  Math.max(one.config.advertInt, other.config.advertInt) + 2 * longest;

/** An advert that is younger answers what is heard: half of a way that is still a LAN's, and nothing for short intervals. */
export const answerTime = ({ advertInt }: VrrpInstance): number => Math.min(5_000, advertInt / 20);

/** An heir announces its addresses within this after its advert, each one after the other. */
const announcing = ({ addresses }: Member): number => 10_000 + 50 * addresses.length;
/** However slowly it announces; and for the connections to be reset. */
const [SLOWEST_ANNOUNCEMENT, RESETTING] = [300_000, 30_000];

/**
 * One that gives its addresses up and hears another one serve: at the latest at the advert after that, two of them where
 * it says priority 1, which the first time may be a farewell.
 */
export function letsGoBound(leaving: Member, leader: Member, { longest }: Delays): number {
  const adverts = leader.priority === 1 ? 2 : 1;
  return adverts * leader.config.advertInt + 2 * longest + announcing(leaving) + SLOWEST_ANNOUNCEMENT + RESETTING;
}

/**
 * Nobody is heard: a farewell, another one a moment later, a third after the longest skew, and as long again, on IPv6 two
 * intervals and a little; 5 % for the way. One that has stood still asks nobody, and waits for an interval and its skew.
 */
export function releaseBound({ config, priority }: Member, { longest }: Delays, slowest: number): number {
  const patience = 1.05 * skewOf(config, 1);
  const last = config.family === 'ipv6' ? 2.2 * config.advertInt : patience;
  const asking = answerTime(config) + patience + last + 2;
  const waiting = slowest + skewOf(config, priority, slowest);
  return Math.max(asking, waiting) + 2 * longest + SLOWEST_ANNOUNCEMENT + RESETTING;
}

/** It announces each address with each advert. */
export const staleBound = ({ config }: Member, { longest }: Delays): number => config.advertInt + 2 * longest;

/**
 * How often one instance may change its state after one fault: a fault of its own, the way out of it, a take-over of each
 * better host in turn, and the group's part in that.
 */
export const mostTransitions = (hosts: number): number => 3 + 2 * hosts;

/**
 * Long enough after the last fault for all that is waited for, one after the other. A check that hangs is ended only after
 * max(10 s, 5 intervals) where no timeout is written, and fails as often as `fall` says.
 */
export function calmOf(instances: readonly VrrpInstance[], { hangs }: { hangs: boolean }): Duration {
  const most = (value: (one: VrrpInstance) => number): number => Math.max(0, ...instances.map(value));
  // vrrp_startup_delay, fall x interval and a timeout of a check, the delays of an interface.
  const checks = seconds(4 + 10 + 1 + (hangs ? 3 * (15 + 3) : 0));
  const slowest = most(({ advertInt }) => advertInt);
  const waits = most(({ preemptDelay }) => preemptDelay) + 3 * most((one) => masterDownOf(one, 1, slowest));
  return (checks + waits + slowest) as Duration;
}

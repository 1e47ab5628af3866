// The oracle of patience: a BACKUP does not take over before the Master_Down_Timer can have run out that the last advert it
// heard has started, nor before preempt_delay is over, however often it hears a lower one. RFC 3768 § 6.4.2, in version 3
// by the interval of that advert (RFC 5798 § 6.1). It knows only
// what has been said and when it can have arrived; what it can't know for certain it lets pass.

import type { Host } from '../../src/sim/host.js';
import type { Command } from '../../src/sim/story.js';
import type { Advert } from '../../src/packet/vrrp.js';
import { describeDuration, type Duration, type Instant } from '../../src/time.js';
import { masterDownOf, skewOf } from './bounds.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Move, Witness } from './witness.js';

/** It may not become MASTER before `until`. */
interface Patience {
  readonly until: number;
  /** When it is so for certain: a frame that makes it longer has arrived, one that makes it shorter may have. */
  readonly since: number;
  readonly priority: number;
  /** What is so until then. */
  readonly before?: Patience | undefined;
}

const UNKNOWN = -Infinity;

export class PatienceOracle {
  readonly #patience = new Map<Member, Patience>();
  /** When preempt_delay is over at the earliest; it runs since the first lower advert. */
  readonly #delayed = new Map<Member, number>();
  /** By virtual router, when something was said last: it may be on its way to one who becomes BACKUP only now. */
  readonly #saidAt = new Map<string, Instant>();
  /** The same of farewells. */
  readonly #leftAt = new Map<string, Instant>();
  /** What has waited for a host to move again is taken in at once. */
  readonly #wokenAt = new Map<Host, Instant>();

  constructor(readonly witness: Witness) {}

  get #now(): Instant {
    return this.witness.network.now;
  }

  /** Timers may begin anew, or frames that are on their way may not arrive as they would have. */
  command(command: Command): void {
    for (const member of this.witness.members) {
      if (command.kind === 'advert' && this.witness.hearsForeign(command.advert, member))
        this.#remember(member, command.advert.priority);
      if (!this.witness.mayMoveTimers(command, member) && !this.#isRecent(this.#saidAt.get(member.router))) continue;
      this.#patience.delete(member);
      this.#delayed.set(member, UNKNOWN);
    }
    if (command.kind === 'thaw' || command.kind === 'resume')
      this.#wokenAt.set(this.witness.network.host(command.host), this.#now);
  }

  #isRecent(at: Instant | undefined): boolean {
    return at !== undefined && this.#now - at <= 2 * this.witness.delays.longest;
  }

  /** Those who hear it have to wait. */
  said(speaker: Member, { priority, interval }: Pick<Advert, 'priority' | 'interval'>): void {
    const { delays } = this.witness;
    for (const member of this.witness.othersOf(speaker)) {
      if (!member.instance || member.state !== 'BACKUP' || !member.follows(speaker)) continue;
      const earliest = this.#now + delays.shortest;
      if (priority === 0) {
        const before = this.#shortest(member);
        const { quickest } = this.witness.intervalsOf(member);
        const skewEnd = earliest + skewOf(member.config, member.priority, quickest);
        if (before !== undefined) this.#wait(member, { until: Math.min(skewEnd, before), since: earliest });
      } else {
        const isCertain = this.#takesIn(member, priority);
        const until = earliest + masterDownOf(member.config, member.priority, interval);
        const before = this.#shortest(member) ?? -Infinity;
        // An interval that is shorter than the one before makes the wait shorter, if the advert counts.
        if (until < before) this.#wait(member, { until, since: earliest });
        else if (isCertain) this.#wait(member, { until, since: this.#now + delays.longest });
      }
    }
    this.#remember(speaker, priority);
  }

  /** Of a member's virtual router. */
  #remember({ router }: Member, priority: number): void {
    this.#saidAt.set(router, this.#now);
    if (priority === 0) this.#leftAt.set(router, this.#now);
  }

  /** It begins its wait anew for this advert, for certain. */
  #takesIn(member: Member, priority: number): boolean {
    const { isLossless, isSteady, shortest, longest } = this.witness.delays;
    const { preemptDelay } = member.config;
    // A farewell may arrive later than what was said after it.
    if (!isSteady && this.#isRecent(this.#leftAt.get(member.router))) {
      this.#delayed.set(member, UNKNOWN);
      return false;
    }
    if (priority >= member.priority) {
      if (isSteady) this.#delayed.delete(member);
      else this.#delayed.set(member, UNKNOWN);
      return isLossless;
    }
    if (!member.mayPreempt || member.yielded === 'yes') return isLossless;
    if (!isSteady) this.#delayed.set(member, UNKNOWN);
    const over = this.#delayed.get(member) ?? this.#now + shortest + preemptDelay;
    this.#delayed.set(member, over);
    return isLossless && this.#now + longest < over;
  }

  #wait(member: Member, { until, since }: { until: number; since: number }): void {
    const [last, present] = [this.#patience.get(member), this.#patienceOf(member)];
    // Nothing is asked of what is no longer so.
    const before = last === present && last ? { ...last, before: undefined } : last;
    this.#patience.set(member, { until, since, priority: member.priority, before });
  }

  /** Until when at least: what makes it longer may not have arrived yet. */
  #shortest(member: Member): number | undefined {
    let patience = this.#patience.get(member);
    let until = patience?.until;
    while (patience && patience.since >= this.#now) {
      patience = patience.before;
      until = Math.min(until ?? Infinity, patience?.until ?? -Infinity);
    }
    return until;
  }

  /** The one that counts now. */
  #patienceOf(member: Member): Patience | undefined {
    let patience = this.#patience.get(member);
    while (patience && patience.since >= this.#now) patience = patience.before;
    return patience;
  }

  moved({ member, from }: Move): void {
    const { config, priority, state, router, host } = member;
    if (!member.instance) this.#patience.delete(member);
    if (!member.instance) return;
    this.#shift(member);
    const patience = this.#patienceOf(member);
    if (state === 'MASTER' && patience && this.#now < patience.until) {
      const early = describeDuration((patience.until - this.#now) as Duration);
      throw new Violation('patience', `${member.name} is MASTER ${early} too early`);
    }
    this.#patience.delete(member);
    this.#delayed.delete(member);
    if (state !== 'BACKUP') return;
    const isWoken = this.#wokenAt.get(host) === this.#now;
    if (isWoken || this.#isRecent(this.#saidAt.get(router))) this.#delayed.set(member, UNKNOWN);
    // Its wait began with the last advert of the heir whom it left the addresses to.
    if (from === 'RELEASING') return;
    if (isWoken || this.#isRecent(this.#leftAt.get(router))) return;
    // § 6.4.1, § 6.4.3: a whole Master_Down_Interval; keepalived has it so after a FAULT as well.
    if (priority < 255 || from === 'MASTER')
      this.#wait(member, { until: this.#now + masterDownOf(config, priority), since: this.#now - 1 });
  }

  /** A running timer moves by the difference of the skew when the priority changes. */
  shift(): void {
    for (const member of this.#patience.keys()) this.#shift(member);
  }

  #shift(member: Member): void {
    const patience = this.#patience.get(member);
    if (!patience || member.priority === patience.priority) return;
    this.#delayed.set(member, UNKNOWN);
    const { until, since, priority } = patience;
    const { quickest, slowest } = this.witness.intervalsOf(member);
    const isUniform = member.config.version === 2 || quickest === slowest;
    // A frame that is on its way may find the one priority or the other; and a skew may be of any of the intervals.
    if (this.#now - since <= 2 * this.witness.delays.longest || !isUniform) this.#patience.delete(member);
    else {
      const { config } = member;
      const shifted = until + skewOf(config, member.priority) - skewOf(config, priority);
      this.#patience.set(member, { until: shifted, since, priority: member.priority });
    }
  }
}

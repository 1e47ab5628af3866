// The oracle of duties: who has to take over and by when, how long two may serve, who has to answer. It judges vrrpd: what
// keepalived does wrong by itself counts against it only where our own duty ends with its answer.
//
// Left out on purpose: a pair of owners of which one does not take the other's adverts (keepalived rejects a list that
// differs, and both stay); the time in which adverts are lost, for two owners; one whose machine or daemon stands still,
// until it moves again; a host that was asked to yield and may have heard a farewell since.

import type { IpAddress } from '../../src/address.js';
import type { Host } from '../../src/sim/host.js';
import type { Command } from '../../src/sim/story.js';
import type { Instant } from '../../src/time.js';
import {
  answerTime,
  farewellBound,
  letsGoBound,
  ownerBound,
  releaseBound,
  skewOf,
  staleBound,
  takeOverBound,
  twoOwnersBound,
} from './bounds.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Move, Witness } from './witness.js';

interface Duty {
  readonly oracle: 'no owner' | 'two owners' | 'release' | 'stale';
  /** What it follows from, and since when. */
  readonly signature: string;
  readonly since: Instant;
  readonly by: number;
  /** The skew that is in `by`; 0 where another one would be another duty. */
  readonly skew: number;
  readonly members: readonly Member[];
  readonly words: string;
}

type AddDuty = (duty: Omit<Duty, 'since' | 'by'> & { readonly within: number }) => void;

export class DutyOracle {
  #duties = new Map<string, Duty>();
  /** What is due sooner than by the Master_Down_Timer: a farewell was said, or an owner begins. Only in this event. */
  readonly #sooner = new Map<Member, number>();
  /** By virtual router, when something was said last. */
  readonly #saidAt = new Map<string, Instant>();
  /** A MASTER that hears a lower advert or a farewell says who serves, or has just done so. */
  readonly #answers = new Map<Member, { readonly by: number; readonly priority: number }>();
  /** Adverts of those who were no MASTER any more: they may begin the wait of one that hears them anew. */
  readonly #strays = new Map<Member, number>();
  #spoken: Member[] = [];

  constructor(readonly witness: Witness) {}

  get #now(): Instant {
    return this.witness.network.now;
  }

  /** Before anything that changes the situation is looked at: what was due has been done. */
  collect(): void {
    for (const { by, since, words, oracle } of this.#duties.values())
      if (this.#now > by)
        throw new Violation(oracle, `${words} since ${describe(since)}: until ${describe(by)} at the latest`);
    for (const [member, { by }] of this.#answers) {
      if (this.#now <= by) continue;
      this.#answers.delete(member);
      if ((member.saidAt ?? -Infinity) < by - answerTime(member.config))
        throw new Violation('answer', `${member.name} has heard another one and says nothing`);
    }
  }

  /** What follows from before counts no more where timers may begin anew. */
  command(command: Command): void {
    this.#answers.clear();
    if (command.kind === 'advert')
      for (const member of this.witness.members)
        if (this.witness.hearsForeign(command.advert, member)) this.#saidAt.set(member.router, this.#now);
    if (['weather', 'heal', 'cut'].includes(command.kind)) this.#duties.clear();
    // A farewell of a stranger makes nobody wait longer.
    if (command.kind === 'advert' && command.advert.priority === 0) return;
    // What is on its way to an interface that goes down is never heard.
    const isUnplugged = (member: Member): boolean => command.kind === 'link' && command.host === member.host.name;
    for (const member of this.witness.members)
      if (isUnplugged(member) || this.witness.mayMoveTimers(command, member))
        for (const [key, { members }] of this.#duties) if (members.includes(member)) this.#duties.delete(key);
  }

  said(speaker: Member, priority: number): void {
    const { delays } = this.witness;
    this.#saidAt.set(speaker.router, this.#now);
    this.#spoken.push(speaker);
    if (!delays.isSteady) return;
    for (const member of this.witness.othersOf(speaker)) {
      if (!member.instance || !member.isAwake || !member.follows(speaker)) continue;
      const { slowest } = this.witness.intervalsOf(member);
      if (priority === 0 && member.state === 'BACKUP') this.#sooner.set(member, farewellBound(member, delays, slowest));
      const isAnswered = priority === 0 || (priority < member.priority && !member.config.lowerPrioNoAdvert);
      if (member.state !== 'MASTER' || !isAnswered || this.#answers.has(member)) continue;
      const at = this.#now + delays.longest;
      this.#answers.set(member, { by: at, priority: member.priority });
    }
  }

  moved({ member, from }: Move): void {
    this.#answers.delete(member);
    const first = from === 'INIT' || from === 'OFF';
    // After a FAULT, an advert on its way may be one that it waits for: of another owner, or in preempt_delay.
    const lastSaid = this.#saidAt.get(member.router) ?? -Infinity;
    const mayHear = this.#now - lastSaid <= 2 * this.witness.delays.longest;
    if (!first && (mayHear || !member.mayPreempt || member.config.preemptDelay > 0)) return;
    if (member.state === 'BACKUP' && member.priority === 255 && from !== 'MASTER' && from !== 'RELEASING')
      this.#sooner.set(member, ownerBound(member, { first }));
  }

  /** What is due from now on. What was due before and follows from the same began then. */
  plan(): void {
    for (const [member, { priority }] of this.#answers) if (member.priority !== priority) this.#answers.delete(member);
    for (const speaker of this.#spoken)
      if (!speaker.leads)
        for (const member of this.witness.othersOf(speaker))
          this.#strays.set(member, (this.#strays.get(member) ?? 0) + 1);
    this.#spoken = [];
    const duties = new Map<string, Duty>();
    const add: AddDuty = ({ within, ...duty }) => {
      const isOfAddress = duty.oracle === 'stale' ? ` ${duty.words}` : '';
      const key = `${duty.oracle} ${duty.members.map(({ name }) => name).join(' and ')}${isOfAddress}`;
      const before = this.#duties.get(key);
      const isSame = before?.signature === duty.signature;
      if (!isSame) duties.set(key, { ...duty, since: this.#now, by: this.#now + within });
      // A timer that runs moves by the difference of the skew.
      else duties.set(key, { ...duty, since: before.since, by: before.by + duty.skew - before.skew });
    };
    for (const host of this.witness.network.hosts.values()) this.#planTakeOvers(host, add);
    for (const members of this.witness.routers) {
      this.#planPairs(members, add);
      for (const member of members) {
        this.#planRelease(member, add);
        this.#planClients(member, members, add);
      }
    }
    this.#duties = duties;
    this.#sooner.clear();
  }

  /** A unit whose members hear nobody that they have to wait for. */
  #planTakeOvers(host: Host, add: AddDuty): void {
    for (const unit of this.witness.unitsOf(host)) {
      if (unit.some(({ state, isHeldBack }) => state !== 'BACKUP' || isHeldBack)) continue;
      const heard = unit.map((member) =>
        this.witness.othersOf(member).filter((one) => one.leads && member.follows(one)),
      );
      const isFree = unit.every((member, index) =>
        (heard[index] ?? []).every(
          ({ said }) => said < member.priority && member.mayPreempt && member.yielded === 'no',
        ),
      );
      if (!isFree) continue;
      const { delays } = this.witness;
      const bounds = unit.map((member, index) =>
        takeOverBound(member, {
          ...{ hearsLower: (heard[index]?.length ?? 0) > 0, delays },
          slowest: this.witness.intervalsOf(member).slowest,
        }),
      );
      const lower = heard.flat();
      const [one] = unit.length === 1 && lower.length === 0 ? unit : [];
      // Where intervals differ nobody knows how long the difference of a skew is.
      const only = one && this.#isUniform(one) ? one : undefined;
      const sooner = (only && this.#sooner.get(only)) ?? Infinity;
      const names = unit.map(({ name, priority }) => `${name} (${priority})`).join(' and ');
      const whom = lower.length === 0 ? 'nobody' : lower.map(({ name, said }) => `${name} (${said})`).join(' and ');
      add({
        oracle: 'no owner',
        members: unit,
        signature: `${only ? '' : names} ${whom} ${unit.map((one) => this.#strays.get(one) ?? 0).join()}`,
        skew: only ? skewOf(only.config, only.priority) : 0,
        within: Math.min(sooner, Math.max(...bounds)),
        words: `${names} hears ${whom} and is not MASTER`,
      });
    }
  }

  #isUniform(member: Member): boolean {
    const { quickest, slowest } = this.witness.intervalsOf(member);
    return member.config.version === 2 || quickest === slowest;
  }

  #planPairs(members: readonly Member[], add: AddDuty): void {
    if (!this.witness.delays.isLossless) return;
    const holders = members.filter(({ holds, isAwake }) => holds && isAwake);
    for (const [index, one] of holders.entries())
      for (const other of holders.slice(index + 1)) {
        if (!one.instance && !other.instance) continue;
        if (!one.follows(other) || !other.follows(one)) continue;
        if (!one.leads && !other.leads) continue;
        const isBoth = one.leads && other.leads;
        const [leader, leaving] = one.leads ? [one, other] : [other, one];
        const within = isBoth
          ? twoOwnersBound(one, other, this.witness.delays)
          : letsGoBound(leaving, leader, this.witness.delays);
        const words = `${one.name} and ${other.name} hold`;
        const signature = `${words} ${isBoth ? '' : leaving.state}`;
        add({ oracle: 'two owners', members: [one, other], signature, skew: 0, within, words });
      }
  }

  /** Whoever gives its addresses up does so even if nobody wants them. */
  #planRelease(member: Member, add: AddDuty): void {
    if (member.state !== 'RELEASING' || !member.isAwake) return;
    const unit = this.witness
      .of(member.host)
      .filter((one) => one.instance && member.instance?.unit.includes(one.instance));
    const within = Math.max(
      ...[member, ...unit].map((one) => releaseBound(one, this.witness.delays, this.witness.intervalsOf(one).slowest)),
    );
    const words = `${member.name} gives its addresses up`;
    const state = member.instance?.state;
    // One that only waited may be told to leave for good, and begins to ask.
    const signature = state?.kind === 'RELEASING' && state.returnAt !== undefined ? 'waits' : 'asks';
    add({ oracle: 'release', members: [member], signature, skew: 0, within, words });
  }

  /** A client with an old ARP cache finds the one who serves after an interval: it announces itself with each advert. */
  #planClients(member: Member, members: readonly Member[], add: AddDuty): void {
    const { config, host } = member;
    if (!member.instance || !member.leads || !member.isAwake || config.garp.masterRefresh !== undefined) return;
    if (!this.witness.delays.isLossless || members.some((one) => one !== member && one.holds)) return;
    for (const { dev, prefix } of member.addresses) {
      const here = host.interfaces.get(dev);
      for (const client of this.witness.network.clients) {
        if (!here?.up || client.segment !== here.segment || !client.plan.targets.includes(prefix.address)) continue;
        if (!client.segment.connects({ from: host.name, to: client.owner })) continue;
        if (!client.segment.connects({ from: client.owner, to: host.name })) continue;
        if (!here.has(prefix.address) || client.answeredBy(prefix.address) === host) continue;
        const words = `clients go elsewhere for ${prefix.address}, which ${member.name} serves,`;
        add({
          oracle: 'stale',
          members: [member],
          signature: words,
          skew: 0,
          within: staleBound(member, this.witness.delays),
          words,
        });
      }
    }
  }

  /** A client has found its way. */
  answered(target: IpAddress): void {
    for (const [key, { oracle, words }] of this.#duties)
      if (oracle === 'stale' && words.includes(` ${target},`)) this.#duties.delete(key);
  }
}

const describe = (at: number): string => `${(at / 1_000_000).toFixed(6)} s`;

// Oracles of the clients, in calm weather. They follow a new MASTER as fast as a frame goes and don't wait for the doubts of
// their own ARP caches (RFC 3768 § 6.4.2: the gratuitous ARP of a take-over). And where one hands its addresses over to
// another, no client is without an answer for any time at all.

import type { IpAddress } from '../../src/address.js';
import type { NetworkInterface } from '../../src/sim/network-interface.js';
import type { Happening } from '../../src/sim/network.js';
import type { Client } from '../../src/sim/client.js';
import type { Host } from '../../src/sim/host.js';
import type { Command } from '../../src/sim/story.js';
import { answerTime } from './bounds.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Move, Witness } from './witness.js';

interface Expected {
  readonly at: number;
  readonly member: Member;
  readonly target: IpAddress;
}

export class ClientOracle {
  /** Who answers, by segment and address; what a reload brought clients do not ask for. */
  readonly #answers = new Map<string, Host | undefined>();
  #expected: Expected[] = [];
  /** Since when they give their addresses up, if nothing was done since. */
  readonly #leaving = new Map<Member, number>();
  /** When they became MASTER, or ended to be that. */
  readonly #ledAt = new Map<Member, number>();
  /** When they announced an address of theirs. */
  readonly #announcedAt = new Map<Member, number>();
  /** When a stranger announced an address: the one who has it takes that for his heir. */
  #strangerAt = -Infinity;

  constructor(readonly witness: Witness) {}

  answered({ client, target, by }: Extract<Happening, { kind: 'answered' }>): void {
    this.judge();
    const before = this.#answers.get(`${client.segment.name} ${target}`);
    if (!by && before) this.#judgeHole(client, target, before);
    this.#answers.set(`${client.segment.name} ${target}`, by);
  }

  /** Something is done: who is about to leave may do so in another way now. */
  command({ kind }: Command): void {
    this.#leaving.clear();
    if (kind === 'announce') this.#strangerAt = this.witness.network.now;
  }

  moved({ member, from }: Move): void {
    // Of two who take over at once, the clients may have followed the one who gives way.
    const { network, delays } = this.witness;
    const isMisled = network.now - this.#strangerAt <= delays.longest;
    if (member.state === 'RELEASING' && !this.#hasJustLed(member) && !isMisled && !this.#mayBeOvertaken(member))
      this.#leaving.set(member, network.now);
    if (from === 'MASTER' || member.leads) this.#ledAt.set(member, this.witness.network.now);
  }

  announced(host: Host, addresses: readonly IpAddress[]): void {
    for (const member of this.witness.of(host))
      if (member.addresses.some(({ prefix }) => addresses.includes(prefix.address)))
        this.#announcedAt.set(member, this.witness.network.now);
  }

  /** On a slow network two who announce in the same moment are heard by clients in any order. */
  #mayBeOvertaken(member: Member): boolean {
    const { network, delays } = this.witness;
    const isSlow = 2 * delays.longest >= answerTime(member.config);
    return isSlow && network.now - (this.#announcedAt.get(member) ?? -Infinity) <= 2 * delays.longest;
  }

  /** Became MASTER, or ended to be that, within the way of a frame there and back: what it has announced may come last. */
  #hasJustLed(member: Member): boolean {
    const at = this.#ledAt.get(member) ?? -Infinity;
    return this.witness.network.now - at <= 3 * this.witness.delays.longest;
  }

  /** The client finds nobody although another one has the address. */
  #judgeHole(client: Client, target: IpAddress, before: Host): void {
    const has = (member: Member): boolean => member.addresses.some(({ prefix }) => prefix.address === target);
    const [left, at] = [...this.#leaving].find(([member]) => member.host === before && has(member)) ?? [];
    if (!left || at === undefined || !this.witness.delays.isSteady || this.witness.isCrossed(left)) return;
    const others = this.witness.othersOf(left).filter((one) => one.leads || this.#hasJustLed(one));
    // Several at once: the one who gives way may have announced itself last.
    if (others.length > 1) return;
    const heir = others.find((one) => one.holds && one.isAwake && has(one) && one.follows(left) && left.hears(one));
    // Who serves already says so after a moment; that is no handing over.
    if (!heir || (this.#ledAt.get(heir) ?? 0) < at - 2 * this.witness.delays.longest) return;
    // keepalived may be told not to announce itself again, and then what was said in the same moment may come last.
    const isSilent = !heir.instance && heir.config.garp.lowerPrioRepeat === 0;
    const announcedAt = this.#announcedAt.get(left) ?? -Infinity;
    if (isSilent && at - announcedAt <= 2 * this.witness.delays.longest) return;
    const reached = heir.interface?.segment === client.segment ? heir.host : undefined;
    if (!reached?.has(target)) return;
    const isReached = [
      { from: client.owner, to: reached.name },
      { from: reached.name, to: client.owner },
    ].every((ends) => client.segment.connects(ends));
    if (isReached) throw new Violation('planned', `${target} is answered by nobody, and ${left.name} has just left it`);
  }

  /** Before anything else changes. */
  judge(): void {
    const { now } = this.witness.network;
    if (this.#expected.every(({ at }) => at >= now)) return;
    for (const { at, member, target } of this.#expected) {
      if (at >= now) continue;
      for (const { segment } of this.#interfacesWith(member.host, target))
        if (this.#answers.get(`${segment.name} ${target}`) !== member.host)
          throw new Violation('clients', `${target} is announced by ${member.name}, and clients go elsewhere`);
    }
    this.#expected = this.#expected.filter(({ at }) => at >= now);
  }

  #interfacesWith(host: Host, target: IpAddress): NetworkInterface[] {
    const isAsked = ({ segment }: NetworkInterface): boolean =>
      this.witness.network.clients.some((one) => one.segment === segment && one.plan.targets.includes(target));
    return [...host.interfaces.values()].filter((one) => one.has(target) && isAsked(one));
  }

  /** Something is done, or moves: what was expected may not come any more. */
  forget(): void {
    this.judge();
    this.#expected = [];
  }

  /** A new MASTER, alone with its addresses. */
  tookOver(member: Member): void {
    const { delays, network } = this.witness;
    if (!delays.isSteady || !member.instance) return;
    for (const { dev, prefix } of member.instance.addresses) {
      const found = member.host.interfaces.get(dev);
      const leaving = this.witness.othersOf(member).filter(({ state }) => state === 'RELEASING');
      const others = [...network.hosts.values()].filter(
        (host) => host !== member.host && !leaving.some((one) => one.host === host),
      );
      if (!found?.up || others.some((host) => host.has(prefix.address))) continue;
      this.#expected.push({ at: network.now + delays.longest, member, target: prefix.address });
    }
  }
}

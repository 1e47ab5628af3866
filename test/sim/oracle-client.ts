// The oracle of the announcement: in calm weather the clients follow a new MASTER as fast as a frame goes; they don't wait
// for the doubts of their own ARP caches. RFC 3768 § 6.4.2: the gratuitous ARP of a take-over.

import type { IpAddress } from '../../src/address.js';
import type { NetworkInterface } from '../../src/sim/network-interface.js';
import type { Happening } from '../../src/sim/network.js';
import type { Host } from '../../src/sim/host.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Witness } from './witness.js';

interface Expected {
  readonly at: number;
  readonly member: Member;
  readonly target: IpAddress;
}

export class ClientOracle {
  /** Who answers, by segment and address; what a reload brought clients do not ask for. */
  readonly #answers = new Map<string, Host | undefined>();
  #expected: Expected[] = [];

  constructor(readonly witness: Witness) {}

  answered({ client, target, by }: Extract<Happening, { kind: 'answered' }>): void {
    this.judge();
    this.#answers.set(`${client.segment.name} ${target}`, by);
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
      const others = [...network.hosts.values()].filter((host) => host !== member.host);
      if (!found?.up || others.some((host) => host.has(prefix.address))) continue;
      this.#expected.push({ at: network.now + delays.longest, member, target: prefix.address });
    }
  }
}

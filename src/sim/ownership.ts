// For each virtual address: how long two hosts have had it at once, and how long one has had it whom the client did not
// ask, since its ARP cache named another. It watches and judges nothing.

import type { IpAddress } from '../address.js';
import { between, seconds, sum, type Duration, type Instant } from '../time.js';
import type { Network } from './network.js';

interface Tally {
  /** Since when it is as it is. */
  since: Instant;
  owners: readonly string[];
  isAnswered: boolean;
  doubled: Duration;
  astray: Duration;
}

export class Ownership {
  #tallies: ReadonlyMap<IpAddress, Tally> = new Map();

  constructor(
    readonly network: Network,
    readonly targets: readonly IpAddress[],
  ) {
    this.forget();
  }

  /** Begins to count anew. */
  forget(): void {
    const none = seconds(0);
    this.#tallies = new Map(
      this.targets.map((target) => [target, { ...this.#present(target), doubled: none, astray: none }]),
    );
  }

  /** To be called whenever one of the addresses may have come, gone, or become unreachable. */
  look(targets = this.targets): void {
    for (const target of targets) {
      const tally = this.#tallies.get(target);
      if (!tally) continue;
      const passed = between({ from: tally.since, to: this.network.now });
      if (tally.owners.length > 1) tally.doubled = sum(tally.doubled, passed);
      if (tally.owners.length > 0 && !tally.isAnswered) tally.astray = sum(tally.astray, passed);
      Object.assign(tally, this.#present(target));
    }
  }

  /** The hosts that have the address and can be reached. */
  ownersOf(target: IpAddress): readonly string[] {
    return this.#present(target).owners;
  }

  /** How long two had it, and how long one had it and the client did not ask there; since forget(). */
  of(target: IpAddress): { readonly doubled: Duration; readonly astray: Duration } {
    this.look([target]);
    return this.#tallies.get(target) ?? { doubled: seconds(0), astray: seconds(0) };
  }

  #present(target: IpAddress): Pick<Tally, 'since' | 'owners' | 'isAnswered'> {
    const { now, hosts, clients } = this.network;
    const owners = [...hosts.values()].filter(
      (host) => host.answers && [...host.interfaces.values()].some((one) => one.up && one.has(target)),
    );
    const isAnswered = clients.some(
      (client) => client.plan.targets.includes(target) && client.answeredBy(target) !== undefined,
    );
    return { since: now, owners: owners.map(({ name }) => name), isAnswered };
  }
}

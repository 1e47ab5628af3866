// Two hosts with one virtual router on a simulated network of their own, and how long neither of them has held the
// addresses. It knows no story and no rule of the protocol.

import type { Config } from '../config/model.js';
import type { Host } from '../sim/host.js';
import { Network, type Happening } from '../sim/network.js';
import { planNetwork } from '../sim/plan.js';
import { Random } from '../sim/random.js';
import { between, seconds, sum, type Duration, type Instant } from '../time.js';
import type { Instance } from '../vrrp/instance.js';

export class PairNetwork {
  readonly #network: Network;
  readonly hosts: readonly Host[];
  #unowned = seconds(0);
  #isOwned = false;
  #since: Instant;
  /** How many adverts each host has sent. */
  readonly #sent = new Map<Host, number>();

  /** Each configuration has one instance, of the same virtual router; its host is off at first. */
  constructor(configs: readonly Config[]) {
    const hosts = configs.map((config, index) => ({ name: `node ${index + 1}`, daemon: 'vrrpd' as const, config }));
    const watch = (happening: Happening): void => this.#watch(happening);
    this.#network = new Network({ ...planNetwork(hosts), clients: [], random: new Random(0), watch });
    this.hosts = [...this.#network.hosts.values()];
    this.#since = this.#network.now;
  }

  host(number: number): Host {
    const found = this.hosts[number];
    if (found === undefined) throw new Error(`there is no host ${number}`);
    return found;
  }

  /** The instance; undefined while the host is off. */
  instanceOf(host: Host): Instance | undefined {
    return host.router?.instances.values().next().value;
  }

  /** The numbers of those that hold the addresses now. */
  get holders(): number[] {
    return this.hosts.flatMap((host, number) => (this.instanceOf(host)?.holds === true ? [number] : []));
  }

  /** How long nobody has held the addresses since forget(). */
  get unowned(): Duration {
    this.look();
    return this.#unowned;
  }

  forget(): void {
    this.look();
    this.#unowned = seconds(0);
  }

  /** To be called whenever a holder may have come or gone. */
  look(): void {
    const { now } = this.#network;
    if (!this.#isOwned) this.#unowned = sum(this.#unowned, between({ from: this.#since, to: now }));
    this.#since = now;
    this.#isOwned = this.holders.length > 0;
  }

  run(duration: Duration): void {
    this.#network.run(duration);
  }

  /** Up to the next advert of this host, at most for so long. */
  runUntilAdvert(host: Host, atMost: Duration): void {
    const before = this.#sent.get(host);
    this.#network.runUntil(() => this.#sent.get(host) !== before, atMost);
  }

  #watch(happening: Happening): void {
    if (happening.kind !== 'effect') return;
    const { host, effect } = happening;
    if (effect.kind === 'send-advert') this.#sent.set(host, (this.#sent.get(host) ?? 0) + 1);
    if (effect.kind === 'notify') this.look();
  }
}

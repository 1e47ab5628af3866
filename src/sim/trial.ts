// A trial: one network of the operator's hosts, and acts played on it one after the other. Of each act it keeps what a
// summary needs; it words and judges nothing.

import type { IpAddress } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import { addressesOf } from '../config/diff.js';
import { seconds, type Duration, type Instant } from '../time.js';
import { dropReasons, type DropReason } from '../vrrp/statistics.js';
import type { StateKind } from '../vrrp/state.js';
import type { Host } from './host.js';
import { Network, type Happening } from './network.js';
import { Ownership } from './ownership.js';
import { planNetwork, type NamedHost } from './plan.js';
import { examine, play, type Stage } from './play.js';
import { Random } from './random.js';
import type { Act } from './stories.js';
import type { Command, Line, Problem } from './story.js';
import { Transcript, type TranscriptLine } from './transcript.js';

export interface TrialPlan {
  readonly hosts: readonly NamedHost[];
  readonly seed: number;
  readonly configOf: Stage['configOf'];
  /** Each frame as it is sent. */
  readonly onFrame?: (at: Instant, frame: Uint8Array) => void;
}

/** How a host stands with one virtual address; undefined where it is not known. */
export interface Standing {
  readonly host: string;
  /** Undefined where no daemon runs there. */
  readonly state: StateKind | undefined;
  readonly priority: number | undefined;
  readonly instance: VrrpInstance;
  /** Why it drops adverts, as far as it has not done so in an act before. */
  readonly drops: readonly DropReason[];
}

/** What came of an act for one virtual address. */
export interface Outcome {
  readonly target: IpAddress;
  /** How long the client was not answered: all together, and at a stretch. */
  readonly hole: Duration;
  readonly longest: Duration;
  readonly doubled: Duration;
  readonly astray: Duration;
  /** The hosts that had it before, and those that have it at the end. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whom the client reaches at the end. */
  readonly answeredBy: string | undefined;
  /** A host that could have told a client which only listens that its address has moved, and has not. */
  readonly hangsAt: string | undefined;
  readonly standings: readonly Standing[];
}

/** An act that has been played. */
export interface Played {
  readonly act: Act;
  readonly at: Instant;
  readonly outcomes: readonly Outcome[];
  readonly lines: readonly TranscriptLine[];
}

export class Trial {
  readonly network: Network;
  readonly transcript: Transcript;
  readonly targets: readonly IpAddress[];
  readonly #ownership: Ownership;
  readonly #stage: Stage;
  readonly #adverts = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor({ hosts, seed, configOf, onFrame }: TrialPlan) {
    this.transcript = new Transcript(() => this.network.now);
    const watch = (happening: Happening): void => {
      if (happening.kind === 'frame') onFrame?.(this.network.now, happening.frame);
      else this.transcript.watch(happening);
      this.#watch(happening);
    };
    this.network = new Network({ ...planNetwork(hosts), random: new Random(seed), watch });
    this.targets = [...new Set(this.network.clients.flatMap(({ plan }) => plan.targets))];
    this.#ownership = new Ownership(this.network, this.targets);
    const onCommand = (command: Command): void => {
      this.#ownership.look();
      this.transcript.command(command);
    };
    this.#stage = { network: this.network, configOf, onCommand };
  }

  /** What of a story can't be carried out here. */
  examine(lines: readonly Line[]): Problem[] {
    return examine(lines, this.#stage);
  }

  play(act: Act): Played {
    const before = new Map(this.targets.map((target) => [target, this.ownersOf(target)]));
    if (act.after !== undefined) this.#awaitAdvert(act.after);
    const [at, first] = [this.network.now, this.transcript.lines.length];
    for (const client of this.network.clients) client.forget();
    this.#ownership.forget();
    play(
      act.commands.map((command) => ({ line: 0, command })),
      this.#stage,
    );
    const drops = this.#newDrops();
    const outcomes = this.targets.map((target) => this.#outcome(target, before.get(target) ?? [], drops));
    return { act, at, outcomes, lines: this.transcript.lines.slice(first) };
  }

  /** The hosts that have the address and can be reached. */
  ownersOf(target: IpAddress): readonly string[] {
    return this.#ownership.ownersOf(target);
  }

  /** Whom the client reaches at the address. */
  answeredBy(target: IpAddress): Host | undefined {
    return this.network.clients.find(({ plan }) => plan.targets.includes(target))?.answeredBy(target);
  }

  #watch(happening: Happening): void {
    if (happening.kind === 'answered') this.#ownership.look([happening.target]);
    if (happening.kind !== 'effect') return;
    const { host, effect } = happening;
    if (effect.kind === 'send-advert') this.#adverts.set(host.name, (this.#adverts.get(host.name) ?? 0) + 1);
    if (effect.kind === 'add-address' || effect.kind === 'remove-address')
      this.#ownership.look([effect.address.prefix.address]);
  }

  /** Up to the next advert of the host; it says none when it is no master, and then nothing is waited for. */
  #awaitAdvert(name: string): void {
    const { config } = this.network.host(name);
    const slowest = Math.max(0, ...config.vrrpInstances.map(({ advertInt }) => advertInt)) as Duration;
    const said = this.#adverts.get(name);
    this.network.runUntil(() => this.#adverts.get(name) !== said, slowest);
  }

  #outcome(target: IpAddress, before: readonly string[], drops: Drops): Outcome {
    const client = this.network.clients.find(({ plan }) => plan.targets.includes(target));
    const { whole, longest } = client?.hole(target) ?? { whole: seconds(0), longest: seconds(0) };
    const { doubled, astray } = this.#ownership.of(target);
    const standings = [...this.network.hosts.values()].flatMap((host): Standing[] => {
      const instance = host.config.vrrpInstances.find((one) => has(one, target));
      if (!instance) return [];
      const { state, priority } = host.standingOf(instance.name) ?? {};
      return [{ host: host.name, state, priority, instance, drops: drops.get(keyOf(host.name, instance)) ?? [] }];
    });
    const after = this.ownersOf(target);
    const answeredBy = this.answeredBy(target)?.name;
    const left = client?.connections.hangsAt(target);
    const hangsAt = left && this.#isReached(left, target) ? left.name : undefined;
    return { target, hole: whole, longest, doubled, astray, before, after, answeredBy, hangsAt, standings };
  }

  #isReached({ answers, interfaces }: Host, target: IpAddress): boolean {
    const segment = this.network.clients.find(({ plan }) => plan.targets.includes(target))?.segment;
    return answers && [...interfaces.values()].some((one) => one.up && one.segment === segment);
  }

  /** By host and instance why it drops adverts, as far as that is new: what goes on all the time is told once. */
  #newDrops(): Drops {
    const all = [...this.network.hosts.values()].flatMap(({ name, router }) =>
      [...(router?.instances.values() ?? [])].map(({ config, statistics }) => {
        const key = keyOf(name, config);
        const reasons = dropReasons.filter((reason) => statistics.dropped[reason] > 0);
        const isNew = reasons.filter((reason) => !this.#told.has(`${key} ${reason}`));
        for (const reason of isNew) this.#told.add(`${key} ${reason}`);
        return [key, isNew] as const;
      }),
    );
    return new Map(all);
  }
}

type Drops = ReadonlyMap<string, readonly DropReason[]>;
const keyOf = (host: string, { name }: VrrpInstance): string => `${host} ${name}`;

const has = (instance: VrrpInstance, target: IpAddress): boolean =>
  addressesOf(instance).some(({ prefix }) => prefix.address === target);

// What happens to a pair, played with the routers themselves: both start, one stops, one crashes and comes back, a check
// fails and recovers. Each story tells who has the address afterwards and how long nobody had it.

import type { Config, VrrpInstance } from '../config/model.js';
import type { Host } from '../sim/host.js';
import { settlingTime } from '../sim/settling.js';
import type { Duration } from '../time.js';
import type { Instance } from '../vrrp/instance.js';
import { PairNetwork } from './pair-network.js';

/** What is done to a host. */
type Step =
  | { readonly kind: 'stop' | 'crash' | 'return'; readonly host: number }
  | { readonly kind: 'check-fails' | 'check-recovers'; readonly host: number; readonly script: string };

export type StoryKind = { readonly kind: 'both-start' } | Step;

/** How a story ended. */
export interface Outcome {
  readonly story: StoryKind;
  /** Who had the address before it; the hosts by their numbers 0 and 1. */
  readonly before: readonly number[];
  readonly holders: readonly number[];
  /** How long nobody had the address. */
  readonly unowned: Duration;
  /** Effective priorities at the end; undefined of a host that is off or takes no part (FAULT). */
  readonly priorities: readonly (number | undefined)[];
  /** Why the hosts dropped each other's adverts. */
  readonly dropReasons: readonly string[];
}

/** One virtual router of two hosts, each with its checks. */
export interface Pair {
  readonly configs: readonly [Config, Config];
  readonly instances: readonly [VrrpInstance, VrrpInstance];
}

/** The pair alone on its network. */
export function pairOf(configs: readonly [Config, Config], instances: readonly [VrrpInstance, VrrpInstance]): Pair {
  const alone = (config: Config, instance: VrrpInstance): Config => ({ ...config, vrrpInstances: [instance] });
  return { configs: [alone(configs[0], instances[0]), alone(configs[1], instances[1])], instances };
}

/** All stories, in the order in which an operator asks. */
export function playStories(pair: Pair): Outcome[] {
  const checks = [0, 1].flatMap((host) =>
    (pair.instances[host]?.tracks ?? []).flatMap(({ kind, name }) =>
      kind === 'script' ? [{ host, script: name }] : [],
    ),
  );
  return [
    play(pair, { kind: 'both-start' }),
    ...[0, 1].map((host) => play(pair, { kind: 'stop', host })),
    ...[0, 1].flatMap((host) => [play(pair, { kind: 'crash', host }), play(pair, { kind: 'return', host })]),
    ...checks.flatMap((check) => [
      play(pair, { kind: 'check-fails', ...check }),
      play(pair, { kind: 'check-recovers', ...check }),
    ]),
  ];
}

function play(pair: Pair, story: StoryKind): Outcome {
  const network = new PairNetwork(pair.configs);
  const settle = settlingTime(pair.configs);
  for (const host of network.hosts) host.start();
  if (story.kind === 'both-start') return end(network, { story, before: [], settle });
  network.run(settle);
  if (story.kind === 'return') begin(network, { ...story, kind: 'crash' }, settle);
  if (story.kind === 'check-recovers') begin(network, { ...story, kind: 'check-fails' }, settle);
  network.run(settle);
  const before = network.holders;
  begin(network, story, settle);
  return end(network, { story, before, settle });
}

/** Right after an advert, when the other knows of nothing. */
function begin(network: PairNetwork, step: Step, settle: Duration): void {
  const host = network.host(step.host);
  if (network.holders.includes(step.host)) network.runUntilAdvert(host, settle);
  network.forget();
  act(host, step);
  network.look();
}

function act(host: Host, step: Step): void {
  switch (step.kind) {
    case 'stop':
      host.stop();
      break;
    case 'crash':
      host.crash();
      break;
    case 'return':
      host.start();
      break;
    case 'check-fails':
    case 'check-recovers':
      host.checks.set(step.script, step.kind === 'check-fails' ? 'fails' : 'succeeds');
      break;
  }
}

function end(
  network: PairNetwork,
  { story, before, settle }: { story: StoryKind; before: readonly number[]; settle: Duration },
): Outcome {
  network.run(settle);
  const instances = network.hosts.map((host) => network.instanceOf(host));
  return {
    story,
    before,
    holders: network.holders,
    unowned: network.unowned,
    priorities: instances.map((one) => (one === undefined || one.state.kind === 'FAULT' ? undefined : one.priority)),
    dropReasons: [...new Set(instances.flatMap(dropReasonsOf))],
  };
}

const dropReasonsOf = (instance: Instance | undefined): string[] =>
  Object.entries(instance?.statistics.dropped ?? {}).flatMap(([reason, count]) => (count > 0 ? [reason] : []));

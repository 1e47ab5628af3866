// What happens to a pair, played with the routers themselves: both start, one stops, one crashes and comes back, a check
// fails and recovers. Each story tells who has the address afterwards and how long nobody had it.

import type { Config, VrrpInstance } from '../config/model.js';
import { settlingTime } from '../sim/settling.js';
import type { Duration } from '../time.js';
import { Lan } from './lan.js';

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
  const lan = new Lan(pair.configs);
  const settle = settlingTime(pair.configs);
  for (const host of [0, 1]) lan.start(host);
  if (story.kind === 'both-start') return end(lan, { story, before: [], settle });
  lan.run(settle);
  if (story.kind === 'return') begin(lan, { ...story, kind: 'crash' }, settle);
  if (story.kind === 'check-recovers') begin(lan, { ...story, kind: 'check-fails' }, settle);
  lan.run(settle);
  const before = lan.holders;
  begin(lan, story, settle);
  return end(lan, { story, before, settle });
}

/** Right after an advert, when the others know of nothing. */
function begin(lan: Lan, step: Step, settle: Duration): void {
  const { host } = step;
  if (lan.instance(host)?.holds === true) lan.runUntilAdvert(host, settle);
  lan.forget();
  switch (step.kind) {
    case 'stop':
      lan.stop(host);
      break;
    case 'crash':
      lan.crash(host);
      break;
    case 'return':
      lan.start(host);
      break;
    case 'check-fails':
    case 'check-recovers':
      lan.setCheck(host, { script: step.script, fails: step.kind === 'check-fails' });
      break;
  }
}

function end(
  lan: Lan,
  { story, before, settle }: { story: StoryKind; before: readonly number[]; settle: Duration },
): Outcome {
  lan.run(settle);
  const instances = [0, 1].map((host) => lan.instance(host));
  return {
    story,
    before,
    holders: lan.holders,
    unowned: lan.unowned,
    priorities: instances.map((one) => (one === undefined || one.state.kind === 'FAULT' ? undefined : one.priority)),
    dropReasons: [
      ...new Set(
        instances.flatMap((one) =>
          Object.entries(one?.statistics.dropped ?? {}).flatMap(([reason, count]) => (count > 0 ? [reason] : [])),
        ),
      ),
    ],
  };
}

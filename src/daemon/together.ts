// When many instances become MASTER in one turn, what they ask of the kernel is brought together: the adverts of hundreds of
// them, so that nobody else takes over, then their addresses in few requests, then their announcements. For each instance
// the order stays what it was, and what may wait comes behind all of them. It performs nothing. RFC 3768 § 6.4.2

import type { Effect } from '../vrrp/effect.js';

export type Announcement = 'send-garp' | 'send-na';
type Burst = Extract<Effect, { kind: Announcement }>;

/** Adverts before the addresses that belong to them: as many as an interface has virtual routers, some 4 ms. */
const MOST_ADVERTS = 255;

/** In the order of a take-over. What is not here stays where it is: nothing passes it. */
const RANKS: Readonly<Partial<Record<Effect['kind'], number>>> = {
  'send-probe': 0,
  'send-advert': 0,
  'add-address': 1,
  'add-route': 2,
  'send-garp': 3,
  'send-na': 3,
};
const mayWait = ({ kind }: Effect): boolean => kind === 'log' || kind === 'notify';

/** The same effects, those of one rank next to each other; announcements of one interface as one. */
export function together(effects: readonly Effect[]): Effect[] {
  const ordered: Effect[] = [];
  let ranks: (Effect[] | undefined)[] = [];
  let waiting: Effect[] = [];
  const flush = (): void => {
    for (const rank of ranks) for (const effect of rank ?? []) append(ordered, effect);
    ranks = [];
  };
  const flushAll = (): void => {
    flush();
    for (const effect of waiting) ordered.push(effect);
    waiting = [];
  };
  for (const effect of effects) {
    const rank = RANKS[effect.kind];
    if (mayWait(effect)) waiting.push(effect);
    else if (rank === undefined) {
      flushAll();
      ordered.push(effect);
    } else {
      if (rank === 0 && ranks[0]?.length === MOST_ADVERTS) flush();
      (ranks[rank] ??= []).push(effect);
    }
  }
  flushAll();
  return ordered;
}

/** Effects that go to the kernel together when they follow each other. */
export type Bulk = 'add-address' | 'remove-address' | 'add-route' | 'remove-route' | 'reset-connections';

/** The effects of one kind from an index on, up to the first of another kind. */
export function runOf<Kind extends Bulk>(
  effects: readonly Effect[],
  kind: Kind,
  index: number,
): Extract<Effect, { kind: Kind }>[] {
  const isOne = (effect: Effect | undefined): effect is Extract<Effect, { kind: Kind }> => effect?.kind === kind;
  const run: Extract<Effect, { kind: Kind }>[] = [];
  for (let effect = effects[index]; isOne(effect); effect = effects[(index += 1)]) run.push(effect);
  return run;
}

function append(effects: Effect[], effect: Effect): void {
  const before = effects.at(-1);
  if (isBurst(before) && isBurst(effect) && isOfOneBurst(before, effect))
    effects[effects.length - 1] = { ...before, addresses: [...before.addresses, ...effect.addresses] };
  else effects.push(effect);
}

const isBurst = (effect: Effect | undefined): effect is Burst =>
  effect?.kind === 'send-garp' || effect?.kind === 'send-na';

const isOfOneBurst = (one: Burst, other: Burst): boolean =>
  one.kind === other.kind && one.interface === other.interface && one.mac === other.mac && one.rounds === other.rounds;

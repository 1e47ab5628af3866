// When many instances become MASTER in one turn, what they ask of the kernel is brought together: the adverts of all of them,
// so that nobody who waits a moment longer takes over, then their addresses in few requests, then their announcements. For
// each instance the order stays what it was, and what may wait comes last. It performs nothing. RFC 3768 § 6.4.2

import type { IpAddress } from '../address.js';
import type { Effect } from '../vrrp/effect.js';

export type Announcement = 'send-garp' | 'send-na';
type Burst = Extract<Effect, { kind: Announcement }>;

/** In the order of a take-over. What is not here stays where it is: nothing passes it. */
const RANKS: Readonly<Partial<Record<Effect['kind'], number>>> = {
  'send-probe': 0,
  'send-advert': 0,
  'add-address': 1,
  'add-route': 2,
  'send-garp': 3,
  'send-na': 3,
  log: 4,
  notify: 4,
};

/** The same effects, those of one rank next to each other; announcements of one interface as one. */
export function together(effects: readonly Effect[]): Effect[] {
  const ordered: Effect[] = [];
  let ranks: (Effect[] | undefined)[] = [];
  const flush = (): void => {
    for (const rank of ranks) for (const effect of merged(rank ?? [])) ordered.push(effect);
    ranks = [];
  };
  for (const effect of effects) {
    const rank = RANKS[effect.kind];
    if (rank !== undefined) (ranks[rank] ??= []).push(effect);
    else {
      flush();
      ordered.push(effect);
    }
  }
  flush();
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

/** Announcements that follow each other on one interface become one. */
function merged(effects: readonly Effect[]): Effect[] {
  const result: Effect[] = [];
  let addresses: IpAddress[] = [];
  for (const effect of effects) {
    const before = result.at(-1);
    if (!isBurst(effect)) result.push(effect);
    else if (isBurst(before) && isOfOneBurst(before, effect)) for (const one of effect.addresses) addresses.push(one);
    else {
      addresses = [...effect.addresses];
      result.push({ ...effect, addresses });
    }
  }
  return result;
}

const isBurst = (effect: Effect | undefined): effect is Burst =>
  effect?.kind === 'send-garp' || effect?.kind === 'send-na';

const isOfOneBurst = (one: Burst, other: Burst): boolean =>
  one.kind === other.kind && one.interface === other.interface && one.mac === other.mac && one.rounds === other.rounds;

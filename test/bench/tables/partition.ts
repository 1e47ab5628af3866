// The routers are cut from each other while the client reaches both, so that both serve, and are joined again. Who hears
// the other one first is a matter of the moment; here it is chosen.

import { setTimeout as sleep } from 'node:timers/promises';
import { longestHole } from '../probes.js';
import { clock, Stage, takesOver, type Router } from '../stage.js';
import { together, type Contestant, type Round, type Row, type Table } from '../table.js';
import { claimsIn } from '../wire.js';

/** Milliseconds. */
const INTERVAL = 1_000;
/** The heal comes this long before the advert that is to be heard first. */
const AHEAD = 150;
/** How long the client is watched after the heal. */
const WATCHED = 8_000;
/** The second announcements of a new master, which are to be over when there is another one. */
const SECOND_BURST = 2_000;

/** Who plays the winner (120) and who the loser (110) when this one is measured. */
type Cast = (one: Contestant) => { readonly a: Contestant; readonly b: Contestant };
type First = 'winner' | 'loser';

const STORIES: readonly { key: string; title: string; cast: Cast; target: number }[] = [
  { key: 'both', title: 'on both sides', cast: (one) => ({ a: one, b: one }), target: 60 },
  { key: 'loser', title: 'as the loser beside keepalived', cast: (one) => ({ a: 'keepalived', b: one }), target: 60 },
  {
    key: 'winner',
    title: 'as the winner beside keepalived',
    cast: (one) => ({ a: one, b: 'keepalived' }),
    target: 1_100,
  },
];
const ORDERS: readonly { first: First; title: string }[] = [
  { first: 'winner', title: 'loser heard the winner first' },
  { first: 'loser', title: 'winner heard the loser first' },
];

export const partition: Table = {
  name: 'partition',
  title: 'A partition heals: hole at the client',
  about:
    'The routers are cut from each other until both serve, and joined again; the client reached both all the time, and its ' +
    'neighbour table has whom it heard last. Of two masters the one with the lower priority yields. When it hears the other ' +
    'one first, the winner may never learn that there was a second one. The client is watched for 8 s; "never" is a hole ' +
    "that has no end by then. keepalived's column is that of a pair of keepalived.",
  rows: STORIES.flatMap(({ key, title, target }) =>
    ORDERS.map((order): Row => ({
      key: `${key}-${order.first}`,
      title: `${title}, ${order.title}`,
      unit: 'ms',
      limit: 0,
      target,
    })),
  ),
  play: async (daemon) => {
    // A pair of keepalived is what each of our stories is compared with.
    const pair = { cast: { a: daemon, b: daemon }, keys: STORIES.map(({ key }) => key) };
    const casts =
      daemon === 'keepalived' ? [pair] : STORIES.map(({ key, cast }) => ({ cast: cast(daemon), keys: [key] }));
    return together(
      ...(await Promise.all(casts.flatMap(({ cast, keys }) => ORDERS.map(({ first }) => play(cast, first, keys))))),
    );
  },
};

/** The longest hole at the client after the heal. */
const play = (cast: ReturnType<Cast>, first: First, keys: readonly string[]): Promise<Round> =>
  Stage.with(cast, async (stage) => {
    const { lab, a, b } = stage;
    await stage.begin();
    await sleep(SECOND_BURST);
    await lab.network.cut(a.host, b.host);
    await takesOver(b);
    await sleep(1_500);
    await untilAhead(stage, first === 'winner' ? a : b);
    const from = clock();
    await lab.network.heal(a.host, b.host);
    await sleep(WATCHED);
    const span = { from, to: from + WATCHED };
    const probes = await stage.probes.stop(span);
    const hole = probes.at(-1)?.answer === undefined ? 'never' : longestHole(probes);
    return { figures: Object.fromEntries(keys.map((key) => [`${key}-${first}`, hole])), span };
  });

/** Waits until this router's next advert is due in a moment. */
async function untilAhead(stage: Stage, router: Router): Promise<void> {
  const last = claimsIn(await stage.frames(router)).at(-1)?.at ?? NaN;
  const wait = last - AHEAD - clock();
  await sleep(wait + INTERVAL * Math.max(1, Math.ceil(-wait / INTERVAL)));
}

// Two who serve at once: after a partition that has healed, whoever speaks first, and after a MASTER has stood still and
// goes on. The client reaches everybody all the time. With vrrpd and keepalived on either side. RFC 3768 § 6.4.3.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Daemon } from './daemon.js';
import type { Router } from './pair.js';
import { Prober } from './prober.js';
import { WatchedPair } from './watched-pair.js';

/** ms. Five times what an idle machine needs: with vrrpd on both sides, or as the one that yields. */
const HEALED = 300;
/** ms. A keepalived that yields says nothing: the winner's next advert and the announcement after it, on a busy machine. */
const HEALED_BESIDE_SILENCE = 2_000;
/** ms. A keepalived pair needs 4 s and more in half of all heals. */
const WATCHED = 3_000;
/** ms. The heal comes so long before the advert that is to be heard first. */
const AHEAD = 150;
const INTERVAL = 1_000;
const FROZEN = 5_000;
/**
 * Gratuitous ARPs of the thawed one in the first two seconds. A host that has heard nothing meanwhile is better than the one who
 * took over, and returns: a burst, two more at the one who yields, and one with each advert.
 */
const MOST_ARPS = { daemon: 10, link: 10, host: 18 };
type Frozen = keyof typeof MOST_ARPS;
const THAW_WATCHED = 2_000;

/** Waits until the next advert of this one is due in a moment. */
async function untilAhead(watched: WatchedPair, router: Router): Promise<void> {
  const { at } = await watched.speaks(router);
  await sleep(at + INTERVAL - AHEAD - Prober.mark());
}

async function heal(t: Test, watched: WatchedPair, { first, hole }: { first: 'a' | 'b'; hole: number }): Promise<void> {
  const { a, b, pair } = watched;
  await pair.lab.network.cut(a.host, b.host);
  await watched.speaks(b);
  // The second announcements of the new master are over, and its next advert is not the first.
  await watched.speaks(a);
  await untilAhead(watched, watched[first]);
  const from = Prober.mark();
  await pair.lab.network.heal(a.host, b.host);
  await sleep(WATCHED);
  const { longestHole } = await pair.prober.report({ from });
  t.ok(longestHole < hole, `${first} speaks first: the client's hole of ${longestHole} ms`);
  await watched.only(a);
  const end = await pair.prober.report({ from: Prober.mark() - INTERVAL });
  t.strictSame(end.answeredBy, [a.host.mac], 'the better one answers in the end');
  t.strictSame((await watched.speakers(from + INTERVAL)).slice(-1), ['a'], 'and is MASTER alone');
}

/** The daemon alone, its cable pulled meanwhile, or nothing passing its port, as when a virtual machine is moved. */
async function thaw(t: Test, watched: WatchedPair, what: Frozen): Promise<void> {
  const { a, b, pair } = watched;
  const { network } = pair.lab;
  const frozenAt = Prober.mark();
  if (what === 'host') await network.block(a.host);
  await a.job?.freeze();
  if (what === 'link') await network.unplug(a.host);
  await watched.speaks(b);
  await sleep(frozenAt + FROZEN - Prober.mark());
  if (what === 'link') await network.plug(a.host);
  const from = Prober.mark();
  await Promise.all([a.job?.thaw(), what === 'host' && network.unblock(a.host)]);
  await sleep(THAW_WATCHED);
  const announced = (await watched.announcements(a)).filter((at) => at >= from && at < from + THAW_WATCHED).length;
  t.ok(announced <= MOST_ARPS[what], `${announced} gratuitous ARPs of the thawed one`);
  const { changes, lost, sent, answeredLast } = await pair.prober.report({ from });
  t.ok(changes <= 1, `the answers: ${changes} changes, ${lost} of ${sent} lost`);
  const holders = await pair.holders();
  t.equal(holders.length, 1, `${holders.join()} has the address`);
  const [holder] = holders;
  t.equal(answeredLast, holder === 'a' ? a.host.mac : b.host.mac, 'and answers');
  if (what !== 'host') t.strictSame(holders, ['b'], 'who has nopreempt leaves it to the one that serves');
}

const casts: readonly { a: Daemon; b: Daemon; hole: number }[] = [
  { a: 'vrrpd', b: 'vrrpd', hole: HEALED },
  { a: 'keepalived', b: 'vrrpd', hole: HEALED },
  { a: 'vrrpd', b: 'keepalived', hole: HEALED_BESIDE_SILENCE },
];

t.jobs = 4;
for (const { a, b, hole } of casts)
  for (const first of ['a', 'b'] as const)
    t.test(`a partition heals: ${a} is better than ${b}, and ${first} speaks first`, { buffered: true }, (t) =>
      WatchedPair.play(t, { a, b, nopreempt: false }, (watched) => heal(t, watched, { first, hole })),
    );
for (const b of ['vrrpd', 'keepalived'] as const)
  for (const what of ['daemon', 'link', 'host'] as const)
    t.test(`a MASTER (${what}) has stood still, beside ${b}`, { buffered: true }, (t) =>
      WatchedPair.play(t, { a: 'vrrpd', b, nopreempt: true }, (watched) => thaw(t, watched, what)),
    );

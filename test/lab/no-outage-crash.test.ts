// The daemon of the MASTER is killed and started again: in time it goes on as MASTER, later it keeps the address until the heir
// is there, and at no moment is the client without an answer. With vrrpd and keepalived as the peer. RFC 3768 § 6.1:
// Master_Down_Interval.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Daemon } from './daemon.js';
import { Prober } from './prober.js';
import { during, WatchedPair } from './watched-pair.js';

/** ms. The Master_Down_Interval of priority 255 but for 50 ms: back by then, nobody can have taken over. */
const IN_TIME = 2_950;
/** ms. Within an interval and half a second of the start, or of the take-over, one host has the address. */
const ONE_OWNER = 1_500;

/** Killed right after an advert and started again so many ms after it; in ms, after how many its daemon had a state. */
async function crash(watched: WatchedPair, after: number): Promise<number> {
  const { at } = await watched.speaks(watched.a);
  await watched.a.job?.kill();
  await sleep(at + after - Prober.mark());
  await watched.launch(watched.a);
  await watched.says(watched.a, ' STATE');
  return Prober.mark() - at;
}

/** Whether it was back in time: a machine may need so long for a start that there is nothing to go on with. */
async function goesOn(t: Test, watched: WatchedPair, after: number): Promise<boolean> {
  let back = NaN;
  const seen = await during(watched, async () => {
    back = await crash(watched, after);
  });
  t.ok(
    seen.lost <= seen.most,
    `started ${after} ms after an advert: ${seen.lost} of ${seen.sent} requests had no answer`,
  );
  if (back >= IN_TIME) return false;
  t.strictSame(seen.answeredBy, [watched.a.host.mac], 'nobody else answered');
  t.strictSame(seen.speakers, ['a'], 'and nobody else became MASTER');
  t.match(watched.a.job?.log.join('\n'), /Entering MASTER STATE: back \S+ \w+ after its last advert/);
  return true;
}

async function isRelieved(t: Test, watched: WatchedPair, after: number): Promise<void> {
  const { a, b } = watched;
  let one = { restarted: NaN, settled: NaN };
  const seen = await during(watched, async () => {
    await crash(watched, after);
    const restarted = Prober.mark();
    await watched.only(b);
    one = { restarted, settled: Prober.mark() };
  });
  const heir = (await watched.words(seen.from)).find(({ name }) => name === 'b')?.at ?? NaN;
  const took = one.settled - Math.max(one.restarted, heir);
  t.ok(took < ONE_OWNER, `started ${after} ms after an advert: one has the address ${Math.round(took)} ms later`);
  t.ok(seen.lost <= seen.most, `${seen.lost} of ${seen.sent} requests had no answer`);
  t.strictSame(seen.answeredBy, [a.host.mac, b.host.mac], 'answered by the one, then by the other');
  t.equal(seen.changes, 1);
  t.strictSame(seen.speakers, ['a', 'b']);
}

t.jobs = 4;
for (const b of ['vrrpd', 'keepalived'] as const satisfies readonly Daemon[]) {
  t.test(`in time, beside ${b}; but the fourth time in a minute it does not go on`, { buffered: true }, (t) =>
    WatchedPair.play(t, { a: 'vrrpd', b, nopreempt: true }, async (watched) => {
      for (const after of [150, 500, 150]) if (!(await goesOn(t, watched, after))) return;
      await isRelieved(t, watched, 150);
      t.match(watched.a.job?.log.join('\n'), 'keeps what was left here until another router is heard');
    }),
  );
  t.test(`too late, and just in time, beside ${b}`, { buffered: true }, (t) =>
    WatchedPair.play(t, { a: 'vrrpd', b, nopreempt: false }, async (watched) => {
      await isRelieved(t, watched, 2_800);
      await watched.only(watched.a);
      await isRelieved(t, watched, 3_700);
      await watched.only(watched.a);
      await goesOn(t, watched, 2_000);
    }),
  );
}

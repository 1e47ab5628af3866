// What the clients of a pair must not notice, on IPv6 as in version 3 with an advert each 100 ms: an address that somebody
// deletes, a crash, a partition that heals, a stop. RFC 5798 § 6.4.3

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { servedAddress, V3_IPV6, V3_QUICK } from './dialect.js';
import { Prober } from './prober.js';
import { during, WatchedPair } from './watched-pair.js';

/** ms. What the client may wait for one who learns first that there were two. */
const HEALED = 300;
/** ms. A machine is busy, and the address is put back in a moment. */
const PUT_BACK = 125;

/** Both are there again, and the better one serves. */
async function settle(watched: WatchedPair): Promise<void> {
  await watched.only(watched.a);
  await watched.speaks(watched.a);
}

async function deleteAddress(t: Test, watched: WatchedPair): Promise<void> {
  const { a, pair } = watched;
  const seen = await during(watched, async () => {
    const length = pair.dialect.family === 'ipv4' ? 32 : 128;
    await a.host.namespace.ip('address', 'del', `${servedAddress(pair.dialect)}/${length}`, 'dev', 'eth1');
  });
  t.ok(seen.longestHole < PUT_BACK, `deleted: the hole of ${seen.longestHole} ms`);
  t.strictSame(seen.speakers, ['a'], 'and nobody else becomes MASTER');
}

async function crash(t: Test, watched: WatchedPair): Promise<void> {
  const { a } = watched;
  const seen = await during(watched, async () => {
    await a.job?.kill();
    await watched.launch(a);
    await watched.says(a, ' STATE');
  });
  t.ok(seen.lost <= seen.most, `killed and started again: ${seen.lost} of ${seen.sent} requests had no answer`);
}

async function heal(t: Test, watched: WatchedPair): Promise<void> {
  const { a, b, pair } = watched;
  await pair.lab.network.cut(a.host, b.host);
  await watched.speaks(b);
  await sleep(pair.dialect.interval);
  const from = Prober.mark();
  await pair.lab.network.heal(a.host, b.host);
  await watched.only(a);
  await sleep(pair.dialect.interval);
  const { longestHole, answeredLast } = await pair.prober.report({ from });
  t.ok(longestHole < HEALED, `a partition heals: the hole of ${longestHole} ms`);
  t.equal(answeredLast, a.host.mac, 'and the better one answers');
}

async function stop(t: Test, watched: WatchedPair): Promise<void> {
  const { a, b } = watched;
  const seen = await during(watched, async () => {
    const ended = await a.job?.stop();
    t.strictSame(ended, { code: 0, signal: null });
    await watched.only(b);
  });
  t.ok(seen.lost <= seen.most, `stopped: ${seen.lost} of ${seen.sent} requests had no answer`);
  t.strictSame(seen.speakers.at(-1), 'b');
}

t.jobs = 2;
for (const dialect of [V3_IPV6, V3_QUICK])
  t.test(dialect.name, { buffered: true }, (t) =>
    WatchedPair.play(t, { a: 'vrrpd', b: 'vrrpd', dialect, nopreempt: false }, async (watched) => {
      for (const deed of [deleteAddress, crash, heal, stop]) {
        await settle(watched);
        await deed(t, watched);
      }
    }),
  );

// What `vrrpd simulate` foretells is what happens: the pair of layout 1 in namespaces loses its master by a crash, a stop
// and a pulled cable, and the holes are those of the simulation.

import t from 'tap';
import { foretell, LOSSES, suffer } from './layout1.js';

/** Milliseconds. */
const TOLERANCE = 300;
/** A planned stop has no hole; a busy machine may make one. */
const HANDED_OVER = 125;

t.setTimeout(90_000);
t.jobs = LOSSES.length;
const foretold = foretell('vrrpd');
for (const loss of LOSSES)
  t.test(loss, { buffered: true, timeout: 60_000 }, async (t) => {
    const expected = foretold.get(loss) ?? NaN;
    const { silence, client } = await suffer(loss, 'vrrpd');
    t.ok(Math.abs(silence - expected) <= TOLERANCE, `${silence} ms without an advert, ${expected} ms foretold`);
    t.ok(client <= expected + TOLERANCE, `${client} ms without an answer, at most ${expected} ms foretold`);
    if (loss === 'stop') t.ok(client < HANDED_OVER, `the address is served all the time but for ${client} ms`);
    else t.ok(client > 0, 'and that is seen at the client');
  });

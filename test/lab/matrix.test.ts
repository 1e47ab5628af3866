// vrrpd beside keepalived and FRR, in what they have in common: a third of the matrix; `npm run soak -- matrix` plays all.

import t from 'tap';
import { nameOf, play, SAMPLE } from './matrix.js';
import { noRealRoot } from './real-root.js';

t.jobs = 8;
for (const encounter of SAMPLE) {
  // FRR becomes another user.
  const skip = noRealRoot && [encounter.a, encounter.b].includes('frr');
  t.test(nameOf(encounter), { buffered: true, skip }, async (t) => t.strictSame(await play(encounter), []));
}

// Random inputs of all kinds against what holds whatever happens. The same seed gives the same storm; more of them with
// STORM=10000 node test/run.mjs test/vrrp/storm

import t from 'tap';
import { instant } from '../../src/time.js';
import { Router } from '../../src/vrrp/router.js';
import { INPUTS, Storm } from './random-storm.js';

const STORMS = Number(process.env.STORM ?? 150);

t.test(`${STORMS} storms of ${INPUTS} inputs: nothing that has to hold is broken, and a replay is the same`, (t) => {
  for (let seed = 0; seed < STORMS; seed += 1) {
    const storm = new Storm(seed);
    const wrong = storm.blow();
    if (wrong !== undefined) {
      t.fail(`storm ${seed}: ${wrong}`);
      break;
    }
    const { host } = storm;
    const again = new Router(host.config, instant(1_000_000_000));
    const replayed = host.inputs.map(({ at, input }) => again.handle(input, at));
    if (JSON.stringify(replayed) !== JSON.stringify(host.effects)) t.fail(`storm ${seed}: the replay differs`);
  }
  t.pass(`${STORMS} storms`);
  t.end();
});

// Storms on a simulated network, part 4 of 4. STORM=n node test/run.mjs test/sim/storms-1 shows one of them.

import { testStorms } from './storms-blow.js';

testStorms(4);

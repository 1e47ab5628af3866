// Asks for all that a file may ask for of the scheduler, and says what was refused; for a test that takes its rights away.

import { Scheduling } from '../../src/linux/scheduling.js';

const refused: string[] = [];
new Scheduling((text) => refused.push(text)).apply({ vrrpPriority: -5, vrrpRtPriority: 20, vrrpNoSwap: false });
console.log(JSON.stringify(refused));

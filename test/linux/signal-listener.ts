// A process that prints the name of each signal that it is told of; the test sends them and ends it.

import { Signals } from '../../src/linux/signals.js';

new Signals((name) => console.log(name));
console.log('listening');
setInterval(() => undefined, 60_000);

// Run by the log's test: writes `count` lines through a Log whose reader does not read, says on standard output how long
// the event loop was held up at most, then waits for a line on standard input, and ends when its log has been written.

import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Log } from '../../src/daemon/log.js';

const [count = '0', detached] = process.argv.slice(2);
const log = new Log({
  name: 'vrrpd',
  detailed: false,
  detached: detached === 'detached',
  facility: 3,
  withoutSyslog: false,
  jsonLog: false,
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
for (let number = 1; number <= Number(count); number += 1) {
  log.write(number % 2 === 0 ? 'warn' : 'info', `line ${String(number)} of a long story about nothing at all`);
  log.write('debug', 'not to be seen');
  if (number % 100 === 0) await sleep(1);
}
console.log(Math.round(delay.max / 1e6));
await once(process.stdin, 'data');
while (!(await written())) await sleep(20);
process.exit();

/** Whether a flush was quick: it is when nothing waits. */
async function written(): Promise<boolean> {
  const before = performance.now();
  await log.flush();
  return performance.now() - before < 100;
}

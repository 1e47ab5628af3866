// Real-time and nice priority of the main thread alone, and the limit of a turn; that neither scripts nor other threads have
// any of it; and when it is told that the process may be swapped out. sched(7), proc(5)

import { until } from './own-network.js';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Scheduling } from '../../src/linux/scheduling.js';
import { Scripts } from '../../src/linux/scripts.js';
import { Signals } from '../../src/linux/signals.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import { noRealRoot } from '../lab/real-root.js';
import { programOf } from '../program.js';

const SCHED_RR = 2;
const NONE = { vrrpNoSwap: false };
const isPermitted = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;
const noRealTime = noRealRoot || (!isPermitted && 'this machine permits no real-time priority');

/** Nice value, real-time priority and policy in the text of a stat file of /proc. */
const inStat = (text: string): number[] => {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [16, 37, 38].map((index) => Number(fields[index]));
};
const ofThread = (thread: number | string): number[] => inStat(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8'));
const ofMain = (): number[] => ofThread(process.pid);

/** What a script has, and what it starts. */
async function ofScript(): Promise<{ stats: number[][]; limit: string | undefined }> {
  const script = 'cat /proc/$$/stat /proc/self/stat; grep "realtime timeout" /proc/self/limits';
  const place = { file: 'test', line: 1, column: 1 };
  const { output = '' } = await new Promise<ScriptOutcome & { output?: string }>((resolve) =>
    new Scripts().start({ argv: ['/bin/sh', '-c', script], place }, resolve),
  );
  return { stats: output.split('\n').slice(0, 2).map(inStat), limit: /timeout +(\w+)/.exec(output)?.[1] };
}

t.test('the main thread has it, and what it starts has none of it', { skip: noRealTime }, async (t) => {
  const warnings: string[] = [];
  const scheduling = new Scheduling((text) => warnings.push(text));
  const before = ofMain();
  const script = await ofScript();

  scheduling.apply({ vrrpPriority: -5, vrrpRtPriority: 20, vrrpNoSwap: false });
  t.same(ofMain(), [-5, 20, SCHED_RR]);
  for (const thread of readdirSync('/proc/self/task').filter((one) => one !== String(process.pid)))
    t.same(ofThread(thread), before, `thread ${thread}`);
  t.same(await ofScript(), script);
  scheduling.apply({ vrrpPriority: 5, vrrpNoSwap: false });
  t.same(ofMain(), [5, 0, 0]);
  t.same(await ofScript(), script);
  scheduling.apply(NONE);
  t.same(ofMain(), before);
  t.same(warnings, []);
});

t.test('what runs for too long loses its priority at once, and has it back later', { skip: noRealTime }, async (t) => {
  const warnings: string[] = [];
  const scheduling = new Scheduling((text) => warnings.push(text));
  const signals = new Signals(() => scheduling.overran());
  t.teardown(() => {
    scheduling.apply(NONE);
    signals.close();
  });
  scheduling.apply({ vrrpRtPriority: 20, vrrpRlimitRttime: 200_000, vrrpNoSwap: false });
  for (const time of ['the first', 'the second']) {
    // The kernel begins to count when a real-time thread wakes up, a little before it is here, and it counts in its ticks.
    await sleep(20);
    const begun = performance.now();
    while (ofMain()[2] === SCHED_RR && performance.now() < begun + 5_000);
    t.equal(ofMain()[2], 0, `${time} time: within one turn of the loop`);
    t.ok(performance.now() - begun >= 100, 'but not before');
    await until('its priority', () => ofMain()[2] === SCHED_RR);
    t.ok(performance.now() - begun >= 200, 'others had their time');
  }
  t.same(warnings, [
    'The process ran for 200 ms without a pause (vrrp_rlimit_rttime): without its real-time priority for 100 ms',
  ]);
});

t.test('what is refused is told of, each by itself', { skip: noRealRoot }, (t) => {
  const without = ['--bounding-set=-sys_nice', '--inh-caps=-all'];
  const { stdout, stderr } = spawnSync('setpriv', [...without, ...programOf('scheduling-teller.ts')], {
    encoding: 'utf8',
  });
  t.same(JSON.parse(stdout === '' ? JSON.stringify(stderr) : stdout), [
    'vrrp_rt_priority 20 is not in effect: operation not permitted (vrrpd(8), PRIORITY, tells what it needs)',
    'vrrp_priority -5 is not in effect: permission denied (vrrpd(8), PRIORITY, tells what it needs)',
  ]);
  t.end();
});

t.test('that it may be swapped out is told, where there is something to swap to', (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'vl-')), 'swaps');
  const swaps = (...lines: string[]): string[] => {
    writeFileSync(file, ['Filename Type Size Used Priority', ...lines, ''].join('\n'));
    const warnings: string[] = [];
    new Scheduling((text) => warnings.push(text)).apply({ vrrpNoSwap: true });
    return warnings;
  };
  swaps();
  execFileSync('mount', ['--bind', file, '/proc/swaps']);
  t.same(swaps(), []);
  t.match(swaps('/dev/sda2 partition 1048572 0 -2'), [/^vrrp_no_swap is not in effect: .*MemorySwapMax=0/]);
  t.end();
});

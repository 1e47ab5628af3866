// Processes counted by the kernel's process connector, which is there only for the first namespaces of a machine: the
// counts are the same as by a look at /proc, but at once, and a queue that overran leads to a new look.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { ProcessConnector, type ProcessEvents } from '../../src/linux/process-events.js';
import { eventually } from '../lab/eventually.js';
import { Counted, countingTests, Programs, wanted } from './process-cases.js';

/** Why it can't be tested here; false when it can. */
function refusal(): string | false {
  try {
    new ProcessConnector({ onEvents: () => undefined, onLoss: () => undefined }).close();
    return false;
  } catch (error) {
    return `the kernel has no process connector for us: ${String(error)}`;
  }
}

t.test('by the connector', { skip: refusal() }, (t) => {
  countingTests(t, 'the process connector');

  t.test('what happens to a process is told once for each batch, the last thing of all', async (t) => {
    const programs = new Programs(t);
    const seen: ProcessEvents[] = [];
    const connector = new ProcessConnector({ onEvents: (events) => seen.push(events), onLoss: () => undefined });
    t.teardown(() => connector.close());
    const said = (pid: number): (string | undefined)[] => seen.map((events) => events.get(pid));
    const child = programs.start('/bin/sleep', '100');
    const pid = child.pid ?? 0;
    await eventually('it has begun', () => said(pid).includes('changed'));
    t.notOk(said(pid).includes('ended'));
    await programs.end(child);
    await eventually('it has ended', () => said(pid).includes('ended'));
    const failing = programs.start('/bin/sh', '-c', 'exit 3');
    await once(failing, 'exit');
    await eventually('a failure is an end too', () => said(failing.pid ?? 0).includes('ended'));
    t.equal(said(failing.pid ?? 0).findLast(Boolean), 'ended');
    connector.close();
  });

  t.test('what an overrun queue lost is found by a look', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('a');
    const counted = new Counted(t, [wanted({ command: [name] })], { receiveBuffer: 1 });
    await counted.are({ [name]: 0 });
    // Nothing is received while this waits for the shell.
    const storm = 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done';
    const tracked = `${programs.path('a')} 100 > /dev/null 2>&1 & echo $!`;
    const pid = Number(execFileSync('/bin/sh', ['-c', `${storm}; ${tracked}`], { encoding: 'utf8' }));
    t.teardown(() => process.kill(pid, 'SIGKILL'));
    t.same(counted.told, [`${name} 0`], 'not seen yet');
    await counted.are({ [name]: 1 });
  });
  t.end();
});

t.test('no descriptor is left when it is closed', { skip: refusal() }, async (t) => {
  const open = (): number => Number(execFileSync('/bin/sh', ['-c', `ls /proc/${String(process.pid)}/fd | wc -l`]));
  const before = open();
  for (let times = 0; times < 50; times += 1)
    new ProcessConnector({ onEvents: () => undefined, onLoss: () => undefined }).close();
  await eventually('all are closed', () => open() <= before);
  t.pass('all are closed');
});

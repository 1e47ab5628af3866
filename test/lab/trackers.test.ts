// What else moves an instance: interfaces, with and without delays, processes, the scripts of start and stop, and where the
// pid files are; on a host alone, beside keepalived where that has the same.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Job } from './job.js';
import { LoneHost, logged } from './lone-host.js';

const instance = (number: number, more: string): string => `
vrrp_instance VI_${number} {
    state BACKUP
    interface eth0
    virtual_router_id 5${number}
    priority 150
    advert_int 1
    virtual_ipaddress {
        192.168.106.24${number} dev lo
    }
    ${more}
}
`;

async function open(t: Test, daemon: Daemon, configuration: string, prepare?: (lone: LoneHost) => Promise<void>) {
  const lone = await LoneHost.open('tracker', '192.168.106.251/24', '192.168.107.251/24');
  t.teardown(() => lone.close());
  await prepare?.(lone);
  return { lone, job: await lone.start(daemon, configuration) };
}

/** The state changes of an instance in the order of the log: "MASTER", "FAULT" and so on. */
const statesOf = ({ log }: Job, number: number): string[] =>
  log.flatMap((line) => {
    const [, state] = new RegExp(`\\(VI_${number}\\) Entering (\\w+) STATE`).exec(line) ?? [];
    return state === undefined ? [] : [state];
  });

const enters = (job: Job, number: number, states: readonly string[]): Promise<void> =>
  eventually(
    `VI_${number}: ${states.join(' ')}, now ${statesOf(job, number).join(' ')}`,
    () => statesOf(job, number).join() === states.join(),
  );

t.jobs = 4;
for (const daemon of ['vrrpd', 'keepalived'] as const) {
  t.test(`${daemon}: interfaces`, { buffered: true }, async (t) => {
    const other = 'track_interface {\n eth1\n }';
    const weighted = 'track_interface {\n eth1 weight -50\n }';
    const more = [other, weighted, 'dont_track_primary', ''];
    const { lone, job } = await open(t, daemon, more.map((words, index) => instance(index + 1, words)).join(''));
    for (const number of [1, 2, 3, 4]) await enters(job, number, ['BACKUP', 'MASTER']);

    await lone.cable(1, 'down');
    await enters(job, 1, ['BACKUP', 'MASTER', 'FAULT']);
    await logged(job, '(VI_2) Changing effective priority from 150 to 100');
    await lone.cable(1, 'up');
    await enters(job, 1, ['BACKUP', 'MASTER', 'FAULT', 'BACKUP', 'MASTER']);
    await logged(job, '(VI_2) Changing effective priority from 100 to 150');
    t.strictSame(statesOf(job, 4), ['BACKUP', 'MASTER'], 'one that does not track it is not touched');

    await lone.cable(0, 'down');
    await enters(job, 4, ['BACKUP', 'MASTER', 'FAULT']);
    await sleep(1_500);
    t.strictSame(statesOf(job, 3), ['BACKUP', 'MASTER'], 'dont_track_primary: its own interface does not count');
    t.strictSame(statesOf(job, 2), ['BACKUP', 'MASTER', 'FAULT']);
    t.strictSame(await job.stop(), { code: 0, signal: null });
  });

  t.test(`${daemon}: interface_up_down_delays`, { buffered: true }, async (t) => {
    const delays = 'interface_up_down_delays {\n eth0 2 2\n}\n';
    const { lone, job } = await open(t, daemon, delays + instance(1, ''));
    await enters(job, 1, ['BACKUP', 'MASTER']);
    await lone.cable(0, 'down');
    await sleep(800);
    await lone.cable(0, 'up');
    await sleep(3_000);
    t.strictSame(statesOf(job, 1), ['BACKUP', 'MASTER'], 'a short flap is hidden');
    const downAt = performance.now();
    await lone.cable(0, 'down');
    await enters(job, 1, ['BACKUP', 'MASTER', 'FAULT']);
    t.ok(performance.now() - downAt > 1_900, 'one that lasts counts two seconds later');
    const upAt = performance.now();
    await lone.cable(0, 'up');
    await enters(job, 1, ['BACKUP', 'MASTER', 'FAULT', 'BACKUP']);
    t.ok(performance.now() - upAt > 1_900, 'and so does its return');
    t.strictSame(await job.stop(), { code: 0, signal: null });
  });

  t.test(`${daemon}: startup_script, shutdown_script, use_pid_dir`, { buffered: true }, async (t) => {
    const global = `use_pid_dir
global_defs {
    enable_script_security
    script_user root
    startup_script "/run/write begin"
    shutdown_script "/run/write end"
}
`;
    // What the kernel has of the addresses when they run.
    const WRITE = '#!/bin/sh\necho "$1 $(ip address show | grep -c 192.168.106.241)" >> /run/written\n';
    const { lone, job } = await open(t, daemon, global + instance(1, ''), ({ namespace }) =>
      namespace.write('/run/write', WRITE, { mode: 0o755 }),
    );
    await enters(job, 1, ['BACKUP', 'MASTER']);
    t.strictSame(await lone.lines('/run/written'), ['begin 0']);
    const [pid] = await lone.lines(`/run/keepalived/${daemon}.pid`);
    t.match(pid, /^\d+$/, 'the pid file is in its folder');
    t.strictSame(await lone.lines(`/run/${daemon}.pid`), [], 'and nowhere else');
    t.strictSame(await job.stop(), { code: 0, signal: null });
    t.strictSame(await lone.lines('/run/written'), ['begin 0', 'end 0'], 'before the first address and after the last');
    t.strictSame(await lone.lines(`/run/keepalived/${daemon}.pid`), []);
  });
}

t.test('a process that is tracked', { buffered: true }, async (t) => {
  const tracking = `vrrp_track_process haproxy {
    process haproxy
    weight -20
    terminate_delay 3
}
`;
  const { lone, job } = await open(
    t,
    'vrrpd',
    tracking + instance(1, 'track_process {\n haproxy\n }'),
    ({ namespace }) => namespace.run('cp', '/bin/sleep', '/run/haproxy').then(() => undefined),
  );
  const { namespace } = lone;
  await logged(job, 'Processes are tracked by a look at /proc each second');
  await logged(job, '(VI_1) Changing effective priority from 150 to 130: haproxy failed (0 haproxy running, 1 wanted)');
  const first = namespace.start(['/run/haproxy', '600']);
  await logged(
    job,
    '(VI_1) Changing effective priority from 130 to 150: haproxy is there (1 haproxy running, 1 wanted)',
  );
  t.match(await lone.status(), { instances: [{ priority: { effective: 150 } }] });
  // A restart that is over within the delay.
  await first.kill();
  const second = namespace.start(['/run/haproxy', '600']);
  await sleep(5_000);
  const failures = (): number => job.log.filter((line) => line.includes('haproxy failed')).length;
  t.equal(failures(), 1, 'a restart is hidden');
  await second.kill();
  await eventually('its end counts', () => failures() === 2);
  t.match(await lone.status(), { instances: [{ priority: { effective: 130 } }] });
  t.strictSame(await job.stop(), { code: 0, signal: null });
});

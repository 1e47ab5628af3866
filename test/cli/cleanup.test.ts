// `vrrpd cleanup` on a machine: it removes what a killed daemon left and nothing else, waits for the heir, and does nothing
// beside a daemon that lives.

import t, { type Test } from 'tap';
import { CRASH_NOTE } from '../../src/daemon/crash-note.js';
import { eventually } from '../lab/eventually.js';
import type { Job } from '../lab/job.js';
import { noRealRoot } from '../lab/real-root.js';
import { CONFIGURATION, Machine, noMachine, owner, VIP, type Finished } from '../daemon/machine.js';

async function open(t: Test): Promise<Machine> {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  return machine;
}

async function serving(machine: Machine): Promise<Job> {
  const job = await machine.serve('vrrpd');
  await eventually('the address', () => machine.holds());
  await eventually('a note', () => machine.exists(CRASH_NOTE));
  return job;
}

async function kill(machine: Machine): Promise<void> {
  await machine.namespace.run('pkill', '-KILL', '-x', 'vrrpd');
  await eventually('its end', async () => (await machine.finish(['pgrep', '-x', 'vrrpd'])).code === 1);
}

const cleanup = (machine: Machine): Promise<Finished> => machine.finish(machine.command('vrrpd', 'cleanup'));

t.test('after a crash', { skip: noMachine }, async (t) => {
  const machine = await open(t);
  t.same(await cleanup(machine), { code: 0, stdout: '', stderr: '' }, 'nothing to do before there was a daemon');

  await serving(machine);
  const beside = await cleanup(machine);
  t.equal(beside.code, 1, 'beside a daemon');
  t.match(beside.stderr, /daemon is already running: vrrpd with pid/);
  await machine.namespace.run('rm', '/run/vrrpd.pid');
  t.match(await cleanup(machine), { code: 1, stderr: /daemon is running: it answers on/ });
  await machine.namespace.run('mv', '/run/vrrpd/control.sock', '/run/vrrpd/hidden.sock');
  t.match(await cleanup(machine), { code: 1, stderr: /daemon is running: another vrrpd serves VRID 91 on eth1/ });
  t.ok(await machine.holds());

  await t.test('one of another user', { skip: noRealRoot }, async (t) => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
    t.match(await machine.finish([...nobody, ...machine.command('vrrpd', 'cleanup')]), { code: 4, stdout: '' });
  });

  await kill(machine);
  t.ok(await machine.holds(), 'what is killed leaves its address');
  await machine.namespace.ip('address', 'add', '192.168.1.77/32', 'dev', 'eth1');
  const begun = Date.now();
  const { code, stdout, stderr } = await cleanup(machine);
  t.match({ code, stderr }, { code: 0, stderr: '' });
  const [waiting, ...lines] = stdout.trimEnd().split('\n');
  // Of Master_Down_Interval, the longest skew and what the network needs, less what has gone by since the last advert.
  const [, time = '', unit] =
    /^Another router takes over within ([\d.]+) (m?s): waiting so long$/.exec(waiting ?? '') ?? [];
  const told = Number(time) * (unit === 's' ? 1_000 : 1);
  t.ok(told > 0 && told <= 4_100, `told: ${told} ms`);
  t.same(lines, [`(VI_1) removed ${VIP}/32 from eth1`]);
  t.ok(Date.now() - begun >= told - 1, 'the address served meanwhile');
  t.notOk(await machine.holds());
  t.notOk(await machine.exists(CRASH_NOTE));
  const left = await machine.namespace.ip('address', 'show', 'dev', 'eth1');
  t.ok(left.includes(' 192.168.1.77/32 ') && left.includes(' 192.168.1.191/24 '), left);
  t.same(await cleanup(machine), { code: 0, stdout: '', stderr: '' });
});

t.test('a note that is not believed', { skip: noMachine }, async (t) => {
  const machine = await open(t);
  await serving(machine);
  await kill(machine);
  await machine.namespace.run('chmod', '644', CRASH_NOTE);
  const { code, stderr } = await cleanup(machine);
  t.equal(code, 1);
  t.match(stderr, /state is not believed, and nothing is removed: others may use it: its mode is 0644/);
  t.ok(await machine.holds());
  const job = await machine.serve('vrrpd');
  t.equal(job.log.filter((line) => line.includes('What an earlier run noted')).length, 1);
  await eventually('the address', () => machine.holds());
  await job.stop();
  t.notOk(await machine.exists(CRASH_NOTE), 'a clean stop leaves none');
});

// What an operator asks a running daemon for: to yield once, and maintenance, which outlives a reload and a restart.
// Who may ask, and what is said when it can't be.

import t from 'tap';
import type { Snapshot } from '../../src/status/snapshot.js';
import { eventually } from '../lab/eventually.js';
import { ask } from '../lab/lone-host.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

t.test('orders', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const order = (...words: string[]) => machine.finish(machine.command('vrrpd', ...words));
  // Asked by its socket: what is looked at lasts for three seconds, and a program may take one to start.
  const status = async (): Promise<Snapshot> => (await ask(machine.namespace, { command: 'status' })) as Snapshot;
  const state = async (): Promise<string> => (await status()).instances[0]?.state ?? '';
  const becomes = (wanted: string): Promise<void> => eventually(wanted, async () => (await state()) === wanted);

  await t.test('without a daemon', async (t) => {
    t.match(await order('failover', 'VI_1'), { code: 3, stderr: /not running/ });
    t.match(await order('maintenance', 'on'), { code: 3 });
  });

  const job = await machine.serve('vrrpd');
  await becomes('MASTER');

  await t.test('what can not be asked for', async (t) => {
    t.match(await order('failover', 'VI_9'), { code: 1, stderr: /no instance or sync group VI_9; there is VI_1/ });
    t.match(await order('maintenance', 'on', '--for', 'soon'), { code: 1, stderr: /a length of time like 90s/ });
    t.match(await order('maintenance', 'maybe'), { code: 1 });
    t.match(await order('maintenance', 'off', '--for', '2h'), { code: 1, stderr: /takes no time/ });
    t.match(await order('maintenance', 'on', '--for', '400d'), { code: 1, stderr: /a year at most/ });
    t.match(await order('maintenance', 'off'), { code: 0, stdout: /there was no maintenance/ });
    t.equal(await state(), 'MASTER');
  });

  await t.test('failover: the addresses stay when nobody takes them', async (t) => {
    const asked = order('failover', 'VI_1');
    await eventually('it gives up', async () => (await status()).instances[0]?.givesUp !== undefined);
    t.ok(await machine.holds(), 'and serves meanwhile');
    t.match(await ask(machine.namespace, { command: 'failover', name: 'VI_1' }), {
      error: /VI_1 gives its addresses up/,
    });
    t.match(await asked, { code: 1, stderr: /^VI_1: no other router took over, so the addresses stay here/ });
    t.equal(await state(), 'MASTER');
    t.ok(await machine.holds());
    await machine.logged(job, /\(VI_1\) stays MASTER: no other router took over/);
  });

  await t.test('maintenance', async (t) => {
    const { code, stdout } = await order('maintenance', 'on');
    t.equal(code, 0);
    t.match(stdout, /does not become MASTER\nVI_1: the addresses are off this host; no other router has taken over/);
    t.equal(await state(), 'BACKUP');
    t.notOk(await machine.holds());
    t.match((await status()).alerts, [/^maintenance: this host does not become MASTER/]);
    t.match(await order('reload'), { code: 0 });
    t.equal(await state(), 'BACKUP', 'a reload does not end it');
    t.match(await job.stop(), { code: 0 });
  });

  const next = await machine.serve('vrrpd');
  await t.test('maintenance outlives the daemon', async (t) => {
    await machine.logged(next, /no master is heard, but in maintenance this host does not take over/);
    t.equal(await state(), 'BACKUP');
    t.match(await order('maintenance', 'off'), { code: 0, stdout: /the election is as before/ });
    await becomes('MASTER');
    t.same((await status()).alerts, []);
  });

  await t.test('maintenance for a time', async (t) => {
    t.match(await order('maintenance', 'on', '--for', '6s'), { code: 0 });
    t.match((await status()).alerts, [/^maintenance for another .+: /]);
    await becomes('MASTER');
    await machine.logged(next, /Maintenance is over/);
    t.match(await next.stop(), { code: 0 });
  });
});

t.test('while startup_script runs nothing has begun', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const { namespace } = machine;
  await namespace.write('/run/lab/startup', '#!/bin/sh\ntouch /run/lab/runs\nexec sleep 8\n');
  await namespace.run('chmod', '755', '/run/lab/startup');
  const head =
    'global_defs {\n    script_user root\n    notify_fifo /run/lab/fifo\n    startup_script /run/lab/startup\n}\n';
  await namespace.write(CONFIGURATION, head + owner());
  const job = namespace.start(machine.command('vrrpd', '-n'));
  await eventually('the script runs', () => machine.exists('/run/lab/runs'));

  t.match(await machine.finish(machine.command('vrrpd', 'reload')), {
    code: 2,
    stderr: /startup_script still runs/,
  });
  t.match((await machine.status()).instances, [{ state: 'INIT' }]);
  t.notOk(await machine.exists('/run/lab/fifo'), 'who is told comes after it');

  const before = Date.now();
  t.match(await job.stop(), { code: 0 });
  t.ok(Date.now() - before < 4_000, 'the stop ends it');
  t.notMatch(job.log.join(' '), /Entering/);
  t.match(job.log.join(' '), /startup_script \/run\/lab\/startup: vrrpd is stopping: it is ended/);
});

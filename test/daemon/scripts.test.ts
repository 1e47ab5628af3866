// Scripts of a daemon on a machine: notify scripts with their words and in their order, the second that notify_stop is
// given, checks that are not there, and a check that ends the daemon by its name.

import t from 'tap';
import { eventually } from '../lab/eventually.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

const RECORD = '/run/record';

t.test('notify scripts', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const recorded = async (): Promise<string[]> =>
    (await machine.exists(RECORD)) ? (await machine.namespace.read(RECORD)).trim().split('\n') : [];
  await machine.namespace.write('/etc/record.sh', `#!/bin/sh\nsleep 0.1\necho "$*" >> ${RECORD}\n`, { mode: 0o755 });
  await machine.namespace.write('/etc/fail.sh', '#!/bin/sh\necho first\necho this went wrong >&2\nexit 3\n', {
    mode: 0o755,
  });
  const notify = ['master', 'backup', 'stop'].map((state) => `notify_${state} "/etc/record.sh ${state}"`);
  const more = [...notify, 'notify_fault /etc/fail.sh', 'notify "/etc/record.sh any"'].join('\n    ');
  await machine.namespace.write(CONFIGURATION, owner({ more }));
  const job = await machine.serve('vrrpd');

  await t.test('the one of the state first, then notify with its four words', async (t) => {
    await eventually('all have run', async () => (await recorded()).length === 4);
    const words = ['backup', 'any INSTANCE VI_1 BACKUP 255', 'master', 'any INSTANCE VI_1 MASTER 255'];
    t.same(await recorded(), words);
  });

  await t.test('one that fails is told, with the last lines that it wrote', async (t) => {
    await machine.namespace.ip('link', 'set', 'peer', 'down');
    await machine.logged(job, /\(VI_1\) notify_fault \/etc\/fail\.sh: exit 3 after .*: "first \/ this went wrong"/);
    await eventually('the other one has run', async () => (await recorded()).length === 5);
    t.equal((await recorded()).at(-1), 'any INSTANCE VI_1 FAULT 255');
    await machine.namespace.ip('link', 'set', 'peer', 'up');
    await eventually('it is master again', async () => (await recorded()).at(-1) === 'any INSTANCE VI_1 MASTER 255');
  });

  await t.test('notify_stop is waited for', async (t) => {
    t.match(await job.stop(), { code: 0 });
    t.equal((await recorded()).filter((line) => line === 'stop').length, 1);
    await eventually('notify has run too', async () => (await recorded()).includes('any INSTANCE VI_1 STOP 255'));
  });

  await t.test('a notify_stop that does not end is given one second', async (t) => {
    await machine.namespace.write(CONFIGURATION, owner({ more: 'notify_stop "/bin/sleep 20"' }));
    const next = await machine.serve('vrrpd');
    const before = performance.now();
    t.match(await next.stop(), { code: 0 });
    const took = performance.now() - before;
    // Two seconds for an heir that does not come, and the script's one.
    t.ok(took > 2_900 && took < 5_000, `${String(took)} ms`);
    t.notOk(await machine.holds());
  });
});

t.test('checks', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());

  await t.test('one that is not there is told at the start and counts as failed', async (t) => {
    const script = 'vrrp_script chk {\n    script /etc/none.sh\n    interval 1\n    weight -10\n}\n';
    const instance = owner({ more: 'track_script {\n chk\n}' }).replace('255', '100').replace('MASTER', 'BACKUP');
    await machine.namespace.write(CONFIGURATION, script + instance);
    const job = await machine.serve('vrrpd');
    await machine.logged(
      job,
      /vrrp_script chk: cannot run \/etc\/none\.sh: there is no such file: the check counts as failed/,
    );
    await machine.logged(job, /Changing effective priority from 100 to 90: chk failed/);
    const { alerts, instances } = await machine.status();
    t.match(alerts, [/check chk cannot run: \/etc\/none\.sh: no such file/]);
    t.match(instances, [{ checks: [{ name: 'chk', state: 'down' }], priority: { base: 100, effective: 90 } }]);
    t.match(await job.stop(), { code: 0 });
  });

  await t.test('one that is a probe needs no program', async (t) => {
    const check = (name: string, script: string): string =>
      `vrrp_script ${name} {\n    script "${script}"\n    interval 1\n    weight -10\n}\n`;
    const checks = check('port', '/none/vrrpd probe tcp 192.168.1.191:7') + check('file', '</run/up');
    const instance = owner({ more: 'track_script {\n port\n file\n}' });
    await machine.namespace.write('/run/up', '');
    await machine.namespace.write(CONFIGURATION, checks + instance.replace('255', '100').replace('MASTER', 'BACKUP'));
    const job = await machine.serve('vrrpd');
    await machine.logged(job, /Changing effective priority from 100 to 90: port failed/);
    t.match((await machine.status()).instances, [
      {
        checks: [
          { name: 'port', state: 'down', lastResult: /^exit 1 after .*: "192\.168\.1\.191:7: connection refused"$/ },
          { name: 'file', state: 'up', lastResult: /^exit 0 after .*: "\/run\/up can be read"$/ },
        ],
      },
    ]);
    await machine.namespace.run('rm', '/run/up');
    await machine.logged(job, /Changing effective priority from 90 to 80: file failed/);
    t.notOk(
      job.log.find((line) => line.includes('cannot run')),
      'no program is missed',
    );
    t.match(await job.stop(), { code: 0 });
  });

  await t.test('one that calls killall ends the daemon that is called keepalived', async (t) => {
    const check = '#!/bin/sh\nkillall keepalived\n';
    await machine.namespace.write('/etc/check.sh', check, { mode: 0o755 });
    const script = 'vrrp_script chk {\n    script /etc/check.sh\n    interval 1\n}\n';
    await machine.namespace.write(CONFIGURATION, script + owner({ more: 'track_script {\n chk\n}' }));
    const job = machine.namespace.start(machine.command('keepalived', '-n'));
    t.match(await job.ended, { code: 0 });
    await machine.logged(job, /Stopped vrrpd/);
    t.notOk(await machine.holds());
  });
});

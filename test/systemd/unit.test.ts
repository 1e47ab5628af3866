// The units under a real systemd, with layout 1's file and check script: start, status, a crash, the script's
// `killall keepalived`, stop, what scripts may do, many crashes, and the sandbox of hardened.conf.
// systemd.service(5): Type=notify, Restart=; systemd.unit(5): OnFailure=, StartLimitBurst=; systemd-analyze(1): security.

import { existsSync } from 'node:fs';
import t, { type Test } from 'tap';
import { projectRoot } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { hardened } from './hardened.js';
import { Machine, PROJECT } from './machine.js';

const missing = ['/usr/bin/systemd-nspawn', '/lib/systemd/systemd'].filter((file) => !existsSync(file)).join(' and ');
const noSystemd = noRealRoot || (missing && `${missing} is missing`);

const FILE = '/etc/keepalived/keepalived.conf';
const LAYOUT_1 = `cp ${PROJECT}/test/fixtures/layouts/1-mycat-haproxy-pair/keepalived-edu-haproxy-01.conf ${FILE}`;
const DONE = { code: 0, output: '' };

t.test('the units under a real systemd', { skip: noSystemd }, async (t) => {
  const machine = await Machine.boot(projectRoot());
  t.teardown(() => machine.close());
  await machine.run('systemctl start haproxy');
  await t.test('the daemon starts, reloads, and is started again', (t) => life(t, machine));
  await t.test('scripts do what they do elsewhere', (t) => scripts(t, machine));
  await t.test('a script that waits for haproxy does not stand in the way of the stop', (t) => order(t, machine));
  await t.test('a daemon that its check script ends stays down', (t) => ended(t, machine));
  await t.test('one that crashes all the time stays down', (t) => crashes(t, machine));
  await t.test('the sandbox of hardened.conf', (t) => hardened(t, machine));
});

/** Empty until it has run. */
const cleaned = (machine: Machine): Promise<string> => machine.show('ExecMainStartTimestamp', 'vrrpd-cleanup');

async function life(t: Test, machine: Machine): Promise<void> {
  t.strictSame(await machine.run('systemd-analyze verify vrrpd.service vrrpd-cleanup.service'), DONE, 'well-formed');
  t.equal((await machine.run('systemd-analyze security --threshold=60 vrrpd.service')).code, 0, 'exposure');
  t.strictSame(await machine.run('systemctl start vrrpd'), DONE, 'it starts, and is ready when systemctl returns');
  t.equal((await machine.run('vrrpd status')).code, 0, 'it answers');
  t.match(await machine.show('StatusText'), /^VI_1 (BACKUP|MASTER)$/, 'systemctl status shows the states');
  await eventually('it is master', () => machine.holds());
  t.equal(
    (await machine.run('pidof keepalived')).output,
    await machine.show('MainPID'),
    'scripts find it as keepalived',
  );

  await machine.run(`sed -i 's/priority 120/priority 121/' ${FILE}`);
  t.strictSame(await machine.run('systemctl reload vrrpd'), DONE, 'a good file: it reloads');
  t.match((await machine.run('vrrpd status')).output, /= 121 /, 'and has it when systemctl returns');
  await machine.run(`sed -i 's/priority 121/priority 12x/' ${FILE}`);
  t.match(await machine.run('systemctl reload vrrpd'), { code: 1, output: /failed/ }, 'a broken one: the reload fails');
  const journal = async (): Promise<string> => (await machine.run('journalctl -u vrrpd')).output;
  // Lines come to it by themselves.
  await eventually('the journal says why', async () => (await journal()).includes('error bad-number: "12x" is not'));
  t.equal(await machine.show('ActiveState'), 'active');
  t.match(await machine.show('StatusText'), /^VI_1 MASTER$/, 'and it goes on');
  t.match((await machine.run('vrrpd status')).output, /= 121 /);
  await machine.run(`sed -i 's/priority 12x/priority 120/' ${FILE}`);
  await machine.run(`kill -HUP ${await machine.show('MainPID')}`);
  await eventually('SIGHUP reloads too', async () => (await machine.run('vrrpd status')).output.includes('= 120 '));
  await comesBack(t, machine);
}

async function comesBack(t: Test, machine: Machine): Promise<void> {
  const before = await machine.show('MainPID');
  await machine.run(`kill -9 ${before}`);
  await eventually(
    'it is back',
    async () => (await machine.show('NRestarts')) === '1' && (await machine.show('ActiveState')) === 'active',
  );
  t.not(await machine.show('MainPID'), before, 'after kill -9 systemd has started it again');
  await eventually('it is master again', () => machine.holds());
  t.equal(await cleaned(machine), '', 'and nothing was cleaned up');
  // A later systemd starts it here too.
  t.strictSame(await machine.run('systemctl start vrrpd-cleanup'), DONE);
  t.equal(await cleaned(machine), '', 'nothing is cleaned up while the daemon runs');
}

async function scripts(t: Test, machine: Machine): Promise<void> {
  await machine.run(
    `sed -i 's/^        chk_haproxy/&\\n        chk_script weight 1/' ${FILE} && ` +
      `echo 'vrrp_script chk_script { script "${PROJECT}/test/systemd/script.sh" interval 60 }' >> ${FILE}`,
  );
  t.strictSame(await machine.run('systemctl reload vrrpd'), DONE);
  const log = async (): Promise<string> => (await machine.run('cat /run/script.log')).output;
  await eventually('the script has ended', async () => (await log()).endsWith('end'));
  const [allowed = '', refused = ''] = (await log()).split('-- not these');
  t.notMatch(allowed, /^refused/m, 'what scripts do');
  t.notMatch(refused, /^ok/m, 'what they lose');
}

async function order(t: Test, machine: Machine): Promise<void> {
  await machine.run(LAYOUT_1);
  await machine.run(`sed -i 's|^    nopreempt|&\\n    notify_stop "/bin/systemctl stop haproxy"|' ${FILE}`);
  t.strictSame(await machine.run('systemctl reload vrrpd'), DONE);
  // As at a shutdown: both have to stop, haproxy after vrrpd.
  t.strictSame(await machine.run('systemctl stop vrrpd haproxy'), DONE);
  t.equal(await machine.show('Result'), 'success');
  t.equal(await machine.show('ActiveState', 'haproxy'), 'inactive', 'both have stopped');
  const instant = async (which: string, unit: string): Promise<number> =>
    Number(await machine.show(`${which}TimestampMonotonic`, unit));
  const left = await instant('InactiveEnter', 'vrrpd');
  t.ok(left <= (await instant('ActiveExit', 'haproxy')), 'vrrpd had left when haproxy began to stop');
  t.ok(left - (await instant('ActiveExit', 'vrrpd')) < 10_000_000, 'without waiting for each other');

  await machine.run(`systemctl start haproxy vrrpd && sed -i 's|/bin/systemctl stop|/bin/systemctl restart|' ${FILE}`);
  t.strictSame(await machine.run('systemctl reload vrrpd'), DONE);
  const before = await machine.show('MainPID', 'haproxy');
  t.strictSame(await machine.run('systemctl stop vrrpd'), DONE);
  t.equal(await machine.show('Result'), 'success', 'one that restarts haproxy is no obstacle either');
  await eventually('it has', async () => ![before, '0'].includes(await machine.show('MainPID', 'haproxy')));
  await machine.run(`sed -i '/notify_stop/d' ${FILE}`);
}

async function ended(t: Test, machine: Machine): Promise<void> {
  t.strictSame(await machine.run('systemctl start vrrpd'), DONE);
  await eventually('it is master', () => machine.holds());
  await machine.run('rm -f /etc/init.d/haproxy && systemctl stop haproxy');
  await eventually('the check script has ended it', async () => (await machine.show('ActiveState')) === 'inactive');
  t.equal(await machine.show('Result'), 'success', 'it ended as it was told to');
  t.notOk(await machine.holds(), 'and has taken the address off');
  t.match((await machine.run('tail -n 1 /var/log/haproxy-check.log')).output, 'killall keepalived');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  t.equal(await machine.show('ActiveState'), 'inactive', 'and stays down');
  t.equal(await cleaned(machine), '', 'nothing is cleaned up after it');

  await machine.run('systemctl start haproxy vrrpd');
  t.equal(await machine.show('ActiveState'), 'active', 'it can be started again');
  t.equal((await machine.run('systemctl stop vrrpd')).code, 0);
  t.equal(await machine.show('ActiveState'), 'inactive', 'and stopped');
  t.equal((await machine.run('vrrpd status')).code, 3, 'then nobody answers');
}

/** Kills the daemon whenever there is one, until systemd has given up: it lets ten begin. */
const KILL_UNTIL_FAILED = `
for turn in $(seq 600); do
  eval "$(systemctl show -p ActiveState -p MainPID vrrpd)"
  [ $ActiveState = failed ] && break
  [ $MainPID -gt 0 ] && kill -9 $MainPID
  sleep 0.05
done`;

async function crashes(t: Test, machine: Machine): Promise<void> {
  await machine.run('systemctl reset-failed vrrpd; systemctl start vrrpd');
  await eventually('it is master', () => machine.holds());
  await machine.run('kill -9 $(pidof keepalived); systemctl stop vrrpd');
  await eventually('told to stop before it is back, it leaves nothing', async () => !(await machine.holds()));
  await machine.run('systemctl reset-failed vrrpd vrrpd-cleanup; systemctl start vrrpd');
  await eventually('it is master', () => machine.holds());
  const before = await cleaned(machine);
  await machine.run(KILL_UNTIL_FAILED);
  t.equal(await machine.show('ActiveState'), 'failed');
  t.equal(await machine.show('NRestarts'), '10', 'the eleventh start in three minutes is refused');
  await eventually('the address is taken off', async () => !(await machine.holds()));
  t.not(await cleaned(machine), before, 'by the cleanup');
  await machine.run('systemctl reset-failed vrrpd');
}

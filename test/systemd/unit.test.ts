// The unit under a real systemd, with layout 1's file and check script: start, status, a crash, the script's
// `killall keepalived`, stop. systemd.service(5): Type=notify, Restart=.

import { existsSync } from 'node:fs';
import t from 'tap';
import { projectRoot } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { Machine } from './machine.js';

const missing = ['/usr/bin/systemd-nspawn', '/lib/systemd/systemd'].filter((file) => !existsSync(file)).join(' and ');
const noSystemd = noRealRoot || (missing && `${missing} is missing`);

t.test('the unit under a real systemd', { skip: noSystemd }, async (t) => {
  const machine = await Machine.boot(projectRoot());
  t.teardown(() => machine.close());
  const show = async (property: string): Promise<string> =>
    (await machine.run(`systemctl show --value -p ${property} vrrpd`)).output;
  const holds = async (): Promise<boolean> =>
    (await machine.run('ip address show dev eth1')).output.includes('192.168.1.190/32');
  // The check script looks for a process of this name.
  await machine.run(
    'mkdir -p /run/lab && cp /bin/sleep /run/lab/haproxy && systemd-run --unit=haproxy /run/lab/haproxy 600',
  );

  const verified = await machine.run('systemd-analyze verify vrrpd.service');
  t.strictSame(verified, { code: 0, output: '' }, 'systemd-analyze verify has nothing to say');

  const started = await machine.run('systemctl start vrrpd');
  t.strictSame(started, { code: 0, output: '' }, 'it starts, and is ready when systemctl returns');
  t.equal((await machine.run('vrrpd status')).code, 0, 'it answers');
  t.match(await show('StatusText'), /^VI_1 (BACKUP|MASTER)$/, 'systemctl status shows the states');
  await eventually('it is master', holds);
  t.equal((await machine.run('pidof keepalived')).output, await show('MainPID'), 'scripts find it as keepalived');

  const file = '/etc/keepalived/keepalived.conf';
  await machine.run(`sed -i 's/priority 120/priority 121/' ${file}`);
  t.strictSame(await machine.run('systemctl reload vrrpd'), { code: 0, output: '' }, 'a good file: it reloads');
  t.match((await machine.run('vrrpd status')).output, /= 121 /, 'and has it when systemctl returns');
  await machine.run(`sed -i 's/priority 121/priority 12x/' ${file}`);
  t.match(await machine.run('systemctl reload vrrpd'), { code: 1, output: /failed/ }, 'a broken one: the reload fails');
  const journal = async (): Promise<string> => (await machine.run('journalctl -u vrrpd')).output;
  // Lines come to it by themselves.
  await eventually('the journal says why', async () => (await journal()).includes('error bad-number: "12x" is not'));
  t.equal(await show('ActiveState'), 'active');
  t.match(await show('StatusText'), /^VI_1 MASTER$/, 'and it goes on');
  t.match((await machine.run('vrrpd status')).output, /= 121 /);
  await machine.run(`sed -i 's/priority 12x/priority 120/' ${file}`);
  await machine.run(`kill -HUP ${await show('MainPID')}`);
  await eventually('SIGHUP reloads too', async () => (await machine.run('vrrpd status')).output.includes('= 120 '));

  const before = await show('MainPID');
  await machine.run(`kill -9 ${before}`);
  await eventually(
    'it is back',
    async () => (await show('NRestarts')) === '1' && (await show('ActiveState')) === 'active',
  );
  t.not(await show('MainPID'), before, 'after kill -9 systemd has started it again');
  await eventually('it is master again', holds);

  await machine.run('rm -f /etc/init.d/haproxy && systemctl stop haproxy');
  await eventually('the check script has ended it', async () => (await show('ActiveState')) === 'inactive');
  t.equal(await show('Result'), 'success', 'it ended as it was told to');
  t.notOk(await holds(), 'and has taken the address off');
  t.match((await machine.run('tail -n 1 /var/log/haproxy-check.log')).output, 'killall keepalived');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  t.equal(await show('ActiveState'), 'inactive', 'and stays down');

  await machine.run('systemd-run --unit=haproxy-again /run/lab/haproxy 600; systemctl start vrrpd');
  t.equal(await show('ActiveState'), 'active', 'it can be started again');
  t.equal((await machine.run('systemctl stop vrrpd')).code, 0);
  t.equal(await show('ActiveState'), 'inactive', 'and stopped');
  t.equal((await machine.run('vrrpd status')).code, 3, 'then nobody answers');
});

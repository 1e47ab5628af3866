// A reload on a machine: by signal and by command, good files and bad ones, and who may ask for it.

import t from 'tap';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { CONFIGURATION, Machine, noMachine, owner, VIP } from './machine.js';

const withAddress = (address: string): string => owner().replace(VIP, `${VIP}\n        ${address}`);

t.test('a reload', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const job = await machine.serve('vrrpd');
  await eventually('the address is there', () => machine.holds());
  const reload = () => machine.finish(machine.command('vrrpd', 'reload'));
  const since = (mark: number): string => job.log.slice(mark).join('\n');

  await t.test('of the same file changes nothing and says so', async (t) => {
    const mark = job.log.length;
    const { code, stdout, stderr } = await reload();
    t.equal(code, 0);
    t.equal(stdout, 'Reload complete: nothing has changed\n');
    t.equal(stderr, '');
    await machine.logged(job, /Reload complete/);
    t.match(since(mark), /Reloading\n.*Reload complete: nothing has changed$/);
  });

  await t.test('brings an address, says so, and what to do on the other host', async (t) => {
    await machine.namespace.write(CONFIGURATION, withAddress('192.168.1.200'));
    const { code, stdout } = await reload();
    t.equal(code, 0);
    t.match(stdout, /^VI_1: \+ 192\.168\.1\.200\/32 dev eth1$/m);
    t.match(stdout, /^VI_1 advertises another list of addresses now: .*2\.3\.2 or older/m);
    t.match(stdout, /^Reload complete: 1 instance: 1 changed$/m);
    t.match(await machine.namespace.ip('address', 'show', 'dev', 'eth1'), ' 192.168.1.200/32 ');
    t.match((await machine.status()).instances, [{ state: 'MASTER', becameMaster: 1, addresses: [{}, {}] }]);
  });

  await t.test('of a broken file is refused with its diagnostics; the daemon goes on as it was', async (t) => {
    const broken = withAddress('192.168.1.300').replace('priority 255', 'priority 10x');
    await machine.namespace.write(CONFIGURATION, broken);
    const mark = job.log.length;
    const { code, stdout, stderr } = await reload();
    t.equal(code, 2);
    t.equal(stdout, '');
    t.match(stderr, /keepalived\.conf:6:14: error bad-number: /);
    t.match(stderr, /keepalived\.conf:10:9: error bad-address: /);
    t.match(stderr, /^ +6 \| {5}priority 10x$/m, 'the line is shown');
    t.match(stderr, /^Reload refused: .*\(2 errors\); the running configuration goes on$/m);
    await eventually('the log says so too', () => since(mark).includes('Reload refused'));
    t.match(since(mark), /error bad-number/);
    t.match(await machine.namespace.ip('address', 'show', 'dev', 'eth1'), ' 192.168.1.200/32 ');
    const status = await machine.status();
    t.equal(status.instances[0]?.priority.base, 255);
    t.match(
      status.alerts,
      [/^the reload at \d\d:\d\d:\d\d was refused: the file is not what runs/],
      'the status says so',
    );
  });

  await t.test('without the file is refused', async (t) => {
    await machine.finish(['rm', CONFIGURATION]);
    const { code, stderr } = await reload();
    t.equal(code, 2);
    t.match(stderr, /There is no configuration file/);
    t.equal((await machine.status()).instances[0]?.state, 'MASTER');
  });

  await t.test('by SIGHUP is the same, and several at once lose nothing', async (t) => {
    await machine.namespace.write(CONFIGURATION, owner());
    const mark = job.log.length;
    for (let count = 0; count < 5; count += 1) await job.signal('SIGHUP');
    await eventually('reloaded', () => since(mark).includes('Reload complete: 1 instance: 1 changed'));
    t.notMatch(await machine.namespace.ip('address', 'show', 'dev', 'eth1'), ' 192.168.1.200/');
    t.ok(await machine.holds());
    t.same((await machine.status()).alerts, [], 'a reload that succeeds ends the alert');
  });

  await t.test('is for root alone', { skip: noRealRoot }, async (t) => {
    await machine.finish(['chmod', '-R', 'a+rwx', '/run/vrrpd']);
    const nobody = (command: string) =>
      machine.finish(['setpriv', '--reuid=65534', '--clear-groups', ...machine.command('vrrpd', command)]);
    t.equal((await nobody('status')).code, 0);
    const { code, stderr } = await nobody('reload');
    t.equal(code, 4);
    t.match(stderr, /only root/);
  });

  await t.test('does not come in the way of the end', async (t) => {
    await job.signal('SIGHUP');
    t.match(await job.stop(), { code: 0 });
    t.notOk(await machine.holds());
  });
});

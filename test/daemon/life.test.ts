// The daemon's life on a machine: it serves, says so, and leaves nothing behind; what it is found by; what it survives.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

t.test('a log of JSON lines', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const job = await machine.serve('vrrpd', '--log-format', 'json');
  await job.stop();
  const lines = job.log.map((line) => JSON.parse(line) as { level: string; time: number; pid: number; msg: string });
  t.match(lines.at(-1), { level: 'info', pid: Number, msg: /^Stopped vrrpd/ });
  t.ok(lines.every(({ time }) => Math.abs(time - Date.now()) < 60_000));
});

t.test('from start to stop', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const job = await machine.serve('vrrpd');

  await t.test('it serves, and says what it does', async (t) => {
    await eventually('the address is there', () => machine.holds());
    const status = await machine.status();
    t.match(status, { host: 'vd-machine', configFile: CONFIGURATION, warnings: 0, alerts: [] });
    t.match(status.instances, [{ name: 'VI_1', state: 'MASTER', addresses: [{ present: true }] }]);
    t.ok(Math.abs(Date.parse(status.takenAt) - Date.now()) < 60_000, status.takenAt);
    const { code, stdout } = await machine.finish(machine.command('vrrpd', 'status'));
    t.equal(code, 0);
    t.match(stdout, /^vrrpd 0\.1\.0 on vd-machine {3}up /);
    t.match(stdout, /^VI_1 {3}MASTER for /m);
    for (const line of stdout.split('\n')) t.ok(line.length <= 80, line);
  });

  await t.test('it is found under its name', async (t) => {
    const number = (await machine.namespace.read('/run/vrrpd.pid')).trim();
    t.equal((await machine.namespace.run('pidof', 'vrrpd')).trim(), number);
    t.match(await machine.namespace.run('ps', '-C', 'vrrpd', '-o', 'pid='), number);
    t.equal(String((await machine.status()).pid), number);
  });

  await t.test('only root and the group get at its control socket', { skip: noRealRoot }, async (t) => {
    const modes = await machine.namespace.run('stat', '-c', '%a %U', '/run/vrrpd', '/run/vrrpd/control.sock');
    t.equal(modes, '750 root\n660 root\n');
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
    const { code, stderr } = await machine.finish([...nobody, ...machine.command('vrrpd', 'status')]);
    t.equal(code, 4);
    t.match(stderr, /permission/);
  });

  await t.test('signals that ask for something neither end it nor open an inspector', async (t) => {
    for (const name of ['HUP', 'USR1', 'USR2', '36', '63'])
      await machine.namespace.run('pkill', `-${name}`, '-x', 'vrrpd');
    await machine.logged(job, /Reload complete: nothing has changed/);
    const files = ['data', 'stats', 'json'].map((kind) => `/tmp/keepalived.${kind}`);
    for (const file of files) await eventually(file, () => machine.exists(file));
    t.ok(job.running);
    t.notMatch(job.log.join('\n'), /Debugger listening/);
    t.match((await machine.status()).instances, [{ state: 'MASTER' }]);
  });

  await t.test('a second one refuses and disturbs nothing', async (t) => {
    const sameFiles = await machine.finish(machine.command('vrrpd'));
    t.equal(sameFiles.code, 1);
    t.match(sameFiles.stderr, /daemon is already running: vrrpd with pid \d+, says \/run\/vrrpd\.pid/);
    const asKeepalived = await machine.finish(machine.command('keepalived', '-n'));
    t.equal(asKeepalived.code, 1);
    t.match(asKeepalived.stderr, /daemon is already running/);
    // Another /run, but the same network: no file can say it, the lock does.
    const script = 'program=$(realpath /run/lab/vrrpd) && mount -t tmpfs tmpfs /run && exec "$@" "$program"';
    const node = machine.command('vrrpd').slice(0, -1);
    const otherRun = await machine.finish(['unshare', '-m', 'sh', '-c', script, 'sh', ...node]);
    t.equal(otherRun.code, 1);
    t.match(otherRun.stderr, /daemon is already running: another vrrpd serves VRID 91 on eth1/);
    t.ok(await machine.holds());
    t.match((await machine.status()).instances, [{ state: 'MASTER' }]);
  });

  await t.test('SIGTERM: when no heir is heard the address goes, nothing is left, exit code 0', async (t) => {
    const before = performance.now();
    t.match(await job.stop(), { code: 0 });
    const took = performance.now() - before;
    t.ok(took > 2_000 && took < 4_000, `${took} ms`);
    t.notOk(await machine.holds());
    for (const file of ['/run/vrrpd.pid', '/run/vrrpd/control.sock']) t.notOk(await machine.exists(file), file);
    await machine.logged(job, /\(VI_1\) Stopping: SIGTERM; was MASTER for /);
    await machine.logged(job, /Stopped vrrpd v0\.1\.0/);
    const { code, stderr } = await machine.finish(machine.command('vrrpd', 'status'));
    t.equal(code, 3);
    t.match(stderr, /^vrrpd is not running .*\n$/);
  });

  await t.test("what a killed one left behind is in nobody's way", async (t) => {
    const killed = await machine.serve('vrrpd');
    await killed.kill();
    t.ok(await machine.exists('/run/vrrpd.pid'));
    t.ok(await machine.exists('/run/vrrpd/control.sock'));
    const next = await machine.serve('vrrpd', '-D');
    t.match((await machine.status()).instances, [{ state: 'MASTER' }]);
    await machine.namespace.run('pkill', '-INT', '-x', 'vrrpd');
    t.match(await next.ended, { code: 0 });
  });
});

t.test('called as keepalived', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());

  await t.test('it detaches, and the command returns when it is ready', async (t) => {
    t.match(await machine.finish(machine.command('keepalived')), { code: 0, stdout: '', stderr: '' });
    const number = (await machine.namespace.read('/run/keepalived.pid')).trim();
    t.match(await machine.status(), { pid: Number(number), instances: [{ state: 'MASTER' }] });
    t.equal(
      (await machine.namespace.run('ps', '-o', 'comm=,sid=,tty=', '-p', number)).trim().replace(/ +/g, ' '),
      `keepalived ${number} ?`,
    );
  });

  await t.test('killall ends it', async (t) => {
    await machine.namespace.run('killall', 'keepalived');
    await eventually('it is gone', async () => (await machine.finish(['pidof', 'keepalived'])).code === 1);
    t.notOk(await machine.holds());
    t.notOk(await machine.exists('/run/keepalived.pid'));
  });

  await t.test('with -n it stays in the foreground, with its pid files where the options say', async (t) => {
    const job = await machine.serve('keepalived', '-nlP', '-p/run/one.pid', '-r', '/run/two.pid', '--dump-conf', '-x');
    await machine.logged(job, /Options without meaning here: --dump-conf --snmp/);
    const number = (await machine.namespace.run('pidof', 'keepalived')).trim();
    for (const file of ['/run/one.pid', '/run/two.pid']) t.equal((await machine.namespace.read(file)).trim(), number);
    t.match(await job.stop(), { code: 0 });
    for (const file of ['/run/one.pid', '/run/two.pid']) t.notOk(await machine.exists(file));
  });

  await t.test('what keeps it from starting is said by the command that returns', async (t) => {
    const missing = await machine.finish(machine.command('keepalived', '-f', '/etc/none.conf'));
    t.match(missing, { code: 6, stdout: '', stderr: /no configuration file \/etc\/none\.conf/ });
    await machine.namespace.write('/etc/bad.conf', owner().replace('virtual_router_id 91', 'virtual_router_id 0'));
    const bad = await machine.finish(machine.command('keepalived', '--use-file=/etc/bad.conf'));
    t.match(bad, { code: 2, stderr: /^\/etc\/bad\.conf:5:\d+: error /m });
    await sleep(100);
    t.equal((await machine.finish(['pidof', 'keepalived'])).code, 1, 'and nothing stays in the background');
  });
});

t.test('nothing is touched when it can not start', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.ip('address', 'add', '192.168.1.190/32', 'dev', 'eth1');

  await machine.namespace.write(CONFIGURATION, owner({ more: 'virtual_router 5' }).replace('eth1', ''));
  const configuration = await machine.finish(machine.command('vrrpd'));
  t.equal(configuration.code, 2);
  t.match(configuration.stderr, /keepalived\.conf:\d+:\d+: error /);
  t.notMatch(configuration.stderr, /Entering/);

  const missing = await machine.finish(machine.command('vrrpd', '-f', '/etc/none.conf'));
  t.match(missing, { code: 6, stderr: /no configuration file \/etc\/none\.conf/ });
  t.equal((await machine.finish(machine.command('vrrpd', '-f', '/etc'))).code, 6);

  await machine.namespace.write(CONFIGURATION, owner());
  await t.test('by an ordinary user', { skip: noRealRoot }, async (t) => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
    const permission = await machine.finish([...nobody, ...machine.command('vrrpd')]);
    t.match(permission, { code: 4, stderr: /CAP_NET_ADMIN and CAP_NET_RAW/ });
  });
  const admin = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw', '--'];
  const one = await machine.finish([...admin, ...machine.command('vrrpd')]);
  t.match(one, { code: 4, stderr: /Permission missing: CAP_NET_RAW/ });

  t.ok(await machine.holds(), 'an address that somebody set is still there');
  t.notOk(await machine.exists('/run/vrrpd.pid'));
  t.notOk(await machine.exists('/run/vrrpd'));
});

t.test('a log that nobody reads holds nothing up', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const full = 'mkfifo /run/full && exec 3<>/run/full && dd if=/dev/zero of=/run/full bs=64k count=1 oflag=nonblock';
  const script = `${full} 2>/run/dd && exec "$@" 2>/run/full`;
  const job = machine.namespace.start(['sh', '-c', script, 'sh', ...machine.command('vrrpd', '-D')]);
  await eventually('it answers', async () => (await machine.finish(machine.command('vrrpd', 'status'))).code === 0);
  const sent = async (): Promise<number> => (await machine.status()).instances[0]?.adverts.sent ?? 0;
  const before = { count: await sent(), at: performance.now() };
  await sleep(2_000);
  const seconds = (performance.now() - before.at) / 1_000;
  t.ok((await sent()) - before.count >= Math.floor(seconds), 'an advert each second');
  const stopping = performance.now();
  t.match(await job.stop(), { code: 0 });
  t.ok(performance.now() - stopping < 4_000, 'and it ends');
  t.notOk(await machine.holds());
});

t.test('a mistake of its own ends it, visibly', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.write(CONFIGURATION, owner());
  const mistake = 'data:text/javascript,setTimeout(()=>{throw%20new%20Error("it%20can%20not%20be")},1500)';
  const [env = '', unset = '', name = '', node = '', ...rest] = machine.command('vrrpd');
  const { code, stderr } = await machine.finish([env, unset, name, node, `--import=${mistake}`, ...rest]);
  t.equal(code, 70);
  t.match(stderr, /Startup complete/);
  t.match(stderr, /Internal error.*it can not be/);
  t.match(await machine.finish(machine.command('vrrpd', 'status')), { code: 3 });

  const next = await machine.serve('vrrpd');
  t.match((await machine.status()).instances, [{ state: 'MASTER' }], 'the next one goes on');
  t.match(await next.stop(), { code: 0 });
});

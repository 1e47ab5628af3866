// The dump files on a disk: whole at every moment, root's alone, never through a link; a failure is a line. And the
// signals that ask for them, sent to a running daemon.

import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { DumpFiles, usualDumps } from '../../src/daemon/dump-files.js';
import { SteadyWallTime } from '../../src/daemon/wall-time.js';
import { instant, seconds } from '../../src/time.js';
import { eventually } from '../lab/eventually.js';
import { readStats } from '../lab/exporter.js';
import { TestHost } from '../vrrp/host.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

function running(): { host: TestHost; files: DumpFiles; lines: string[] } {
  const host = new TestHost();
  host.start();
  const lines: string[] = [];
  return { host, files: new DumpFiles((line) => lines.push(line)), lines };
}

t.test('where they are: TMPDIR, when it is a whole path, else /tmp', (t) => {
  t.equal(usualDumps('/var/tmp').files.json, '/var/tmp/keepalived.json');
  for (const folder of [undefined, '', 'here']) t.equal(usualDumps(folder).files.data, '/tmp/keepalived.data');
  t.end();
});

t.test('each kind is a file of its own, for its owner alone', async (t) => {
  const { host, files, lines } = running();
  const folder = t.testdir();
  const plan = usualDumps(folder);
  const all = (['data', 'stats', 'json'] as const).map((kind) => files.write(kind, host.router, plan));
  await Promise.all(all);
  t.strictSame((await readdir(folder)).sort(), ['keepalived.data', 'keepalived.json', 'keepalived.stats']);
  for (const file of Object.values(plan.files)) t.equal((await stat(file)).mode & 0o777, 0o600, file);
  t.match(await readFile(plan.files.data, 'utf8'), /^ VRRP Instance = VI_1$/m);
  t.match(JSON.parse(await readFile(plan.files.json, 'utf8')), [{ data: { iname: 'VI_1' } }]);
  await files.write('json', host.router, { ...plan, jsonVersion: 2 });
  t.match(JSON.parse(await readFile(plan.files.json, 'utf8')), { vrrp: [{ data: { iname: 'VI_1' } }] });
  t.strictSame(lines, []);
});

t.test('requests at the same time: the last one is what stays, and a reader sees whole files only', async (t) => {
  const { host, files, lines } = running();
  const plan = usualDumps(t.testdir());
  const { statistics } = host.instance;
  const writes: Promise<void>[] = [];
  const seen: number[] = [];
  for (let count = 1; count <= 50; count += 1) {
    statistics.advertsSent = count;
    writes.push(files.write('stats', host.router, plan));
    if (count % 5 === 0) await new Promise(setImmediate);
    const [one] = readStats(await readFile(plan.files.stats, 'utf8').catch(() => ''));
    if (one) seen.push(Object.keys(one.counts).length);
  }
  await Promise.all(writes);
  t.equal(readStats(await readFile(plan.files.stats, 'utf8'))[0]?.counts['Advertisements Sent'], 50);
  t.strictSame([...new Set(seen)], [14]);
  t.strictSame(lines, []);
});

t.test('a symbolic link is replaced, and what it points to is left alone', async (t) => {
  const { host, files } = running();
  const folder = t.testdir({ precious: 'precious' });
  const plan = usualDumps(folder);
  await symlink(path.join(folder, 'precious'), plan.files.stats);
  await files.write('stats', host.router, plan);
  t.ok((await lstat(plan.files.stats)).isFile());
  t.equal(await readFile(path.join(folder, 'precious'), 'utf8'), 'precious');
});

t.test('what can not be written is one line, and leaves nothing behind', async (t) => {
  const { host, files, lines } = running();
  const folder = t.testdir();
  const plan = usualDumps(folder);
  await mkdir(path.join(plan.files.stats, 'full'), { recursive: true });
  await files.write('stats', host.router, plan);
  await files.write('data', host.router, usualDumps(path.join(folder, 'nowhere')));
  t.equal(lines.length, 2);
  t.match(lines[0], /^No dump file: .*keepalived\.stats/);
  t.match(lines[1], /ENOENT.*nowhere/);
  t.strictSame(await readdir(folder), ['keepalived.stats']);
  await files.write('data', host.router, plan);
  t.equal(lines.length, 2, 'the next one is written');
});

t.test('without an instance an old JSON file stays as it is', async (t) => {
  const { files } = running();
  const plan = usualDumps(t.testdir({ 'keepalived.json': 'old' }));
  await files.write('json', new TestHost({ instances: [] }).router, plan);
  t.equal(await readFile(plan.files.json, 'utf8'), 'old');
});

t.test('a point of time is the same in each file until the clock is set', (t) => {
  let wall = 1_795_246_104_452;
  const times = new SteadyWallTime(() => wall);
  const point = instant(5_000_123);
  const first = times.at(point, instant(5_000_123));
  t.equal(first.seconds, 1_795_246_104.452);
  t.match(first.date, /^\w{3} Nov 2\d \d\d:\d\d:24\.452000 2026$/);
  wall += 10_900;
  t.strictSame(times.at(point, instant(15_000_123)), first, 'a clock that was slewed by 0.9 s');
  wall += 3_600_000;
  const set = times.at(point, instant(15_000_123));
  t.equal(set.seconds, 1_795_249_705.352, 'one that was set');
  t.equal(times.at(instant(point + seconds(1)), instant(15_000_123)).seconds, 1_795_249_706.352);
  t.end();
});

t.test('the signals, to a running daemon', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const { namespace } = machine;
  await namespace.run('mkdir', '/run/dumps');
  await writeFile(namespace.outside('/run/dumps/keepalived.data'), 'old', { mode: 0o644 });
  await namespace.write(CONFIGURATION, owner());
  const job = namespace.start(['env', 'TMPDIR=/run/dumps', ...machine.command('vrrpd')]);
  await machine.logged(job, /Entering MASTER STATE/);
  const send = (signal: string) =>
    namespace.run(
      'sh',
      '-c',
      `kill -$(${machine.command('vrrpd', `--signum=${signal}`).join(' ')}) $(cat /run/vrrpd.pid)`,
    );
  const read = (kind: string) => namespace.read(`/run/dumps/keepalived.${kind}`).catch(() => '');
  for (const [signal, kind, text] of [
    ['DATA', 'data', '   State = MASTER\n'],
    ['STATS', 'stats', '  Became master: 1\n'],
    ['JSON', 'json', '"become_master":1'],
  ] as const) {
    await send(signal);
    await eventually(signal, async () => (await read(kind)).includes(text));
    t.equal((await stat(namespace.outside(`/run/dumps/keepalived.${kind}`))).mode & 0o777, 0o600, `${kind} is root's`);
  }
  await namespace.run('rm', '/run/dumps/keepalived.stats');
  await send('STATS_CLEAR');
  await eventually('the counters are written before', async () => (await read('stats')).includes('Became master: 1\n'));
  await send('STATS');
  await eventually('and are zero after', async () => (await read('stats')).includes('Became master: 0\n'));
  t.strictSame((await machine.status()).instances[0]?.becameMaster, 0);
  t.notOk(await machine.exists('/tmp/keepalived.data'), 'TMPDIR is what counts');
});

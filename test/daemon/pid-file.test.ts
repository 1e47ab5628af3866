// Pid files: which of them name a daemon that lives.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { PidFile, pidPaths } from '../../src/daemon/pid-file.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'daemon.pid');
const file = new PidFile(path);
const holds = (text: string): ReturnType<PidFile['holder']> => {
  writeFileSync(path, text);
  return file.holder();
};

t.test('it names a daemon that lives, and no other process', async (t) => {
  t.equal(file.holder(), undefined, 'no file');
  copyFileSync('/bin/sleep', join(folder, 'keepalived'));
  const rival = spawn(join(folder, 'keepalived'), ['60']);
  await once(rival, 'spawn');
  const pid = rival.pid ?? 0;
  t.same(holds(`${String(pid)}\n`), { pid, name: 'keepalived' });
  t.same(holds(` ${String(pid)}`), { pid, name: 'keepalived' });
  rival.kill();
  await once(rival, 'exit');
  t.equal(holds(`${String(pid)}\n`), undefined, 'it is dead');
  t.equal(holds(`${String(process.ppid)}\n`), undefined, "the number is another program's by now");
  t.equal(holds(`${String(process.pid)}\n`), undefined, 'the number is ours by now, as in a container');
  for (const text of ['', 'x', '0', '-1', '99999999999', '1 2']) t.equal(holds(text), undefined, JSON.stringify(text));
});

t.test('keepalived’s places', (t) => {
  const usual = { usePidDir: false };
  t.same(pidPaths(usual, { name: 'vrrpd' }), ['/run/vrrpd.pid']);
  t.same(pidPaths(usual, { name: 'keepalived' }), ['/run/keepalived.pid', '/run/vrrp.pid']);
  t.same(pidPaths(usual, { name: 'keepalived', pidFile: '/x', vrrpPidFile: '/y' }), ['/x', '/y']);
  t.same(pidPaths({ usePidDir: true }, { name: 'keepalived' }), [
    '/run/keepalived/keepalived.pid',
    '/run/keepalived/vrrp.pid',
  ]);
  t.same(pidPaths({ usePidDir: false, instance: 'web1' }, { name: 'keepalived' }), [
    '/run/keepalived/keepalived_web1.pid',
    '/run/keepalived/vrrp_web1.pid',
  ]);
  const own = { isRoot: false };
  t.same(pidPaths(usual, { name: 'keepalived' }, own), ['/run/vrrpd/keepalived.pid', '/run/vrrpd/vrrp.pid']);
  t.same(pidPaths({ usePidDir: true, instance: 'web1' }, { name: 'vrrpd' }, own), ['/run/vrrpd/vrrpd_web1.pid']);
  t.same(pidPaths(usual, { name: 'vrrpd', pidFile: '/x' }, own), ['/x']);
  t.end();
});

t.test('it is written, and removed by whom it names only', (t) => {
  t.equal(file.write(), undefined);
  t.equal(readFileSync(path, 'utf8'), `${String(process.pid)}\n`);
  file.remove();
  t.notOk(existsSync(path));
  file.remove();
  writeFileSync(path, '1\n');
  file.remove();
  t.ok(existsSync(path), "somebody else's stays");
  const inFolder = new PidFile(join(folder, 'new/daemon.pid'));
  t.equal(inFolder.write(), undefined, 'its folder is made');
  t.match(new PidFile('/proc/none/daemon.pid').write(), /ENOENT.*\/proc\/none\/daemon\.pid/);
  t.end();
});

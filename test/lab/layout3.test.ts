// Layout 3 as its operator has it: the files unchanged, haproxy restarted on entering BACKUP and stopped on FAULT by
// notify scripts, the address with its label. The init script writes down what it is asked for.

import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { IpAddress } from '../../src/address.js';
import { startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import { Lab } from './lab.js';
import { logged } from './lone-host.js';

const FIXTURES = new URL('../fixtures/layouts/', import.meta.url);
const VIP = '192.168.106.249' as IpAddress;
const ASKED = '/var/log/init-haproxy';
const INIT_SCRIPT = `#!/bin/sh\necho "$1" >> ${ASKED}\n`;

t.test('a host of layout 3: notify scripts, label, link loss', async (t) => {
  const lab = await Lab.open();
  t.teardown(() => lab.close());
  const host = await lab.host({ name: 'node1', interface: 'eth0', address: '192.168.106.251/24' });
  const { namespace } = host;
  const fixture = (name: string): Promise<string> => readFile(new URL(name, FIXTURES), 'utf8');
  await namespace.write('/etc/init.d/haproxy', INIT_SCRIPT, { mode: 0o755 });
  const check = await fixture('1-mycat-haproxy-pair/haproxy_check.sh');
  await namespace.write('/etc/keepalived/haproxy_check.sh', check, { mode: 0o755 });
  // What the check looks for is a process of that name.
  await namespace.run('cp', '/bin/sleep', '/run/haproxy');
  namespace.start(['/run/haproxy', '600']);
  const asked = async (): Promise<string[]> =>
    (await namespace.read(ASKED).catch(() => '')).split('\n').filter((line) => line !== '');

  const daemon = await startDaemon(
    host,
    'vrrpd called keepalived',
    await fixture('3-haproxy-notify/keepalived-node1.conf'),
  );
  await eventually('haproxy is restarted on BACKUP', async () => (await asked()).length === 1);
  await eventually('it is master', () => host.holds(VIP));
  t.match(await namespace.ip('address', 'show', 'dev', 'eth0'), /inet 192\.168\.106\.249\/24 .*eth0:0$/m);
  t.equal(daemon.log.filter((line) => line.includes('notificationd')).length, 1, 'one warning for the unknown keyword');

  await lab.network.unplug(host);
  await eventually('haproxy is stopped on FAULT', async () => (await asked()).length === 2);
  t.notOk(await host.holds(VIP), 'and the address is off');
  await logged(daemon, 'Entering FAULT STATE: eth0 is down; was MASTER for');

  await lab.network.plug(host);
  await eventually('haproxy is restarted on BACKUP again', async () => (await asked()).length === 3);
  t.strictSame(await asked(), ['restart', 'stop', 'restart']);
  await eventually('it is master again', () => host.holds(VIP));
  t.strictSame(await daemon.stop(), { code: 0, signal: null });
  t.notOk(await host.holds(VIP));
});

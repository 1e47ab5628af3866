// The notification socket of a service manager, by path and by abstract name; without one, and with one that does not
// read, nothing happens.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import t from 'tap';
import { instant } from '../../src/time.js';
import { AF_UNIX, SOCK_DGRAM, Socket, unixAddress } from '../../src/linux/native.js';
import { ServiceManager } from '../../src/linux/service-manager.js';

const folder = mkdtempSync(join(tmpdir(), 'vl-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** A service manager that listens on the name; each call gives the next message. */
function listener(name: string): () => string | undefined {
  const socket = new Socket(AF_UNIX, SOCK_DGRAM, 0);
  socket.bind(unixAddress(name));
  const into = Buffer.alloc(1000);
  return () => {
    const got = socket.receive(into);
    return got && into.toString('utf8', 0, got.length);
  };
}

for (const name of [join(folder, 'notify'), `@vl-notify-${String(process.pid)}`])
  t.test(`everything is told over ${name.slice(0, 1)}`, (t) => {
    const next = listener(name);
    const manager = new ServiceManager({ NOTIFY_SOCKET: name });
    t.equal(manager.watchdogLimit, undefined);
    t.equal(manager.ready('VI_1 BACKUP'), undefined);
    t.equal(next(), 'READY=1\nSTATUS=VI_1 BACKUP');
    manager.status('VI_1 MASTER');
    manager.watchdog();
    manager.reloading(instant(77));
    manager.stopping();
    t.same(
      [next(), next(), next(), next()],
      ['STATUS=VI_1 MASTER', 'WATCHDOG=1', 'RELOADING=1\nMONOTONIC_USEC=77', 'STOPPING=1'],
    );
    t.equal(next(), undefined);

    for (let count = 0; count < 1000; count++) if (manager.watchdog()) t.fail('a full queue is no error');
    t.equal(next(), 'WATCHDOG=1', 'and nothing waited for it to be read');
    t.end();
  });

t.test('without a socket nothing is told, with a dead one the refusal is', (t) => {
  for (const environment of [{}, { NOTIFY_SOCKET: '' }, { NOTIFY_SOCKET: 'vsock:2:1234' }, { WATCHDOG_USEC: '5' }]) {
    const manager = new ServiceManager(environment);
    t.equal(manager.ready(''), undefined);
    t.equal(manager.watchdogLimit, undefined);
  }
  t.match(new ServiceManager({ NOTIFY_SOCKET: join(folder, 'none') }).ready(''), { code: 'ENOENT' });
  t.end();
});

t.test('the watchdog is for this process only', (t) => {
  const watched = { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '30000000' };
  t.equal(new ServiceManager(watched).watchdogLimit, 30_000_000);
  t.equal(new ServiceManager({ ...watched, WATCHDOG_PID: String(process.pid) }).watchdogLimit, 30_000_000);
  t.equal(new ServiceManager({ ...watched, WATCHDOG_PID: '1' }).watchdogLimit, undefined);
  for (const limit of ['0', 'x', '-5', ''])
    t.equal(new ServiceManager({ ...watched, WATCHDOG_USEC: limit }).watchdogLimit, undefined);
  t.end();
});

// One process for one virtual router on one interface of a network namespace; the kernel gives the lock back.

import './own-network.js';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { InstanceLocks } from '../../src/linux/instance-lock.js';

const name = { interface: 'eth1', virtualRouterId: 91, family: 'ipv4' } as const;

t.test('a lock is taken once, whatever differs is another lock', (t) => {
  const [one, other] = [new InstanceLocks(), new InstanceLocks()];
  t.equal(one.take(name), true);
  t.equal(one.take(name), true, 'it is ours already');
  t.equal(other.take(name), false);
  t.equal(other.take(name), false, 'refused again');
  t.equal(other.take({ ...name, virtualRouterId: 92 }), true);
  t.equal(other.take({ ...name, interface: 'eth10' }), true);
  t.equal(other.take({ ...name, family: 'ipv6' }), true);
  one.release(name);
  t.equal(other.take(name), true, 'given back');
  one.release(name);
  t.equal(new InstanceLocks().take(name), false, 'only its holder gives it back');
  other.release(name);
  t.end();
});

t.test('it is free when its holder is killed, and in another network namespace', async (t) => {
  const code = `import { InstanceLocks } from ${JSON.stringify(new URL('../../src/linux/instance-lock.ts', import.meta.url))};
    console.log(new InstanceLocks().take(${JSON.stringify(name)}));`;
  const node = [process.execPath, ...process.execArgv, '--input-type=module', '-e'];
  const holder = spawn(process.execPath, [...node.slice(1), `${code}; setInterval(() => 0, 60_000);`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  t.equal(said.toString(), 'true\n');
  const locks = new InstanceLocks();
  t.equal(locks.take(name), false);
  const elsewhere = spawnSync('unshare', ['--net', ...node, code], { encoding: 'utf8' });
  t.equal(elsewhere.stdout, 'true\n');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.equal(locks.take(name), true);
});

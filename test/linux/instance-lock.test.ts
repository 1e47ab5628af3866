// One process for one virtual router on one interface of a network namespace; the kernel gives the lock back.

import './own-network.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { InstanceLocks } from '../../src/linux/instance-lock.js';
import { programOf } from '../program.js';

const name = { interface: 'eth1', virtualRouterId: 91, family: 'ipv4' } as const;

t.test('locks are taken once and together, whatever differs is another lock', (t) => {
  const [one, other] = [new InstanceLocks(), new InstanceLocks()];
  const others = [
    { ...name, virtualRouterId: 92 },
    { ...name, interface: 'eth10' },
    { ...name, family: 'ipv6' },
  ] as const;
  t.equal(one.takeAll([name]), undefined);
  t.equal(one.takeAll([name, name]), undefined, 'it is ours already');
  t.same(other.takeAll([...others, name]), name, 'the one that somebody else has');
  t.equal(one.takeAll(others), undefined, 'and the others were not kept');
  one.keepOnly([name]);
  t.equal(other.takeAll(others), undefined, 'given back');
  t.same(one.takeAll([others[0]]), others[0]);
  t.same(other.takeAll([name]), name, 'what is kept is not given back');
  one.keepOnly([]);
  t.equal(other.takeAll([name]), undefined);
  other.keepOnly([]);
  t.end();
});

t.test('it is free when its holder is killed, and in another network namespace', async (t) => {
  const command = [...programOf('lock-holder.ts'), name.interface, String(name.virtualRouterId)];
  const [node, ...program] = command;
  const holder = spawn(node ?? '', program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  t.equal(said.toString(), 'true\n');
  const locks = new InstanceLocks();
  t.same(locks.takeAll([name]), name);
  const elsewhere = spawn('unshare', ['--net', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [there] = (await once(elsewhere.stdout, 'data')) as [Buffer];
  t.equal(there.toString(), 'true\n');
  elsewhere.kill('SIGKILL');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.equal(locks.takeAll([name]), undefined);
});

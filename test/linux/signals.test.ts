// The signals by name: each is told of, and none ends the process or opens an inspector.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { SIGRTMAX, SIGRTMIN, Signals as RealTimeSignals } from '../../src/linux/native.js';
import { Signals } from '../../src/linux/signals.js';
import { programOf } from '../program.js';

t.test('one after the other, in a process of its own', async (t) => {
  const [node, program] = programOf('signal-listener.ts');
  const child = spawn(node, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const told = async (line: string): Promise<void> => {
    while (!output.endsWith(`${line}\n`)) await once(child.stdout, 'data');
  };
  await told('listening');
  const numbers = { SIGHUP: 1, SIGUSR1: 10, SIGUSR2: 12, 'SIGRTMIN+2': SIGRTMIN + 2, 'SIGRTMAX-1': SIGRTMAX - 1 };
  for (const [name, number] of Object.entries({ ...numbers, SIGINT: 2, SIGTERM: 15 })) {
    spawn('kill', [`-${String(number)}`, String(child.pid)]);
    await told(name);
    t.equal(child.exitCode, null, `${name} is told of`);
  }
  t.notMatch(errors, /Debugger|inspector/i);
  child.kill('SIGKILL');
});

t.test('one object in a process; after close() another one', (t) => {
  const first = new Signals(() => undefined);
  t.throws(() => new RealTimeSignals([SIGRTMIN]), { code: 'EBUSY', syscall: 'sigaction' });
  first.close();
  const second = new RealTimeSignals([SIGRTMIN]);
  second.close();
  second.close();
  t.throws(() => new RealTimeSignals([0]), { code: 'EINVAL' });
  t.throws(() => new RealTimeSignals(['a'] as unknown as number[]), TypeError);
  t.throws(() => second.take(), { code: 'EBADF' });
  t.end();
});

// The reader of a FIFO: started with its path, told of and started again when it ends, and ended at the stop.

import { mock } from 'node:test';
import t from 'tap';
import type { Command } from '../../src/config/model.js';
import { FifoScript } from '../../src/daemon/fifo-script.js';
import type { ScriptOutcome } from '../../src/track/script.js';

/** A script that ends when the test says so. */
function reader() {
  const started: string[] = [];
  const signals: string[] = [];
  const log: string[] = [];
  let end: (outcome: ScriptOutcome) => void = () => undefined;
  const command: Command = { argv: ['/etc/read.sh', 'fast'], place: { file: 'test', line: 1, column: 1 } };
  const subject = new FifoScript(command, '/run/fifo', {
    start: ({ argv }, ended) => {
      const number = started.push(argv.join(' '));
      end = ended;
      return { signal: (name) => signals.push(`${name} to ${number}`) };
    },
    log: (level, text) => log.push(`${level} ${text}`),
  });
  return { subject, started, signals, log, end: (outcome: ScriptOutcome) => end(outcome) };
}

const failed: ScriptOutcome = { kind: 'exited', code: 3, milliseconds: 31, output: 'no such thing' };

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

t.test('one that ends is told of and started again five seconds later', (t) => {
  const { started, log, end } = reader();
  t.same(started, ['/etc/read.sh fast /run/fifo']);
  end(failed);
  t.same(log, ['warn FIFO script /etc/read.sh: exit 3 after 31 ms: "no such thing"; started again in 5 s']);
  mock.timers.tick(4_999);
  t.equal(started.length, 1);
  mock.timers.tick(1);
  t.same(started, ['/etc/read.sh fast /run/fifo', '/etc/read.sh fast /run/fifo']);
  end({ kind: 'cannot-run', error: '/etc/read.sh: no such file' });
  t.match(log[1], /cannot run: \/etc\/read\.sh: no such file; started again/);
  mock.timers.tick(5_000);
  t.equal(started.length, 3);
  t.end();
});

t.test('at the stop the one that runs is ended, and none is started any more', (t) => {
  const { subject, started, signals, log, end } = reader();
  end(failed);
  mock.timers.tick(5_000);
  subject.stop();
  t.same(signals, ['SIGTERM to 2']);
  end({ kind: 'signalled', signal: 'SIGTERM', milliseconds: 1, output: '' });
  mock.timers.tick(60_000);
  t.equal(started.length, 2);
  t.equal(log.length, 1, 'that end is no news');
  t.end();
});

t.test('a stop between two runs', (t) => {
  const { subject, started, end } = reader();
  end(failed);
  subject.stop();
  mock.timers.tick(60_000);
  t.equal(started.length, 1);
  t.end();
});

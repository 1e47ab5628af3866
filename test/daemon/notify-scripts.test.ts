// The order in which notify scripts start, what waits for what, and what is told of those that fail.

import { mock } from 'node:test';
import t from 'tap';
import type { Command, NotifyScripts } from '../../src/config/model.js';
import { NotifyScriptQueues } from '../../src/daemon/notify-scripts.js';
import { notifyCommands } from '../../src/notify/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import type { Event } from '../../src/vrrp/event.js';

const command = (name: string): Command => ({ argv: [name], place: { file: 'test', line: 1, column: 1 } });
const well: ScriptOutcome = { kind: 'exited', code: 0, milliseconds: 1, output: '' };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Queues whose scripts end when the test says so. */
function notifier(instances: Record<string, NotifyScripts>, limit?: number) {
  const started: string[] = [];
  const log: string[] = [];
  const ends = new Map<string, (outcome: ScriptOutcome) => void>();
  const signals: string[] = [];
  const subject = new NotifyScriptQueues({
    start: ({ argv }, ended) => {
      started.push(argv.join(' '));
      ends.set(argv[0], ended);
      return { signal: (signal) => signals.push(`${signal} ${argv[0]}`) };
    },
    log: (level, text) => log.push(`${level} ${text}`),
    ...(limit !== undefined && { limit }),
  });
  const tell = (name: string, state: Event['state']): void =>
    subject.push(name, notifyCommands({ subject: 'INSTANCE', name, state, priority: 1 }, instances[name] ?? {}));
  const end = async (name: string, outcome = well): Promise<void> => {
    ends.get(name)?.(outcome);
    await turn();
  };
  return { subject, started, log, signals, tell, end };
}

t.test('one after the other within an instance, beside each other between instances', async (t) => {
  const { started, tell, end, log } = notifier({
    A: { master: command('a-master'), backup: command('a-backup'), any: command('a-any') },
    B: { master: command('b-master') },
  });
  tell('A', 'MASTER');
  tell('A', 'BACKUP');
  tell('B', 'MASTER');
  tell('B', 'FAULT');
  t.same(started, [], 'none in the turn of the event');
  await turn();
  t.same(started, ['a-master', 'b-master']);
  await end('a-master');
  await end('a-any');
  t.same(started.slice(2), ['a-any INSTANCE A MASTER 1', 'a-backup']);
  await end('a-backup');
  t.same(started.slice(4), ['a-any INSTANCE A BACKUP 1']);
  await end('a-any');
  await end('b-master');
  t.equal(started.length, 5);
  t.equal(log[0], 'info (A) notify_master a-master: exit 0 after 1 ms');
  t.equal(log.length, 5, 'the end of each is told');
});

t.test('one that fails is told and holds nothing up', async (t) => {
  const { started, tell, end, log } = notifier({ A: { master: command('m'), any: command('any') } });
  tell('A', 'MASTER');
  await turn();
  await end('m', { kind: 'exited', code: 2, milliseconds: 31, output: 'no such thing' });
  await end('any', { kind: 'cannot-run', error: 'any: no such file' });
  t.equal(started.length, 2);
  t.same(log, [
    'warn (A) notify_master m: exit 2 after 31 ms: "no such thing"',
    'warn (A) notify any: cannot run: any: no such file',
  ]);
});

t.test('one that does not end is passed over after ten seconds', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { started, tell, end, log } = notifier({ A: { master: command('hangs'), backup: command('next') } });
  tell('A', 'MASTER');
  tell('A', 'BACKUP');
  await turn();
  mock.timers.tick(9_999);
  t.same(started, ['hangs']);
  mock.timers.tick(1);
  t.same(started, ['hangs', 'next']);
  t.match(log, [/^warn \(A\) notify_master hangs: still runs after 10 s/]);
  tell('A', 'MASTER');
  await end('hangs');
  t.same(started, ['hangs', 'next'], 'its late end starts nothing: "next" is the one that runs');
  await end('next');
  t.same(started, ['hangs', 'next', 'hangs']);
});

t.test('with a limit one that does not end is ended, and the next one waits for that', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { started, signals, tell, end, log } = notifier(
    { A: { master: command('hangs'), backup: command('next') } },
    30_000,
  );
  tell('A', 'MASTER');
  tell('A', 'BACKUP');
  await turn();
  mock.timers.tick(29_999);
  t.same([started, signals], [['hangs'], []]);
  mock.timers.tick(1);
  t.same([started, signals], [['hangs'], ['SIGTERM hangs']]);
  t.same(log, ['warn (A) notify_master hangs: still runs after 30 s: it is ended']);
  mock.timers.tick(2_000);
  t.same(signals, ['SIGTERM hangs', 'SIGKILL hangs']);
  await end('hangs', { kind: 'signalled', signal: 'SIGKILL', milliseconds: 32_000, output: '' });
  t.same(started, ['hangs', 'next']);
});

t.test('what may be said again and again waits once', async (t) => {
  const { started, tell, end } = notifier({ A: { rxLowerPri: command('lower'), master: command('m') } });
  for (let count = 0; count < 5; count += 1) tell('A', 'MASTER_RX_LOWER_PRI');
  tell('A', 'MASTER');
  await turn();
  tell('A', 'MASTER_RX_LOWER_PRI');
  await end('lower');
  await end('m');
  await end('lower');
  t.same(started, ['lower', 'm', 'lower']);
});

t.test('at the stop', async (t) => {
  await t.test('all that waits is started, also beside one that runs, and notify_stop is waited for', async (t) => {
    const { subject, started, tell, end } = notifier({
      A: { master: command('hangs'), stop: command('a-stop'), any: command('any') },
      B: { stop: command('b-stop') },
    });
    tell('A', 'MASTER');
    await turn();
    for (const name of ['A', 'B']) tell(name, 'STOP');
    let done = false;
    const stopped = subject.stop().then(() => (done = true));
    t.same(started, ['hangs', 'any INSTANCE A MASTER 1', 'a-stop', 'any INSTANCE A STOP 1', 'b-stop']);
    await end('a-stop');
    t.notOk(done);
    await end('b-stop');
    await stopped;
    t.equal(started.length, 5, 'none twice');
  });

  await t.test('without a notify_stop nothing is waited for', async (t) => {
    const { subject, started, tell } = notifier({ A: { any: command('any') } });
    tell('A', 'STOP');
    await subject.stop();
    t.same(started, ['any INSTANCE A STOP 1']);
  });
});

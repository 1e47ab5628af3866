// Scripts: how each end is reported, the last line that was written, what can't be run and why, signals to the whole
// group, other users, the environment, children that outlive their script, and probes, which are no process at all.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Command, ScriptUser } from '../../src/config/model.js';
import { findAccount } from '../../src/linux/account.js';
import { Scripts, type Running } from '../../src/linux/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import { noRealRoot } from '../lab/real-root.js';

const folder = mkdtempSync(join(tmpdir(), 'vl-'));
chmodSync(folder, 0o755);
t.teardown(() => rmSync(folder, { recursive: true }));

const commandOf = (argv: readonly [string, ...string[]], runAs?: ScriptUser): Command => ({
  argv,
  place: { file: 'test', line: 1, column: 1 },
  ...(runAs && { runAs }),
});
/** A script file with this text. */
function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}
const scripts = new Scripts();
const run = (command: Command, started: (running: Running) => void = () => undefined): Promise<ScriptOutcome> =>
  new Promise((resolve) => {
    let returned = false;
    started(
      scripts.start(command, (outcome) => {
        if (!returned) t.fail('ended before start() returned');
        resolve(outcome);
      }),
    );
    returned = true;
  });
const sh = (code: string, runAs?: ScriptUser): Promise<ScriptOutcome> => run(commandOf(['/bin/sh', '-c', code], runAs));
const until = async (look: () => boolean): Promise<void> => {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 20));
};

t.test('exit code, signal and duration', async (t) => {
  t.match(await sh('exit 0'), { kind: 'exited', code: 0, output: '' });
  t.match(await sh('exit 3'), { kind: 'exited', code: 3 });
  t.match(await sh('kill -9 $$'), { kind: 'signalled', signal: 'SIGKILL' });
  const slow = await sh('sleep 0.3');
  t.ok(slow.kind === 'exited' && slow.milliseconds >= 300 && slow.milliseconds < 10_000, JSON.stringify(slow));
});

t.test('arguments are passed as they are, without a shell', async (t) => {
  const path = file('args.sh', '#!/bin/sh\nfor word; do printf "[%s]" "$word"; done\n');
  t.match(await run(commandOf([path, 'a b', '$HOME', '*', ''])), { output: '[a b][$HOME][*][]' });
});

t.test('the last three lines with something in them', async (t) => {
  const lines: [string, string][] = [
    ['echo one; echo two', 'one\ntwo'],
    ['for i in 1 2 3 4 5; do echo $i; done', '3\n4\n5'],
    ['printf "one\\n\\n  \\n"', 'one'],
    ['printf "no newline"', 'no newline'],
    ['printf "in "; sleep 0.1; echo pieces', 'in pieces'],
    ['echo out; sleep 0.1; echo wrong >&2', 'out\nwrong'],
    ['echo wrong >&2; sleep 0.1; echo out', 'wrong\nout'],
    ['printf "a\\tb\\033[1mc\\r\\n"', 'a b [1mc'],
    ['head -c 3000 /dev/zero | tr "\\0" x', 'x'.repeat(200)],
    ['head -c 300000 /dev/zero | tr "\\0" "\\n"; echo end', 'end'],
    ['cat', ''],
  ];
  for (const [code, output] of lines) t.equal(((await sh(code)) as { output?: string }).output, output, code);
});

t.test('what can’t be run says why', async (t) => {
  const why = async (...argv: [string, ...string[]]): Promise<string> => {
    const outcome = await run(commandOf(argv));
    return outcome.kind === 'cannot-run' ? outcome.error : JSON.stringify(outcome);
  };
  const missing = join(folder, 'none.sh');
  t.equal(await why(missing), `${missing}: no such file`);
  const plain = file('plain.sh', '#!/bin/sh\n', 0o644);
  t.equal(await why(plain), `${plain}: not executable`);
  const orphan = file('orphan.sh', '#!/no/such/shell\n');
  t.equal(await why(orphan), `${orphan}: the interpreter it names is not there`);
  t.equal(await why(folder), `${folder}: permission denied`);
  t.equal(await why(`${plain}/x`), `${plain}/x: not a directory`);
  t.equal(await why('vl-no-such-command'), 'vl-no-such-command: not found in PATH');
  t.match(await why('/bin/true', 'x'.repeat(200_000)), /^\/bin\/true: argument list too long/);
  t.match(await why('/bin/true', 'a\0b'), /^\/bin\/true: .*null bytes/);
});

t.test('a bare name is searched in PATH, a file without #! is given to the shell', async (t) => {
  t.match(await run(commandOf(['true'])), { kind: 'exited', code: 0 });
  t.match(await run(commandOf([file('old.sh', 'echo old style $1\n'), 'x'])), { code: 0, output: 'old style x' });
});

t.test('a signal goes to the whole group', async (t) => {
  const child = join(folder, 'child');
  const path = file('group.sh', `#!/bin/sh\nsleep 1000 &\necho $! > ${child}.new; mv ${child}.new ${child}\nwait\n`);
  let running: Running | undefined;
  const outcome = run(commandOf([path]), (started) => (running = started));
  await until(() => existsSync(child));
  running?.signal('SIGTERM');
  t.match(await outcome, { kind: 'signalled', signal: 'SIGTERM' });
  const alive = (): boolean => {
    try {
      return !readFileSync(`/proc/${readFileSync(child, 'utf8').trim()}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  };
  await until(() => !alive());
  t.pass('its child is gone too');
  running?.signal('SIGKILL');
});

t.test('a script that ignores SIGTERM is ended by SIGKILL', async (t) => {
  const ready = join(folder, 'ready');
  const command = commandOf(['/bin/sh', '-c', `trap "" TERM; touch ${ready}; while :; do sleep 0.05; done`]);
  let running: Running | undefined;
  const outcome = run(command, (started) => (running = started));
  await until(() => existsSync(ready));
  running?.signal('SIGTERM');
  setTimeout(() => running?.signal('SIGKILL'), 200);
  t.match(await outcome, { kind: 'signalled', signal: 'SIGKILL' });
});

t.test('a child that holds the pipes does not delay the end, and may write on', async (t) => {
  const [go, proof] = [join(folder, 'go'), join(folder, 'proof')];
  const child = `while ! test -e ${go}; do sleep 0.05; done; echo late; echo $? > ${proof}`;
  t.match(await sh(`(${child}) & echo soon; exit 4`), { kind: 'exited', code: 4, output: 'soon' });
  writeFileSync(go, '');
  await until(() => existsSync(proof) && readFileSync(proof, 'utf8') !== '');
  t.equal(readFileSync(proof, 'utf8'), '0\n', 'its line was taken');
});

t.test('another user', { skip: noRealRoot }, async (t) => {
  const id = 'echo $(id -un):$(id -gn):$(id -G)';
  t.match(await sh(id, { user: 'nobody' }), { output: 'nobody:nogroup:65534' });
  t.match(await sh(id, { user: 'nobody', group: 'daemon' }), { output: 'nobody:daemon:1' });
  t.match(await sh(id, { user: 'vl-none' }), { kind: 'cannot-run', error: 'no such user: vl-none' });
  t.match(await sh(id, { user: 'nobody', group: 'vl-none' }), { kind: 'cannot-run', error: 'no such group: vl-none' });
  t.match(await sh('grep CapEff /proc/self/status', { user: 'nobody' }), { output: /\s0{16}$/ });
  const secret = file('secret.sh', '#!/bin/sh\n', 0o700);
  const refused = { kind: 'cannot-run', error: `${secret}: permission denied` };
  t.match(await run(commandOf([secret], { user: 'nobody' })), refused);
});

t.test('accounts', (t) => {
  t.same(findAccount({ user: 'root' }), { uid: 0, gid: 0 });
  t.same(findAccount({ user: 'root', group: 'daemon' }), { uid: 0, gid: 1 });
  t.equal(findAccount({ user: '' }), 'no such user: ');
  t.equal(findAccount({ user: '0' }), 'no such user: 0');
  t.end();
});

t.test('input is empty, the environment is the daemon’s without what changes other programs', async (t) => {
  Object.assign(process.env, { IFS: 'x', LD_LIBRARY_PATH: '/x', VRRPD_TEST: 'handed on' });
  t.teardown(() =>
    ['IFS', 'LD_LIBRARY_PATH', 'VRRPD_TEST'].forEach((name) => Reflect.deleteProperty(process.env, name)),
  );
  const code =
    'read line && echo input; tr "\\0" "\\n" < /proc/$$/environ | grep -cE "^(IFS|LD_[A-Z_]*)="; echo $VRRPD_TEST';
  const seen = await new Promise<ScriptOutcome>((resolve) =>
    new Scripts().start(commandOf(['/bin/sh', '-c', `echo $(${code})`]), resolve),
  );
  t.match(seen, { output: '0 handed on' });
});

t.test('many at once end once each', async (t) => {
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, code) => sh(`echo line ${code}; exit ${code}`)));
  t.match(
    outcomes,
    Array.from({ length: 30 }, (_, code) => ({ kind: 'exited', code, output: `line ${code}` })),
  );
});

t.test('a probe is carried out here, whoever it is to run as', async (t) => {
  let open = 0;
  const server = createServer((socket) => {
    open += 1;
    socket.resume().on('close', () => (open -= 1));
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = '/no/such/folder/vrrpd';

  const good = await run(commandOf([program, 'probe', 'tcp', target], { user: 'vl-none' }));
  t.match(good, { kind: 'exited', code: 0, output: `${target} accepts connections` });
  t.match(await run(commandOf([program, 'probe', 'tcp', '127.0.0.1:1'])), {
    kind: 'exited',
    code: 1,
    output: '127.0.0.1:1: connection refused',
  });
  const wrong = await run(commandOf([program, 'probe', 'tcp']));
  t.match(wrong, { kind: 'cannot-run' }, 'one that can not be made is left to the program');
  await until(() => open === 0);

  await t.test('any signal ends it', async (t) => {
    for (const name of ['SIGTERM', 'SIGKILL'] as const) {
      let running: Running | undefined;
      const outcome = run(commandOf([program, 'probe', 'http', `http://${target}/`]), (started) => (running = started));
      await until(() => open > 0);
      running?.signal(name);
      running?.signal('SIGKILL');
      const ended = await outcome;
      t.match(ended, { kind: 'signalled', signal: name });
      t.ok('milliseconds' in ended && ended.milliseconds < 4_000, JSON.stringify(ended));
      running?.signal('SIGKILL');
      await until(() => open === 0);
    }
    let early: Running | undefined;
    const outcome = run(commandOf([program, 'probe', 'tcp', target]), (started) => (early = started));
    early?.signal('SIGTERM');
    t.match(await outcome, { kind: 'signalled', signal: 'SIGTERM' });
  });

  await t.test('and so is a look at a file', async (t) => {
    const path = file('up', '', 0o600);
    t.match(await run(commandOf([`<${path}`])), { kind: 'exited', code: 0, output: `${path} can be read` });
    rmSync(path);
    t.match(await run(commandOf([`<${path}`])), {
      kind: 'exited',
      code: 1,
      output: `${path}: no such file or directory`,
    });
  });

  await t.test('many at once end once each', async (t) => {
    let ends = 0;
    await Promise.all(
      Array.from({ length: 50 }, () => run(commandOf([program, 'probe', 'tcp', target])).then(() => (ends += 1))),
    );
    await until(() => open === 0);
    t.equal(ends, 50);
  });
});

t.test('a script that became another user and can not be signalled goes on', async (t) => {
  const kill = process.kill.bind(process);
  t.teardown(() => (process.kill = kill));
  const outcome = await run(commandOf(['/bin/sleep', '0.2']), (running) => {
    setTimeout(() => {
      process.kill = () => {
        throw Object.assign(new Error('kill EPERM'), { code: 'EPERM', errno: -1, syscall: 'kill' });
      };
      t.doesNotThrow(() => running.signal('SIGTERM'));
      process.kill = kill;
    }, 50);
  });
  t.match(outcome, { kind: 'exited', code: 0 });
});

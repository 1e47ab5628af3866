// The lab for an ordinary user: what asks for root runs again in a user namespace, or says why it can't. The demo that
// stays is the job: a host is entered by the very command that it prints, and when it ends, nothing of it is left.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { projectRoot } from './daemon.js';
import { eventually, PATIENCE } from './eventually.js';
import { childrenOf } from './job.js';
import { noRealRoot } from './real-root.js';

const ROOT = projectRoot();
/** Words of env before a command: as whom; without what tap hangs on every Node.js that it sees. */
const AS_I_AM = ['-u', 'NODE_OPTIONS'];
const AS_NOBODY = [...AS_I_AM, 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Runs a command to its end. */
function run(command: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync('env', command, {
    encoding: 'utf8',
    cwd: ROOT,
    input,
    timeout: PATIENCE,
  });
  return { status, stdout, stderr };
}

const USER_NAMESPACE = ['unshare', '--user', '--map-root-user', '--net', 'cat', 'package.json'];
/** Why nobody can't become root; false when it can. */
const noOwnRoot =
  noRealRoot ||
  (run([...AS_NOBODY, ...USER_NAMESPACE]).status !== 0 &&
    'needs user namespaces for ordinary users, and a project folder that they may read');

const program = (code: string): string[] => [
  process.execPath,
  '--input-type=module',
  '--eval',
  `import { becomeRoot } from '${ROOT}/test/own-root.mjs'; ${code}`,
];

t.test('a program runs again as root, and ends as it does inside', { skip: noOwnRoot }, (t) => {
  const code = `import { execSync } from 'node:child_process';
    await becomeRoot();
    execSync('unshare --net ip link set lo up');
    console.log(process.getuid());
    process.exit(7);`;
  t.strictSame(run([...AS_NOBODY, ...program(code)]), { status: 7, stdout: '0\n', stderr: '' });
  t.end();
});

t.test('where that is not allowed, one line says so and what to do', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vl-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'unshare'), '#!/bin/sh\necho not permitted >&2; exit 1\n', { mode: 0o755 });
  const code = 'process.getuid = () => 65534; console.log(await becomeRoot());';
  const { stdout } = run([...AS_I_AM, `PATH=${folder}:${process.env.PATH ?? ''}`, ...program(code)]);
  t.match(stdout, /^This makes network namespaces, and an ordinary user may not here \(.+\): run it as root.*\.\n$/);
  t.end();
});

/** The processes that a process started, and those that they did. */
async function descendants(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** Undefined of a process that has ended. */
function link(pid: number | string, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}

const networks = (): Set<string | undefined> => new Set(readdirSync('/proc').map((pid) => link(pid, 'ns/net')));

t.jobs = 2;
for (const [who, as, skip] of [
  ['root', AS_I_AM, noRealRoot],
  ['an ordinary user', AS_NOBODY, noOwnRoot],
] as const)
  t.test(`the demo stays, for ${who}`, { skip, buffered: true }, async (t) => {
    const command = [...as, process.execPath, path.join(ROOT, 'dist/demo.js'), '--interactive'];
    const demo = spawn('env', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => demo.kill('SIGTERM'));
    let screen = '';
    demo.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    await eventually('it says how to enter', () => screen.includes('Try on the client'));
    const [first = '', ...others] = screen.split('\n').filter((line) => line.includes('nsenter'));
    t.equal(others.length, 2, 'two nodes and the client');
    t.strictSame(
      screen.split('\n').filter((line) => line.length > 80),
      [],
      'no line is too long',
    );

    const { status, stdout } = run([...as, 'sh', '-c', first], 'hostname; vrrpd status\n');
    t.equal(status, 0);
    t.match(stdout, /^edu-haproxy-01\n[^]*VI_1 +MASTER/);

    const pids = [demo.pid ?? 0, ...(await descendants(demo.pid ?? 0))];
    const inside = new Set(pids.map((pid) => link(pid, 'ns/net')));
    // Its own is this one's, and one that ended meanwhile has none.
    for (const none of [link('self', 'ns/net'), undefined]) inside.delete(none);
    t.equal(inside.size, 6, 'a network for each host and one for the switch');
    demo.kill('SIGTERM');
    t.strictSame(await once(demo, 'exit'), [0, null]);
    await eventually('no process is left', () => pids.every((pid) => link(pid, 'exe') === undefined));
    t.notOk(
      [...networks()].some((one) => inside.has(one)),
      'and nobody is in its networks',
    );
  });

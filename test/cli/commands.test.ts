// The commands as an operator types them: what they print, where, and their exit codes. None of them needs root.

import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { noRealRoot } from '../lab/real-root.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
chmodSync(folder, 0o755);
t.teardown(() => rmSync(folder, { recursive: true }));
const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
const keepalived = join(folder, 'keepalived');
symlinkSync(program, keepalived);
const layout = (path: string): string => fileURLToPath(new URL(`../fixtures/layouts/${path}`, import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program without what tap hangs on every Node.js that it sees. */
function call(
  words: readonly string[],
  { name = program, uid }: { name?: string; uid?: number } = {},
): Promise<Finished> {
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, [name, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (written[stream] += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...written }));
  });
}
const vrrpd = (...words: string[]): Promise<Finished> => call(words);

t.test('version and help', async (t) => {
  for (const option of ['--version', '-v'])
    t.same(await vrrpd(option), { code: 0, stdout: 'vrrpd v0.1.0\n', stderr: '' }, option);
  const help = await vrrpd('-h');
  t.match(help, { code: 0, stderr: '' });
  for (const word of [
    'check [file..]',
    'probe <kind> <target>',
    'status',
    'reload',
    '--use-file',
    '--config-test',
    '--signum',
  ])
    t.ok(help.stdout.includes(word), word);
  t.notMatch(help.stdout, /--snmp/, 'what has no meaning here is in the manual page');
  for (const line of help.stdout.split('\n')) t.ok(line.length <= 80, line);
});

t.test('options that are none', async (t) => {
  for (const words of [['--frobnicate'], ['-Z'], ['frobnicate'], ['status', '--frobnicate']]) {
    const { code, stdout, stderr } = await vrrpd(...words);
    t.equal(code, 1, words.join(' '));
    t.equal(stdout, '', words.join(' '));
    t.match(stderr, /Unknown|Too many/i, words.join(' '));
    t.match(stderr, /--help/, words.join(' '));
  }
});

t.test('--signum', async (t) => {
  const numbers = { STOP: 15, RELOAD: 1, DATA: 10, STATS: 12, JSON: 36, STATS_CLEAR: 63 };
  for (const [name, number] of Object.entries(numbers))
    t.same(await vrrpd(`--signum=${name}`), { code: 0, stdout: `${String(number)}\n`, stderr: '' }, name);
  t.match(await call(['--signum', 'JSON'], { name: keepalived }), { code: 0, stdout: '36\n' });
  t.match(await vrrpd('--signum=NONE'), { code: 1, stdout: '', stderr: /NONE.*STATS_CLEAR/ });
});

t.test('check', async (t) => {
  await t.test('a usable file', async (t) => {
    const { code, stdout, stderr } = await vrrpd(
      'check',
      layout('1-mycat-haproxy-pair/keepalived-edu-haproxy-01.conf'),
    );
    t.match({ code, stderr }, { code: 0, stderr: '' });
    const [verdict] = stdout.trimEnd().split('\n').slice(-1);
    t.match(verdict, /keepalived-edu-haproxy-01\.conf: usable(, \d+ (warning|hint)s?)*$/);
  });

  await t.test('a damaged one: each place with its line, and what was probably meant', async (t) => {
    copyFileSync(layout('damaged/copied-from-a-web-page.conf'), join(folder, 'keepalived.conf'));
    const { code, stdout } = await vrrpd('check', 'keepalived.conf');
    t.equal(code, 2);
    const place = /^keepalived\.conf:\d+:\d+: error unknown-keyword: "virtual" .*\n/m;
    const marked = / +\d+ \| .*virtual router id.*\n +\| +\^+ did you mean "virtual_router_id"\?$/m;
    t.match(stdout, new RegExp(place.source + marked.source, 'm'));
    t.match(stdout, /\nkeepalived\.conf: .*not.*, \d+ errors/);
  });

  await t.test('several, as JSON, strictly, with codes that are not told', async (t) => {
    const [good, doubtful, broken] = ['good.conf', 'doubtful.conf', 'broken.conf'];
    const instance = (lines: string) =>
      `vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n${lines}\nvirtual_ipaddress {\n10.0.0.1/24\n}\n}\n`;
    writeFileSync(join(folder, good), instance(''));
    writeFileSync(join(folder, doubtful), instance('foo'));
    writeFileSync(join(folder, broken), instance('auth_pass topsecret\npriority 300'));
    t.same(await vrrpd('check', '--strict', good), { code: 0, stdout: 'good.conf: usable\n', stderr: '' });
    t.match(await vrrpd('check', good, doubtful), {
      code: 0,
      stdout: /good.conf: usable\n[^]*doubtful.conf: usable, 1/,
    });
    t.match(await vrrpd('check', '--strict', good, doubtful), { code: 1 });
    t.same(await vrrpd('check', '--strict', '--ignore', 'unknown-keyword', doubtful), {
      code: 0,
      stdout: 'doubtful.conf: usable\n',
      stderr: '',
    });
    t.match(await vrrpd('check', good, broken, 'none.conf'), { code: 2, stderr: /no configuration file none.conf/ });
    t.match(await vrrpd('check', '--ignore', 'out-of-range', broken), { code: 2, stdout: /out-of-range/ });
    t.match(await vrrpd('check', '--ignore', 'unknown-keywords', good), {
      code: 1,
      stderr: /did you mean unknown-keyword/,
    });
    const { code, stdout } = await vrrpd('check', '--json', good, broken);
    t.equal(code, 2);
    t.notMatch(stdout, 'topsecret');
    t.match(JSON.parse(stdout), {
      files: [
        { file: good, usable: true, diagnostics: [] },
        {
          file: broken,
          usable: false,
          diagnostics: [
            { severity: 'warning' },
            { severity: 'error', code: 'out-of-range', line: 5, column: 10, length: 3 },
          ],
        },
      ],
    });
  });

  await t.test('conditions and includes', async (t) => {
    writeFileSync(join(folder, 'main.conf'), '@one include one.conf\n@^one include two.conf\n');
    const rest = 'interface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.1/24\n}\n}\n';
    writeFileSync(join(folder, 'one.conf'), `vrrp_instance V {\n${rest}`);
    writeFileSync(join(folder, 'two.conf'), `vrrp_instance V {\npriority 0\n${rest}`);
    t.match(await vrrpd('check', '-i', 'one', 'main.conf'), { code: 0 });
    t.match(await vrrpd('check', 'main.conf'), { code: 2, stdout: /two\.conf:2:10: error out-of-range/ });
    chmodSync(join(folder, 'one.conf'), 0o755);
    const executable = await vrrpd('check', '--config-id=one', 'main.conf');
    t.match(executable.stdout, /main\.conf:1:14: warning unread-include: one\.conf is not read: it is executable/);
    t.match(await vrrpd('-i', 'none', '-t', '-f', 'main.conf'), { code: 5 });
    writeFileSync(join(folder, 'thin.conf'), 'include none*.conf\n');
    t.match(await vrrpd('-t', '-f', 'thin.conf'), { code: 0 });
    t.match(await vrrpd('-e', '-t', '-f', 'thin.conf'), { code: 5 });
  });

  await t.test('what this host lacks', async (t) => {
    const text =
      'vrrp_instance V {\ninterface nosuch0\nvirtual_router_id 5\nnotify "/none/x"\nvirtual_ipaddress {\n10.0.0.1/24\n}\n}\n';
    writeFileSync(join(folder, 'host.conf'), text);
    t.match(await vrrpd('check', 'host.conf'), { code: 0, stdout: 'host.conf: usable\n' });
    const { code, stdout } = await vrrpd('check', '--host', 'host.conf');
    t.equal(code, 2);
    t.match(
      stdout,
      /^host\.conf:2:11: error no-such-interface: .*"nosuch0"\n {4}2 \| interface nosuch0\n {6}\| {11}\^{7}/m,
    );
    t.match(stdout, /^host\.conf:4:8: warning missing-program: \/none\/x: there is no folder \/none$/m);
  });

  await t.test('what this host lacks, also for a file with errors', async (t) => {
    const damaged = layout('damaged/copied-from-a-web-page.conf');
    t.match((await vrrpd('check', damaged)).stdout, /:10:15: hint look-alike/);
    const { code, stdout } = await vrrpd('check', '--host', damaged);
    t.equal(code, 2);
    t.match(stdout, /:10:15: error no-such-interface: this host has no interface "ethl"/);
    t.notMatch(stdout, /hint look-alike/, 'one message for it');
  });

  await t.test('nothing in a file or in its name reaches the terminal as a command', async (t) => {
    const odd = 'a\x1b[31mb.conf';
    writeFileSync(join(folder, odd), 'vrrp_instance "\x1b[2J" {\n\x1b[1mfoo bar\nnotify "\\e[0m"\n}\n');
    for (const words of [[odd], ['--host', odd], [`none${odd}`]]) {
      const { stdout, stderr } = await vrrpd('check', ...words);
      t.notMatch(stdout + stderr, '\x1b', words.join(' '));
    }
    t.match(await vrrpd('check', folder), { code: 6, stderr: /is a folder/ });
  });

  await t.test('config prints what was understood, and it reads back', async (t) => {
    const first = await vrrpd('config', layout('1-mycat-haproxy-pair/keepalived-edu-haproxy-01.conf'));
    t.match(first, { code: 0, stdout: /^vrrp_instance VI_1 \{\n {4}interface eth1$/m, stderr: /weight-too-small/ });
    writeFileSync(join(folder, 'printed.conf'), first.stdout);
    t.equal((await vrrpd('config', 'printed.conf')).stdout, first.stdout);
    t.match((await vrrpd('config', '--defaults', 'printed.conf')).stdout, /^ {4}down_timer_adverts 3$/m);
    t.match(await vrrpd('config', layout('damaged/copied-from-a-web-page.conf')), { code: 2, stdout: '' });
    t.match(await vrrpd('config', 'none.conf'), { code: 6, stdout: '' });
  });

  await t.test('a pair', async (t) => {
    const files = ['01', '02'].map((node) => layout(`1-mycat-haproxy-pair/keepalived-edu-haproxy-${node}.conf`));
    const { code, stdout } = await vrrpd('check', '--pair', ...files);
    t.equal(code, 0);
    t.match(stdout, /a failure of chk_haproxy on edu-haproxy-01 moves nothing: 120 against 112/);
    t.match(stdout, /^ {4}node 1 comes back +node 2 {3}\(node 1 has nopreempt\)$/m);
    t.match(await vrrpd('check', '--pair', '--strict', ...files), { code: 1 });
    t.match(await vrrpd('check', '--pair', ...files.slice(1)), {
      code: 1,
      stderr: /--pair needs the files of two hosts/,
    });
    const json = await vrrpd('check', '--pair', '--json', ...files);
    t.match(JSON.parse(json.stdout), { paired: [{ name: 'VI_1' }], findings: [{ code: 'pair-weight' }] });
    t.match(await vrrpd('check', '--pair', layout('damaged/copied-from-a-web-page.conf'), ...files.slice(1)), {
      code: 2,
      stdout: /the pair is not judged/,
    });
  });

  await t.test('none', async (t) => {
    t.match(await vrrpd('check', 'none.conf'), { code: 6, stdout: '', stderr: /no configuration file none\.conf\n$/ });
  });

  await t.test('one that may not be read', { skip: noRealRoot }, async (t) => {
    const path = join(folder, 'secret.conf');
    writeFileSync(path, '', { mode: 0o600 });
    t.match(await call(['check', path], { uid: 65534 }), { code: 4, stderr: /permission/i });
  });
});

t.test('-t', async (t) => {
  const good = layout('1-mycat-haproxy-pair/keepalived-edu-haproxy-02.conf');
  const bad = layout('damaged/copied-from-a-web-page.conf');
  for (const words of [
    ['-t', '-f', good],
    ['--config-test', `--use-file=${good}`],
    [`-f${good}`, '-t'],
  ])
    t.match(await call(words, { name: keepalived }), { code: 0, stdout: '' }, words.join(' '));
  t.match(await vrrpd('-t', '-f', bad), { code: 5, stdout: '', stderr: /error unknown-keyword/ });
  t.match(await vrrpd('-t', '-f', 'none.conf'), { code: 6, stderr: /no configuration file/ });
  const output = join(folder, 'output');
  t.same(await vrrpd(`--config-test=${output}`, '-f', bad), { code: 5, stdout: '', stderr: '' });
  t.match(readFileSync(output, 'utf8'), /error unknown-keyword/);
});

t.test('status', async (t) => {
  await t.test('no daemon', async (t) => {
    const { code, stdout, stderr } = await vrrpd('status', '--socket', join(folder, 'none.sock'));
    t.match({ code, stdout }, { code: 3, stdout: '' });
    t.match(stderr, /^vrrpd is not running.*none\.sock.*\n$/, 'one line');
  });

  await t.test('a daemon that a program has taken the place of', async (t) => {
    const path = join(folder, 'mute.sock');
    const server = createServer((client) => client.end()).listen(path);
    t.teardown(() => server.close());
    t.match(await vrrpd('status', '--socket', path), { code: 3, stdout: '', stderr: /no answer/ });
  });

  await t.test('what answers is no vrrpd', async (t) => {
    const path = join(folder, 'other.sock');
    let answer = '';
    const server = createServer((client) => client.on('error', () => undefined).once('data', () => client.end(answer)));
    server.listen(path);
    t.teardown(() => server.close());
    for (answer of ['hello\n', '3\n', '[]\n'])
      t.match(await vrrpd('status', '--socket', path), { code: 3, stderr: /^what answers on .* is not vrrpd\n$/ });
    for (const words of [['reload'], ['failover', 'VI_1']])
      t.match(await vrrpd(...words, '--socket', path), { code: 3, stderr: /is not vrrpd/ });
  });

  await t.test('a daemon of another version: its status as it is', async (t) => {
    const path = join(folder, 'older.sock');
    const server = createServer((client) => client.once('data', () => client.end('{"version":"0.0.1","new":[3]}\n')));
    server.listen(path);
    t.teardown(() => server.close());
    const { code, stdout, stderr } = await vrrpd('status', '--socket', path);
    t.same([code, JSON.parse(stdout)], [0, { version: '0.0.1', new: [3] }]);
    t.match(stderr, /another version/);
  });

  await t.test('no permission', { skip: noRealRoot }, async (t) => {
    mkdirSync(join(folder, 'closed'), { mode: 0o750 });
    const path = join(folder, 'closed', 'control.sock');
    const server = createServer().listen(path);
    t.teardown(() => server.close());
    const { code, stderr } = await call(['status', '--socket', path], { uid: 65534 });
    t.equal(code, 4);
    t.match(stderr, /permission/);
  });

  await t.test('a long answer is whole, also through a pipe', async (t) => {
    const path = join(folder, 'long.sock');
    const answer = { text: 'x'.repeat(1_000_000) };
    const server = createServer((client) => client.on('data', () => client.write(`${JSON.stringify(answer)}\n`)));
    server.listen(path);
    t.teardown(() => server.close());
    const { code, stdout } = await vrrpd('status', '--json', '--socket', path);
    t.equal(code, 0);
    t.same(JSON.parse(stdout), answer);
  });
});

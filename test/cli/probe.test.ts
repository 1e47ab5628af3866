// `vrrpd probe` as it is typed: its line, its exit codes, and command lines that can't be. And the files of which it is a
// part, as the other commands read them.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const folder = mkdtempSync(join(tmpdir(), 'vq-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
const keepalived = join(folder, 'keepalived');
symlinkSync(program, keepalived);

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program without what tap hangs on every Node.js that it sees. */
function call(name: string, words: readonly string[]): Promise<Finished> {
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  return new Promise((resolve) =>
    execFile(process.execPath, [name, ...words], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}
const vrrpd = (...words: string[]): Promise<Finished> => call(program, words);

t.test('what it finds', async (t) => {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const good = { code: 0, stdout: `${target} accepts connections\n`, stderr: '' };
  t.same(await vrrpd('probe', 'tcp', target), good);
  t.same(await call(keepalived, ['probe', 'tcp', target]), good);
  const refused = { code: 1, stdout: '127.0.0.1:1: connection refused\n', stderr: '' };
  t.same(await vrrpd('probe', 'tcp', '127.0.0.1:1'), refused);
  t.match(await vrrpd('probe', 'tcp', '[::1]:1'), { code: 1, stdout: /^\[::1\]:1: /, stderr: '' });
});

t.test('its options reach it, with and without an equals sign', async (t) => {
  const refused = { code: 1, stdout: 'http://127.0.0.1:1/: connection refused\n', stderr: '' };
  t.same(await vrrpd('probe', 'http', '--status=204', 'http://127.0.0.1:1/', '--match', '-x y'), refused);
  t.match(await vrrpd('probe', 'haproxy', '--frontend', 'www', '/none'), { code: 1, stdout: /^\/none: no such file/ });
  t.match(await vrrpd('probe', '--help'), { code: 0, stdout: /--frontend .*a frontend that is open/, stderr: '' });
});

t.test('what can not be probed', async (t) => {
  const rows: [words: string[], message: RegExp][] = [
    [[], /^vrrpd probe: there is nothing to probe: write tcp HOST:PORT, /],
    [['tcp', '::1:80'], /^vrrpd probe: "::1:80": an IPv6 address stands in brackets/],
    [['tcp', '127.0.0.1:1', '--frobnicate'], /^vrrpd probe: there is no option "--frobnicate" here\n$/],
    [['http', 'http://a/', '--status'], /^vrrpd probe: --status needs a value\n$/],
  ];
  for (const [words, stderr] of rows)
    t.match(await vrrpd('probe', ...words), { code: 1, stdout: '', stderr }, words.join(' '));
});

t.test(
  'in a file: no program of this host is needed, it is printed as it was, and a wrong one is an error',
  async (t) => {
    const scripts = ['"/none/vrrpd probe tcp 127.0.0.1:80"', '</none/up'].map(
      (script, index) => `vrrp_script c${index} {\nscript ${script}\n}\n`,
    );
    const instance =
      'vrrp_instance V {\ninterface nosuch0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.1/24\n}\ntrack_script {\nc0\nc1\n}\n}\n';
    writeFileSync(join(folder, 'probe.conf'), scripts.join('') + instance);
    const { stdout } = await vrrpd('check', '--host', 'probe.conf');
    t.match(stdout, /error no-such-interface/);
    t.notMatch(stdout, /missing-program|unsafe-program/);
    const printed = await vrrpd('config', 'probe.conf');
    t.match(printed.stdout, /script "\/none\/vrrpd probe tcp 127\.0\.0\.1:80"/);
    writeFileSync(join(folder, 'printed.conf'), printed.stdout);
    t.equal((await vrrpd('config', 'printed.conf')).stdout, printed.stdout);
    writeFileSync(join(folder, 'wrong.conf'), printed.stdout.replace('.1:80', '.1'));
    t.match(await vrrpd('check', 'wrong.conf'), {
      code: 2,
      stdout: /^wrong\.conf:2:12: error bad-value: .*HOST:PORT$/m,
    });
  },
);

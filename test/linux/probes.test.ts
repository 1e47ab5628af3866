// Probes against real servers on the loopback: what each says of a service that works, that does not, that does not answer;
// that they end in time and leave no connection open; and that a reload of HAProxy, a real one too, does not trip them.

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Probe } from '../../src/config/probe.js';
import type { Finding } from '../../src/linux/finding.js';
import { runProbe } from '../../src/linux/probes.js';
import { eventually } from '../lab/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'vp-'));
chmodSync(folder, 0o755);
t.teardown(() => rmSync(folder, { recursive: true }));

const probe = (one: Probe): Promise<Finding> => runProbe(one, new AbortController().signal);
const tcp = (port: number, host = '127.0.0.1'): Promise<Finding> => probe({ kind: 'tcp', host, port });
const http = (url: string, more: { status?: number; match?: string } = {}): Promise<Finding> =>
  probe({ kind: 'http', url, status: 200, ...more });
const haproxy = (socket: string, frontend?: string): Promise<Finding> =>
  probe({ kind: 'haproxy', socket, ...(frontend !== undefined && { frontend }) });

/** Takes connections and says nothing on them. */
const mute = (): Server => createServer((socket) => socket.resume());
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const connections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
const noneOpen = (server: Server): Promise<void> =>
  eventually('no connection is open', async () => (await connections(server)) === 0);

/** Listens until the test ends. */
async function listening<T extends Server>(t: Test, server: T, at: string | number = 0): Promise<T> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket.on('error', () => undefined)));
  t.teardown(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

t.test('tcp', async (t) => {
  const server = await listening(t, createServer());
  const port = portOf(server);
  t.same(await tcp(port), { ok: true, words: `127.0.0.1:${port} accepts connections` });
  t.same(await tcp(port, 'localhost'), { ok: true, words: `localhost:${port} accepts connections` });
  await noneOpen(server);
  const free = await freePort();
  t.same(await tcp(free), { ok: false, words: `127.0.0.1:${free}: connection refused` });
  t.match(await tcp(free, '::1'), { ok: false, words: new RegExp(`^\\[::1\\]:${free}: `) });
  t.same(await tcp(80, 'no-such-host.invalid'), { ok: false, words: 'no-such-host.invalid:80: no such host' });
});

t.test('a service that is restarted is looked at again', async (t) => {
  const port = await freePort();
  const finding = tcp(port);
  await sleep(50);
  await listening(t, createServer(), port);
  t.match(await finding, { ok: true });
});

const root = process.getuid?.() === 0;
t.test('a connection with itself is none', { skip: !root && 'needs root for a network of its own' }, (t) => {
  const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
  const only = 'ip link set lo up && echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range';
  const words = ['--net', 'sh', '-c', `${only} && exec "$@"`, 'sh', process.execPath, program];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout, status } = spawnSync('unshare', [...words, 'probe', 'tcp', '127.0.0.1:40000'], { env });
  t.equal(String(stdout), '127.0.0.1:40000: nobody listens\n');
  t.equal(status, 1);
  t.end();
});

/** A web server with these pages. */
async function web(t: Test, pages: RequestListener): Promise<{ url: string; server: Server }> {
  const server = await listening(t, createHttpServer(pages));
  return { server, url: `http://127.0.0.1:${portOf(server)}` };
}

t.test('http', async (t) => {
  const asked: string[] = [];
  const { url, server } = await web(t, ({ method = '', headers, url: path }, answer) => {
    asked.push(`${method} ${path ?? ''} ${headers['user-agent'] ?? ''} ${headers.connection ?? ''}`);
    if (path === '/moved') answer.writeHead(302, { Location: '/' });
    else if (path === '/ill') answer.writeHead(503);
    answer.write('all is re');
    setTimeout(() => answer.end('ady\n'), 20);
  });
  t.same(await http(`${url}/`), { ok: true, words: `${url}/ answers 200` });
  t.same(asked, ['GET / vrrpd close']);
  t.same(await http(`${url}/ill`), { ok: false, words: `${url}/ill answers 503, not 200` });
  t.same(await http(`${url}/ill`, { status: 503 }), { ok: true, words: `${url}/ill answers 503` });
  t.same(await http(`${url}/moved`), { ok: false, words: `${url}/moved answers 302, not 200` });
  t.same(await http(`${url}/`, { match: 'is ready' }), { ok: true, words: `${url}/ answers 200 with "is ready"` });
  t.same(await http(`${url}/`, { match: 'steady' }), { ok: false, words: `${url}/ answers 200 without "steady"` });
  const secret = await http(`${url.replace('//', '//me:secret@')}/?token=secret`);
  t.same(secret, { ok: true, words: `${url}/ answers 200` }, 'no password is in the words');
  await noneOpen(server);
  const free = await freePort();
  t.same(await http(`http://127.0.0.1:${free}`), { ok: false, words: `http://127.0.0.1:${free}/: connection refused` });
});

t.test('http: a body without an end is read for its first megabyte', async (t) => {
  const { url, server } = await web(t, (_request, answer) => {
    const fill = (): void => {
      while (!answer.destroyed && answer.write('x'.repeat(65_536)));
    };
    answer.write('ready');
    answer.on('drain', fill);
    fill();
  });
  t.match(await http(url, { match: 'ready' }), { ok: true });
  t.match(await http(url, { match: 'never' }), { ok: false, words: /answers 200 without "never"$/ });
  await noneOpen(server);
});

t.test('http: servers that break off, and servers that are none', async (t) => {
  let looks = 0;
  const closing = await listening(
    t,
    createServer((socket) => {
      looks += 1;
      socket.destroy();
    }),
  );
  const closed = 'the connection was closed before the answer was complete';
  t.same(await http(`http://127.0.0.1:${portOf(closing)}`), {
    ok: false,
    words: `http://127.0.0.1:${portOf(closing)}/: ${closed}`,
  });
  t.equal(looks, 3);
  const halfway = await web(t, ({ socket }, answer) => {
    answer.writeHead(200, { 'Content-Length': '100' });
    answer.write('half', () => socket.destroy());
  });
  t.same(await http(halfway.url), { ok: false, words: `${halfway.url}/: ${closed}` });
  const mail = await listening(
    t,
    createServer((socket) => socket.end('220 mail.example.org ESMTP\r\n')),
  );
  t.match(await http(`http://127.0.0.1:${portOf(mail)}`), { ok: false, words: /: what answers does not speak HTTP$/ });
  t.match(await http(`https://127.0.0.1:${portOf(mail)}`), { ok: false, words: /\/: (TLS: |protocol error)/ });
});

t.test('https, with a certificate of nobody', async (t) => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', '/CN=elsewhere.example.org', '-keyout', key, '-out', cert],
  ]);
  if (made.status !== 0) return t.pass('no openssl here');
  const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, answer) =>
    answer.end('ready'),
  );
  await listening(t, server);
  const url = `https://127.0.0.1:${portOf(server)}/`;
  t.same(await http(url, { match: 'ready' }), { ok: true, words: `${url} answers 200 with "ready"` });
  await noneOpen(server);
  return undefined;
});

t.test('who does not answer is not waited for', async (t) => {
  const silent = await listening(t, mute());
  const path = join(folder, 'mute.sock');
  const silentSocket = await listening(t, mute(), path);
  const slow = await web(t, (_request, answer) => void answer.write('a beginning'));
  const url = `http://127.0.0.1:${portOf(silent)}/`;

  const before = performance.now();
  t.same(await Promise.all([http(url), http(slow.url), haproxy(path)]), [
    { ok: false, words: `${url}: no answer within 5 s` },
    { ok: false, words: `${slow.url}/: no answer within 5 s` },
    { ok: false, words: `${path}: no answer within 5 s` },
  ]);
  const took = performance.now() - before;
  t.ok(took > 4_900 && took < 15_000, `${took} ms`);
  for (const server of [silent, silentSocket, slow.server]) await noneOpen(server);
});

t.test('a signal ends it at once', async (t) => {
  const silent = await listening(t, mute());
  const url = `http://127.0.0.1:${portOf(silent)}/`;
  const path = join(folder, 'silent.sock');
  await listening(t, mute(), path);
  const free = await freePort();
  const ways: Probe[] = [
    { kind: 'http', url, status: 200 },
    { kind: 'haproxy', socket: path },
    { kind: 'haproxy', socket: '/none' },
    { kind: 'tcp', host: '127.0.0.1', port: free },
  ];
  for (const delay of [0, 60]) {
    const end = new AbortController();
    const before = performance.now();
    const findings = ways.map((one) => runProbe(one, end.signal));
    if (delay > 0) await sleep(delay);
    end.abort();
    for (const { ok } of await Promise.all(findings)) t.notOk(ok);
    t.ok(performance.now() - before < 4_500, 'not by its own limit');
  }
  t.match(await runProbe({ kind: 'haproxy', socket: path }, AbortSignal.abort()), { ok: false });
  await noneOpen(silent);
});

t.test('a file', async (t) => {
  const path = join(folder, 'up');
  t.same(await probe({ kind: 'file', path }), { ok: false, words: `${path}: no such file or directory` });
  writeFileSync(path, '');
  t.same(await probe({ kind: 'file', path }), { ok: true, words: `${path} can be read` });
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  t.match(await probe({ kind: 'file', path: pipe }), { ok: true }, 'a pipe is not waited at');
});

const STAT = `# pxname,svname,qcur,status,weight,
www,FRONTEND,,OPEN,,
api,FRONTEND,,STOP,,
www,BACKEND,0,UP,1,

`;
const info = (more = ''): string => `Name: HAProxy\nVersion: 2.6.12\n${more}Pid: 7\n\n`;

/** Answers each connection with this text, as HAProxy does. */
const answering = (text: () => string): Server =>
  createServer((socket) => {
    socket.on('data', (line) => socket.end(String(line).includes('stat') ? text() + STAT : text()));
  });

t.test('haproxy: its answers', async (t) => {
  const path = join(folder, 'fake.sock');
  let text = info('Stopping: 0\n');
  await listening(
    t,
    answering(() => text),
    path,
  );
  const runs = `${path}: HAProxy 2.6.12 runs`;
  t.same(await haproxy(path), { ok: true, words: runs });
  t.same(await haproxy(path, 'www'), { ok: true, words: `${runs}, frontend www is OPEN` });
  t.same(await haproxy(path, 'api'), { ok: false, words: `${runs}, frontend api is STOP` });
  t.same(await haproxy(path, 'none'), { ok: false, words: `${runs}, without a frontend none` });
  text = info();
  t.same(await haproxy(path), { ok: true, words: runs }, 'an old one does not say whether it is stopping');
  text = info('Stopping: 1\n');
  t.same(await haproxy(path), { ok: false, words: `${path}: HAProxy is stopping` });
  text = 'Unknown command\n';
  t.same(await haproxy(path), { ok: false, words: `${path}: what answers is not HAProxy's stats socket` });
  text = '';
  t.same(await haproxy(path), { ok: false, words: `${path}: no answer` });
  text = 'x'.repeat(6_000_000);
  t.match(await haproxy(path), { ok: false, words: /is not HAProxy/ });
  t.match(await haproxy(join(folder, 'none.sock')), { ok: false, words: /: no such file or directory$/ });
});

t.test('haproxy: the old process is stopping, and the new one takes the place of its socket', async (t) => {
  const path = join(folder, 'replaced.sock');
  let looks = 0;
  const old = answering(() => {
    looks += 1;
    return info('Stopping: 1\n');
  });
  await listening(t, old, path);
  const finding = haproxy(path, 'www');
  await eventually('it has looked', () => looks > 0);
  await listening(
    t,
    answering(() => info('Stopping: 0\n')),
    `${path}.new`,
  );
  renameSync(`${path}.new`, path);
  t.match(await finding, { ok: true, words: /frontend www is OPEN$/ });
  await noneOpen(old);
});

/** HAProxy as a master with a worker; its log goes nowhere. */
function startHaproxy(t: Test, path: string): ChildProcess {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global\n  stats socket ${path} mode 600 level user\n  hard-stop-after 2s\n` +
      'defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n' +
      `frontend www\n  bind unix@${join(folder, 'www.sock')}\n  http-request return status 200\n`,
  );
  const master = spawn('haproxy', ['-W', '-db', '-f', file], { stdio: 'ignore' });
  t.teardown(() => master.kill('SIGTERM'));
  return master;
}

/** The process that answers on the socket, empty when none does. */
async function pidAt(path: string): Promise<string> {
  const socket = connect(path, () => socket.write('show info\n'));
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  await new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  return /^Pid: (\d+)$/m.exec(answer)?.[1] ?? '';
}

const noHaproxy = spawnSync('haproxy', ['-v']).status !== 0 && 'needs haproxy';
t.test('the real haproxy is reloaded three times, and stopped', { skip: noHaproxy }, async (t) => {
  const path = join(folder, 'haproxy.sock');
  const master = startHaproxy(t, path);
  await eventually('it runs', async () => (await haproxy(path, 'www')).ok);
  t.match(await haproxy(path), { ok: true, words: /: HAProxy \d\S* runs$/ });
  t.match(await haproxy(path, 'nowhere'), { ok: false, words: /without a frontend nowhere$/ });

  const reloaded = new AbortController();
  const findings: Finding[] = [];
  const probing = (async () => {
    while (!reloaded.signal.aborted && findings.length < 2_000) {
      findings.push(await haproxy(path, 'www'));
      await sleep(20);
    }
  })();
  const pids = new Set([await pidAt(path)]);
  for (const count of [2, 3, 4]) {
    master.kill('SIGUSR2');
    const another = async (): Promise<boolean> => {
      const pid = await pidAt(path);
      if (pid !== '') pids.add(pid);
      return pids.size >= count;
    };
    await eventually('another process answers', another);
    await sleep(200);
  }
  reloaded.abort();
  await probing;
  t.ok(findings.length > 10, `${findings.length} looks`);
  t.same(
    findings.filter(({ ok }) => !ok),
    [],
  );

  const ended = once(master, 'exit');
  master.kill('SIGTERM');
  await ended;
  t.match(await haproxy(path, 'www'), { ok: false, words: /: (connection refused|no such file or directory)$/ });
});

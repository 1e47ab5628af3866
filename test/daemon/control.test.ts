// The control socket against clients that ask well, badly, too much, or not at all; and its file.

import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ControlServer, type Answer } from '../../src/daemon/control.js';
import { eventually } from '../lab/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
let sockets = 0;
const answer: Answer = ({ command }) => (command === 'status' ? { state: 'MASTER' } : undefined);

async function open(t: Tap, answering = answer): Promise<{ path: string; control: ControlServer }> {
  const path = join(folder, `run-${String((sockets += 1))}`, 'control.sock');
  const control = await ControlServer.open(path, answering);
  if (control === 'live') throw new Error('nobody else answers here');
  t.teardown(() => control.close());
  return { path, control };
}
type Tap = Pick<typeof t, 'teardown'>;

/** A client: what it has been told so far, and whether it has been cut off. */
class Client {
  received = '';
  closed = false;

  constructor(readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (chunk: string) => (this.received += chunk));
    socket.on('error', () => undefined).on('close', () => (this.closed = true));
  }

  static connect(path: string): Promise<Client> {
    return new Promise((resolve) => {
      const client: Client = new Client(connect(path, () => resolve(client)));
    });
  }

  async lines(count: number): Promise<unknown[]> {
    const whole = (): string[] => this.received.split('\n').slice(0, -1);
    await eventually(`${String(count)} lines`, () => whole().length >= count);
    return whole().map((line) => JSON.parse(line) as unknown);
  }
}

const status = '{"command":"status"}\n';

t.test('one line of JSON for each request', async (t) => {
  const { path } = await open(t);
  const client = await Client.connect(path);
  client.socket.write(status.slice(0, 7));
  await new Promise(setImmediate);
  client.socket.write(status.slice(7) + status + '{"command":"nonsense"}\n');
  t.same(await client.lines(3), [{ state: 'MASTER' }, { state: 'MASTER' }, { error: 'no such command: nonsense' }]);
  client.socket.destroy();
});

t.test('the kernel says who asks, and an answer may take its time', async (t) => {
  const { path } = await open(t, ({ command, user }) =>
    command === 'slow' ? new Promise((resolve) => setTimeout(() => resolve({ user }), 100)) : { command },
  );
  const client = await Client.connect(path);
  client.socket.write('{"command":"slow"}\n{"command":"next"}\n');
  t.same(await client.lines(2), [{ user: process.getuid?.() }, { command: 'next' }], 'in the order of the requests');
  client.socket.destroy();
});

t.test('what is no request is answered by an error', async (t) => {
  const { path } = await open(t);
  const client = await Client.connect(path);
  const garbage = [
    'hello',
    '',
    '{',
    'null',
    '[]',
    '"status"',
    '{"command":5}',
    '{}',
    '\u0000\u00ff',
    `"${'x'.repeat(5_000)}"`,
  ];
  client.socket.write(`${garbage.join('\n')}\n${status}`);
  const answers = await client.lines(garbage.length + 1);
  for (const one of answers.slice(0, -1)) t.match(one, { error: /a request is a line like/ });
  t.same(answers.at(-1), { state: 'MASTER' });
  client.socket.destroy();
});

t.test('a request without an end is cut off', async (t) => {
  const { path } = await open(t);
  const client = await Client.connect(path);
  client.socket.write('x'.repeat(100_000));
  await eventually('it is cut off', () => client.closed);
  t.match(client.received, /^\{"error":"the request is too long"\}\n/);
});

t.test("clients that do not read, or that die, are nobody else's concern", async (t) => {
  const large = { text: 'x'.repeat(1_000_000) };
  const { path } = await open(t, () => large);
  const greedy = await Client.connect(path);
  greedy.socket.pause();
  greedy.socket.write(status.repeat(100));
  const dead = await Client.connect(path);
  dead.socket.write(status);
  dead.socket.destroy();
  const other = await Client.connect(path);
  other.socket.write(status);
  t.same(await other.lines(1), [large]);
  greedy.socket.resume();
  await eventually('the greedy one is cut off', () => greedy.closed);
  t.ok(greedy.received.length < 50_000_000, 'long before its hundred answers');
  other.socket.destroy();
});

t.test('more clients than there is room for are turned away, and room comes back', async (t) => {
  const { path } = await open(t);
  const crowd = await Promise.all(Array.from({ length: 40 }, () => Client.connect(path)));
  await eventually('some are turned away', () => crowd.some(({ closed }) => closed));
  t.ok(crowd.some(({ closed }) => !closed));
  for (const { socket } of crowd) socket.destroy();
  await eventually('there is room', async () => {
    const client = await Client.connect(path);
    client.socket.write(status);
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.destroy();
    return client.received.length > 0;
  });
});

t.test('the file', async (t) => {
  const { path, control } = await open(t);
  t.equal(statSync(path).mode & 0o777, 0o660);
  t.equal(statSync(join(path, '..')).mode & 0o777, 0o750);
  t.equal(await ControlServer.open(path, answer), 'live', 'another one sees that it is taken');
  const client = await Client.connect(path);
  control.close();
  await eventually('clients are cut off', () => client.closed);
  t.notOk(existsSync(path), 'it goes with its server');

  await t.test('one that a dead process left is replaced', async (t) => {
    const stale = createServer();
    await new Promise<void>((resolve) => stale.listen(`${path}.dead`, resolve));
    // The file outlives a server that closes without knowing its name.
    renameSync(`${path}.dead`, path);
    await new Promise((resolve) => stale.close(resolve));
    t.ok(existsSync(path));
    const next = await ControlServer.open(path, answer);
    if (next === 'live') throw new Error('it is dead');
    const asking = await Client.connect(path);
    asking.socket.write(status);
    t.same(await asking.lines(1), [{ state: 'MASTER' }]);
    next.close();
  });

  await t.test('where it can not be, it says why', async (t) => {
    await t.rejects(ControlServer.open('/etc/passwd/vrrpd/control.sock', answer), { code: 'ENOTDIR' });
  });
});

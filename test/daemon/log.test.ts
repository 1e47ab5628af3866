// Where log lines go and in what form, and that a reader who does not read holds nothing up: lines are lost then, and
// their number is told.

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { LineQueue, type Outlet } from '../../src/daemon/line-queue.js';
import { noRealRoot } from '../lab/real-root.js';
import { Machine } from './machine.js';
import { programOf } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** Starts the program that writes many lines. */
function chatterbox(count: number, options: { stderr: 'pipe' | number; env?: NodeJS.ProcessEnv }): ChildProcess {
  const stdio: StdioOptions = ['pipe', 'pipe', options.stderr];
  const env = { ...process.env, ...options.env };
  const [node, program] = programOf('chatterbox.ts');
  return spawn(node, [program, String(count)], { stdio, env });
}
const firstLine = async ({ stdout }: ChildProcess): Promise<string> => {
  if (stdout === null) throw new Error('started without a pipe');
  return String((await once(createInterface(stdout), 'line'))[0]);
};
const texts = (output: string): string[] =>
  output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^\w{3} [ \d]\d \d\d:\d\d:\d\d /, ''));

t.test('a queue', async (t) => {
  /** An outlet that takes as much as it is allowed to. */
  const slow = () => {
    let room = 0;
    let waiting: (() => void) | undefined;
    const taken: string[] = [];
    const outlet: Outlet = {
      write: (line, done) => {
        const octets = Math.min(room, line.length);
        room -= octets;
        taken.push(line.toString('utf8', 0, octets));
        if (octets === line.length) done(octets);
        else waiting = () => done(octets);
      },
      writeNow: (line) => taken.push(line.toString()),
    };
    const allow = (octets: number): void => {
      room += octets;
      waiting?.();
      waiting = undefined;
    };
    return { outlet, allow, text: () => taken.join('') };
  };
  const tellLost = (count: number): Buffer => Buffer.from(`${String(count)} lost\n`);

  await t.test('writes after the turn, in order', async (t) => {
    const { outlet, allow, text } = slow();
    const queue = new LineQueue(outlet, tellLost);
    allow(1_000);
    for (const line of ['a\n', 'b\n', 'c\n']) queue.push(Buffer.from(line));
    t.equal(text(), '');
    await queue.flush(5_000);
    t.equal(text(), 'a\nb\nc\n');
    await queue.flush(5_000);
  });

  await t.test('goes on in the middle of a line', async (t) => {
    const { outlet, allow, text } = slow();
    const queue = new LineQueue(outlet, tellLost);
    queue.push(Buffer.from('a line\n'));
    queue.push(Buffer.from('another\n'));
    allow(3);
    await queue.flush(100);
    t.equal(text(), 'a l');
    allow(100);
    await queue.flush(5_000);
    t.equal(text(), 'a line\nanother\n');
  });

  await t.test('keeps a quarter of a megabyte, and tells what it lost', async (t) => {
    const { outlet, allow, text } = slow();
    const queue = new LineQueue(outlet, tellLost);
    const line = `${'x'.repeat(1_023)}\n`;
    for (let count = 0; count < 300; count += 1) queue.push(Buffer.from(line));
    const before = performance.now();
    await queue.flush(100);
    t.ok(performance.now() - before < 2_000, 'a flush is not endless');
    allow(1_000_000);
    await queue.flush(5_000);
    t.match(text(), /^(x{1023}\n)+44 lost\n(x{1023}\n)*$/);
    t.equal(text().split('x\n').length - 1, 256);
  });

  await t.test('writes at once when the process dies', (t) => {
    const { outlet, text } = slow();
    const queue = new LineQueue(outlet, tellLost);
    queue.push(Buffer.from('last words\n'));
    queue.flushNow();
    t.equal(text(), 'last words\n');
    t.end();
  });
});

const MANY = 20_000;
type Assertions = Pick<typeof t, 'equal' | 'ok' | 'notMatch'>;
/** Each line is there, or counted. */
function checkStory(t: Assertions, output: string): void {
  const lines = texts(output);
  const lost = lines.reduce((sum, line) => sum + Number(/^(\d+) log lines lost$/.exec(line)?.[1] ?? 0), 0);
  const told = lines.filter((line) => /^line \d+ of a long story about nothing at all$/.test(line));
  t.ok(lost > 0 && told.length > 1_000, `${String(told.length)} lines, ${String(lost)} lost`);
  t.equal(told.length + lost, MANY);
  t.notMatch(output, /not to be seen/);
  const numbers = told.map((line) => Number(line.split(' ')[1]));
  t.ok(
    numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0)),
    'in their order',
  );
}

t.test('a socket that nobody reads', async (t) => {
  const child = chatterbox(MANY, { stderr: 'pipe' });
  const held = Number(await firstLine(child));
  t.ok(held < 500, `the loop was held up for ${String(held)} ms at most`);
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stdin?.write('\n');
  await once(child, 'close');
  checkStory(t, output);
});

t.test('a pipe that nobody reads', async (t) => {
  const path = join(folder, 'pipe');
  await once(spawn('mkfifo', [path]), 'exit');
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  // A descriptor of its own that blocks, as a shell hands it over.
  const end = openSync(path, constants.O_WRONLY);
  const child = chatterbox(MANY, { stderr: end });
  closeSync(end);
  const held = Number(await firstLine(child));
  t.ok(held < 500, `the loop was held up for ${String(held)} ms at most`);
  child.stdin?.write('\n');
  const closed = once(child, 'close').then(() => true);
  let output = '';
  const buffer = Buffer.alloc(65_536);
  const read = (): void => {
    try {
      for (;;) output += buffer.toString('latin1', 0, readSync(pipe, buffer));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  };
  while (!(await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 20, false))]))) read();
  read();
  closeSync(pipe);
  checkStory(t, output);
});

t.test('the journal gets the level in front and no time', async (t) => {
  const path = join(folder, 'journal');
  const file = openSync(path, 'w');
  const { dev, ino } = fstatSync(file);
  const child = chatterbox(2, { stderr: file, env: { JOURNAL_STREAM: `${String(dev)}:${String(ino)}` } });
  child.stdin?.write('\n');
  await once(child, 'close');
  closeSync(file);
  const story = 'of a long story about nothing at all';
  t.equal(readFileSync(path, 'utf8'), `<6>line 1 ${story}\n<4>line 2 ${story}\n`);
});

t.test('a file gets lines with the time', async (t) => {
  const path = join(folder, 'file');
  const file = openSync(path, 'w');
  const child = chatterbox(2, { stderr: file, env: { JOURNAL_STREAM: '1:1' } });
  child.stdin?.write('\n');
  await once(child, 'close');
  closeSync(file);
  t.match(
    readFileSync(path, 'utf8'),
    /^(\w{3} [ \d]\d \d\d:\d\d:\d\d line [12] of a long story about nothing at all\n){2}$/,
  );
});

t.test('a daemon without a terminal writes to syslog', { skip: noRealRoot }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  await machine.namespace.run('mkdir', '-p', '/run/lab/dev/upper', '/run/lab/dev/work');
  const layers = 'lowerdir=/dev,upperdir=/run/lab/dev/upper,workdir=/run/lab/dev/work';
  await machine.namespace.run('mount', '-t', 'overlay', '-o', layers, 'overlay', '/dev');
  const listener = machine.namespace.start(programOf('syslog-listener.ts'));
  await machine.logged(listener, /^ready$/);
  const talker = machine.namespace.start([...programOf('chatterbox.ts'), '2', 'detached']);
  await machine.logged(talker, /^\d+$/);
  await machine.logged(listener, /line 2/);
  talker.tell('');
  await talker.ended;
  const [, one, two] = listener.log;
  t.match(one, /^<30>\w{3} [ \d]\d \d\d:\d\d:\d\d vrrpd\[\d+\]: line 1 of a long story about nothing at all$/);
  t.match(two, /^<28>.* vrrpd\[\d+\]: line 2 of a long story about nothing at all$/);
});

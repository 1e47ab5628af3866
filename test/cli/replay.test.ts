// `vrrpd replay` as an operator types it: the transcript, its exit codes, and files that are no recording or only a part of
// one; and every recording of the field that lies in test/fixtures/recordings/ replays to equal effects. After a change
// that is meant, their effects are written anew by RECORD=1 node test/run.mjs test/cli/replay

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { RecordingReader, RecordingWriter } from '../../src/daemon/recording.js';
import { Replay } from '../../src/daemon/replay.js';
import { instant, type Instant } from '../../src/time.js';
import { Router } from '../../src/vrrp/router.js';
import type { Input } from '../../src/vrrp/input.js';
import { aConfig, anAdvert, anInstance, eth1 } from '../vrrp/host.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
t.setTimeout(100_000);
const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('../fixtures/recordings/', import.meta.url));

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program without what tap hangs on every Node.js that it sees. */
const run = (command: string, ...words: string[]): Promise<Finished> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '', TZ: 'Pacific/Auckland' };
    const options = { cwd: folder, env, maxBuffer: 2 ** 26 };
    execFile(command, words, options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
const replay = (...words: string[]): Promise<Finished> => run(process.execPath, program, 'replay', ...words);

/** A BACKUP takes over a second before midnight and meets a better router 23 s later; in two parts with a gap. */
function recording(): string[] {
  const at = instant(52_000_000);
  const origin = { vrrpd: '0.1.0', host: 'lb1', time: '2026-11-21T23:59:55.468+05:30', at };
  const config = aConfig({ instances: [anInstance()] });
  const writer = new RecordingWriter();
  const router = new Router(config, at);
  const lines = [writer.head({ ...origin, config })];
  const give = (input: Input, moment: Instant): void => {
    lines.push(writer.step({ at: moment, input, effects: router.handle(input, moment) }));
  };
  give({ kind: 'link', interface: 'eth1', link: eth1 }, at);
  give({ kind: 'start' }, at);
  for (let tick = 0; tick < 20; tick += 1) give({ kind: 'tick' }, router.nextDeadline() ?? at);
  const later = instant(at + 23_000_000);
  router.handle({ kind: 'tick' }, later);
  const time = '2026-11-22T00:00:18.468+05:30';
  lines.push(writer.head({ ...origin, time, at: later, lost: 1, config, memory: router.memory }));
  give(anAdvert({ priority: 200 }), instant(later + 123_456));
  return lines;
}
const file = join(folder, 'recording');
const write = (text: string): void => writeFileSync(file, text);

t.test('a transcript with the times of the recorded host', async (t) => {
  write(recording().join(''));
  const { code, stdout, stderr } = await replay('recording');
  t.equal(stderr, '');
  t.equal(code, 0);
  t.strictSame(stdout.split('\n'), [
    'vrrpd v0.1.0 on lb1 starts, 2026-11-21T23:59:55.468+05:30',
    '23:59:55.468  eth1 is up, has 192.168.1.191/24, fe80::191/64',
    '23:59:55.468  start',
    '23:59:55.468  listens on eth1',
    '23:59:55.468  (VI_1) Entering BACKUP STATE (init): started',
    '23:59:55.468  notify INSTANCE "VI_1" BACKUP 120',
    '23:59:58.999  eth1 > vrid 91 prio 120 (192.168.1.190)',
    '23:59:58.999  add 192.168.1.190/32 to eth1',
    '23:59:58.999  eth1 > gratuitous ARP for 192.168.1.190, 5 rounds',
    '23:59:58.999  (VI_1) Entering MASTER STATE: no advert heard for 3.531 s (120 here); was BACKUP for 3.531 s',
    '23:59:58.999  notify INSTANCE "VI_1" MASTER 120',
    '23:59:59.999  eth1 > ARP probe for 192.168.1.190',
    '-- 1 records lost; what follows is complete again',
    'vrrpd v0.1.0 on lb1 goes on, 2026-11-22T00:00:18.468+05:30',
    '00:00:18.591  eth1 < 192.168.1.192: vrid 91 prio 200 (192.168.1.190)',
    '00:00:18.591  eth1 > vrid 91 prio 1 (192.168.1.190)',
    '00:00:18.591  (VI_1) Master received advert from 192.168.1.192 with higher priority 200, ours 120',
    '00:00:18.591  (VI_1) Giving up the addresses: heard 192.168.1.192 with priority 200, ours 120; they stay until 192.168.1.192 announces them',
    '23 records over 23.123 s: all effects are as recorded',
    '',
  ]);
});

t.test('the same as JSON', async (t) => {
  write(recording().join(''));
  const { code, stdout } = await replay('recording', '--json');
  t.equal(code, 0);
  const told = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.strictSame(told[0], {
    kind: 'recording',
    record: 1,
    vrrpd: '0.1.0',
    host: 'lb1',
    time: '2026-11-21T23:59:55.468+05:30',
    starts: true,
  });
  t.match(told[6], {
    kind: 'line',
    record: 4,
    time: '2026-11-21T23:59:58.999+05:30',
    seconds: 3.53125,
    of: 'send-advert',
  });
  t.match(told.at(-1), { kind: 'end', records: 23, seconds: 23.123456 });
});

t.test('a difference ends it', async (t) => {
  const lines = recording();
  t.match(lines[3], 'Entering MASTER STATE: no advert');
  write(
    lines
      .with(3, (lines[3] ?? '').replace('Entering MASTER STATE: no advert', 'Entering MASTER STATE: no packet'))
      .join(''),
  );
  const { code, stdout } = await replay('recording');
  t.equal(code, 1);
  t.match(stdout.split('\n').slice(-7), [
    'recording:4: the replay is not as recorded',
    '  at        2026-11-21T23:59:58.999+05:30, 3.531 s after the start',
    '  input     {"kind":"tick"}',
    /^ {2}effect {4}\d$/,
    /^ {2}expected {2}\{"kind":"log","level":"info","text":"\(VI_1\) Entering MASTER STATE: no packet heard/,
    /^ {2}got {7}\{"kind":"log","level":"info","text":"\(VI_1\) Entering MASTER STATE: no advert heard/,
    '',
  ]);
  const json = (await replay('--json', 'recording')).stdout.trimEnd().split('\n').at(-1) ?? '';
  t.match(JSON.parse(json), {
    kind: 'difference',
    record: 4,
    seconds: 3.53125,
    expected: { kind: 'log' },
    got: { kind: 'log' },
  });
});

t.test('a last line that is cut off is left out, wherever it is cut', async (t) => {
  const lines = recording();
  const last = lines.at(-1) ?? '';
  for (const length of [1, last.length - 1]) {
    write(lines.slice(0, -1).join('') + last.slice(0, length));
    const { code, stdout } = await replay('recording');
    t.equal(code, 0);
    t.match(
      stdout,
      /\nrecording:25: the last line is cut off, and left out\n22 records over .*: all effects are as recorded\n$/,
    );
  }
});

t.test('no recording', async (t) => {
  const lines = recording();
  mkdirSync(join(folder, 'sub'));
  const cases: [string, RegExp][] = [
    ['', /^recording:1: no recording that can be replayed: it is empty\n$/],
    ['global_defs {\n}\n', /^recording:1: no recording that can be replayed: .*JSON/],
    ['{"recording":1', /^recording:1: no recording that can be replayed: /],
    ['\u0000\u0001\u001b[31m', /^recording:1: no recording[ -~]*\n$/],
    ['{"recording":1,"at":1,"config":{}}\n', /^recording:1: no recording that can be replayed: /],
    [lines.with(2, 'oh\n').join(''), /^recording:3: no recording that can be replayed: .*JSON/],
    [lines.slice(1).join(''), /^recording:1: .*does not begin as a recording/],
  ];
  for (const [text, words] of cases) {
    write(text);
    const { code, stderr } = await replay('recording');
    t.match(stderr, words);
    t.equal(code, 2, text.slice(0, 20));
  }
  for (const [name, words] of [
    ['nowhere', /nowhere: no recording that can be replayed: ENOENT/],
    ['sub', /sub: no recording that can be replayed: EISDIR/],
  ] as const) {
    const { code, stderr } = await replay(name);
    t.match(stderr, words);
    t.equal(code, 2);
  }
  t.equal((await replay()).code, 2, 'without a file');
  t.equal((await replay('recording', '--nonsense')).code, 2);
});

t.test('a reader that has seen enough', async (t) => {
  write(recording().join(''));
  const { stdout, stderr } = await run('sh', '-c', `'${process.execPath}' '${program}' replay recording | head -1`);
  t.equal(stdout, 'vrrpd v0.1.0 on lb1 starts, 2026-11-21T23:59:55.468+05:30\n');
  t.equal(stderr, '');
});

/** The same inputs with the effects that they have today. */
function recordAnew(path: string): void {
  const [reader, writer] = [new RecordingReader(), new RecordingWriter()];
  let router: Router | undefined;
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const anew = lines.map((line) => {
    const record = reader.read(line);
    if ('input' in record) return writer.step({ ...record, effects: router?.handle(record.input, record.at) ?? [] });
    router = new Router(record.config, record.at, record.memory);
    return writer.head(record);
  });
  writeFileSync(path, anew.join(''));
}

const fixtures = readdirSync(RECORDINGS);
t.ok(fixtures.length > 0);
for (const name of fixtures)
  t.test(name, (t) => {
    if (process.env.RECORD === '1') recordAnew(join(RECORDINGS, name));
    const played = new Replay();
    const lines = readFileSync(join(RECORDINGS, name), 'utf8').trimEnd().split('\n');
    for (const [index, line] of lines.entries()) {
      const record = played.play(line);
      if (record.kind === 'step') t.strictSame(record.difference, undefined, `line ${index + 1}`);
    }
    t.ok(readFileSync(join(RECORDINGS, name)).length < 200_000, 'no more than the repository should hold');
    t.end();
  });

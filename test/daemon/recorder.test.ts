// The recorder's files: who may read them, what they replace, how they rotate, and what a disk that is full, too slow or
// about to lose the process leaves behind. Each file that is written here replays to equal effects.

import '../linux/own-network.js';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { now } from '../../src/linux/clock.js';
import { Loop, type Host } from '../../src/daemon/loop.js';
import { Recorder } from '../../src/daemon/recorder.js';
import { Replay } from '../../src/daemon/replay.js';
import type { Input } from '../../src/vrrp/input.js';
import { Router } from '../../src/vrrp/router.js';
import { aConfig, anInstance, aScript, eth1, tracked } from '../vrrp/host.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
/** Time stands still but for what a test lets pass. */
mock.timers.enable({ apis: ['setTimeout'] });

/** Calls `look` until it gives something; fails after ten seconds. */
async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (const end = performance.now() + 10_000; performance.now() < end;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await nextTurn();
  }
  throw new Error(`waited in vain for ${what}`);
}

/** As until, while ten seconds after ten seconds pass. */
const later = <T>(look: () => T | undefined | false): Promise<T> =>
  until('what comes later', () => {
    mock.timers.tick(10_000);
    return look();
  });

/** A router whose check says more than it should, and its recorder. */
class Recorded {
  readonly log: string[] = [];
  readonly recorder: Recorder;
  readonly #config = aConfig({
    instances: [anInstance({ tracks: [tracked({ name: 'chk', weight: 5 })] })],
    scripts: [aScript()],
  });
  readonly #inputs: Input[] = [];
  readonly #begin = now();
  readonly #router = new Router(this.#config, this.#begin);
  readonly #loop: Loop;
  /** Of the results so far. */
  count = 0;

  constructor(readonly file: string) {
    this.recorder = new Recorder(file, (_level, text) => {
      this.log.push(text);
    });
    const host: Host = { now, receive: () => this.#inputs.splice(0), perform: () => [], setAlarm: () => undefined };
    this.#loop = new Loop(this.#router, host, this.recorder);
  }

  async start(): Promise<void> {
    await this.recorder.open(this.#router, this.#begin);
    this.#inputs.push({ kind: 'link', interface: 'eth1', link: eth1 }, { kind: 'start' });
    this.#loop.wake();
  }

  /** So many results of the check in one turn, each with so many letters. */
  check(count: number, letters: number): void {
    for (let index = 0; index < count; index += 1) {
      this.count += 1;
      const output = String(this.count).padEnd(letters, 'x');
      const outcome = { kind: 'exited', code: this.count % 2, milliseconds: 3, output } as const;
      this.#inputs.push({ kind: 'script', script: 'chk', outcome });
    }
    this.#loop.wake();
  }

  /** What is in the file, once it has as many lines with a check's result. */
  written(count: number): Promise<string> {
    return until(`${count} results`, () => {
      const text = readFileSync(this.file, 'utf8');
      return text.endsWith('\n') && text.split('"script":"chk","outcome"').length > count && text;
    });
  }
}

/** The last lines; nothing while the file is being renamed. */
function endOf(file: string): string {
  try {
    return execFileSync('tail', ['-c', '32768', file], { encoding: 'latin1', stdio: 'pipe' });
  } catch {
    return '';
  }
}

/** The heads of a file whose steps all replay to equal effects. */
function heads(t: Test, text: string) {
  const replay = new Replay();
  t.equal(text.at(-1), '\n');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => replay.play(line))
    .flatMap((played) => {
      if (played.kind === 'head') return [played.head];
      if (played.difference) t.fail('the replay differs', played.difference);
      return [];
    });
}

t.test('a file of root alone, and the one of the run before', async (t) => {
  const file = join(folder, 'a');
  const first = new Recorded(file);
  await first.start();
  first.check(3, 1);
  await first.written(3);
  await first.recorder.close();
  t.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  t.match(heads(t, text), [{ recording: 1, lost: undefined, memory: undefined }]);
  const second = new Recorded(file);
  await second.start();
  t.equal(readFileSync(`${file}.1`, 'utf8'), text);
  second.check(1, 1);
  heads(t, await second.written(1));
  await second.recorder.close();
});

t.test('what is no recording is left as it is', async (t) => {
  const file = join(folder, 'b');
  const refused = async (words: RegExp): Promise<void> => {
    await t.rejects(new Recorded(file).start(), words);
    t.notOk(existsSync(`${file}.1`) && readFileSync(`${file}.1`, 'utf8').startsWith('{'));
  };
  writeFileSync(file, 'global_defs {\n}\n');
  await refused(/--record: .*b is there and is no recording: it is left as it is/);
  t.equal(readFileSync(file, 'utf8'), 'global_defs {\n}\n');
  unlinkSync(file);
  symlinkSync(join(folder, 'a'), file);
  await refused(/ELOOP/);
  unlinkSync(file);
  writeFileSync(`${file}.1`, 'mine');
  await refused(/b\.1 is there and is no recording/);
  t.equal(readFileSync(`${file}.1`, 'utf8'), 'mine');
  unlinkSync(`${file}.1`);
  execFileSync('mkfifo', [file]);
  await refused(/is no recording/);
  await t.rejects(new Recorded(join(folder, 'nowhere', 'b')).start(), /--record: ENOENT/);
});

t.test('a full file becomes FILE.1, and both can be replayed by themselves', { timeout: 60_000 }, async (t) => {
  const full = 16 * 1024 * 1024;
  const file = join(folder, 'c');
  const recorded = new Recorded(file);
  await recorded.start();
  while (!existsSync(`${file}.1`)) {
    recorded.check(20, 5_000);
    await until('the last line', () => existsSync(`${file}.1`) || endOf(file).includes(`"output":"${recorded.count}x`));
  }
  await until('the new file', () => existsSync(file));
  recorded.check(2, 1);
  await until('the end', () => readFileSync(file, 'utf8').includes('"output":"') && readFileSync(file).at(-1) === 10);
  await recorded.recorder.close();
  const size = statSync(`${file}.1`).size;
  t.ok(size > full * 0.9 && size < full * 1.1, `${size} octets`);
  t.match(heads(t, readFileSync(`${file}.1`, 'utf8')), [{ memory: undefined }]);
  const [head] = heads(t, readFileSync(file, 'utf8'));
  t.match(head, { lost: undefined, memory: { phase: { kind: 'running' } } });
  t.strictSame(recorded.log, []);
});

t.test('a disk that is too slow: what is lost is counted, and behind the gap it goes on', async (t) => {
  const recorded = new Recorded(join(folder, 'd'));
  await recorded.start();
  recorded.check(400, 5_000);
  await nextTurn();
  recorded.check(7, 1);
  t.match(recorded.log, [/is interrupted: the disk is too slow/]);
  await until('what waits is written', () => statSync(recorded.file).size > 1_000_000);
  const lost = await later(() => / goes on: (\d+) records lost/.exec(recorded.log[1] ?? '')?.[1]);
  recorded.check(1, 1);
  await until('the end', () => readFileSync(recorded.file, 'utf8').split('\n').at(-2)?.startsWith('{"after"'));
  await recorded.recorder.close();
  const [, behind] = heads(t, readFileSync(recorded.file, 'utf8'));
  t.match(behind, { lost: Number(lost), memory: { phase: { kind: 'running' } } });
  const kept = readFileSync(recorded.file, 'utf8').split('"script":"chk","outcome"').length - 1;
  t.equal(kept + Number(lost), 408, 'each record is in the file or counted');
});

t.test('a disk that is full, and has room again', async (t) => {
  const disk = mkdtempSync(join(folder, 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
  t.teardown(() => execFileSync('umount', [disk]));
  const recorded = new Recorded(join(disk, 'e'));
  await recorded.start();
  writeFileSync(join(disk, 'filler'), Buffer.alloc(64 * 1024));
  recorded.check(5, 1_000);
  await recorded.written(5);
  recorded.check(20, 5_000);
  await until('it is told', () => recorded.log.length > 0);
  t.match(recorded.log, [/is interrupted: ENOSPC/]);
  heads(t, readFileSync(recorded.file, 'utf8'));
  await later(() => statSync(recorded.file).size < 64 * 1024);
  t.equal(recorded.log.length, 1, 'one line');
  unlinkSync(join(disk, 'filler'));
  recorded.check(3, 1);
  const lost = Number(await later(() => /(\d+) records lost/.exec(recorded.log[1] ?? '')?.[1]));
  recorded.check(1, 1);
  await until('the end', () => readFileSync(recorded.file, 'utf8').split('\n').at(-2)?.startsWith('{"after"'));
  await recorded.recorder.close();
  t.match(heads(t, readFileSync(recorded.file, 'utf8')), [{}, { lost }]);
  const kept = readFileSync(recorded.file, 'utf8').split('"script":"chk","outcome"').length - 1;
  t.equal(kept + lost, 29);
});

t.test('the last words of a process that dies', async (t) => {
  const recorded = new Recorded(join(folder, 'f'));
  await recorded.start();
  recorded.check(100, 500);
  // Those are on their way, and those have not even been looked at.
  await nextTurn();
  recorded.check(5, 1);
  recorded.recorder.flushNow();
  const text = readFileSync(recorded.file, 'utf8');
  heads(t, text);
  t.equal(text.split('"script":"chk","outcome"').length - 1, 105);
});

t.test('the input at which a router fails is in the file', async (t) => {
  const file = join(folder, 'g');
  const recorder = new Recorder(file, () => undefined);
  const begin = now();
  const router = new Router(aConfig({ instances: [anInstance()] }), begin);
  await recorder.open(router, begin);
  const host: Host = { now, receive: () => [], perform: () => [], setAlarm: () => undefined };
  const broken = { kind: 'link', interface: 'eth1', link: { ...eth1, addresses: undefined } } as unknown as Input;
  const loop = new Loop(router, host, recorder);
  loop.handle({ kind: 'link', interface: 'eth1', link: eth1 });
  loop.handle({ kind: 'start' });
  t.throws(() => loop.handle(broken), TypeError);
  recorder.flushNow();
  const text = readFileSync(file, 'utf8');
  t.match(text.split('\n').at(-2), '"thrown":"TypeError: ');
  heads(t, text);
});

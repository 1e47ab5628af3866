// Files with a number: what counts as one, and that whatever is done to a file, its folder or its neighbours, the last
// value is told, nobody waits, and nothing is left over.

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TrackFile } from '../../src/config/model.js';
import { mkfifo } from '../../src/linux/native.js';
import { WatchedFiles } from '../../src/linux/watched-files.js';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { programOf } from '../program.js';

const NAMESPACE = ['--user', '--map-root-user'];
/** Why limits can't be set for one process; false when they can. */
const noNamespace = (): string | false =>
  spawnSync('unshare', [...NAMESPACE, 'sh', '-c', 'echo 9 > /proc/sys/user/max_inotify_watches']).status === 0
    ? false
    : 'needs a user namespace of its own';
const root = process.getuid?.() === 0;
const tracked = (file: string, more: Partial<TrackFile> = {}): TrackFile => ({
  name: file,
  file,
  weight: 1,
  reverse: false,
  place: { file: 'test', line: 1, column: 1 },
  places: {},
  ...more,
});

/** A folder of its own, and what is told of the files that are watched in it. */
function watching(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'vl-'));
  const latest = new Map<string, string>();
  const told: string[] = [];
  const files = new WatchedFiles((name, reading) => {
    const words =
      reading.kind === 'number' ? String(reading.value) : 'problem' in reading ? reading.problem : 'nothing';
    latest.set(name, words);
    told.push(words);
  });
  t.teardown(() => {
    files.close();
    rmSync(folder, { recursive: true });
  });
  /** Waits until that was told last. */
  const is = (path: string, words: string | RegExp): Promise<void> =>
    eventually(`${path}: ${String(words)}, ${told.join()}`, () => {
      const now = latest.get(path);
      return now !== undefined && (typeof words === 'string' ? now === words : words.test(now));
    });
  return { folder, files, latest, told, is };
}

t.test('what a file holds', async (t) => {
  const { folder, files, latest } = watching(t);
  const cases: [string, string][] = [
    ['0', '0'],
    ['5\n', '5'],
    ['-7', '-7'],
    ['+8\n', '8'],
    [' \t42  \r\n', '42'],
    ['3\n4\n', '3'],
    ['2147483647', '2147483647'],
    ['-2147483647', '-2147483647'],
    ['', 'nothing'],
    ['\n \n', 'nothing'],
    ['2147483648', '"2147483648", which is no number'],
    ['9'.repeat(100), '"99999999999999999999", which is no number'],
    ['1.5', '1'],
    ['0x10', '0'],
    ['5 apples', '5'],
    ['-3# since Monday', '-3'],
    ['apples 5', '"apples 5", which is no number'],
    ['\x01\xff\x00', '"???", which is no number'],
    ['--1', '"--1", which is no number'],
  ];
  const paths = cases.map(([text], index) => {
    const path = join(folder, String(index));
    writeFileSync(path, text, 'latin1');
    return path;
  });
  files.set(paths.map((path) => tracked(path)));
  await eventually('all are read', () => latest.size === cases.length);
  for (const [index, [text, words]] of cases.entries()) {
    const path = paths[index] ?? '';
    const expected = words.startsWith('"') ? `${path} holds ${words}` : words;
    t.equal(latest.get(path), expected, JSON.stringify(text));
  }
});

t.test('what is no file to read', async (t) => {
  const { folder, files, is } = watching(t);
  const [pipe, link, dangling, below] = ['pipe', 'link', 'dangling', 'file/below'].map((name) => join(folder, name));
  const target = join(folder, 'file');
  mkfifo(pipe ?? '', 0o644);
  writeFileSync(target, '9');
  symlinkSync(target, link ?? '');
  symlinkSync(join(folder, 'none'), dangling ?? '');
  files.set([folder, pipe, link, dangling, below, '/dev/zero'].map((path) => tracked(path ?? '')));
  await is(folder, `${folder} is no plain file`);
  await is(pipe ?? '', `${pipe ?? ''} is no plain file`);
  await is('/dev/zero', '/dev/zero is no plain file');
  await is(dangling ?? '', 'nothing');
  await is(below ?? '', 'nothing');
  await is(link ?? '', '9');
  t.pass('none holds up the others');
});

t.test('one that may not be read says so, until it may', { skip: root && noRealRoot }, async (t) => {
  const { folder, files, is } = watching(t);
  const path = join(folder, 'a');
  writeFileSync(path, '1', { mode: 0 });
  // Root may read everything.
  chmodSync(folder, 0o755);
  if (root) process.seteuid?.(65_534);
  try {
    files.set([tracked(path)]);
    await is(path, /permission denied/);
  } finally {
    if (root) process.seteuid?.(0);
  }
  chmodSync(path, 0o600);
  await is(path, '1');
  t.pass('it is read');
});

t.test('what happens to the file', async (t) => {
  const { folder, files, told, is } = watching(t);
  const [path, other] = [join(folder, 'a'), join(folder, 'b')];
  files.set([tracked(path)]);
  await is(path, 'nothing');
  writeFileSync(path, '1');
  await is(path, '1');
  writeFileSync(path, '2');
  await is(path, '2');
  writeFileSync(other, '3');
  renameSync(other, path);
  await is(path, '3');
  rmSync(path);
  await is(path, 'nothing');
  writeFileSync(path, '4');
  await is(path, '4');
  renameSync(path, other);
  await is(path, 'nothing');
  linkSync(other, path);
  await is(path, '4');
  rmSync(path);
  mkdirSync(path);
  await is(path, `${path} is no plain file`);
  const before = told.length;
  writeFileSync(other, '5');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(told.length, before, 'its neighbours are nobody’s business');
});

t.test('of many changes the last one counts', async (t) => {
  const { folder, files, is } = watching(t);
  const path = join(folder, 'a');
  files.set([tracked(path)]);
  for (let round = 1; round <= 20; round += 1) {
    for (let value = 0; value < 50; value += 1) writeFileSync(path, String(value));
    await new Promise((resolve) => setTimeout(resolve, round % 4));
    renameSync(path, `${path}.old`);
    writeFileSync(path, String(1_000 + round));
    await is(path, String(1_000 + round));
  }
  t.pass('each time');
});

t.test('what happens to the folder', async (t) => {
  const { folder, files, is } = watching(t);
  const inner = join(folder, 'inner');
  // A file of the folder's own name too: what is told of the one is not taken for the other.
  const paths = ['a', 'inner'].map((name) => join(inner, name));
  const hold = (value: string): void => {
    for (const path of paths) writeFileSync(path, value);
  };
  const are = async (words: string): Promise<void> => {
    for (const path of paths) await is(path, words);
  };
  files.set(paths.map((path) => tracked(path)));
  await are('nothing');
  mkdirSync(inner);
  hold('1');
  await are('1');
  hold('2');
  await are('2');
  rmSync(inner, { recursive: true });
  await are('nothing');
  mkdirSync(inner);
  hold('3');
  await are('3');
  renameSync(inner, join(folder, 'moved'));
  await are('nothing');
  mkdirSync(inner);
  hold('4');
  await are('4');
  rmSync(inner, { recursive: true });
  mkdirSync(inner);
  hold('5');
  await are('5');
  hold('6');
  await are('6');
  t.pass('it is found again');
});

t.test('what inotify does not tell is found later', async (t) => {
  const { folder, files, latest } = watching(t);
  const [target, link] = [join(folder, 'elsewhere/target'), join(folder, 'link')];
  const above = join(folder, 'above');
  const path = join(above, 'inner/a');
  for (const name of ['elsewhere', 'above/inner', 'next/inner']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(target, '1');
  symlinkSync(target, link);
  writeFileSync(path, '1');
  writeFileSync(join(folder, 'next/inner/a'), '2');
  files.set([tracked(link), tracked(path)]);
  const are = (value: string): Promise<void> =>
    eventually(`both are ${value}`, () => latest.get(link) === value && latest.get(path) === value);
  await are('1');
  writeFileSync(target, '2');
  renameSync(above, join(folder, 'former'));
  renameSync(join(folder, 'next'), above);
  await are('2');
  t.pass('a link’s target, and a folder above');
});

t.test('init_file', async (t) => {
  const { folder, files, is } = watching(t);
  const path = (name: string): string => join(folder, name);
  const init = (name: string, overwrite: boolean): TrackFile =>
    tracked(path(name), { initFile: { value: 7, overwrite } });
  writeFileSync(path('old'), '1');
  writeFileSync(path('over'), '1234567');
  writeFileSync(path('target'), '1');
  symlinkSync(path('target'), path('link'));
  symlinkSync(path('none'), path('dangling'));
  mkfifo(path('pipe'), 0o644);
  mkdirSync(path('folder'));
  const overwritten = ['over', 'link', 'dangling', 'pipe', 'folder', 'no/folder'].map((name) => init(name, true));
  files.set([init('new', false), init('old', false), ...overwritten]);
  await is(path('new'), '7');
  await is(path('old'), '1');
  await is(path('over'), '7');
  await is(path('link'), '1');
  await is(path('dangling'), 'nothing');
  await is(path('pipe'), /no plain file/);
  await is(path('folder'), /no plain file/);
  await is(path('no/folder'), 'nothing');
  t.equal(readFileSync(path('new'), 'utf8'), '7\n');
  t.equal(readFileSync(path('over'), 'utf8'), '7\n');
  t.equal(readFileSync(path('target'), 'utf8'), '1', 'a link is not followed');
  t.notOk(readdirSync(folder).includes('none'));
});

t.test('others come and go, one that stays is left alone', async (t) => {
  const { folder, files, told, latest, is } = watching(t);
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  writeFileSync(a, '1');
  const first = tracked(a, { initFile: { value: 7, overwrite: true } });
  files.set([first]);
  await is(a, '7');
  writeFileSync(a, '8');
  await is(a, '8');
  const before = told.length;
  files.set([first, tracked(b)]);
  await is(b, 'nothing');
  t.equal(told.length, before + 1);
  t.equal(readFileSync(a, 'utf8'), '8', 'nor is it written again');
  files.set([tracked(b), { ...first, file: b, name: a }]);
  await is(a, '7');
  files.set([]);
  latest.clear();
  writeFileSync(b, '3');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.same([...latest], [], 'what is not watched is not told');
});

t.test('after close() nothing is told and nothing is left', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vl-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a'), '1');
  const descriptors = (): string[] =>
    readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        return [readlinkSync(`/proc/self/fd/${name}`)];
      } catch {
        return [];
      }
    });
  const watches = (): number =>
    readdirSync('/proc/self/fdinfo')
      .map((name) => {
        try {
          return readFileSync(`/proc/self/fdinfo/${name}`, 'utf8').split('inotify wd:').length - 1;
        } catch {
          return 0;
        }
      })
      .reduce((sum, count) => sum + count, 0);
  const before = watches();
  let isClosed = false;
  let lateWords = 0;
  for (let round = 0; round < 30; round += 1) {
    isClosed = false;
    const files = new WatchedFiles(() => (lateWords += isClosed ? 1 : 0));
    files.set([tracked(join(folder, 'a')), tracked(join(folder, 'none/b'))]);
    await new Promise((resolve) => setTimeout(resolve, round));
    files.close();
    isClosed = true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  t.equal(lateWords, 0);
  await eventually('no watch is left', () => watches() === before);
  t.notOk(
    descriptors().find((path) => path.startsWith(folder)),
    'no file is open',
  );
});

for (const limit of ['max_inotify_watches', 'max_inotify_instances'])
  t.test(`with too few of ${limit} it is looked at each second`, { skip: noNamespace() }, async (t) => {
    const { folder } = watching(t);
    const path = join(folder, 'a');
    writeFileSync(path, '1');
    const script = `echo 0 > /proc/sys/user/${limit} && exec "$@"`;
    const program = [...programOf('file-watcher.ts'), path];
    const child = spawn('unshare', [...NAMESPACE, 'sh', '-c', script, 'sh', ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    for (const value of ['1', '2', '3']) {
      writeFileSync(path, value);
      await eventually(value, () => said.endsWith(`${value}\n`));
    }
    t.equal(said, '1\n2\n3\n');
  });

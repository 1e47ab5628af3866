// A FIFO without a reader, one that is full, whose it is, what can't be one, and who removes it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Fifo } from '../../src/linux/fifo.js';
import { mkfifo } from '../../src/linux/native.js';

const folder = mkdtempSync(join(tmpdir(), 'vl-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const root = process.getuid?.() === 0;
const LINE = 'INSTANCE "VI_1" MASTER 150\n';

function opened(...words: Parameters<typeof Fifo.open>): Fifo {
  const fifo = Fifo.open(...words);
  if (typeof fifo === 'string') throw new Error(fifo);
  return fifo;
}
/** What waits in the FIFO. */
function read(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const into = Buffer.alloc(200_000);
  const length = readSync(descriptor, into);
  closeSync(descriptor);
  return into.toString('utf8', 0, length);
}

t.test('made where it is missing, for its owner alone whatever the umask, and left there at the end', (t) => {
  const path = join(folder, 'new');
  const umask = process.umask(0o377);
  const fifo = opened(path);
  process.umask(umask);
  t.ok(statSync(path).isFIFO());
  t.equal(statSync(path).mode & 0o777, 0o600);
  fifo.close();
  t.ok(existsSync(path));
  fifo.close();
  fifo.write(LINE);
  t.end();
});

t.test('its owner', { skip: !root && 'needs root to give a file away' }, (t) => {
  const path = join(folder, 'owned');
  const fifo = opened(path, { uid: 65534, gid: 1 });
  t.match(statSync(path), { uid: 65534, gid: 1 });
  fifo.close();
  t.end();
});

t.test('one that is there stays as it is', (t) => {
  const path = join(folder, 'old');
  execFileSync('mkfifo', ['-m', '600', path]);
  const fifo = opened(path, { uid: 65534, gid: 65534 });
  t.match(statSync(path), { uid: process.getuid?.(), mode: constants.S_IFIFO | 0o600 });
  fifo.close();
  t.ok(existsSync(path));
  t.end();
});

t.test('lines wait for a reader that comes later, and for the next one', (t) => {
  const path = join(folder, 'late');
  const fifo = opened(path);
  fifo.write(LINE);
  fifo.write('GROUP "SG" FAULT 0\n');
  t.equal(read(path), `${LINE}GROUP "SG" FAULT 0\n`);
  fifo.write(LINE);
  t.equal(read(path), LINE, 'that the first reader went is nothing');
  t.equal(fifo.lost, 0);
  fifo.close();
  t.end();
});

t.test('a full pipe loses whole lines and counts them', (t) => {
  const path = join(folder, 'full');
  const fifo = opened(path);
  const written = 10_000;
  for (let count = 0; count < written; count++) fifo.write(LINE);
  t.ok(fifo.lost > 0 && fifo.lost < written, String(fifo.lost));
  const lines = read(path).split(/(?<=\n)/);
  t.equal(lines.length, written - fifo.lost);
  t.ok(lines.every((line) => line === LINE));
  const { lost } = fifo;
  fifo.write(LINE);
  t.equal(fifo.lost, lost, 'there is room again');
  fifo.close();
  t.end();
});

t.test('what can’t be a FIFO is said in words, and nothing stays open', (t) => {
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  const file = join(folder, 'file');
  writeFileSync(file, 'kept');
  t.equal(Fifo.open(file), `${file}: not a FIFO`);
  t.equal(statSync(file).size, 4);
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  t.equal(Fifo.open(directory), `${directory}: illegal operation on a directory`);
  const link = join(folder, 'link');
  symlinkSync(file, link);
  t.equal(Fifo.open(link), `${link}: too many symbolic links encountered`);
  t.equal(Fifo.open('/dev/null'), '/dev/null: not a FIFO');
  const nowhere = join(folder, 'none/fifo');
  t.equal(Fifo.open(nowhere), `${nowhere}: no such file or directory`);
  t.match(Fifo.open(join(folder, 'x'.repeat(300))), /: name too long$/);
  t.match(Fifo.open(`/${'x/'.repeat(3000)}`), /: name too long$/);
  t.match(Fifo.open(join(folder, 'a\0b')), /: invalid argument$/);
  t.equal(descriptors(), before);
  t.end();
});

t.test('mkfifo', (t) => {
  const path = join(folder, 'made');
  mkfifo(path, 0o640);
  t.throws(() => mkfifo(path, 0o640), { code: 'EEXIST', errno: -17, syscall: 'mkfifo' });
  t.throws(() => mkfifo(7 as unknown as string, 0o640), TypeError);
  t.throws(() => mkfifo(path, '7' as unknown as number), TypeError);
  t.end();
});

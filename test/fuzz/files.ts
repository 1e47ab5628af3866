// Small files that others write: a tracked number, the note of maintenance, a pid file, /proc/PID/stat; and what scripts
// write on their streams. Each is understood, or said to be none, and never taken for more than it is.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaintenanceNote } from '../../src/daemon/maintenance-note.js';
import { PidFile } from '../../src/daemon/pid-file.js';
import { LastLines } from '../../src/linux/last-lines.js';
import { commOf } from '../../src/linux/processes.js';
import { parseNumber } from '../../src/linux/watched-files.js';
import { must, mustEqual, wordsOf, type Target } from './target.js';

/** In memory where that can be. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'vrrpd-fuzz-'));
const PATH = join(folder, 'file');
export const closeFiles = (): void => rmSync(folder, { recursive: true, force: true });

export const number: Target = {
  name: 'number',
  share: 18,
  seeds: ['0\n', '-20', '  +7 # since Monday\n', '2147483647', ''].map((text) => Buffer.from(text)),
  words: ['-', '+', '\n', ' ', '2147483647', '2147483648', '0x1', '1e9', 'Infinity', 'NaN'],
  input: (random) => Buffer.from(`${random.between(-300, 300)}${random.pick(['', '\n', ' x', '.5', 'e3'])}`),
  check: (input) => {
    // As much as is read of a file.
    const text = input.toString('latin1', 0, 64);
    const reading = parseNumber('/run/x', text);
    const written = /^\s*([+-]?\d+)/.exec(text)?.[1];
    if (reading.kind === 'number') {
      must(written !== undefined && BigInt(written) === BigInt(reading.value), `${reading.value} is what is written`);
      must(Math.abs(reading.value) < 2 ** 31, 'it fits');
    } else if (reading.kind === 'nothing') must(text.trim() === '', 'nothing is nothing');
    else {
      must(reading.problem.length < 120 && !/[^\x20-\x7e]/.test(reading.problem), 'the problem can be shown');
      must(written === undefined || Math.abs(Number(written)) >= 2 ** 31, 'a number is taken for one');
    }
  },
};

const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

export const note: Target = {
  name: 'note',
  share: 2,
  seeds: [],
  words: [BOOT, ...wordsOf('{ } , : "boot" "until" null true [] {} "x" 1e400 -1 0.5 9007199254740993 __proto__')],
  input: (random) => Buffer.from(`{"boot":"${BOOT}","until":${random.between(1, 2_000_000_000)}}\n`),
  check: (input) => {
    writeFileSync(PATH, input);
    const read = new MaintenanceNote(PATH).read();
    if (read === undefined) return;
    if (typeof read === 'string') {
      must(read.length < 200 && read.startsWith(PATH), `what is wrong is said: ${read}`);
      return;
    }
    must(input.includes(BOOT), 'a note is of this boot');
    const { until, ...rest } = read;
    mustEqual(rest, {}, 'a note has nothing else');
    must(until === undefined || Number.isSafeInteger(until), `an instant is whole µs, not ${until}`);
    must(until !== undefined || !input.includes('"until"'), 'one with an end does not last for ever');
  },
};

export const pid: Target = {
  name: 'pid',
  share: 1,
  seeds: [],
  words: ['0', '-1', '+', '\n', `${process.pid}`, '../../etc', '1/../self'],
  input: (random) => Buffer.from(`${random.pick([1, process.pid, random.below(5_000_000)])}\n`),
  check: (input) => {
    writeFileSync(PATH, input);
    const file = new PidFile(PATH);
    const holder = file.holder();
    const text = input.toString('utf8').trim();
    if (holder !== undefined)
      must(text === String(holder.pid) && holder.pid !== process.pid, 'the number is in the file');
    file.remove();
    const isOurs = text === String(process.pid);
    must(existsSync(PATH) !== isOurs, 'our own is removed, and no other');
  },
};

export const comm: Target = {
  name: 'comm',
  share: 18,
  seeds: [],
  words: [') S', '(', ')', ') Z ', '\n'],
  input: (random) =>
    Buffer.from(random.list(12, () => random.pick(['a', ')', '(', ' ', '\n', 'Z', ') S 1', 'ü', '\xff'])).join('')),
  check: (input) => {
    const name = input.toString('utf8');
    // Whatever a process calls itself, the kernel writes it between the first and the last bracket.
    mustEqual(commOf(`12 (${name}) S 1 12 12 0 -1 4194304\n`), name, 'the name');
    mustEqual(commOf(`12 (${name}) Z 1 12 12 0 -1 4194304\n`), '', 'a zombie has none');
    must(commOf(name).length <= name.length, 'no more than is there');
  },
};

export const lines: Target = {
  name: 'lines',
  share: 15,
  seeds: [],
  words: ['\n', '\n\n', '\r', '\x1b[31m', 'x'.repeat(300)],
  input: (random) =>
    Buffer.from(random.list(9, () => random.pick(['ok\n', 'a line\n', '\n', 'x', '\t', '\x07'])).join('')),
  check: (input) => {
    const last = new LastLines();
    const [output, errors] = [last.reader(), last.reader()];
    const text = input.toString('utf8');
    // In two pieces, the cut anywhere.
    const cut = input.length === 0 ? 0 : (input[0] ?? 0) % (text.length + 1);
    for (const read of [output, errors]) for (const part of [text.slice(0, cut), text.slice(cut)]) read(part);
    const kept = last.text === '' ? [] : last.text.split('\n');
    must(kept.length <= 3, 'three lines at most');
    for (const line of kept)
      must(line.length <= 200 && !/\p{Cc}/u.test(line) && line !== '', 'a line that can be shown');
    must(kept.length > 0 || text.replace(/[\p{Cc}\s]/gu, '') === '' || text.length > 200, 'what is written is kept');
  },
};

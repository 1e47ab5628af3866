// What is to be counted and what is not, whatever way the processes are watched in: programs of its own making, under names
// that no other process has. Its callers say which way it is to be.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Test } from 'tap';
import type { TrackProcess } from '../../src/config/model.js';
import { Processes, type Means } from '../../src/linux/processes.js';
import { milliseconds } from '../../src/time.js';
import { eventually } from '../lab/eventually.js';

export type Wanted = Pick<TrackProcess, 'command'> & Partial<TrackProcess>;

export const wanted = ({ command, ...more }: Wanted): TrackProcess => ({
  name: command.join(' '),
  command,
  fullCommand: false,
  weight: 0,
  reverse: false,
  quorum: 1,
  forkDelay: milliseconds(0),
  terminateDelay: milliseconds(0),
  place: { file: 'test', line: 1, column: 1 },
  places: {},
  ...more,
});

/** A folder of programs, and what was started from it; all ends with the test. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'vl-'));
  /** Begins every name, so that a test beside this one has others; comm has 15 characters. */
  readonly #prefix = basename(this.folder).slice(0, 9);
  readonly #children: ChildProcess[] = [];

  constructor(t: Test) {
    t.teardown(() => {
      for (const child of this.#children) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true });
    });
  }

  name(short: string): string {
    return `${this.#prefix}${short}`;
  }

  path(short: string): string {
    return join(this.folder, this.name(short));
  }

  /** A program of this name that sleeps. */
  sleeper(short: string): string {
    copyFileSync('/bin/sleep', this.path(short));
    return this.name(short);
  }

  start(file: string, ...args: string[]): ChildProcess {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    return child;
  }

  /** Ends it and waits until it is gone. */
  async end(child: ChildProcess): Promise<void> {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

const commOf = (pid: string): string =>
  existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : '';

/** Watches for these; the counts as they are told. */
export class Counted {
  readonly counts = new Map<string, number>();
  readonly told: string[] = [];
  readonly means: Means[] = [];
  readonly processes: Processes;

  constructor(t: Test, all: readonly TrackProcess[], settings: { receiveBuffer?: number } = {}) {
    this.processes = new Processes(
      {
        onCount: (name, count) => {
          this.counts.set(name, count);
          this.told.push(`${name} ${count}`);
        },
        onMeans: (means) => this.means.push(means),
      },
      settings,
    );
    t.teardown(() => this.processes.close());
    this.processes.set(all);
  }

  /** Waits until the names have these counts. */
  async are(counts: Record<string, number>): Promise<void> {
    const isSo = (): boolean => Object.entries(counts).every(([name, count]) => this.counts.get(name) === count);
    await eventually(JSON.stringify(counts), isSo);
  }
}

export function countingTests(t: Test, means: Means): void {
  t.test('by its name: it begins, another one, it ends', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('a');
    const counted = new Counted(t, [wanted({ command: [name] })]);
    await counted.are({ [name]: 0 });
    t.same(counted.means, [means]);
    const first = programs.start(programs.path('a'), '100');
    await counted.are({ [name]: 1 });
    const second = programs.start(programs.path('a'), '100');
    await counted.are({ [name]: 2 });
    await programs.end(first);
    await counted.are({ [name]: 1 });
    await programs.end(second);
    await counted.are({ [name]: 0 });
    t.same(counted.told.at(0), `${name} 0`, 'nothing before the first whole look');
  });

  t.test('those that run already are in the first count', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('a');
    for (let count = 0; count < 3; count += 1) programs.start(programs.path('a'), '100');
    const named = (): string[] => readdirSync('/proc').filter((pid) => commOf(pid) === name);
    await eventually('they run', () => named().length === 3);
    const counted = new Counted(t, [wanted({ command: [name] })]);
    await counted.are({ [name]: 3 });
    t.equal(counted.told.length, 1, 'a count is told when it is whole');
  });

  t.test('several at once, by name, path and parameters', async (t) => {
    const programs = new Programs(t);
    const long = programs.sleeper('a-name-of-more-than-15-characters');
    const name = programs.sleeper('b');
    const path = programs.path('b');
    const command: [string, string] = [name, '100'];
    const all = [
      wanted({ command: [long] }),
      wanted({ command: [name] }),
      wanted({ command: [path] }),
      wanted({ command: [name], name: 'full', fullCommand: true }),
      wanted({ command: [programs.name('no')] }),
      wanted({ command, name: 'exact' }),
      wanted({ command, name: 'exact too', paramMatch: 'exact' }),
      wanted({ command: [name, '1'], name: 'initial', paramMatch: 'initial' }),
      wanted({ command, name: 'partial', paramMatch: 'partial' }),
      wanted({ command: [name], name: 'none', paramMatch: 'exact' }),
    ];
    programs.start(programs.path('a-name-of-more-than-15-characters'), '100');
    for (const args of [['100'], ['100', '200'], ['200']]) programs.start(path, ...args);
    const counted = new Counted(t, all);
    const counts = { [long]: 1, [name]: 3, [path]: 3, full: 3, [programs.name('no')]: 0 };
    await counted.are({ ...counts, exact: 1, 'exact too': 1, initial: 1, partial: 2, none: 0 });
    t.pass('each has its own');

    counted.processes.set(all.slice(0, 1));
    counted.counts.clear();
    await counted.are({ [long]: 1 });
    t.same([...counted.counts.keys()], [long], 'others are not told of any more');
  });

  t.test('a program that becomes another one', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('after');
    symlinkSync('/bin/sh', programs.path('before'));
    const before = programs.name('before');
    const counted = new Counted(t, [wanted({ command: [before] }), wanted({ command: [name] })]);
    const child = programs.start(programs.path('before'), '-c', `read line; exec ${programs.path('after')} 100`);
    await counted.are({ [before]: 1, [name]: 0 });
    child.stdin?.write('\n');
    await counted.are({ [before]: 0, [name]: 1 });
    t.pass('under the same number');
  });

  t.test('a zombie does not count', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('z');
    const path = programs.path('z');
    const counted = new Counted(t, [wanted({ command: [name] }), wanted({ command: [path] })]);
    const child = programs.start('/bin/sh', '-c', `${path} 100 & echo $!; exec sleep 100`);
    const [pid] = (await once(child.stdout ?? child, 'data')).map(Number);
    await counted.are({ [name]: 1, [path]: 1 });
    process.kill(pid ?? 0, 'SIGKILL');
    await counted.are({ [name]: 0, [path]: 0 });
    t.match(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'), / Z /, 'its parent does not ask for it');
    const later = new Counted(t, [wanted({ command: [name] })]);
    await later.are({ [name]: 0 });
  });

  t.test('a process of many threads counts once', async (t) => {
    const programs = new Programs(t);
    symlinkSync(process.execPath, programs.path('node'));
    const name = programs.name('node');
    const counted = new Counted(t, [wanted({ command: [name] })]);
    // Newer versions call their first thread otherwise.
    const code = `process.title = '${name}'; setInterval(() => console.log(1), 100)`;
    const child = programs.start(programs.path('node'), '-e', code);
    await once(child.stdout ?? child, 'data');
    await counted.are({ [name]: 1 });
    t.match(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'), /^Threads:\t([2-9]|\d\d)/m);
    t.notOk(
      counted.told.find((line) => line !== `${name} 0` && line !== `${name} 1`),
      counted.told.join(),
    );
    await programs.end(child);
    await counted.are({ [name]: 0 });
  });

  t.test('without any wanted nothing is looked at, and it can begin again', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('a');
    const one = wanted({ command: [name] });
    const counted = new Counted(t, [one]);
    counted.processes.set([]);
    programs.start(programs.path('a'), '100');
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    t.same(counted.told, []);
    for (let times = 0; times < 20; times += 1) {
      counted.processes.set([one]);
      counted.processes.set([]);
    }
    counted.processes.set([one]);
    await counted.are({ [name]: 1 });
    t.equal(counted.told.length, 1);
  });

  t.test('many that live for a moment do not hold up the loop', async (t) => {
    const programs = new Programs(t);
    const name = programs.sleeper('a');
    const path = programs.path('a');
    const counted = new Counted(t, [wanted({ command: [name] }), wanted({ command: [path] })]);
    await counted.are({ [name]: 0 });
    let longest = 0;
    let before = performance.now();
    const pulse = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 5);
    const storms = [1, 2].map(() =>
      programs.start('/bin/sh', '-c', `i=0; while [ $i -lt 400 ]; do ${path} 0; i=$((i+1)); done`),
    );
    await Promise.all(storms.map((storm) => once(storm, 'exit')));
    clearInterval(pulse);
    t.ok(longest < 500, `${String(longest)} ms`);
    await counted.are({ [name]: 0, [path]: 0 });
  });
}

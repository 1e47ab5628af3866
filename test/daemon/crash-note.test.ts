// The crash note as a file: what it says when, which one is not believed, and what becomes of a write that is refused.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CrashNote } from '../../src/daemon/crash-note.js';
import { mkfifo } from '../../src/linux/native.js';
import { seconds } from '../../src/time.js';
import type { Effect, LogLevel } from '../../src/vrrp/effect.js';
import type { Input } from '../../src/vrrp/input.js';
import { takeNote } from '../../src/vrrp/note.js';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { anAddress, anInstance, aScript, failed, ipv6, succeeded, TestHost, tracked } from '../vrrp/host.js';

type Parts = NonNullable<ConstructorParameters<typeof TestHost>[0]>;

/** A host whose note is kept as the daemon keeps it, the turns being over when the test says so. */
class NotedHost extends TestHost {
  readonly lines: string[] = [];
  readonly note: CrashNote;

  constructor(
    readonly path: string,
    parts: Parts = {},
  ) {
    super(parts);
    const log = (level: LogLevel, text: string): number => this.lines.push(`${level} ${text}`);
    this.note = new CrashNote(path, { router: this.router, log });
    const handle = this.router.handle.bind(this.router);
    this.router.handle = (input: Input, at): Effect[] => {
      const effects = handle(input, at);
      this.note.seen({ at, input, effects });
      return effects;
    };
  }

  /** What another process would find now. */
  get left() {
    return new CrashNote(this.path, { router: this.router, log: () => undefined }).read();
  }

  lead(): this {
    this.scriptsEnd = succeeded;
    this.start();
    this.pass(seconds(5));
    return this;
  }

  async written(what: string, holds: () => boolean): Promise<void> {
    await eventually(`${what} in ${this.path}`, holds);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

t.test('it follows what is held', async (t) => {
  const path = join(t.testdir(), 'run', 'state');
  const host = new NotedHost(path);
  host.start();
  await turn();
  t.notOk(existsSync(path), 'a BACKUP has none');
  host.pass(seconds(5));
  await host.written('a note', () => existsSync(path));
  t.same(readdirSync(join(path, '..')), ['state']);
  t.equal(statSync(path).mode & 0o7777, 0o600);
  const { lastAdvertAt } = host.instance;
  t.match(host.left, { instances: [{ name: 'VI_1', isSameConfiguration: true, lastAdvertAt }], resumes: [] });
  const { ino } = statSync(path);

  host.pass(seconds(3));
  await turn();
  t.match(host.left, { instances: [{ lastAdvertAt: Number(lastAdvertAt) + 3_000_000 }] });
  t.equal(statSync(path).ino, ino, 'a time is written in place');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  t.ok(
    lines.every((line) => typeof JSON.parse(line) === 'object'),
    'each line is JSON',
  );

  host.hear({ priority: 200 });
  await host.written('that it leaves', () => host.left?.instances[0]?.isReleasing === true);
  host.pass(seconds(1));
  await host.written('nothing', () => !existsSync(path));
  t.equal(host.left, undefined);
  host.note.close();
  t.same(host.lines, []);
});

t.test('and what the checks find', async (t) => {
  const path = join(t.testdir(), 'state');
  const parts = { instances: [anInstance({ tracks: [tracked({ weight: 10 })] })], scripts: [aScript({ fall: 2 })] };
  const host = new NotedHost(path, parts).lead();
  await host.written('a note', () => existsSync(path));
  const { ino } = statSync(path);
  host.pass(seconds(10));
  await turn();
  t.equal(statSync(path).ino, ino, 'a check that finds the same writes nothing');
  t.match(host.left, { findings: { scripts: [{ name: 'chk', up: true, result: 2 }] } });
  host.script(failed);
  await host.written('one failure', () => host.left?.findings.scripts[0]?.result === 1);

  const other = new NotedHost(path, { ...parts, scripts: [aScript({ fall: 3 })] });
  t.match(other.left, { instances: [{ isSameConfiguration: false }], findings: { scripts: [] } });
  host.note.close();
  t.same(host.lines, []);
});

t.test('two that have a VRID and an interface in common are told apart', async (t) => {
  const path = join(t.testdir(), 'state');
  const other = anInstance({ name: 'VI_6', ...ipv6(), priority: 110 });
  const host = new NotedHost(path, { instances: [anInstance(), other] });
  host.start();
  host.pass(seconds(9));
  await host.written('both', () => host.left?.instances.length === 2);
  const times = (): number[] => host.left?.instances.map(({ lastAdvertAt }) => lastAdvertAt) ?? [];
  const before = times();
  host.pass(seconds(1));
  await turn();
  t.same(
    times(),
    host.router.all.map(({ lastAdvertAt }) => lastAdvertAt),
  );
  t.not(String(times()), String(before));
  t.not(times()[0], times()[1]);
  host.note.close();
});

t.test('a long one is written a part a turn, and is whole all the same', async (t) => {
  const path = join(t.testdir(), 'state');
  const instances = Array.from({ length: 120 }, (_, index) =>
    anInstance({
      name: `VI_${index + 1}`,
      virtualRouterId: index + 1,
      virtualAddresses: [anAddress(`192.168.2.${index + 1}`)],
    }),
  );
  const host = new NotedHost(path, { instances }).lead();
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(existsSync(path), 'the first part is not a note');
  await host.written('all', () => host.left?.instances.length === 120);
  const spokenAt = (): number[] => host.left?.instances.map(({ lastAdvertAt }) => lastAdvertAt) ?? [];
  t.same(new Set(spokenAt()), new Set([host.instance.lastAdvertAt]));
  host.pass(seconds(1));
  await turn();
  t.same(new Set(spokenAt()), new Set([host.instance.lastAdvertAt]));

  host.hear({ priority: 200, virtualRouterId: 7, addresses: ['192.168.2.7'] });
  await new Promise((resolve) => setImmediate(resolve));
  // While it is being written another one leaves, that was in the first part.
  host.hear({ priority: 200, virtualRouterId: 3, addresses: ['192.168.2.3'] });
  const leaving = (): number => host.left?.instances.filter(({ isReleasing }) => isReleasing).length ?? 0;
  await host.written('both leave', () => leaving() === 2);
  host.pass(seconds(1));
  await host.written('both have left', () => host.left?.instances.length === 118);
  t.notOk(host.left?.instances.some(({ virtualRouterId }) => [3, 7].includes(virtualRouterId)));
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  host.pass(seconds(5));
  host.note.close();
  t.notOk(existsSync(path));
  t.same(host.lines, []);
});

t.test('closing writes at once what waits; a stop leaves no file', (t) => {
  const path = join(t.testdir(), 'state');
  const host = new NotedHost(path).lead();
  host.note.close();
  t.ok(existsSync(path));
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  host.note.close();
  t.match(host.left, { instances: [{ isReleasing: true }] }, 'it waits for its heir');
  host.pass(seconds(5));
  t.equal(takeNote(host.router), undefined);
  host.note.close();
  t.notOk(existsSync(path));
  t.end();
});

t.test('which ones are not believed', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'state');
  const write = async (): Promise<string> => {
    rmSync(path, { force: true, recursive: true });
    const host = new NotedHost(path).lead();
    await host.written('a note', () => existsSync(path));
    host.note.close();
    return readFileSync(path, 'utf8');
  };
  const changed = (change: (text: string) => string) => async (): Promise<void> =>
    writeFileSync(path, change(await write()), { mode: 0o600 });
  const cases: readonly (readonly [why: string, words: RegExp, make: () => Promise<void> | void])[] = [
    ['cut off', /not whole/, changed((text) => text.slice(0, -20))],
    ['without its times', /not whole/, changed((text) => text.replace(/\{"lastAdvertAt".*\n/, ''))],
    ['a line longer', /not whole/, changed((text) => `${text}{}\n`)],
    ['cut off at nothing', /it is empty/, changed(() => '')],
    ['another address in it', /checksum/, changed((text) => text.replace('192.168.1.190', '192.168.1.1'))],
    [
      'half a time',
      /half written/,
      changed((text) => text.replace(/"again": *\d/, (found) => `${found.slice(0, -1)}7`)),
    ],
    ['no JSON', /JSON/, changed((text) => text.replace('{', '['))],
    ['another kind of file', /not that of a note/, changed(() => '{"boot":"x"}\n')],
    ['another boot', /another boot/, changed((text) => text.replace(/"boot":"[^"]*"/, '"boot":"x"'))],
    ['another network', /another boot or another network/, changed((text) => text.replace(/net:\[\d+\]/, 'net:[1]'))],
    [
      'others may read it',
      /mode is 0644/,
      async () => {
        await write();
        chmodSync(path, 0o644);
      },
    ],
    [
      'others may write it',
      /mode is 0602/,
      async () => {
        await write();
        chmodSync(path, 0o602);
      },
    ],
    [
      'too large',
      /octets/,
      async () => {
        await write();
        truncateSync(path, 17 * 1024 * 1024);
      },
    ],
    [
      'a symbolic link',
      /symbolic link/,
      async () => {
        await write();
        writeFileSync(join(folder, 'other'), readFileSync(path), { mode: 0o600 });
        rmSync(path);
        symlinkSync(join(folder, 'other'), path);
      },
    ],
    [
      'a pipe',
      /no regular file/,
      () => {
        rmSync(path);
        mkfifo(path, 0o600);
      },
    ],
    [
      'a folder',
      /no regular file/,
      () => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ];
  for (const [why, words, make] of cases) {
    await make();
    const host = new NotedHost(path);
    t.equal(host.note.read(), undefined, why);
    t.equal(host.lines.length, 1, why);
    t.match(host.lines[0], words, why);
    t.match(host.lines[0], /^warn What an earlier run noted in .* is ignored: /, why);
  }
  await t.test('of another user', { skip: noRealRoot }, async (t) => {
    await write();
    chownSync(path, 65534, 65534);
    const host = new NotedHost(path);
    t.equal(host.note.read(), undefined);
    t.match(host.lines, [/belongs to the user 65534/]);
  });
  await write();
  t.match(new NotedHost(path).note.read(), { instances: [{ name: 'VI_1' }] }, 'and one that is believed');
});

t.test('a write that is refused is told once, and tried again', async (t) => {
  const path = join(t.testdir(), 'state');
  mkdirSync(join(`${path}.new`, 'in the way'), { recursive: true });
  const host = new NotedHost(path).lead();
  await eventually('a warning', () => host.lines.length > 0);
  t.match(host.lines, [/^warn What is held can not be noted in .*state: /]);
  host.pass(seconds(3));
  await turn();
  t.equal(host.state, 'MASTER');
  rmSync(`${path}.new`, { recursive: true });
  await host.written('a note', () => host.left !== undefined);
  t.match(host.left, { instances: [{ lastAdvertAt: host.instance.lastAdvertAt }] });
  t.match(host.lines, [/^warn /, /^info .* is written again; \d+ writes had failed$/]);
  host.note.close();
});

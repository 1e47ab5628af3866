// The repository's own rules, each held against the whole tree and, on sources made up for it, seen to fail.
// A failure names file and line and what to do instead.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { foldersAreNamed, namedPathsExist } from './tidy/documents.js';
import { importTable } from './tidy/imports.js';
import { bannedNames } from './tidy/purity.js';
import { fileNames, fileSizes, marks, openingComments } from './tidy/shape.js';
import type { Finding, Rule, Source } from './tidy/source.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src', 'test', 'native', 'systemd', 'docs', '.ci'];
const GENERATED = 'native/build/';

function repository(): Source[] {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  const atTop = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  return [...inFolders, ...atTop]
    .filter((path) => !path.startsWith(GENERATED))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'latin1') }));
}

const sources = repository();
t.ok(
  sources.some(({ path }) => path === 'src/vrrp/machine.ts'),
  'the tree is read',
);

const RULES: Record<string, Rule> = {
  importTable,
  bannedNames,
  fileNames,
  fileSizes,
  openingComments,
  marks,
  namedPathsExist,
  foldersAreNamed,
};
for (const [name, rule] of Object.entries(RULES))
  t.test(`the tree keeps the rule ${name}`, (t) => {
    const findings = rule(sources);
    for (const finding of findings) t.fail(finding);
    if (findings.length === 0) t.pass(`${sources.length} files`);
    t.end();
  });

/** What a rule finds in one made-up file, without the path. */
function found(rule: Rule, path: string, ...lines: string[]): Finding[] {
  return rule([{ path, text: `${lines.join('\n')}\n` }]).map((finding) => finding.replace(`${path}:`, ''));
}

t.test('importTable', (t) => {
  const wrong = (path: string, line: string): string => found(importTable, path, '', line).join();
  const allowed: [string, string][] = [
    ['src/address.ts', "import ipaddr from 'ipaddr.js';"],
    ['src/track/script.ts', "import type { Config } from '../config/model.js';"],
    ['src/vrrp/machine.ts', "import { election } from './election.js';"],
    ['src/vrrp/input.ts', "import type { ReceivedAdvert } from '../packet/vrrp.js';"],
    ['src/vrrp/input.ts', "import { type ReceivedAdvert, type Advert } from '../packet/vrrp.js';"],
    ['src/sim/network.ts', "import { Loop } from '../daemon/loop.js';"],
    ['src/linux/netlink.ts', "import { rt } from 'netlink/dist/rt.js';\nimport fs from 'node:fs';"],
    ['src/linux/perform.ts', "import type { Effect } from '../vrrp/effect.js';"],
    ['src/daemon/log.ts', "import pino from 'pino';"],
    ['src/vrrpd.ts', "import yargs from 'yargs';"],
  ];
  for (const [path, line] of allowed) t.equal(wrong(path, line), '', `${path}: ${line}`);

  const refused: [string, string, RegExp][] = [
    ['src/time.ts', "import ipaddr from 'ipaddr.js';", /^2: "ipaddr.js" is a package/],
    ['src/config/read.ts', "import ipaddr from 'ipaddr.js';", /a package/],
    ['src/time.ts', "import { x } from './address.js';", /not in its row/],
    ['src/packet/vrrp.ts', "import { x } from '../vrrp/input.js';", /^2: "..\/vrrp\/input.js" is not in its row/],
    ['src/track/script.ts', "import { x } from '../config/read.js';", /not in its row/],
    ['src/vrrp/input.ts', "import { x } from '../packet/vrrp.js';", /types alone/],
    ['src/vrrp/input.ts', "import { x, type Y } from '../packet/vrrp.js';", /types alone/],
    ['src/vrrp/input.ts', "import '../packet/vrrp.js';", /types alone/],
    ['src/linux/perform.ts', "import { x } from '../vrrp/effect.js';", /types alone/],
    ['src/linux/perform.ts', "import pino from 'pino';", /a package/],
    ['src/daemon/daemon.ts', "import ipaddr from 'ipaddr.js';", /a package/],
    ['src/daemon/loop.ts', "import { x } from './daemon.js';", /not in its row/],
    ['src/daemon/loop.ts', "import { x } from 'node:fs';", /of Node/],
    ['src/vrrp/machine.ts', "import fs from 'fs';", /of Node/],
    ['src/vrrp/machine.ts', "export { x } from 'node:fs';", /of Node/],
    ['src/vrrp/machine.ts', "const fs = await import('node:fs');", /of Node/],
    ['src/vrrp/machine.ts', "const fs = require('node:fs');", /of Node/],
    ['src/vrrp/machine.ts', "let x: import('node:fs').Stats;", /of Node/],
    ['src/cli/status.ts', "import { x } from '../../test/pcap.js';", /outside src/],
    ['src/cli/status.ts', "import { x } from '@scope/name/part.js';", /a package/],
    ['src/other/thing.ts', '', /^1: has no row/],
  ];
  for (const [path, line, message] of refused) t.match(wrong(path, line), message, `${path}: ${line}`);
  t.end();
});

t.test('bannedNames', (t) => {
  const wrong = (line: string, path = 'src/vrrp/machine.ts'): string => found(bannedNames, path, '', line).join();
  const refused: [string, RegExp][] = [
    ['const now = Date.now();', /^2: Date is not for pure code: take "now: Instant"/],
    ['let at: Date;', /Date/],
    ['performance.now();', /performance .* "now: Instant"/],
    ['setTimeout(tick, 5);', /setTimeout .* deadline/],
    ['setInterval(tick, 5);', /setInterval .* deadline/],
    ['const roll = Math.random();', /Math\.random .* seeded/],
    ['process.exit(1);', /process .* argument/],
    ['call(process);', /process/],
    ['void fetch(url);', /fetch .* Effect/],
    ['async function wait() {}', /async .* Input/],
    ['const wait = async () => {};', /async/],
    ['await done;', /await/],
    ['for await (const x of y) {}', /await/],
    ['class Router extends EventEmitter {}', /EventEmitter .* list of Effects/],
    ['globalThis.setTimeout(tick, 5);', /globalThis/],
  ];
  for (const [line, message] of refused) t.match(wrong(line), message, line);
  t.match(wrong('Date.now();', 'src/daemon/loop.ts'), /Date/);

  for (const line of [
    "const input = { kind: 'process', process: 1 };",
    'interface Tracker { process: string; fetch(): void }',
    'turn.process(input.Date);',
    '// Date.now() and process.exit() in a comment',
    'const x = Math.round(1.5);',
  ])
    t.equal(wrong(line), '', line);
  for (const path of ['src/linux/clock.ts', 'src/daemon/daemon.ts', 'src/cli/status.ts', 'src/vrrpd.ts', 'test/x.ts'])
    t.equal(wrong('await Date.now();', path), '', path);
  t.end();
});

t.test('fileNames', (t) => {
  for (const path of [
    'src/util.ts',
    'src/utils/text.ts',
    'test/lab/helpers.ts',
    'src/linux/socket-manager.ts',
    'src/base.d.ts',
  ])
    t.match(found(fileNames, path).join(), /names nothing/, path);
  for (const path of ['src/database.ts', 'src/linux/service-manager.ts', '.ci/run', '.gitignore'])
    t.same(found(fileNames, path), [], path);
  t.end();
});

t.test('fileSizes', (t) => {
  const lines = (count: number): string[] => Array.from({ length: count }, () => 'x');
  t.same(found(fileSizes, 'src/a.ts', ...lines(300)), []);
  t.match(found(fileSizes, 'src/a.ts', ...lines(301)), [/^301: 301 lines/]);
  t.match(found(fileSizes, 'native/other.c', ...lines(301)), [/two files/]);
  t.same(found(fileSizes, 'native/socket.c', ...lines(900)), []);
  t.end();
});

t.test('openingComments', (t) => {
  const opening = (count: number): Finding[] =>
    found(openingComments, 'src/a.ts', ...Array.from({ length: count }, () => '// words'), '', 'export {};');
  for (const count of [2, 5]) t.same(opening(count), [], `${count} lines`);
  for (const count of [0, 1, 6]) t.match(opening(count), [/^1: opens with \d lines/], `${count} lines`);
  t.match(found(openingComments, 'src/a.ts', '', '// one', '// two'), [/opens with 0/]);
  t.end();
});

t.test('marks', (t) => {
  for (const mark of ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'])
    t.match(found(marks, 'docs/a.md', '', `${mark}: later`), [/^2: \w+: do it or open an issue/], mark);
  t.same(found(marks, 'docs/HACKING.md', 'HACKING, mktemp XXXXXX'), []);
  t.same(found(marks, 'test/fixtures/a.conf', 'TO' + 'DO'), []);
  const off = 'eslint-' + 'disable-next-line no-var';
  t.match(found(marks, 'src/a.ts', `// ${off}`), [/^1: .* the reason/]);
  t.same(found(marks, 'src/a.ts', `// ${off} -- the grammar wants it`), []);
  t.end();
});

t.test('namedPathsExist', (t) => {
  const tree = ['src/vrrp/machine.ts', '.ci/run'].map((path) => ({ path, text: '' }));
  const named = (text: string, path = 'README.md'): Finding[] => namedPathsExist([...tree, { path, text }]);
  const good =
    '`src/vrrp/machine.ts`, `src/vrrp/`, `src/vrrp`, `.ci/run`, `test/**/*.test.ts`, `src/NAME things`, src/none';
  t.same(named(good), []);
  t.same(named('text\nsee `src/vrrp/mach.ts`'), ['README.md:2: "src/vrrp/mach.ts" does not exist']);
  t.same(named('`src/vrr`, `systemd/`', 'docs/A.md').length, 2);
  t.same(named('`src/none`', 'docs/deep/A.md'), [], 'only README.md and docs/*.md');
  t.end();
});

t.test('foldersAreNamed', (t) => {
  const tree = ['src/vrrp/machine.ts', 'src/time.ts'].map((path) => ({ path, text: '' }));
  const overview = (text: string): Source => ({ path: 'docs/ARCHITECTURE.md', text });
  t.same(foldersAreNamed([...tree, overview('`src/vrrp/`')]), []);
  t.match(foldersAreNamed([...tree, overview('src/vrrp, `src/vrrp/machine.ts`')]), [
    /^docs.*:1: the folder "src\/vrrp"/,
  ]);
  t.match(foldersAreNamed(tree), [/does not exist/]);
  t.end();
});

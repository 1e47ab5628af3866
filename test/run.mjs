// Runs the tests under test/, or those whose path begins with an argument: `node test/run.mjs test/packet`.
// Each file is made one program and run as a process that speaks TAP; a line for each file as it ends, with its failures in
// full, and at the very end their names and "N passed, N failed", which counts assertions. A file or a test that crashes or
// asserts nothing is a failure.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';
import { Parser } from 'tap-parser';
import { becomeRoot } from './own-root.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** The lab sleeps most of its time, so twice the processors are kept busy. */
const JOBS = 2 * availableParallelism();
/** For a file that hangs. */
const TIMEOUT_SECONDS = 300;

/** Where the programs are while they run: inside the tree, since the packages are found from there. */
const OUT = path.join(ROOT, `dist/test-${process.pid}`);
/** A run inside a test must not take the outer run's settings. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^_?TAP(JS)?(_|$)/.test(name)));
const children = new Set();
/** What tests start as processes beside them: see test/program.ts. */
const PROGRAMS = [
  'test/daemon/chatterbox.ts',
  'test/daemon/syslog-listener.ts',
  'test/linux/advert-peer.ts',
  'test/linux/ambient-teller.ts',
  'test/linux/file-watcher.ts',
  'test/linux/lock-holder.ts',
  'test/linux/scheduling-teller.ts',
  'test/linux/signal-listener.ts',
  'test/linux/socket-opener.ts',
];

/** The test files whose path begins with the prefix: `test/tidy` is test/tidy.test.ts and all of test/tidy/. */
function filesOf(prefix) {
  const folder = path.dirname(`${prefix}x`);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => file.startsWith(prefix));
}

/** A test as tap reports it: the whole run, a file, or a subtest. A failure is an assertion or the test itself. */
class Test {
  passed = 0;
  skipped = [];
  failures = [];
  inner = [];

  constructor(names) {
    this.names = names;
  }

  fail(what, diag) {
    this.failures.push({ names: [...this.names, what], diag });
  }

  /** The sums over this test and those inside. */
  get sum() {
    const inner = this.inner.map((test) => test.sum);
    return {
      passed: inner.reduce((passed, one) => passed + one.passed, this.passed),
      skipped: [...this.skipped, ...inner.flatMap((one) => one.skipped)],
      failures: [...this.failures, ...inner.flatMap((one) => one.failures)],
    };
  }
}

/** Records what the parser reports. */
function record(parser, test) {
  parser.on('child', (child) => {
    const inner = new Test([...test.names, child.name]);
    test.inner.push(inner);
    record(child, inner);
  });
  parser.on('assert', ({ ok, name, skip, todo, diag, closingTestPoint }) => {
    if (closingTestPoint) {
      const inner = test.inner.at(-1);
      const { passed, skipped, failures } = inner.sum;
      if (passed + skipped.length + failures.length === 0) inner.fail('asserts nothing', diag);
      else if (!ok && failures.length === 0) inner.fail('did not end well', diag);
    } else if (skip || todo) test.skipped.push({ names: [...test.names, name], reason: skip || todo });
    else if (ok) test.passed += 1;
    else test.fail(name, diag);
  });
  parser.on('extra', (text) => process.stdout.write(text));
}

/** What tap says of a failure beside where it is and what differs. */
const NOISE = ['args', 'command', 'compare', 'cwd', 'externalID', 'isToplevel', 'jobId', 'stdio', 'tapCaught', 'test'];

/** The parts of a diagnostic that help, each line indented. */
function describe(diag) {
  const { at, ...others } = diag ?? {};
  const parts = Object.entries(others)
    .filter(([key, value]) => value !== null && !NOISE.includes(key))
    .map(([key, value]) => {
      const text =
        typeof value === 'string'
          ? value.trimEnd()
          : inspect(value, { breakLength: Infinity, compact: true, depth: 1 });
      return text.includes('\n') ? `${key}:\n${text.replace(/^/gm, '  ')}` : `${key}: ${text}`;
    });
  if (at) parts.unshift(`at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`);
  return parts.map((part) => `\n${part.replace(/^/gm, '    ')}`).join('');
}

/** Each file as if it stood where it stands: what it reads is beside it, not beside the bundle. */
const inPlace = {
  name: 'in place',
  setup: (build) =>
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: 'ts' };
    }),
};

const bundle = (files) =>
  build({
    entryPoints: files,
    outdir: OUT,
    outbase: ROOT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    sourcemap: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    plugins: [inPlace],
    logLevel: 'silent',
  });

/**
 * Makes a program of each file, all at once: compiling them one module after the other, each file anew, takes ten times as
 * long as the tests. Returns those that can't be made, with the reason.
 */
async function bundleAll(files) {
  rmSync(OUT, { recursive: true, force: true });
  const refusals = new Map();
  try {
    await bundle([...PROGRAMS, ...files]);
  } catch {
    for (const file of files)
      await bundle([...PROGRAMS, file]).catch(({ errors, message }) =>
        refusals.set(file, errors?.[0]?.text ?? message),
      );
  }
  return refusals;
}

/** Runs one file; resolves to the test that it is. */
async function runFile(file) {
  const test = new Test([file]);
  const parser = new Parser();
  record(parser, test);
  let skipped;
  parser.on('bailout', (reason) => test.fail(`bailed out: ${reason}`));
  // Without any word of the file the parser makes up a plan.
  parser.on('line', (line) => (skipped ??= /^1\.\.0 # SKIP (.*)/i.exec(line)?.[1]));
  const program = path.join(OUT, file.replace(/\.ts$/, '.mjs'));
  const child = spawn(process.execPath, ['--enable-source-maps', program], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, TAP_TIMEOUT: String(TIMEOUT_SECONDS) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const patience = setTimeout(() => {
    test.fail(`timeout! It took ${TIMEOUT_SECONDS} s`);
    child.kill('SIGKILL');
  }, TIMEOUT_SECONDS * 1_000);
  child.stdout.pipe(parser);
  const [[code, signal]] = await Promise.all([once(child, 'close'), once(parser, 'complete')]);
  clearTimeout(patience);
  children.delete(child);
  const { passed, skipped: parts, failures } = test.sum;
  if (skipped !== undefined) test.skipped.push({ names: [file], reason: skipped });
  else if (failures.length === 0 && (code !== 0 || passed + parts.length === 0))
    test.fail(code === 0 ? 'asserts nothing' : `ended with ${code ?? signal}`);
  return test;
}

/** Runs the files, some of them at a time; resolves to all that they reported. */
async function run(files) {
  const refusals = await bundleAll(files);
  const waiting = [...files];
  const tests = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const begun = Date.now();
      const test = refusals.has(file) ? new Test([file]) : await runFile(file);
      if (refusals.has(file)) test.fail(refusals.get(file));
      tests.push(test);
      const { passed, failures } = test.sum;
      const verdict = failures.length === 0 ? 'ok  ' : 'FAIL';
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      console.log(`${verdict}  ${file}  ${passed} passed, ${failures.length} failed  ${seconds} s`);
      for (const { names, diag } of failures) console.log(`\nFAIL  ${names.join(' > ')}${describe(diag)}\n`);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
  const sums = tests.map(({ sum }) => sum);
  return {
    passed: sums.reduce((total, { passed }) => total + passed, 0),
    skipped: sums.flatMap(({ skipped }) => skipped),
    failures: sums.flatMap(({ failures }) => failures),
  };
}

// Without it the tests that need no root run all the same.
const refusal = await becomeRoot();
if (refusal !== undefined) console.error(refusal);
const named = process.argv.slice(2).map((prefix) => path.relative(ROOT, path.resolve(prefix)));
const prefixes = named.length > 0 ? named : ['test/'];
process.chdir(ROOT);
const files = [...new Set(prefixes.flatMap(filesOf))].sort();
// The slow ones first, so that the others run beside them.
const SLOW = ['test/lab/', 'test/systemd/'];
const slowness = (file) => SLOW.findIndex((prefix) => file.startsWith(prefix));
files.sort((a, b) => slowness(b) - slowness(a));

process.on('SIGTERM', () => {
  for (const child of children) child.kill('SIGTERM');
});
const none = { passed: 0, skipped: [], failures: [{ names: ['no test file begins with', ...prefixes] }] };
const { passed, skipped, failures } = files.length === 0 ? none : await run(files);
rmSync(OUT, { recursive: true, force: true });
for (const { names, reason } of skipped) console.log(`\nskipped  ${names.join(' > ')}: ${reason}`);
for (const { names } of failures) console.log(`\nFAIL  ${names.join(' > ')}`);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

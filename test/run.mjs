// Runs the tests under test/, or those whose path begins with an argument: `node test/run.mjs test/packet`.
// One run of tap for all files; a line for each file as it ends, then the failures in full, and at the very end
// "N passed, N failed", which counts assertions. A file or a test that crashes or asserts nothing is a failure.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { Parser } from 'tap-parser';
import { becomeRoot } from './own-root.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** The lab sleeps most of its time, so twice the processors are kept busy. */
const JOBS = 2 * availableParallelism();
/** For a file that hangs. */
const TIMEOUT_SECONDS = 300;

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

/** Records what the parser reports; `ended` is told of each test directly inside. */
function record(parser, test, ended = () => {}) {
  parser.on('child', (child) => {
    const inner = new Test([...test.names, child.name]);
    test.inner.push(inner);
    record(child, inner);
  });
  parser.on('assert', ({ ok, name, skip, todo, diag, time, closingTestPoint }) => {
    if (closingTestPoint) {
      const inner = test.inner.at(-1);
      const { passed, skipped, failures } = inner.sum;
      if (passed + skipped.length + failures.length === 0) inner.fail('asserts nothing', diag);
      else if (!ok && failures.length === 0) inner.fail('did not end well', diag);
      ended(inner, time);
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

/** Runs the files under tap; resolves to what tap reported and its exit status. */
async function run(files) {
  const tap = path.join(path.dirname(createRequire(import.meta.url).resolve('tap/package.json')), 'dist/esm/run.mjs');
  const options = ['--reporter=tap', '--disable-coverage', `--jobs=${JOBS}`, `--timeout=${TIMEOUT_SECONDS}`];
  // A run inside a test must not take the outer run's settings.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^_?TAP(JS)?(_|$)/.test(name)));
  const child = spawn(process.execPath, [tap, ...options, ...files], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));

  const whole = new Test([]);
  const running = new Set(files);
  const parser = new Parser();
  record(parser, whole, (file, time) => {
    const { passed, failures } = file.sum;
    running.delete(file.names[0]);
    const verdict = failures.length === 0 ? 'ok  ' : 'FAIL';
    const seconds = ((time ?? 0) / 1000).toFixed(1);
    console.log(`${verdict}  ${file.names[0]}  ${passed} passed, ${failures.length} failed  ${seconds} s`);
  });
  parser.on('bailout', (reason) => whole.fail(`bailed out: ${reason}`));
  const complete = new Promise((resolve) => parser.on('complete', resolve));
  child.stdout.pipe(parser);
  const status = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  await complete;
  // When tap ends a file at its timeout, it counts that once more, in the place of the last file's result.
  whole.failures = whole.failures.filter(({ names, diag }) => {
    if (diag?.expired === undefined) return true;
    names.unshift(diag.expired);
    return running.delete(diag.expired);
  });
  for (const file of running) whole.fail(`${file} has no result`);
  return { ...whole.sum, status };
}

// Without it the tests that need no root run all the same.
const refusal = await becomeRoot();
if (refusal !== undefined) console.error(refusal);
const named = process.argv.slice(2).map((prefix) => path.relative(ROOT, path.resolve(prefix)));
const prefixes = named.length > 0 ? named : ['test/'];
process.chdir(ROOT);
const files = [...new Set(prefixes.flatMap(filesOf))].sort();
// The slow ones first, so that the others run beside them.
files.sort((a, b) => Number(b.startsWith('test/lab/')) - Number(a.startsWith('test/lab/')));

// Without a file tap would look for some itself.
const none = { passed: 0, skipped: [], failures: [{ names: ['no test file begins with', ...prefixes] }], status: 0 };
const { passed, skipped, failures, status } = files.length === 0 ? none : await run(files);
if (status !== 0 && failures.length === 0) failures.push({ names: [`tap ended with ${status}`] });
for (const { names, reason } of skipped) console.log(`\nskipped  ${names.join(' > ')}: ${reason}`);
for (const { names, diag } of failures) console.log(`\nFAIL  ${names.join(' > ')}${describe(diag)}`);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : Number.isInteger(status) && status > 0 ? status : 1;

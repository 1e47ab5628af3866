// Makes a clone ready for `npm test`, `npm run demo` and `npm run bench`: Debian packages, dependencies, addon, build.
// Does only what is missing, one line for each thing, and nothing when all is there. Plain Node: it runs before npm ci.
// Never starts or enables a service of the machine, and never installs anything without root and apt: then it names the
// command and fails.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_TEXT =
  '#!/bin/sh\n# Temporary, by the set-up of vrrpd: a package installed now starts no service.\nexit 101\n';
const SERVICES = ['frr', 'haproxy', 'keepalived', 'nftables'];

/**
 * A Debian package for the programs it brings, by name or by path; the demo does without those that only the tests need.
 */
const PACKAGES = [
  { name: 'bash', programs: ['bash'] },
  { name: 'haproxy', programs: ['haproxy'] },
  { name: 'iproute2', programs: ['ip', 'bridge'] },
  { name: 'iputils-ping', programs: ['ping'] },
  { name: 'procps', programs: ['ps'] },
  { name: 'psmisc', programs: ['killall'] },
  { name: 'tcpdump', programs: ['tcpdump'] },
  { name: 'util-linux', programs: ['unshare', 'nsenter'] },
  { name: 'frr', programs: ['/usr/lib/frr/zebra', '/usr/lib/frr/vrrpd'], use: 'tests' },
  { name: 'keepalived', programs: ['keepalived'], use: 'tests' },
  { name: 'nftables', programs: ['nft'], use: 'tests' },
  { name: 'systemd', programs: ['systemd-analyze'], use: 'tests' },
  { name: 'systemd-container', programs: ['systemd-nspawn'], use: 'tests' },
  { name: 'tshark', programs: ['tshark'], use: 'tests' },
  { name: 'g++', programs: ['g++'], use: 'compile' },
  { name: 'make', programs: ['make'], use: 'compile' },
  { name: 'python3', programs: ['python3'], use: 'compile' },
];

const say = (line) => console.log(`setup: ${line}`);
const modified = (file) => (existsSync(path.join(ROOT, file)) ? statSync(path.join(ROOT, file)).mtimeMs : 0);

/** A step that failed, with what the operator has to know; anything else that is thrown is our own mistake. */
class SetupFailure extends Error {}

/** Runs a command quietly; when it fails, throws a SetupFailure with the last lines it wrote. */
async function run(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => written.push(chunk));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  if (code === 0) return;
  const tail = Buffer.concat(written).toString().trimEnd().split('\n').slice(-20).join('\n');
  throw new SetupFailure(`"${[command, ...args].join(' ')}" failed (${code}):\n${tail}`);
}

/** The first step at which node_modules is not what package-lock.json says; undefined when it is. */
function staleDependency() {
  const installed = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return 'node_modules is missing';
  const [wanted, there] = [path.join(ROOT, 'package-lock.json'), installed].map(
    (file) => JSON.parse(readFileSync(file, 'utf8')).packages,
  );
  for (const [name, { version, optional, link }] of Object.entries(wanted)) {
    if (name === '' || link || (optional && there[name] === undefined)) continue;
    if (there[name]?.version !== version) return `${name} is ${there[name]?.version ?? 'missing'}, not ${version}`;
  }
  return undefined;
}

/** raw-socket is compiled for one major version of Node; another one can't load it. */
function rawSocketLoads() {
  try {
    createRequire(import.meta.url)('raw-socket');
    return true;
  } catch {
    return false;
  }
}

function addonIsStale() {
  const sources = ['native/socket.c', 'native/binding.gyp'].map(modified);
  return modified('native/build/Release/socket.node') < Math.max(...sources);
}

function buildIsStale() {
  const sources = ['src', 'test/lab', 'test/demo', 'test/bench'].filter((folder) =>
    existsSync(path.join(ROOT, folder)),
  );
  const files = sources.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => path.join(folder, name)),
  );
  return modified('dist/vrrpd.cjs') < Math.max(...[...files, 'test/build.mjs', 'package.json'].map(modified));
}

function has(program) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  return folders.some((folder) => existsSync(path.resolve(folder, program)));
}

function missingPackages({ compile }) {
  const demo = process.env.npm_lifecycle_event === 'demo';
  const wanted = PACKAGES.filter(({ use }) => (use === 'compile' ? compile : use !== 'tests' || !demo));
  return wanted.filter(({ programs }) => !programs.every(has)).map(({ name }) => name);
}

/** Does the work while the package manager is told to start no service; a policy of the machine's own stays. */
async function withoutServiceStarts(work) {
  const ours = () => existsSync(POLICY) && readFileSync(POLICY, 'utf8') === POLICY_TEXT;
  const remove = () => ours() && rmSync(POLICY);
  let interrupted;
  const remember = (signal) => (interrupted = signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, remember);
  process.on('exit', remove);
  try {
    if (!existsSync(POLICY)) {
      writeFileSync(POLICY, POLICY_TEXT);
      chmodSync(POLICY, 0o755);
    }
    await work();
  } finally {
    remove();
    for (const signal of signals) process.off(signal, remember);
  }
  if (interrupted !== undefined) process.exit(128 + constants.signals[interrupted]);
}

async function install(packages) {
  const arguments_ = ['install', '-y', '--no-install-recommends', ...packages];
  if (!has('apt-get'))
    throw new SetupFailure(`missing: ${packages.join(' ')} (names of Debian packages). Install them and start again.`);
  if (process.getuid() !== 0) throw new SetupFailure(`missing packages. As root: apt-get ${arguments_.join(' ')}`);
  say(`installing ${packages.join(' ')}`);
  const services = SERVICES.filter((name) => packages.includes(name) && has('systemctl'));
  await withoutServiceStarts(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], env);
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...arguments_], env);
    // Nor at the next boot: the tests need the programs alone.
    for (const name of services) await run('systemctl', ['disable', `${name}.service`]);
  });
  const still = packages.filter((name) => !PACKAGES.find((one) => one.name === name).programs.every(has));
  if (still.length > 0) throw new SetupFailure(`installed, but their programs are not there: ${still.join(' ')}`);
}

async function setUp() {
  const stale = staleDependency();
  const reinstall = stale !== undefined;
  const packages = missingPackages({ compile: reinstall || addonIsStale() || !rawSocketLoads() });
  if (packages.length > 0) await install(packages);
  if (reinstall) {
    say(`npm ci, as ${stale}`);
    await run('npm', ['ci', '--no-audit', '--no-fund']);
  }
  if (!rawSocketLoads()) {
    say('compiling raw-socket for this Node');
    await run('npm', ['rebuild', 'raw-socket']);
  }
  if (addonIsStale()) {
    say('compiling native/socket.c');
    await run('npm', ['run', 'install']);
  }
  if (buildIsStale()) {
    say('npm run build');
    await run('npm', ['run', 'build']);
  }
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}

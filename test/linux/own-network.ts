// Imported first, it runs the test file again inside network, mount and process namespaces of its own, so that nothing
// it does to interfaces is seen outside and nothing it starts outlives it. Without root the file is skipped.

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { programOf } from '../program.js';

const UNSHARE = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const INSIDE = 'VRRPD_TEST_INSIDE';
/** The most that one file takes, in milliseconds. */
const LIMIT = 240_000;

if (process.env[INSIDE] === undefined) {
  if (process.getuid?.() !== 0) {
    process.stdout.write('TAP version 14\n1..0 # SKIP needs root for namespaces of its own\n');
    process.exit(0);
  }
  const [, file = ''] = process.argv;
  const options = {
    stdio: 'inherit',
    timeout: LIMIT,
    killSignal: 'SIGKILL',
    env: { ...process.env, [INSIDE]: '1' },
  } as const;
  process.exit(spawnSync('unshare', [...UNSHARE, process.execPath, file], options).status ?? 1);
}

/** Runs `ip` with the words of the line; its output. */
export const ip = (line: string): string => execFileSync('ip', line.split(' '), { encoding: 'utf8', stdio: 'pipe' });

/** A veth pair with both ends here, up and running. */
export async function vethPair(one: string, other: string): Promise<void> {
  ip(`link add ${one} type veth peer name ${other}`);
  ip(`link set ${one} up`);
  ip(`link set ${other} up`);
  await running(one);
  await running(other);
}

const isUp = (name: string): boolean => ip(`link show ${name}`).includes('state UP');
/** The kernel tells of a carrier a little after it is there. */
export const running = (name: string): Promise<true> => until(`${name} is up`, () => isUp(name));
/** And of its loss a little after it is gone. */
export const idle = (name: string): Promise<true> => until(`${name} is down`, () => !isUp(name));

/** Runs a file of this folder in a network namespace of its own, beside this one; it is there when this resolves. */
export async function startPeer(file: string, ...args: string[]): Promise<ChildProcess> {
  const peer = spawn('unshare', ['--net', ...programOf(file), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const namespaceOf = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);
  await until('the namespace', () => namespaceOf(peer.pid ?? 'self') !== namespaceOf('self'));
  return peer;
}

/** Calls `look` until it gives something; fails after ten seconds. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

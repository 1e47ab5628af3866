// Looks at this host as far as a configuration asks for it: interfaces with their addresses, programs with their paths,
// users. It reads and judges nothing of the configuration: src/config/host-check.ts does. stat(2)

import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAddress, type IpAddress } from '../address.js';
import { commandsOf, programKey, type HostFacts, type ProgramFacts } from '../config/host-check.js';
import type { Command, Config } from '../config/model.js';
import { findAccount } from '../linux/account.js';

export function gatherFacts(config: Config): HostFacts {
  const programs = new Map<string, ProgramFacts>();
  const accounts = new Map<string, string>();
  for (const command of commandsOf(config)) {
    const key = programKey(command);
    const account = command.runAs && findAccount(command.runAs);
    if (typeof account === 'string') accounts.set(key, account);
    programs.set(key, factsOf(command));
  }
  return { interfaces: interfacesHere(), programs, accounts };
}

function interfacesHere(): Map<string, IpAddress[]> {
  const found = new Map<string, IpAddress[]>(namesOf('/sys/class/net').map((name) => [name, []]));
  for (const [name, addresses = []] of Object.entries(networkInterfaces()))
    found.set(
      name,
      addresses.flatMap(({ address }) => parseAddress(address) ?? []),
    );
  return found;
}

function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function factsOf({ argv, runAs }: Command): ProgramFacts {
  const [program] = argv;
  const account = runAs ? findAccount(runAs) : findAccount({ user: 'keepalived_script' });
  const asRoot = typeof account === 'string' ? true : account.uid === 0;
  const path = program.includes('/') ? program : searchPath(program);
  if (path === undefined) return { asRoot, problem: 'not found in PATH' };
  const missing = missingPart(path);
  if (missing !== undefined) return { asRoot, problem: missing };
  const unsafe = unsafePart(realpathSync(path));
  return { asRoot, ...(unsafe && { unsafe }) };
}

const searchPath = (program: string): string | undefined =>
  (process.env.PATH ?? '/usr/bin:/bin')
    .split(':')
    .map((folder) => join(folder, program))
    .find((path) => isExecutable(path));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first part of the path that is not there, or that the file can't be executed. */
function missingPart(path: string): string | undefined {
  for (const part of partsOf(path)) {
    try {
      statSync(part);
    } catch {
      return part === path ? 'there is no such file' : `there is no folder ${part}`;
    }
  }
  return isExecutable(path) ? undefined : `it is not executable (chmod +x ${path})`;
}

/** "/a/b" -> "/", "/a", "/a/b" */
function partsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...partsOf(parent), path];
}

/** keepalived's rule: every part belongs to root, and neither group nor others may write to it, unless it is sticky. */
function unsafePart(path: string): ProgramFacts['unsafe'] {
  for (const part of partsOf(path)) {
    const { uid, gid, mode } = statSync(part);
    const octal = (mode & 0o7777).toString(8).padStart(4, '0');
    if (uid !== 0) return { path: part, why: `belongs to user ${uid}`, remedy: `chown root ${part}` };
    const isSticky = (mode & 0o1000) !== 0 && part !== path;
    if ((mode & 0o020) !== 0 && gid !== 0 && !isSticky)
      return { path: part, why: `may be changed by its group ${gid} (mode ${octal})`, remedy: `chmod g-w ${part}` };
    if ((mode & 0o002) !== 0 && !isSticky)
      return { path: part, why: `may be changed by anybody (mode ${octal})`, remedy: `chmod o-w ${part}` };
  }
  return undefined;
}

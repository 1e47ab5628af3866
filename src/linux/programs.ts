// Programs as the file system has them: where one is found, why it can't be run, and which part of its path others than
// root may change. It runs nothing. stat(2); keepalived.conf(5): enable_script_security.

import { accessSync, constants, lstatSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Part of a path that others than root may change, and the command that mends it. */
export interface Unsafe {
  readonly path: string;
  readonly why: string;
  readonly remedy: string;
}

/** Where it is: as it stands when it has a slash, else as a shell looks for it in PATH; undefined when nowhere. */
export function findProgram(program: string): string | undefined {
  if (program.includes('/')) return program;
  const folders = (process.env.PATH ?? '/usr/bin:/bin').split(':');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** Why it can't be run as it stands, with what mends it where that is plain; undefined when it can. */
export function problemOf(program: string): string | undefined {
  const path = findProgram(program);
  if (path === undefined) return 'not found in PATH';
  for (const part of partsOf(path))
    if (statOf(part) === undefined) return part === path ? 'there is no such file' : `there is no folder ${part}`;
  if (statOf(path)?.isDirectory() === true) return 'it is a folder';
  return isExecutable(path) ? undefined : `it is not executable (chmod +x ${path})`;
}

/** Run by root it would do what somebody else wrote. One that changes its user to root is run by root in any case. */
export function unsafePart(program: string, { asRoot }: { asRoot: boolean }): Unsafe | undefined {
  const found = findProgram(program);
  if (found === undefined || statOf(found) === undefined) return undefined;
  const isSetUid = ((statOf(found)?.mode ?? 0) & 0o4000) !== 0 && statOf(found)?.uid === 0;
  if (!asRoot && !isSetUid) return undefined;
  for (const part of allPartsOf(resolve(found))) {
    const unsafe = judge(part);
    if (unsafe) return unsafe;
  }
  return undefined;
}

/** Whoever may change a link on the way, or its folder, decides what is run: the parts of what links name come too. */
function allPartsOf(path: string, parts = new Set<string>()): ReadonlySet<string> {
  for (const part of partsOf(path)) {
    if (parts.has(part)) continue;
    parts.add(part);
    const target = targetOf(part);
    if (target !== undefined) allPartsOf(resolve(dirname(part), target), parts);
  }
  return parts;
}

/** What a link names; undefined of everything else. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** keepalived's rule: it belongs to root, and neither group nor others may write to it, unless it is a sticky folder. */
function judge(path: string): Unsafe | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const { uid, gid, mode } = stat;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  if (uid !== 0)
    return {
      path,
      why: `belongs to user ${uid} (mode ${octal})`,
      remedy: `chown ${stat.isSymbolicLink() ? '-h ' : ''}root ${path}`,
    };
  // The mode of a link means nothing.
  if (stat.isSymbolicLink() || ((mode & 0o1000) !== 0 && stat.isDirectory())) return undefined;
  if ((mode & 0o020) !== 0 && gid !== 0)
    return { path, why: `may be changed by its group ${gid} (mode ${octal})`, remedy: `chmod g-w ${path}` };
  if ((mode & 0o002) !== 0)
    return { path, why: `may be changed by anybody (mode ${octal})`, remedy: `chmod o-w ${path}` };
  return undefined;
}

/** "/a/b" -> "/", "/a", "/a/b" */
function partsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...partsOf(parent), path];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

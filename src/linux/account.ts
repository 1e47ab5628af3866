// Users and groups by name, from /etc/passwd and /etc/group; accounts that only a directory service knows are not found.
// passwd(5), group(5)

import { existsSync, readFileSync } from 'node:fs';
import type { ScriptUser } from '../config/model.js';

/** What a process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The numbers of a user and a group, by default the user's own; a text that says what is not there. */
export function findAccount({ user, group }: ScriptUser): Account | string {
  const [, , uid, ownGid] = entry('/etc/passwd', user) ?? [];
  if (uid === undefined) return `no such user: ${user}`;
  const gid = group === undefined ? Number(ownGid) : findGroup(group);
  if (gid === undefined) return `no such group: ${group ?? ''}`;
  return { uid: Number(uid), gid };
}

/** The number of a group; undefined when there is none of that name. */
export function findGroup(name: string): number | undefined {
  const gid = entry('/etc/group', name)?.[2];
  return gid === undefined ? undefined : Number(gid);
}

function entry(file: string, name: string): string[] | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.split(':')).find(([first]) => first === name);
}

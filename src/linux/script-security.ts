// enable_script_security: what root runs must be root's alone. Who would run a command, and why it is not run then.
// keepalived.conf(5): enable_script_security, script_user. It runs nothing.

import type { Command } from '../config/model.js';
import { findAccount, type Account } from './account.js';
import { unsafePart } from './programs.js';

/** Without a user of its own: keepalived_script where there is one and root may choose, else the own user; in words why not. */
export function accountOf({ runAs }: Command): Partial<Account> | string {
  if (runAs !== undefined) return findAccount(runAs);
  const account = process.getuid?.() === 0 ? findAccount({ user: 'keepalived_script' }) : '';
  return typeof account === 'string' ? {} : account;
}

/** Which part of its path is unsafe, why, and the command that mends it; undefined when it may be run. */
export function unsafeProgram(command: Command): string | undefined {
  const account = accountOf(command);
  if (typeof account === 'string') return undefined;
  const { uid = process.getuid?.() } = account;
  if (account.uid === undefined && uid === 0)
    return 'there is neither script_user nor a user keepalived_script, so root would run it. Remedy: script_user';
  const unsafe = unsafePart(command.argv[0], { asRoot: uid === 0 });
  return unsafe && `${unsafe.path} ${unsafe.why}. Remedy: ${unsafe.remedy}`;
}

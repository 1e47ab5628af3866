// Looks once, at the start and at a reload, whether the programs that the configuration names can be run and are safe to
// be run, so that what is wrong is said before it is needed. It runs nothing; what a failing check means is decided by the
// router. keepalived.conf(5): enable_script_security, script_user.

import { programKey } from '../config/host-check.js';
import type { Command, Config } from '../config/model.js';
import { probeOf } from '../config/probe.js';
import { usedScripts } from '../config/tracks.js';
import { findAccount } from '../linux/account.js';
import { problemOf } from '../linux/programs.js';
import { unsafeProgram } from '../linux/script-security.js';

interface Named {
  readonly title: string;
  readonly command: Command;
  readonly isCheck: boolean;
}

/** A line for each check and notify script that is used and can't be run as it stands, and what is unsafe about all. */
export function describePrograms(config: Config): string[] {
  const programs = programsOf(config).filter(({ command }) => typeof probeOf(command.argv) !== 'object');
  if (programs.length === 0) return [];
  const { enableScriptSecurity } = config.global;
  // Many instances have the same script: it is looked at once.
  const judged = new Map<string, string | undefined>();
  return [
    ...describeSecurity(programs, enableScriptSecurity),
    ...programs.flatMap(({ title, command, isCheck }) => {
      const key = programKey(command);
      if (!judged.has(key)) judged.set(key, judge(command, { isSecured: enableScriptSecurity }));
      const words = judged.get(key);
      return words === undefined ? [] : [`${title}: ${words}${isCheck ? ': the check counts as failed' : ''}`];
    }),
  ];
}

/** Undefined when nothing is wrong with it. */
function judge(command: Command, { isSecured }: { isSecured: boolean }): string | undefined {
  const [program] = command.argv;
  const problem = problemOf(program);
  if (problem !== undefined) return `cannot run ${program}: ${problem}`;
  const unsafe = isSecured ? unsafeProgram(command) : undefined;
  return unsafe && `Unsafe permissions found for script '${program}' - disabling: ${unsafe}`;
}

/** keepalived's own phrases: people look for them. */
function describeSecurity(programs: readonly Named[], isEnabled: boolean): string[] {
  const hasDefaultUser = typeof findAccount({ user: 'keepalived_script' }) !== 'string';
  const rests = programs.some(({ command }) => command.runAs === undefined);
  return [
    ...(isEnabled ? [] : ['SECURITY VIOLATION - scripts are being executed but script_security not enabled.']),
    ...(hasDefaultUser || !rests
      ? []
      : ["default user 'keepalived_script' for script execution does not exist - please create."]),
  ];
}

function programsOf(config: Config): Named[] {
  const { global, vrrpInstances, syncGroups } = config;
  const { startupScript, shutdownScript, notifyFifo, vrrpNotifyFifo } = global;
  const others = {
    startup_script: startupScript?.command,
    shutdown_script: shutdownScript?.command,
    notify_fifo_script: notifyFifo?.script,
    vrrp_notify_fifo_script: vrrpNotifyFifo?.script,
  };
  return [
    ...usedScripts(config).map(({ name, command }) => ({ title: `vrrp_script ${name}`, command, isCheck: true })),
    ...[...vrrpInstances, ...syncGroups].flatMap(({ name, notify }) =>
      Object.entries(notify).map(([state, command]: [string, Command]) => {
        const keyword = state === 'any' ? 'notify' : `notify_${state}`;
        return { title: `(${name}) ${keyword}`, command, isCheck: false };
      }),
    ),
    ...Object.entries(others).flatMap(([title, command]) => (command ? [{ title, command, isCheck: false }] : [])),
  ];
}

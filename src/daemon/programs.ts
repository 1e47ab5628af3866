// Looks once, at the start and at a reload, whether the programs that the configuration names can be run and are safe to
// be run, so that what is wrong is said before it is needed. It runs nothing; what a failing check means is decided by the
// router. keepalived.conf(5): enable_script_security, script_user.

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
  return [
    ...describeSecurity(programs, enableScriptSecurity),
    ...programs.flatMap(({ title, command, isCheck }) => {
      const [program] = command.argv;
      const problem = problemOf(program);
      const unsafe = enableScriptSecurity ? unsafeProgram(command) : undefined;
      const failed = isCheck ? ': the check counts as failed' : '';
      if (problem !== undefined) return [`${title}: cannot run ${program}: ${problem}${failed}`];
      if (unsafe === undefined) return [];
      return [`${title}: Unsafe permissions found for script '${program}' - disabling: ${unsafe}${failed}`];
    }),
  ];
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

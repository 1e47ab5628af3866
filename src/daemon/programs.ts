// Looks once, at start, whether the programs that the configuration names can be run, so that a missing one is said
// before it is needed. It runs nothing; what a failing check means is decided by the router.

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Command, Config, NotifyScripts } from '../config/model.js';
import { probeOf } from '../config/probe.js';
import { usedScripts } from '../config/tracks.js';

/** A line for each check and notify script that is used and can't be run as it stands. */
export function missingPrograms(config: Config): string[] {
  const { vrrpInstances, syncGroups } = config;
  const checks = usedScripts(config)
    .filter(({ command }) => !canRun(command))
    .map(({ name, command }) => `vrrp_script ${name}: cannot run ${command.argv[0]}: the check counts as failed`);
  const scripts = [...vrrpInstances, ...syncGroups].flatMap(({ name, notify }) =>
    (Object.entries(notify) as [keyof NotifyScripts, Command][])
      .filter(([, command]) => !canRun(command))
      .map(([state, { argv }]) => `(${name}) notify${state === 'any' ? '' : `_${state}`}: cannot run ${argv[0]}`),
  );
  return [...checks, ...scripts];
}

/** Without a slash it is looked for as a shell does. A probe needs no program. */
function canRun({ argv }: Command): boolean {
  if (typeof probeOf(argv) === 'object') return true;
  const [program] = argv;
  const candidates = program.includes('/')
    ? [program]
    : (process.env.PATH ?? '/usr/bin:/bin').split(':').map((folder) => join(folder, program));
  return candidates.some((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

// What is looked at before anything is touched: the configuration, the capabilities, another daemon, the locks of the
// instances. Each refusal is a CommandFailure with what to do; nothing has been changed then.

import { virtualRouterOf } from '../config/diff.js';
import type { Config, VrrpInstance } from '../config/model.js';
import { describeDiagnostic, type Diagnostic } from '../config/read.js';
import { missingCapabilities } from '../linux/capabilities.js';
import type { InstanceLocks } from '../linux/instance-lock.js';
import { refusalOf } from '../linux/native.js';
import { loadConfiguration, withoutHints, type Source } from './configuration.js';
import { CommandFailure, EXIT } from './exit-code.js';
import type { Log } from './log.js';
import type { PidFile } from './pid-file.js';

export function checkedConfiguration(source: Source, log: Log): { config: Config; warnings: number } {
  log.info(`Configuration file ${source.file}`);
  const { config, diagnostics: all } = loadConfiguration(source);
  const diagnostics = withoutHints(all);
  if (config === undefined)
    throw new CommandFailure(EXIT.configuration, [
      ...diagnostics.map(describeDiagnostic),
      `The configuration can't be used; nothing has been touched`,
    ]);
  for (const one of diagnostics) log.warn(describeDiagnostic(one));
  return { config, warnings: warningsIn(diagnostics) };
}

export const warningsIn = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.filter(({ severity }) => severity === 'warning').length;

export function refuseWithoutCapabilities(): void {
  const missing = missingCapabilities();
  if (missing.length === 0) return;
  const words = `Permission missing: ${missing.join(' and ')}. Run it as root or with these capabilities`;
  throw new CommandFailure(EXIT.permission, [words]);
}

export function refuseBesideRival(files: readonly PidFile[]): void {
  for (const file of files) {
    const holder = file.holder();
    if (holder === undefined) continue;
    const words = `daemon is already running: ${holder.name} with pid ${holder.pid}, says ${file.path}`;
    throw new CommandFailure(EXIT.refused, [words]);
  }
}

/** Takes the locks of all of them, or none that is not held yet; in words which one it can't have. */
export function lockInstances(locks: InstanceLocks, instances: readonly VrrpInstance[]): string | undefined {
  let taken: ReturnType<InstanceLocks['takeAll']>;
  try {
    taken = locks.takeAll(instances.map(virtualRouterOf));
  } catch (error) {
    return `no lock for the instances: ${refusalOf(error).message}`;
  }
  if (taken === undefined) return undefined;
  const { interface: dev, virtualRouterId } = taken;
  return `daemon is already running: another vrrpd serves VRID ${virtualRouterId} on ${dev}`;
}

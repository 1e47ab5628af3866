// Reads and checks the configuration from its file, for the daemon and for `check`: the only place that opens it.
// It judges nothing itself; src/config/ does.

import { readFileSync } from 'node:fs';
import type { Config } from '../config/model.js';
import { readConfig, type Diagnostic } from '../config/read.js';
import { CommandFailure, EXIT } from './exit-code.js';

/** Throws a CommandFailure when the file is not there or can't be read; an unusable one has diagnostics and no config. */
export function loadConfiguration(file: string): { config?: Config; diagnostics: readonly Diagnostic[] } {
  const text = textOf(file);
  return readConfig({ file, load: (name) => (name === file ? text : undefined) });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new CommandFailure(EXIT.noFile, [`There is no configuration file ${file}`]);
    if (code === 'EACCES' || code === 'EPERM')
      throw new CommandFailure(EXIT.permission, [`No permission to read the configuration file ${file}`]);
    throw new CommandFailure(EXIT.noFile, [`The configuration file ${file} can't be read (${String(code)})`]);
  }
}

/** "2 warnings, 1 hint"; empty when there is nothing. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning', 'hint'] as const)
    .map((severity) => [diagnostics.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

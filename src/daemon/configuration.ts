// Reads and checks the configuration from its files, for the daemon and for the commands: the only place that opens them.
// It judges nothing itself; src/config/ does.

import { accessSync, constants, readFileSync, statSync, type Stats } from 'node:fs';
import { hostname } from 'node:os';
import { glob } from '../linux/glob.js';
import type { Match } from '../config/include.js';
import { readConfig, type Diagnostic, type ReadResult } from '../config/read.js';
import { CommandFailure, EXIT } from './exit-code.js';

/** Which configuration, and what its conditions rest on. */
export interface Source {
  readonly file: string;
  /** keepalived's -i; the host's name up to its first dot when it is not given. */
  readonly configId?: string;
  /** keepalived's -e: what is included must be there. */
  readonly allMustExist?: boolean;
}

export interface Loaded extends ReadResult {
  /** The text of every file that was read. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Throws a CommandFailure when the file is not there or can't be read; an unusable one has diagnostics and no config. */
export function loadConfiguration(source: Source): Loaded {
  const { file, configId = hostname().replace(/\..*$/s, ''), allMustExist = false } = source;
  const texts = new Map([[file, textOf(file)]]);
  const load = (name: string): string | undefined => {
    const text = texts.get(name) ?? textOfIncluded(name);
    if (text !== undefined) texts.set(name, text);
    return text;
  };
  const result = readConfig({
    file,
    load,
    match: (pattern, folder) => glob(pattern, folder).flatMap(judge),
    allMustExist,
    configId,
    variable: (name) => process.env[name],
    random: Math.random,
  });
  return { ...result, texts };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new CommandFailure(EXIT.noFile, [`There is no configuration file ${file}`]);
    if (code === 'EACCES' || code === 'EPERM')
      throw new CommandFailure(EXIT.permission, [`No permission to read the configuration file ${file}`]);
    if (code === 'EISDIR') throw new CommandFailure(EXIT.noFile, [`${file} is a folder, not a configuration file`]);
    throw new CommandFailure(EXIT.noFile, [`The configuration file ${file} can't be read (${String(code)})`]);
  }
}

function textOfIncluded(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Nothing for what is not there; keepalived reads only regular files that nobody may execute. */
function judge(file: string): Match[] {
  const stat = statOf(file);
  if (stat === undefined) return [];
  if (!stat.isFile()) return [{ file, refusal: 'it is no regular file' }];
  if ((stat.mode & 0o111) !== 0) return [{ file, refusal: `it is executable (chmod a-x ${file})` }];
  try {
    accessSync(file, constants.R_OK);
    return [{ file }];
  } catch {
    return [{ file, refusal: 'no permission to read it' }];
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** What a running daemon has to tell; hints are for those who ask with `check`. */
export const withoutHints = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity !== 'hint');

/** "2 warnings, 1 hint"; empty when there is nothing. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning', 'hint'] as const)
    .map((severity) => [diagnostics.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

// `vrrpd check [FILE...]` and keepalived's -t: reads configurations and says what is wrong with them. It needs no root,
// no interface and no script of this host, and touches nothing.

import { closeSync, openSync, writeSync } from 'node:fs';
import { nearest } from '../config/spelling.js';
import { CODES, plainDiagnostic, printDiagnostic, type Diagnostic } from '../config/read.js';
import { countDiagnostics, loadConfiguration, type Source } from '../daemon/configuration.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';

export interface CheckRequest {
  readonly sources: readonly Source[];
  readonly json: boolean;
  /** A warning is a failure too. */
  readonly strict: boolean;
  /** Codes of warnings and hints that are not told. */
  readonly ignored: readonly string[];
}

/** What was found in one file. */
interface Verdict {
  readonly file: string;
  readonly usable: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** It could not be read at all. */
  readonly failure?: CommandFailure;
}

const STDERR = 2;

/** 0 usable (with warnings and `strict`: 1), 2 errors, 6 no file; of several files the worst counts. */
export function check({ sources, json, strict, ignored }: CheckRequest): ExitCode {
  const verdicts = sources.map((source) => judge(source, ignored));
  if (json) process.stdout.write(`${JSON.stringify({ files: verdicts.map(plain) }, undefined, 2)}\n`);
  else {
    for (const { failure } of verdicts) if (failure) process.stderr.write(`${failure.lines.join('\n')}\n`);
    for (const verdict of verdicts) if (!verdict.failure) process.stdout.write(`${linesOf(verdict).join('\n')}\n`);
  }
  if (verdicts.some(({ usable, failure }) => !usable && !failure)) return EXIT.configuration;
  const failed = verdicts.find(({ failure }) => failure)?.failure;
  if (failed) return failed.code;
  const warned = verdicts.some(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'warning'));
  return strict && warned ? EXIT.refused : EXIT.normal;
}

/** -t: the same to standard error, or into a file; 0 usable, 5 errors, 6 no file. */
export function configTest(source: Source, output: string): ExitCode {
  const verdict = judge(source, []);
  if (verdict.failure) throw verdict.failure;
  const descriptor = output === '' ? STDERR : openSync(output, 'a');
  writeSync(descriptor, `${linesOf(verdict).join('\n')}\n`);
  if (descriptor !== STDERR) closeSync(descriptor);
  return verdict.usable ? EXIT.normal : EXIT.configurationTest;
}

/** The codes of --ignore, also several with commas; throws a CommandFailure for a word that is none. */
export function ignoredCodes(words: readonly string[]): string[] {
  return words
    .flatMap((word) => word.split(','))
    .map((word) => {
      if (CODES.some((code) => code === word)) return word;
      const meant = nearest(word, CODES);
      const beside = meant === undefined ? 'docs/CHECKS.md has them' : `did you mean ${meant}?`;
      throw new CommandFailure(EXIT.refused, [`--ignore: no message has the code "${word}": ${beside}`]);
    });
}

function judge(source: Source, ignored: readonly string[]): Verdict {
  const { file } = source;
  try {
    const { config, diagnostics } = loadConfiguration(source);
    const told = diagnostics.filter(({ severity, code }) => severity === 'error' || !ignored.includes(code));
    return { file, usable: config !== undefined, diagnostics: told };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { file, usable: false, diagnostics: [], failure: error };
  }
}

const plain = ({ file, usable, diagnostics, failure }: Verdict): unknown => ({
  file,
  usable,
  diagnostics: diagnostics.map(plainDiagnostic),
  ...(failure && { failure: failure.lines.join(' ') }),
});

function linesOf({ file, usable, diagnostics }: Verdict): string[] {
  const count = countDiagnostics(diagnostics);
  const verdict = `${file}: ${usable ? 'usable' : 'can not be used'}${count === '' ? '' : `, ${count}`}`;
  return [...diagnostics.map(printDiagnostic), verdict];
}

/** What a failure says and the code it ends with; anything else is thrown on. */
export function failed(error: unknown): ExitCode {
  if (!(error instanceof CommandFailure)) throw error;
  process.stderr.write(`${error.lines.join('\n')}\n`);
  return error.code;
}

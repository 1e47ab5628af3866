// `vrrpd check [FILE...]` and keepalived's -t: reads configurations and says what is wrong with them. It needs no root and
// touches nothing; whether this host has the interfaces and scripts is looked at only with --host.

import { closeSync, openSync, writeSync } from 'node:fs';
import { checkHost } from '../config/host-check.js';
import { nearest } from '../config/spelling.js';
import type { Paint } from '../config/diagnostic.js';
import { arranged, CODES, plainDiagnostic, printDiagnostic, visible, type Diagnostic } from '../config/read.js';
import { countDiagnostics, loadConfiguration, type Source } from '../daemon/configuration.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { gatherFacts } from '../daemon/host-facts.js';
import { paint } from './paint.js';

export interface CheckRequest {
  readonly sources: readonly Source[];
  readonly json: boolean;
  /** A warning is a failure too. */
  readonly strict: boolean;
  /** Codes of warnings and hints that are not told. */
  readonly ignored: readonly string[];
  /** Also whether this host has what the files ask for. */
  readonly host: boolean;
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
export function check({ sources, json, strict, ...how }: CheckRequest): ExitCode {
  const verdicts = sources.map((source) => judge(source, how));
  if (json) process.stdout.write(`${JSON.stringify({ files: verdicts.map(plain) }, undefined, 2)}\n`);
  else {
    for (const { failure } of verdicts) if (failure) process.stderr.write(`${failure.lines.map(visible).join('\n')}\n`);
    for (const verdict of verdicts)
      if (!verdict.failure) process.stdout.write(`${linesOf(verdict, paint).join('\n')}\n`);
  }
  if (verdicts.some(({ usable, failure }) => !usable && !failure)) return EXIT.configuration;
  const failed = verdicts.find(({ failure }) => failure)?.failure;
  if (failed) return failed.code;
  const warned = verdicts.some(({ diagnostics }) => diagnostics.some(({ severity }) => severity === 'warning'));
  return strict && warned ? EXIT.refused : EXIT.normal;
}

/** -t: the same to standard error, or into a file; 0 usable, 5 errors, 6 no file. */
export function configTest(source: Source, output: string): ExitCode {
  const verdict = judge(source, { ignored: [], host: false });
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

function judge(source: Source, { ignored, host }: Pick<CheckRequest, 'ignored' | 'host'>): Verdict {
  const { file } = source;
  try {
    const { config, partial, diagnostics, texts } = loadConfiguration(source);
    const found = host && partial !== undefined ? checkHost(partial, gatherFacts(partial)) : [];
    const ofHost = found.map((one) => withLine(one, texts));
    const told = arranged([...diagnostics, ...ofHost]).filter(
      ({ severity, code }) => severity === 'error' || !ignored.includes(code),
    );
    const usable = config !== undefined && ofHost.every(({ severity }) => severity !== 'error');
    return { file, usable, diagnostics: told };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { file, usable: false, diagnostics: [], failure: error };
  }
}

/** With the text of its line; what is marked is the word behind the keyword, where there is one. */
function withLine(diagnostic: Diagnostic, texts: ReadonlyMap<string, string>): Diagnostic {
  const { file, line, column } = diagnostic.place;
  const source = texts.get(file)?.split('\n')[line - 1]?.replace(/\r+$/, '') ?? '';
  const [word = ' ', space = '', next = ''] = /^\S+(\s*)(\S*)/.exec(source.slice(column - 1)) ?? [];
  const keyword = word.slice(0, word.length - space.length - next.length);
  const isValue = /^[/"\d]/.test(keyword) || next === '' || next.startsWith('{');
  const at = isValue ? column : column + keyword.length + space.length;
  const length = (isValue ? keyword : next).length;
  return { ...diagnostic, place: { file, line, column: at }, length: Math.max(1, length), source };
}

const plain = ({ file, usable, diagnostics, failure }: Verdict): unknown => ({
  file,
  usable,
  diagnostics: diagnostics.map(plainDiagnostic),
  ...(failure && { failure: failure.lines.join(' ') }),
});

function linesOf({ file, usable, diagnostics }: Verdict, colour?: Paint): string[] {
  const count = countDiagnostics(diagnostics);
  const verdict = `${visible(file)}: ${usable ? 'usable' : 'can not be used'}${count === '' ? '' : `, ${count}`}`;
  return [...diagnostics.map((one) => printDiagnostic(one, colour)), verdict];
}

/** What a failure says and the code it ends with; anything else is thrown on. */
export function failed(error: unknown): ExitCode {
  if (!(error instanceof CommandFailure)) throw error;
  process.stderr.write(`${error.lines.map(visible).join('\n')}\n`);
  return error.code;
}

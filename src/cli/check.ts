// `vrrpd check [FILE]` and keepalived's -t: reads a configuration and says what is wrong with it. It needs no root and
// touches nothing.

import { closeSync, openSync, writeSync } from 'node:fs';
import { countDiagnostics, loadConfiguration } from '../daemon/configuration.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { printDiagnostic } from '../config/read.js';

const STDERR = 2;

/** The diagnostics on standard output and a last line that sums up; 0 usable, 2 errors, 6 no file. */
export function check(file: string): ExitCode {
  const { usable, lines } = judge(file);
  process.stdout.write(`${lines.join('\n')}\n`);
  return usable ? EXIT.normal : EXIT.configuration;
}

/** -t: the same to standard error, or into a file; 0 usable, 5 errors, 6 no file. */
export function configTest(file: string, output: string): ExitCode {
  const { usable, lines } = judge(file);
  const descriptor = output === '' ? STDERR : openSync(output, 'a');
  writeSync(descriptor, `${lines.join('\n')}\n`);
  if (descriptor !== STDERR) closeSync(descriptor);
  return usable ? EXIT.normal : EXIT.configurationTest;
}

function judge(file: string): { usable: boolean; lines: string[] } {
  const { config, diagnostics } = loadConfiguration(file);
  const usable = config !== undefined;
  const count = countDiagnostics(diagnostics);
  const verdict = `${file}: ${usable ? 'usable' : 'can not be used'}${count === '' ? '' : `, ${count}`}`;
  return { usable, lines: [...diagnostics.map(printDiagnostic), verdict] };
}

/** What a failure says and the code it ends with; anything else is thrown on. */
export function failed(error: unknown): ExitCode {
  if (!(error instanceof CommandFailure)) throw error;
  process.stderr.write(`${error.lines.join('\n')}\n`);
  return error.code;
}

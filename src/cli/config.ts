// `vrrpd config [FILE]`: prints the configuration as vrrpd understood it, as a file that means the same. It needs no root and
// touches nothing.

import { printDiagnostic } from '../config/read.js';
import { printConfig } from '../config/print.js';
import { loadConfiguration, type Source } from '../daemon/configuration.js';
import { EXIT, type ExitCode } from '../daemon/exit-code.js';

/** 0 printed, 2 errors, 6 no file; what is wrong or doubtful goes to standard error. */
export function printConfiguration(source: Source, { defaults }: { defaults: boolean }): ExitCode {
  const { config, diagnostics } = loadConfiguration(source);
  for (const one of diagnostics) process.stderr.write(`${printDiagnostic(one)}\n`);
  if (config === undefined) return EXIT.configuration;
  process.stdout.write(printConfig(config, { defaults }));
  return EXIT.normal;
}

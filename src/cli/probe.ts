// `vrrpd probe`: one look at a port, a web page or HAProxy, for people and as the script of a check. It says what it found in
// one line, and changes nothing.

import { visible } from '../config/diagnostic.js';
import { parseProbe } from '../config/probe.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { runProbe } from '../linux/probes.js';

/** 0 as it should be, 1 not, or no probe at all: then the message is on standard error. */
export async function probe(words: readonly string[]): Promise<ExitCode> {
  const wanted = parseProbe(words);
  if (typeof wanted === 'string') throw new CommandFailure(EXIT.refused, [`vrrpd probe: ${wanted}`]);
  const finding = await runProbe(wanted, new AbortController().signal);
  process.stdout.write(`${visible(finding.words)}\n`);
  return finding.ok ? EXIT.normal : EXIT.refused;
}

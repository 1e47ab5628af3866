// `vrrpd failover` and `vrrpd maintenance`: asks the daemon over its control socket to do something, and shows what it
// says. Only root may; the daemon decides that.

import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { ask } from './ask.js';

const PATIENCE_MILLISECONDS = 5_000;

/** What the daemon is asked for, beside the name of the command. */
type Words = Readonly<Record<string, unknown>>;

/** 0 done, 1 refused, 3 not running, 4 no permission. */
export async function order(request: { socket: string; command: string; words: Words }): Promise<ExitCode> {
  const answer: { lines?: string[]; error?: string } = await ask({ ...request, patience: PATIENCE_MILLISECONDS });
  if (answer.error !== undefined)
    throw new CommandFailure(answer.error.startsWith('only root') ? EXIT.permission : EXIT.refused, [answer.error]);
  for (const line of answer.lines ?? []) process.stdout.write(`${line}\n`);
  return EXIT.normal;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** "90", "90s", "10m", "2h", "1d" in seconds; throws a CommandFailure for another word. */
export function parseLength(word: string): number {
  const [, digits = '', unit = 's'] = /^(\d+)([smhd])?$/.exec(word) ?? [];
  const length = Number(digits) * (UNITS[unit] ?? 0);
  if (digits === '' || length === 0)
    throw new CommandFailure(EXIT.refused, [`--for ${word}: a length of time like 90s, 10m, 2h or 1d`]);
  return length;
}

// A script that is waited for, but not for ever: startup_script and shutdown_script. What it does is the operator's
// business; that it failed, or was ended, is told. keepalived.conf(5): startup_script_timeout.

import type { LimitedCommand } from '../config/model.js';
import type { Scripts } from '../linux/scripts.js';
import { inMilliseconds, inSeconds } from '../time.js';
import { describeOutcome, type ScriptOutcome } from '../track/script.js';
import type { LogLevel } from '../vrrp/effect.js';

/** Between SIGTERM and SIGKILL. */
const KILL_MILLISECONDS = 2_000;

/** Resolves when it has ended, by itself or not; at once where there is none. */
export async function runLimited(
  keyword: string,
  script: LimitedCommand | undefined,
  { scripts, log }: { scripts: Scripts; log: (level: LogLevel, text: string) => void },
): Promise<void> {
  if (script === undefined) return;
  const { command, timeout } = script;
  const timers: NodeJS.Timeout[] = [];
  const outcome = await new Promise<ScriptOutcome>((ended) => {
    const running = scripts.start(command, ended);
    const limit = inMilliseconds(timeout);
    timers.push(
      setTimeout(() => {
        log('warn', `${keyword} ${command.argv[0]}: still runs after ${inSeconds(timeout)} s: it is ended`);
        running.signal('SIGTERM');
      }, limit),
      setTimeout(() => running.signal('SIGKILL'), limit + KILL_MILLISECONDS),
    );
  });
  for (const timer of timers) clearTimeout(timer);
  const isWell = outcome.kind === 'exited' && outcome.code === 0;
  log(isWell ? 'info' : 'warn', `${keyword} ${command.argv[0]}: ${describeOutcome(outcome)}`);
}

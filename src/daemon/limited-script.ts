// A script that is waited for, but not for ever: startup_script and shutdown_script. What it does is the operator's
// business; that it failed, or was ended, is told. keepalived.conf(5): startup_script_timeout.

import type { LimitedCommand } from '../config/model.js';
import type { Scripts } from '../linux/scripts.js';
import { inMilliseconds, inSeconds } from '../time.js';
import { describeOutcome, type ScriptOutcome } from '../track/script.js';
import type { LogLevel } from '../vrrp/effect.js';

/** Between SIGTERM and SIGKILL. */
const KILL_MILLISECONDS = 2_000;

interface Surroundings {
  readonly scripts: Scripts;
  readonly log: (level: LogLevel, text: string) => void;
  /** The daemon is to end: then the script is ended too. */
  readonly stopping?: AbortSignal;
}

/** Resolves when it has ended, by itself or not; at once where there is none. */
export async function runLimited(
  keyword: string,
  script: LimitedCommand | undefined,
  { scripts, log, stopping }: Surroundings,
): Promise<void> {
  if (script === undefined) return;
  const { command, timeout } = script;
  const late = new AbortController();
  const timers = [setTimeout(() => late.abort(`still runs after ${inSeconds(timeout)} s`), inMilliseconds(timeout))];
  const limit = AbortSignal.any(stopping ? [late.signal, stopping] : [late.signal]);
  let end = (): void => undefined;
  const outcome = await new Promise<ScriptOutcome>((ended) => {
    const running = scripts.start(command, ended);
    end = (): void => {
      log('warn', `${keyword} ${command.argv[0]}: ${String(limit.reason)}: it is ended`);
      running.signal('SIGTERM');
      timers.push(setTimeout(() => running.signal('SIGKILL'), KILL_MILLISECONDS));
    };
    if (limit.aborted) end();
    else limit.addEventListener('abort', end);
  });
  limit.removeEventListener('abort', end);
  for (const timer of timers) clearTimeout(timer);
  const isWell = outcome.kind === 'exited' && outcome.code === 0;
  log(isWell ? 'info' : 'warn', `${keyword} ${command.argv[0]}: ${describeOutcome(outcome)}`);
}

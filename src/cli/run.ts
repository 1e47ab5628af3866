// The default command: the daemon in the foreground, or, called as keepalived without -n, detached from the terminal.
// Signals end here; what they mean for the addresses is the daemon's business.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { Daemon, type Plan } from '../daemon/daemon.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { Log } from '../daemon/log.js';
import { Recorder } from '../daemon/recorder.js';
import { VERSION } from '../daemon/version.js';
import { Signals, type SignalName } from '../linux/signals.js';
import { failed } from './check.js';

export interface RunPlan extends Omit<Plan, 'recorder'> {
  /** The file of a recording. */
  readonly record?: string;
  readonly jsonLog: boolean;
  readonly detailed: boolean;
  /** syslog(3)'s number. */
  readonly facility: number;
  readonly withoutSyslog: boolean;
  /** Options that were given and mean nothing here. */
  readonly withoutMeaning: readonly string[];
}

/** Serves until a signal ends it; resolves with the exit code. */
export async function run(plan: RunPlan, launcher: Launcher | undefined): Promise<ExitCode> {
  process.title = plan.name;
  const detached = launcher !== undefined;
  const log = new Log({ ...plan, detached });
  const recorder = plan.record === undefined ? undefined : new Recorder(path.resolve(plan.record), log.write);
  process.on('uncaughtException', (error) => {
    log.error(`Internal error, the daemon ends: ${error.stack ?? error.message}`);
    log.flushNow();
    try {
      recorder?.flushNow();
    } finally {
      process.exit(EXIT.internal);
    }
  });
  let daemon: Daemon | undefined;
  /** Signals that come while it reads the old file. */
  const early: SignalName[] = [];
  const reload = (): void => {
    if (daemon) void daemon.reload();
    else early.push('SIGHUP');
  };
  const ended = new Promise<SignalName>(
    (resolve) => new Signals((signal) => act(signal, { resolve, reload, daemon: () => daemon })),
  );
  log.info(`Starting vrrpd v${VERSION} (pid ${process.pid})`);
  if (plan.withoutMeaning.length > 0) log.warn(`Options without meaning here: ${plan.withoutMeaning.join(' ')}`);
  const stopping = new AbortController();
  void ended.then(() => stopping.abort('vrrpd is stopping'));
  try {
    daemon = await Daemon.start({ ...plan, ...(recorder && { recorder }) }, log, stopping.signal);
    launcher?.ready();
    if (early.length > 0) reload();
    await daemon.stop(await ended);
    await recorder?.close();
    await log.flush();
    return EXIT.normal;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (launcher) launcher.failed(error);
    else for (const line of error.lines) log.error(line);
    await log.flush();
    return error.code;
  }
}

function act(
  signal: SignalName,
  {
    resolve,
    reload,
    daemon,
  }: {
    resolve: (signal: SignalName) => void;
    reload: () => void;
    /** Absent until it has started: there is nothing to tell yet. */
    daemon: () => Daemon | undefined;
  },
): void {
  switch (signal) {
    case 'SIGTERM':
    case 'SIGINT':
      resolve(signal);
      daemon()?.stopAgain(signal);
      break;
    case 'SIGHUP':
      reload();
      break;
    case 'SIGUSR1':
      daemon()?.dump('data');
      break;
    case 'SIGUSR2':
      daemon()?.dump('stats');
      break;
    case 'SIGRTMIN+2':
      daemon()?.dump('json');
      break;
    case 'SIGRTMAX-1':
      daemon()?.clearStatistics();
      break;
    case 'SIGXCPU':
      daemon()?.scheduling.overran();
      break;
  }
}

/** The process that started a detached daemon and waits to hear how that went. */
export interface Launcher {
  ready(): void;
  failed(failure: CommandFailure): void;
}

/** In the environment of a daemon that was detached. */
const DETACHED = 'VRRPD_DETACHED';

interface Message {
  readonly code: ExitCode;
  readonly lines: readonly string[];
}

/** The launcher of this process, when it was started by detach(). */
export function launcherOfThis(): Launcher | undefined {
  if (process.env[DETACHED] === undefined || process.send === undefined) return undefined;
  // Scripts must not take themselves for a detached daemon.
  Reflect.deleteProperty(process.env, DETACHED);
  const send = (message: Message): void => {
    process.send?.(message, () => process.disconnect());
  };
  return {
    ready: () => send({ code: EXIT.normal, lines: [] }),
    failed: ({ code, lines }) => send({ code, lines }),
  };
}

/** Starts this program again without a terminal; resolves when it is ready, or with the reason why it is not. */
export function detach(): Promise<ExitCode> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, [DETACHED]: '1' },
    });
    child.once('message', ({ code, lines }: Message) =>
      resolve(code === EXIT.normal ? code : failed(new CommandFailure(code, lines))),
    );
    child.once('exit', (code, signal) =>
      resolve(failed(new CommandFailure(EXIT.internal, [`the daemon ended at its start (${signal ?? code ?? ''})`]))),
    );
  });
}

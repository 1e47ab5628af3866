// Starts scripts: without a shell, in a process group of their own, as another user where told, and reports how each one
// ended with the last lines that it wrote. A command that is a probe is carried out here, without a process. It decides
// neither when one runs nor how long it may. execvp(3): a file without "#!" that is no program is run by /bin/sh.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Command } from '../config/model.js';
import { probeOf, type Probe } from '../config/probe.js';
import { between, inMilliseconds, type Instant } from '../time.js';
import type { ScriptOutcome } from '../track/script.js';
import { now } from './clock.js';
import { LastLines } from './last-lines.js';
import { LeftOpen } from './left-open.js';
import { refusalOf, settle } from './native.js';
import { runProbe } from './probes.js';
import { accountOf, unsafeProgram } from './script-security.js';
import { ScriptQueue } from './script-queue.js';

/** A script that was started. */
export interface Running {
  /** Signals the script and all that it started and that stayed in its process group; nothing once it has ended. */
  signal(signal: NodeJS.Signals): void;
}

/** What a script does not inherit: they change what the programs it calls mean. */
const NOT_INHERITED = ['IFS', 'LD_PRELOAD', 'LD_LIBRARY_PATH'];

export class Scripts {
  readonly #environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name)),
  );

  /** enable_script_security: a program that others than root may change is not run by root. */
  areSecured = false;

  readonly #queue = new ScriptQueue();
  readonly #leftOpen = new LeftOpen();

  /**
   * Calls `ended` exactly once, never before start() has returned, and before it `begun` when the script runs. Throws
   * nothing. A process begins in its turn.
   */
  start(command: Command, ended: (outcome: ScriptOutcome) => void, begun: () => void = () => undefined): Running {
    const probe = probeOf(command.argv);
    if (typeof probe === 'object') {
      setImmediate(begun);
      return look(probe, ended);
    }
    return this.#queue.push(() => {
      const running = this.#spawn(command, ended);
      if (running !== NOT_RUNNING) begun();
      return running;
    }, ended);
  }

  /** The daemon ends: what waits for its turn begins now, and what comes at once. */
  hurry(): void {
    this.#queue.hurry();
  }

  #spawn(command: Command, ended: (outcome: ScriptOutcome) => void): Running {
    const [file, ...args] = command.argv;
    const account = accountOf(command);
    if (typeof account === 'string') return refuse(account, ended);
    const unsafe = this.areSecured ? unsafeProgram(command) : undefined;
    if (unsafe !== undefined) return refuse(`unsafe: ${unsafe}`, ended);
    let child: ChildProcess;
    const startedAt = now();
    try {
      const options = { ...account, env: this.#environment, detached: true };
      child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      return refuse(explain(file, error), ended);
    }
    if (child.pid === undefined) {
      child.once('error', (error) => ended({ kind: 'cannot-run', error: explain(file, error) }));
      return NOT_RUNNING;
    }
    settle(child.pid);
    return follow({ child, pid: child.pid, startedAt, leftOpen: this.#leftOpen }, ended);
  }
}

const NOT_RUNNING: Running = { signal: () => undefined };

function refuse(error: string, ended: (outcome: ScriptOutcome) => void): Running {
  setImmediate(() => ended({ kind: 'cannot-run', error }));
  return NOT_RUNNING;
}

/** A probe is like a script that ends with 0 or 1 and says one line. It runs as this process does. */
function look(probe: Probe, ended: (outcome: ScriptOutcome) => void): Running {
  const startedAt = now();
  const end = new AbortController();
  let signal: NodeJS.Signals | undefined;
  void runProbe(probe, end.signal).then(({ ok, words }) => {
    const common = { milliseconds: millisecondsSince(startedAt), output: words };
    const outcome: ScriptOutcome =
      signal === undefined ? { kind: 'exited', code: ok ? 0 : 1, ...common } : { kind: 'signalled', signal, ...common };
    // What is thrown there is no failure of the promise.
    setImmediate(() => ended(outcome));
  });
  return {
    signal: (name) => {
      signal ??= name;
      end.abort();
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly startedAt: Instant;
  readonly leftOpen: LeftOpen;
}

function follow({ child, pid, startedAt, leftOpen }: Started, ended: (outcome: ScriptOutcome) => void): Running {
  const lines = new LastLines();
  // What the script leaves behind may hold the pipes open: they are read on, but neither it nor this process waits for
  // the other.
  for (const stream of [child.stdout, child.stderr] as Socket[]) stream.setEncoding('utf8').on('data', lines.reader());
  let running = true;
  let isSignalled = false;
  child.once('exit', (code, signal) => {
    running = false;
    // Of a script that had to be ended nothing stays, as with keepalived: what it started may have ignored the signal.
    if (isSignalled) signalGroup(pid, 'SIGKILL');
    const duration = millisecondsSince(startedAt);
    for (const stream of [child.stdout, child.stderr] as Socket[]) stream.unref();
    // What was written before the end is in the pipes, and has been read when the loop has gone round once more.
    setImmediate(() =>
      setImmediate(() => {
        for (const stream of [child.stdout, child.stderr] as Socket[]) leftOpen.add(stream);
        const common = { milliseconds: duration, output: lines.text };
        ended(
          signal === null ? { kind: 'exited', code: code ?? 0, ...common } : { kind: 'signalled', signal, ...common },
        );
      }),
    );
  });
  return {
    signal: (name) => {
      if (!running || pid <= 1) return;
      isSignalled = true;
      signalGroup(pid, name);
    },
  };
}

const millisecondsSince = (from: Instant): number => Math.round(inMilliseconds(between({ from, to: now() })));

/**
 * The group may be gone although the end of its leader has not been reported yet. One that became another user, by sudo for
 * instance, can't be signalled unless the daemon is root: it goes on.
 */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes(refusalOf(error).code)) throw error;
  }
}

/** In the operator's words why a file could not be run. */
function explain(file: string, error: unknown): string {
  if (!(error instanceof Error && 'errno' in error)) return `${file}: ${String(error)}`;
  const { code, message } = refusalOf(error);
  if (code === 'ENOENT' && !file.includes('/')) return `${file}: not found in PATH`;
  if (code === 'ENOENT')
    return `${file}: ${existsSync(file) ? 'the interpreter it names is not there' : 'no such file'}`;
  if (code === 'EACCES' && isPlain(file)) return `${file}: not executable`;
  return `${file}: ${message}`;
}

/** A file that nobody may execute. */
function isPlain(file: string): boolean {
  const stat = existsSync(file) ? statSync(file, { throwIfNoEntry: false }) : undefined;
  return stat?.isFile() === true && (stat.mode & 0o111) === 0;
}

// The daemon's life: everything is looked at before anything is touched, then router, kernel and loop are put together,
// and at the end the peers are told first. It knows no rule of the protocol. sd_notify(3), signal(7)

import { hostname } from 'node:os';
import { clearAmbient, missingCapabilities } from '../linux/capabilities.js';
import { now } from '../linux/clock.js';
import { InstanceLocks } from '../linux/instance-lock.js';
import { refusalOf } from '../linux/native.js';
import { Scripts } from '../linux/scripts.js';
import { ServiceManager } from '../linux/service-manager.js';
import { virtualRouterOf } from '../config/diff.js';
import type { Config, VrrpInstance } from '../config/model.js';
import { describeDiagnostic, type Diagnostic } from '../config/read.js';
import { takeSnapshot, type Snapshot } from '../status/snapshot.js';
import { inMilliseconds, type Instant } from '../time.js';
import { Router } from '../vrrp/router.js';
import { loadConfiguration, withoutHints, type Source } from './configuration.js';
import { CONTROL_SOCKET, ControlServer, type Request } from './control.js';
import { DumpFiles, type DumpKind } from './dump-files.js';
import { CommandFailure, EXIT } from './exit-code.js';
import type { Log } from './log.js';
import { Loop } from './loop.js';
import { Notifier } from './notifier.js';
import { KernelHost } from './perform.js';
import { rehearse } from './rehearsal.js';
import type { PidFile } from './pid-file.js';
import { missingPrograms } from './programs.js';
import { readApart } from './reading.js';
import { Reloader, type ReloadAnswer } from './reloader.js';
import { VERSION } from './version.js';
import { wallTime } from './wall-time.js';

/** What a daemon is started with. */
export interface Plan {
  readonly source: Source;
  /** Those that are written. */
  readonly pidFiles: readonly PidFile[];
  /** Those that are looked at: a daemon that one of them names is not to be disturbed. */
  readonly rivals: readonly PidFile[];
}

export class Daemon {
  readonly #plan: Plan;
  readonly #log: Log;
  #config: Config;
  #warnings: number;
  readonly #startedAt: Instant;
  readonly #manager = new ServiceManager();
  /** Held until the process ends, however it ends. */
  readonly #locks: InstanceLocks;
  readonly #notifier: Notifier;
  readonly #host: KernelHost;
  readonly #loop: Loop;
  #control: ControlServer | undefined;
  readonly #dumps: DumpFiles;
  #watchdog: NodeJS.Timeout | undefined;
  readonly #reloader: Reloader;
  /** When the last reload was refused; absent when the last one was not. */
  #refusedAt: Instant | undefined;
  #statusIsDue = false;
  #isStopping = false;

  /** Resolves when every instance has begun. Throws a CommandFailure when it can't be; nothing has been touched then. */
  static async start(plan: Plan, log: Log): Promise<Daemon> {
    const { config, warnings } = checkedConfiguration(plan.source, log);
    refuseWithoutCapabilities();
    refuseBesideRival(plan.rivals);
    const locks = new InstanceLocks();
    const refusal = lockInstances(locks, config.vrrpInstances);
    if (refusal !== undefined) throw new CommandFailure(EXIT.refused, [refusal]);
    clearAmbient();
    const daemon = new Daemon(plan, { config, warnings, locks, log });
    await daemon.#listen();
    daemon.#begin(config);
    return daemon;
  }

  private constructor(
    plan: Plan,
    { config, warnings, locks, log }: { config: Config; warnings: number; locks: InstanceLocks; log: Log },
  ) {
    this.#plan = plan;
    this.#log = log;
    this.#config = config;
    this.#warnings = warnings;
    this.#locks = locks;
    this.#startedAt = now();
    this.#dumps = new DumpFiles(log.warn);
    const scripts = new Scripts();
    this.#notifier = new Notifier(config, {
      start: (command, ended) => void scripts.start(command, ended),
      log: log.write,
    });
    this.#host = new KernelHost({
      config,
      log: log.write,
      notify: (event) => {
        this.#notifier.notify(event);
        this.#tellStatus();
      },
      wake: () => this.#loop.wake(),
    });
    this.#loop = new Loop(new Router(config, this.#startedAt), this.#host);
    this.#reloader = new Reloader({
      read: () => readApart(plan.source),
      running: () => this.#config,
      apply: (next, diagnostics) => this.#apply(next, diagnostics),
      log,
    });
  }

  /** Goes over to the file as it is now, or says why not; the service manager sees both. */
  async reload(): Promise<ReloadAnswer> {
    this.#manager.reloading(now());
    const answer = await this.#reloader.reload();
    this.#refusedAt = answer.reloaded ? undefined : now();
    if (!this.#isStopping) this.#manager.ready(this.#states());
    return answer;
  }

  /** Leaves the network, at once; then gives notify_stop its second. */
  async stop(cause: string): Promise<void> {
    this.#isStopping = true;
    this.#loop.handle({ kind: 'stop', cause });
    clearInterval(this.#watchdog);
    this.#manager.stopping();
    this.#log.info(`Stopping (${cause})`);
    this.#control?.close();
    await this.#notifier.stop();
    this.#host.close();
    for (const file of this.#plan.pidFiles) file.remove();
    this.#log.info(`Stopped vrrpd v${VERSION}`);
  }

  snapshot(): Snapshot {
    const at = now();
    return takeSnapshot(this.#loop.router, {
      version: VERSION,
      host: hostname(),
      pid: process.pid,
      configFile: this.#plan.source.file,
      warnings: this.#warnings,
      alerts: this.#refusedAt === undefined ? [] : [refusedReload(wallTime(this.#refusedAt, at))],
      startedAt: this.#startedAt,
      now: at,
      wallTime: (point) => wallTime(point, at),
    });
  }

  /** Writes the file that a signal asks for. */
  dump(kind: DumpKind): void {
    void this.#dumps.write(kind, { router: this.#loop.router, config: this.#config });
  }

  /** As keepalived does: the counters are written first. */
  clearStatistics(): void {
    this.dump('stats');
    for (const { statistics } of this.#loop.router.instances.values()) statistics.clear();
  }

  async #listen(): Promise<void> {
    try {
      const control = await ControlServer.open(CONTROL_SOCKET, (request) => this.#answer(request));
      if (control === 'live')
        throw new CommandFailure(EXIT.refused, [`daemon is already running: it answers on ${CONTROL_SOCKET}`]);
      this.#control = control;
    } catch (error) {
      this.#log.warn(
        `No control socket, "vrrpd status" will not work: ${refusalOf(error).message} (${CONTROL_SOCKET})`,
      );
    }
  }

  #answer({ command, user }: Request): unknown {
    if (command === 'status') return this.snapshot();
    if (command !== 'reload') return undefined;
    return user === 0 ? this.reload() : { error: 'only root may ask for a reload' };
  }

  /** What the router says and does from now on is by the new configuration; all others must know it before. */
  #apply(config: Config, diagnostics: readonly Diagnostic[]): string | undefined {
    if (this.#isStopping) return 'vrrpd is stopping';
    const refusal = lockInstances(this.#locks, config.vrrpInstances);
    if (refusal !== undefined) return refusal;
    for (const one of diagnostics) this.#log.warn(describeDiagnostic(one));
    for (const line of missingPrograms(config)) this.#log.warn(line);
    this.#warnings = warningsIn(diagnostics);
    this.#notifier.update(config);
    this.#host.update(config);
    this.#loop.handle({ kind: 'reload', config });
    this.#config = config;
    this.#locks.keepOnly(config.vrrpInstances.map(virtualRouterOf));
    this.#tellStatus();
    return undefined;
  }

  /** The links first, so that every instance knows its interface when it begins. */
  #begin(config: Config): void {
    for (const line of missingPrograms(config)) this.#log.warn(line);
    for (const file of this.#plan.pidFiles) {
      const refusal = file.write();
      if (refusal !== undefined) this.#log.warn(`No pid file: ${refusal}`);
    }
    this.#loop.wake();
    this.#loop.handle({ kind: 'start' });
    rehearse(config);
    this.#log.info('Startup complete');
    this.#manager.ready(this.#states());
    this.#watchOver();
  }

  /** Feeds the service manager's watchdog, but not when the loop has lost its alarm. */
  #watchOver(): void {
    const limit = this.#manager.watchdogLimit;
    if (limit === undefined) return;
    this.#watchdog = setInterval(
      () => {
        const deadline = this.#loop.router.nextDeadline();
        if (deadline === undefined || now() - deadline < limit) this.#manager.watchdog();
      },
      inMilliseconds(limit) / 2,
    );
  }

  /** Once for all that changes in a turn, and after it. */
  #tellStatus(): void {
    if (this.#statusIsDue) return;
    this.#statusIsDue = true;
    setImmediate(() => {
      this.#statusIsDue = false;
      this.#manager.status(this.#states());
    });
  }

  #states(): string {
    const instances = [...this.#loop.router.instances.values()];
    return instances.map(({ config, state }) => `${config.name} ${state.kind}`).join(', ');
  }
}

const refusedReload = (at: string): string =>
  `the reload at ${at.slice(11, 19)} was refused: the file is not what runs (vrrpd check says why)`;

function checkedConfiguration(source: Source, log: Log): { config: Config; warnings: number } {
  log.info(`Configuration file ${source.file}`);
  const { config, diagnostics: all } = loadConfiguration(source);
  const diagnostics = withoutHints(all);
  if (config === undefined)
    throw new CommandFailure(EXIT.configuration, [
      ...diagnostics.map(describeDiagnostic),
      `The configuration can't be used; nothing has been touched`,
    ]);
  for (const one of diagnostics) log.warn(describeDiagnostic(one));
  return { config, warnings: warningsIn(diagnostics) };
}

const warningsIn = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.filter(({ severity }) => severity === 'warning').length;

function refuseWithoutCapabilities(): void {
  const missing = missingCapabilities();
  if (missing.length === 0) return;
  const words = `Permission missing: ${missing.join(' and ')}. Run it as root or with these capabilities`;
  throw new CommandFailure(EXIT.permission, [words]);
}

function refuseBesideRival(files: readonly PidFile[]): void {
  for (const file of files) {
    const holder = file.holder();
    if (holder === undefined) continue;
    const words = `daemon is already running: ${holder.name} with pid ${holder.pid}, says ${file.path}`;
    throw new CommandFailure(EXIT.refused, [words]);
  }
}

/** Takes the locks of all of them, or none that is not held yet; in words which one it can't have. */
function lockInstances(locks: InstanceLocks, instances: readonly VrrpInstance[]): string | undefined {
  let taken: ReturnType<InstanceLocks['takeAll']>;
  try {
    taken = locks.takeAll(instances.map(virtualRouterOf));
  } catch (error) {
    return `no lock for the instances: ${refusalOf(error).message}`;
  }
  if (taken === undefined) return undefined;
  const { interface: dev, virtualRouterId } = taken;
  return `daemon is already running: another vrrpd serves VRID ${virtualRouterId} on ${dev}`;
}

// The daemon's life: everything is looked at before anything is touched, then router, kernel and loop are put together,
// and at the end the peers are told first. It knows no rule of the protocol. sd_notify(3), signal(7)

import { hostname } from 'node:os';
import { clearAmbient } from '../linux/capabilities.js';
import { now } from '../linux/clock.js';
import { InstanceLocks } from '../linux/instance-lock.js';
import { Scheduling } from '../linux/scheduling.js';
import { Scripts } from '../linux/scripts.js';
import { ServiceManager } from '../linux/service-manager.js';
import { virtualRouterOf } from '../config/diff.js';
import type { Config } from '../config/model.js';
import { describeDiagnostic, type Diagnostic } from '../config/read.js';
import { takeSnapshot, type Snapshot } from '../status/snapshot.js';
import type { Instant } from '../time.js';
import { statesOf } from '../vrrp/event.js';
import { Router } from '../vrrp/router.js';
import type { Maintenance } from '../vrrp/surroundings.js';
import { answer } from './answers.js';
import type { Source } from './configuration.js';
import { ControlServer } from './control.js';
import { DumpFiles, dumpPlan, type DumpKind } from './dump-files.js';
import { CRASH_NOTE, CrashNote } from './crash-note.js';
import { CommandFailure, EXIT } from './exit-code.js';
import { Firewall } from './firewall.js';
import { runLimited } from './limited-script.js';
import type { Log } from './log.js';
import { Loop } from './loop.js';
import { MaintenanceNote } from './maintenance-note.js';
import { Notifier } from './notifier.js';
import { KernelHost } from './perform.js';
import { PidFile, pidPaths, type PidOptions } from './pid-file.js';
import * as preflight from './preflight.js';
import { describePrograms } from './programs.js';
import { readApart } from './reading.js';
import type { Recorder } from './recorder.js';
import { Reloader, type ReloadAnswer } from './reloader.js';
import { StatusLine } from './status-line.js';
import { VERSION } from './version.js';
import { Watchdog } from './watchdog.js';
import { wallTime } from './wall-time.js';

const MAINTENANCE_NOTE = '/run/vrrpd/maintenance';

/** What a daemon is started with. */
export interface Plan extends PidOptions {
  readonly source: Source;
  /** A notify script that runs so many milliseconds is ended; absent: none is. */
  readonly notifyLimit?: number;
  readonly recorder?: Recorder;
}

export class Daemon {
  readonly scheduling: Scheduling;
  readonly #plan: Plan;
  readonly #log: Log;
  #config: Config;
  #warnings: number;
  readonly #startedAt = now();
  readonly #manager = new ServiceManager();
  readonly #statusLine = new StatusLine(this.#manager, () => this.#loop.router);
  readonly #locks: InstanceLocks;
  readonly #notifier: Notifier;
  readonly #scripts = new Scripts();
  readonly #firewall: Firewall;
  readonly #maintenance = new MaintenanceNote(MAINTENANCE_NOTE);
  readonly #crashNote: CrashNote;
  readonly #pidFiles: readonly PidFile[];
  readonly #host: KernelHost;
  readonly #loop: Loop;
  #control: ControlServer | undefined;
  readonly #dumps: DumpFiles;
  readonly #watchdog: Watchdog;
  readonly #reloader: Reloader;
  /** When the last reload was refused; absent when the last one was not. */
  #refusedAt: Instant | undefined;
  #hasBegun = false;
  #hasLeft: () => void = () => undefined;
  #isStopping = false;

  /** Resolves when every instance has begun, or none since it is to stop. Throws a CommandFailure with nothing touched. */
  static async start(plan: Plan, log: Log, stopping: AbortSignal): Promise<Daemon> {
    const locks = new InstanceLocks();
    const { config, warnings } = preflight.checkedConfiguration(plan.source, log);
    preflight.refuseWithoutCapabilities();
    const pidFiles = pidPaths(config, plan).map((path) => new PidFile(path));
    preflight.refuseBesideRival([...pidFiles, ...PidFile.usual]);
    const refusal = preflight.lockInstances(locks, config.vrrpInstances);
    if (refusal !== undefined) throw new CommandFailure(EXIT.refused, [refusal]);
    clearAmbient();
    const daemon = new Daemon(plan, { config, warnings, locks, pidFiles, log });
    await plan.recorder?.open(daemon.#loop.router, daemon.#startedAt);
    daemon.#control = await ControlServer.openUsual((request) => answer(request, daemon.#asked), log.warn);
    const { startupScript } = config.global;
    await runLimited('startup_script', startupScript, { scripts: daemon.#scripts, log: log.write, stopping });
    if (!stopping.aborted) await daemon.#firewall.apply(config.vrrpInstances);
    if (!stopping.aborted) daemon.#begin(config);
    return daemon;
  }

  private constructor(plan: Plan, { config, warnings, locks, pidFiles, log }: Prepared) {
    this.#plan = plan;
    this.#log = log;
    this.#config = config;
    this.#warnings = warnings;
    this.#locks = locks;
    this.#pidFiles = pidFiles;
    this.#dumps = new DumpFiles(log.warn);
    this.#scripts.areSecured = config.global.enableScriptSecurity;
    this.scheduling = new Scheduling(log.warn);
    this.#firewall = new Firewall(log.error);
    this.#notifier = new Notifier({
      start: (command, ended) => this.#scripts.start(command, ended),
      log: log.write,
      ...(plan.notifyLimit !== undefined && { limit: plan.notifyLimit }),
    });
    this.#host = new KernelHost({
      config,
      scripts: this.#scripts,
      log: log.write,
      notify: (event) => {
        this.#notifier.notify(event);
        this.#statusLine.tell();
      },
      wake: () => {
        this.#loop.wake();
        if (this.#loop.router.hasStopped) this.#hasLeft();
      },
    });
    const router = new Router(config, this.#startedAt);
    this.#crashNote = new CrashNote(CRASH_NOTE, { router, log: log.write });
    this.#loop = new Loop(router, this.#host, this.#crashNote, ...(plan.recorder ? [plan.recorder] : []));
    this.#watchdog = new Watchdog(this.#manager, router);
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
    if (!this.#isStopping) this.#manager.ready(this.#statusLine.text);
    return answer;
  }

  /** Leaves the network, which takes until another router serves the addresses; then gives notify_stop its second. */
  async stop(cause: string): Promise<void> {
    this.#isStopping = true;
    this.#watchdog.stop();
    this.#manager.stopping();
    this.#log.info(`Stopping (${cause})`);
    if (this.#hasBegun) await this.#leave(cause);
    this.#control?.close();
    this.#scripts.hurry();
    await this.#notifier.stop();
    this.#host.close();
    await this.#firewall.apply([]);
    const { shutdownScript } = this.#config.global;
    await runLimited('shutdown_script', shutdownScript, { scripts: this.#scripts, log: this.#log.write });
    this.#crashNote.close();
    for (const file of this.#pidFiles) file.remove();
    this.#log.info(`Stopped vrrpd v${VERSION}`);
  }

  /** Asked to stop once more while it does: somebody does not want to wait, unless it is very soon. */
  stopAgain(cause: string): void {
    if (!this.#isStopping || !this.#hasBegun) return;
    this.#loop.handle({ kind: 'stop', cause });
    if (this.#loop.router.hasStopped) this.#hasLeft();
  }

  #leave(cause: string): Promise<void> {
    return new Promise((resolve) => {
      this.#hasLeft = resolve;
      this.#loop.handle({ kind: 'stop', cause });
      if (this.#loop.router.hasStopped) resolve();
    });
  }

  snapshot(): Snapshot {
    const at = now();
    return takeSnapshot(this.#loop.router, {
      version: VERSION,
      host: hostname(),
      pid: process.pid,
      configFile: this.#plan.source.file,
      warnings: this.#warnings,
      alerts: [
        ...(this.#refusedAt === undefined ? [] : [refusedReload(wallTime(this.#refusedAt, at))]),
        ...this.#notifier.alerts,
      ],
      lateness: this.#host.lateness.figures,
      startedAt: this.#startedAt,
      now: at,
      wallTime: (point) => wallTime(point, at),
    });
  }

  /** Writes the file that a signal asks for. */
  dump(kind: DumpKind): void {
    void this.#dumps.write(kind, this.#loop.router, dumpPlan(this.#config.global));
  }

  /** As keepalived does: the counters are written first. */
  clearStatistics(): void {
    this.dump('stats');
    for (const { statistics } of this.#loop.router.instances.values()) statistics.clear();
  }

  /** What the control socket may have done. */
  get #asked() {
    return {
      router: () => this.#loop.router,
      now,
      snapshot: () => this.snapshot(),
      reload: () => this.reload(),
      failover: (name: string) => this.#loop.handle({ kind: 'failover', name }),
      maintain: (maintenance: Maintenance | undefined) => {
        this.#maintenance.write(maintenance);
        this.#maintain(maintenance);
      },
    };
  }

  #maintain(maintenance: Maintenance | undefined): void {
    this.#loop.handle(
      maintenance ? { kind: 'maintenance', on: true, ...maintenance } : { kind: 'maintenance', on: false },
    );
  }

  /** What the router says and does from now on is by the new configuration; all others must know it before. */
  #apply(config: Config, diagnostics: readonly Diagnostic[]): string | undefined {
    if (this.#isStopping) return 'vrrpd is stopping';
    if (!this.#hasBegun) return 'startup_script still runs: reload again after it';
    const isMoved = String(pidPaths(config, this.#plan)) !== String(pidPaths(this.#config, this.#plan));
    if (isMoved) return 'use_pid_dir and instance count from a start on: they can not change in a reload';
    const refusal = preflight.lockInstances(this.#locks, config.vrrpInstances);
    if (refusal !== undefined) return refusal;
    for (const one of diagnostics) this.#log.warn(describeDiagnostic(one));
    for (const line of describePrograms(config)) this.#log.warn(line);
    this.#scripts.areSecured = config.global.enableScriptSecurity;
    this.#warnings = preflight.warningsIn(diagnostics);
    this.#notifier.update(config);
    this.#host.update(config);
    this.#loop.handle({ kind: 'reload', config });
    this.#config = config;
    this.scheduling.apply(config.global);
    void this.#firewall.apply(config.vrrpInstances);
    if (config.global.fifoWriteVrrpStatesOnReload) this.#notifier.repeat(statesOf(this.#loop.router));
    process.title = config.global.processName ?? this.#plan.name;
    this.#locks.keepOnly(config.vrrpInstances.map(virtualRouterOf));
    this.#statusLine.tell();
    return undefined;
  }

  /** The links first, so that every instance knows its interface when it begins. */
  #begin(config: Config): void {
    this.#hasBegun = true;
    this.#notifier.update(config);
    for (const line of describePrograms(config)) this.#log.warn(line);
    process.title = config.global.processName ?? this.#plan.name;
    for (const file of this.#pidFiles) {
      const refusal = file.write();
      if (refusal !== undefined) this.#log.warn(`No pid file: ${refusal}`);
    }
    this.#loop.wake();
    const maintenance = this.#maintenance.read();
    if (typeof maintenance === 'string')
      this.#log.warn(`Maintenance is not on, whatever was asked for: ${maintenance}`);
    else if (maintenance && (maintenance.until ?? Infinity) > now()) this.#maintain(maintenance);
    const left = this.#crashNote.read();
    this.#loop.handle({ kind: 'start', ...(left && { left }) });
    this.#host.rehearse();
    // Else what the start has left behind is collected in the middle of the take-over, which makes as much anew.
    globalThis.gc?.();
    // What has run until now, once, is longer than what comes.
    this.scheduling.apply(config.global);
    this.#log.info('Startup complete');
    this.#manager.ready(this.#statusLine.text);
    this.#watchdog.start();
  }
}

/** What has been looked at and found good. */
interface Prepared {
  readonly config: Config;
  readonly warnings: number;
  readonly locks: InstanceLocks;
  readonly pidFiles: readonly PidFile[];
  readonly log: Log;
}

const refusedReload = (at: string): string =>
  `the reload at ${at.slice(11, 19)} was refused: the file is not what runs (vrrpd check says why)`;

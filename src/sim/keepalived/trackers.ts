// What a modelled keepalived tracks: its checks, files and processes at work, and the interfaces. The counting is
// src/track's; here is when a check runs, when it is ended (at its interval, where no timeout is written), and the log. init_fail was seen to change nothing.

import type { Config, Track } from '../../config/model.js';
import { usedFiles, usedProcesses, usedScripts } from '../../config/tracks.js';
import { earliest, type Instant } from '../../time.js';
import { FileTracker } from '../../track/file.js';
import { ProcessTracker } from '../../track/process.js';
import { describeResult, ScriptTracker, type ScriptOutcome } from '../../track/script.js';
import type { Standing } from '../../track/standing.js';
import type { Link } from '../../vrrp/input.js';
import type { Turn } from '../../vrrp/turn.js';

export class Trackers {
  readonly files: ReadonlyMap<string, FileTracker>;
  readonly processes: ReadonlyMap<string, ProcessTracker>;
  readonly #scripts: ReadonlyMap<string, ScriptTracker>;

  constructor(
    config: Config,
    readonly links: ReadonlyMap<string, Link>,
  ) {
    this.#scripts = new Map(
      usedScripts(config).map((script) => {
        const { name, timeout = script.interval } = script;
        return [name, new ScriptTracker({ ...script, timeout, initFail: false })];
      }),
    );
    this.files = new Map(usedFiles(config).map((file) => [file.name, new FileTracker(file)]));
    this.processes = new Map(usedProcesses(config).map((one) => [one.name, new ProcessTracker(one)]));
  }

  standing({ kind, name }: Track): Standing {
    if (kind === 'interface') return { kind: this.links.get(name)?.up ? 'up' : 'down' };
    const trackers = { script: this.#scripts, file: this.files, process: this.processes }[kind];
    return trackers.get(name)?.standing ?? { kind: 'unknown' };
  }

  start(turn: Turn): void {
    for (const script of this.#scripts.values()) script.start(turn.now);
    const configsOf = <T>(trackers: ReadonlyMap<string, { config: T }>): T[] =>
      Array.from(trackers.values(), ({ config }) => config);
    const [files, processes] = [configsOf(this.files), configsOf(this.processes)];
    if (files.length + processes.length > 0) turn.do({ kind: 'watch', files, processes });
    this.due(turn);
  }

  stop(turn: Turn): void {
    for (const script of this.#scripts.values()) {
      script.stop();
      if (script.isRunning) turn.do({ kind: 'signal-script', script: script.config.name, signal: 'SIGTERM' });
    }
  }

  nextDeadline(): Instant | undefined {
    const all = [...this.#scripts.values(), ...this.processes.values()];
    return earliest(...all.map((tracker) => tracker.nextDeadline()));
  }

  due(turn: Turn): void {
    for (const [name, script] of this.#scripts)
      this.#tellOf(script, turn, () => {
        for (const action of script.due(turn.now))
          turn.do(
            action === 'run'
              ? { kind: 'run-script', script: name }
              : { kind: 'signal-script', script: name, signal: action },
          );
      });
    for (const tracker of this.processes.values()) tracker.due(turn.now);
  }

  scriptBegun(name: string, turn: Turn): void {
    this.#scripts.get(name)?.begun(turn.now);
  }

  scriptEnded(name: string, outcome: ScriptOutcome, turn: Turn): void {
    const script = this.#scripts.get(name);
    if (script) this.#tellOf(script, turn, () => script.ended(outcome, turn.now));
  }

  #tellOf(script: ScriptTracker, turn: Turn, change: () => void): void {
    const before = script.up;
    change();
    if (script.up === before || !script.lastOutcome) return;
    turn.log('info', `VRRP_Script(${script.config.name}) ${describeResult(script.lastOutcome)}`);
  }
}

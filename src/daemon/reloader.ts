// A reload from the request to the answer: one at a time, the new file read and found good before anything is changed,
// and the service manager told. What the change consists of is the router's business; a file that can't be used changes
// nothing. sd_notify(3): RELOADING.

import { diffConfigs } from '../config/diff.js';
import type { Config } from '../config/model.js';
import { describeDiagnostic, printDiagnostic, type Diagnostic } from '../config/read.js';
import { adviseOnPeers, describeReload, summarizeReload } from '../status/reload.js';
import { countDiagnostics, withoutHints } from './configuration.js';
import type { Log } from './log.js';
import type { Reading } from './reading.js';

/** What the one who asked is told. */
export interface ReloadAnswer {
  readonly reloaded: boolean;
  /** Diagnostics as `check` prints them, what changed, and a verdict. */
  readonly lines: readonly string[];
}

interface Surroundings {
  readonly read: () => Promise<Reading>;
  /** The configuration that runs. */
  readonly running: () => Config;
  /** Goes over to it at once; in words why that can't be, when nothing was changed. */
  readonly apply: (config: Config, diagnostics: readonly Diagnostic[]) => string | undefined;
  readonly log: Log;
}

const GOES_ON = 'the running configuration goes on';

export class Reloader {
  readonly #surroundings: Surroundings;
  #present: Promise<ReloadAnswer> | undefined;
  #next: Promise<ReloadAnswer> | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Whoever asks while one goes on gets the next one, which sees the file as it is then. */
  reload(): Promise<ReloadAnswer> {
    if (this.#present === undefined) return this.#begin();
    this.#next ??= this.#present.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<ReloadAnswer> {
    const present = this.#carryOut().finally(() => {
      this.#present = undefined;
    });
    this.#present = present;
    return present;
  }

  async #carryOut(): Promise<ReloadAnswer> {
    const { read, running, apply, log } = this.#surroundings;
    log.info('Reloading');
    const { config, diagnostics: all, failure = [] } = await read();
    const diagnostics = withoutHints(all);
    const messages = [...diagnostics.map((one) => printDiagnostic(one)), ...failure];
    if (config === undefined) {
      for (const line of [...diagnostics.map(describeDiagnostic), ...failure]) log.error(line);
      const count = countDiagnostics(diagnostics);
      return this.#refuse(messages, `the new configuration can't be used${count === '' ? '' : ` (${count})`}`);
    }
    const before = running();
    const difference = diffConfigs(before, config);
    const refusal = apply(config, diagnostics);
    if (refusal !== undefined) return this.#refuse(messages, refusal);
    const changes = describeReload(difference);
    const advice = adviseOnPeers(difference);
    const verdict = `Reload complete: ${changes.length === 0 ? 'nothing has changed' : summarizeReload(difference)}`;
    for (const line of changes) log.info(line);
    for (const line of advice) log.warn(line);
    log.info(verdict);
    return { reloaded: true, lines: [...messages, ...changes, ...advice, verdict] };
  }

  #refuse(messages: readonly string[], why: string): ReloadAnswer {
    const verdict = `Reload refused: ${why}; ${GOES_ON}`;
    this.#surroundings.log.error(verdict);
    return { reloaded: false, lines: [...messages, verdict] };
  }
}

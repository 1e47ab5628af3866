// The vrrp_scripts by name: starts one when the router asks for it, and hands on that it has begun and how it ended. It
// decides neither when one runs nor what its end means.

import type { VrrpScript } from '../config/model.js';
import type { Running, Scripts } from '../linux/scripts.js';
import type { Input } from '../vrrp/input.js';

export class Checks {
  readonly #scripts: Scripts;
  readonly #arrive: (input: Input) => void;
  #commands: ReadonlyMap<string, VrrpScript> = new Map();
  readonly #running = new Map<string, Running>();

  /** `arrive` gets `script-begun` and `script`, not from within run(). */
  constructor(scripts: Scripts, arrive: (input: Input) => void) {
    this.#scripts = scripts;
    this.#arrive = arrive;
  }

  /** From now on these. */
  update(scripts: readonly VrrpScript[]): void {
    this.#commands = new Map(scripts.map((script) => [script.name, script]));
  }

  /** One that is not known is not run. */
  run(name: string): void {
    const script = this.#commands.get(name);
    if (!script) return;
    // A check of that name that came with a later reload has a run of its own.
    const isCurrent = (): boolean => this.#running.get(name) === running;
    const running = this.#scripts.start(
      script.command,
      (outcome) => {
        if (!isCurrent()) return;
        this.#running.delete(name);
        this.#arrive({ kind: 'script', script: name, outcome });
      },
      () => {
        if (isCurrent()) this.#arrive({ kind: 'script-begun', script: name });
      },
    );
    this.#running.set(name, running);
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#running.get(name)?.signal(signal);
  }

  /** Those that still run have had their SIGTERM. */
  close(): void {
    for (const running of this.#running.values()) running.signal('SIGKILL');
  }
}

// The program that reads a FIFO: it runs as long as the daemon does, and is started again after a while when it ends.
// keepalived.conf(5): notify_fifo_script. It neither writes to the FIFO nor waits for its reader.

import type { Command } from '../config/model.js';
import type { Running } from '../linux/scripts.js';
import { describeOutcome, type ScriptOutcome } from '../track/script.js';
import type { LogLevel } from '../vrrp/effect.js';

const RESTART_MILLISECONDS = 5_000;

interface Surroundings {
  /** Starts a command and calls back once when it has ended. */
  readonly start: (command: Command, ended: (outcome: ScriptOutcome) => void) => Running;
  readonly log: (level: LogLevel, text: string) => void;
}

export class FifoScript {
  readonly #command: Command;
  readonly #surroundings: Surroundings;
  #running: Running;
  #ended = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** Starts it, with the FIFO's path as its last argument. */
  constructor(command: Command, fifo: string, surroundings: Surroundings) {
    this.#command = { ...command, argv: [...command.argv, fifo] };
    this.#surroundings = surroundings;
    this.#running = this.#start();
  }

  /** Resolves when the one that runs has ended. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Ends the script and all that it started; it is not waited for. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#restart);
    this.#running.signal('SIGTERM');
  }

  #start(): Running {
    let resolve = (): void => undefined;
    this.#ended = new Promise((done) => (resolve = done));
    return this.#surroundings.start(this.#command, (outcome) => {
      resolve();
      if (this.#isStopped) return;
      const [program] = this.#command.argv;
      const again = `started again in ${RESTART_MILLISECONDS / 1000} s`;
      this.#surroundings.log('warn', `FIFO script ${program}: ${describeOutcome(outcome)}; ${again}`);
      this.#restart = setTimeout(() => (this.#running = this.#start()), RESTART_MILLISECONDS);
    });
  }
}

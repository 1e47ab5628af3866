// The FIFOs of the configuration, notify_fifo and vrrp_notify_fifo, each with the script that reads it. A reload leaves
// one whose path stays as it is open, and starts its script anew. keepalived.conf(5): notify_fifo.

import { isEqual } from '../config/diff.js';
import type { FifoSettings, GlobalDefs, ScriptUser } from '../config/model.js';
import { findAccount } from '../linux/account.js';
import { Fifo } from '../linux/fifo.js';
import { FifoScript } from './fifo-script.js';
import type { Surroundings } from './notify-scripts.js';

/** Lost lines are told at most so often. */
const TELL_MILLISECONDS = 10_000;

interface Open {
  readonly settings: FifoSettings;
  readonly fifo: Fifo;
  readonly script?: FifoScript;
}

export class Fifos {
  readonly #surroundings: Surroundings;
  #open: Open[] = [];
  #problems: string[] = [];
  #told = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  update({ notifyFifo, vrrpNotifyFifo, scriptUser }: GlobalDefs): void {
    const former = this.#open;
    this.#problems = [];
    const wanted = [notifyFifo, vrrpNotifyFifo].flatMap((one) => one ?? []);
    this.#open = wanted.flatMap((settings) => {
      const index = former.findIndex((one) => isEqual(one.settings.path, settings.path));
      const [same] = index < 0 ? [] : former.splice(index, 1);
      return this.#renew(settings, same, scriptUser) ?? [];
    });
    for (const one of former) end(one);
  }

  /** Into each of them; a full one loses the line. */
  write(line: string): void {
    for (const { fifo } of this.#open) fifo.write(line);
    if (this.#lost > this.#told) this.#telling ??= setTimeout(() => this.#tellLost(), TELL_MILLISECONDS).unref();
  }

  get alerts(): string[] {
    const full = this.#open.filter(({ fifo }) => fifo.lost > 0);
    return [
      ...this.#problems,
      ...full.map(
        ({ settings, fifo }) => `FIFO ${settings.path}: ${fifo.lost} lines lost, nobody reads it fast enough`,
      ),
    ];
  }

  close(): void {
    clearTimeout(this.#telling);
    for (const one of this.#open) end(one);
    this.#open = [];
  }

  #renew(settings: FifoSettings, same: Open | undefined, usual: ScriptUser | undefined): Open | undefined {
    same?.script?.stop();
    const fifo = same?.fifo ?? openFifo(settings, usual);
    if (typeof fifo === 'string') {
      this.#problems.push(`FIFO ${fifo}`);
      this.#surroundings.log('warn', `No FIFO: ${fifo}`);
      return undefined;
    }
    const { path, script: command } = settings;
    return { settings, fifo, ...(command && { script: new FifoScript(command, path, this.#surroundings) }) };
  }

  get #lost(): number {
    return this.#open.reduce((total, { fifo }) => total + fifo.lost, 0);
  }

  #tellLost(): void {
    this.#telling = undefined;
    this.#surroundings.log('warn', `${this.#lost - this.#told} FIFO lines lost: nobody reads them fast enough`);
    this.#told = this.#lost;
  }
}

/** For the user that is written, else for the one that runs scripts; in words what is in the way. */
function openFifo({ path, owner }: FifoSettings, usual: ScriptUser | undefined): Fifo | string {
  const user = owner ?? usual;
  if (user === undefined) return Fifo.open(path);
  const account = findAccount(user);
  return typeof account === 'string' ? `${path}: ${account}` : Fifo.open(path, account);
}

function end({ fifo, script }: Open): void {
  script?.stop();
  fifo.close();
}

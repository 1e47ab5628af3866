// The FIFOs of the configuration, notify_fifo and vrrp_notify_fifo, each with the script that reads it. A reload leaves
// one whose path stays as it is open, and its script alone where that stays as it is too. keepalived.conf(5): notify_fifo.

import { setTimeout as sleep } from 'node:timers/promises';
import { isEqual } from '../config/diff.js';
import type { FifoSettings, GlobalDefs, ScriptUser } from '../config/model.js';
import { findAccount } from '../linux/account.js';
import { Fifo } from '../linux/fifo.js';
import { FifoScript } from './fifo-script.js';
import type { Surroundings } from './notify-scripts.js';

/** Lost lines are told at most so often. */
const TELL_MILLISECONDS = 10_000;

/** What a reader has at the stop for the lines that still are in its FIFO. */
const READ_MILLISECONDS = 300;

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
      const index = former.findIndex((one) => one.settings.path === settings.path);
      const [same] = index < 0 ? [] : former.splice(index, 1);
      return this.#renew(settings, same, scriptUser) ?? [];
    });
    for (const one of former) end(one);
    // Those that a FIFO lost which is gone now are not counted any more.
    this.#told = Math.min(this.#told, this.#lost);
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

  /** Their readers see the end behind the last line, and have a moment to come to it. */
  async close(): Promise<void> {
    clearTimeout(this.#telling);
    const open = this.#open.splice(0);
    for (const { fifo } of open) fifo.close();
    const ends = open.flatMap(({ script }) => script?.ended ?? []);
    if (ends.length > 0) await Promise.race([Promise.all(ends), sleep(READ_MILLISECONDS)]);
    for (const one of open) end(one);
  }

  #renew(settings: FifoSettings, same: Open | undefined, usual: ScriptUser | undefined): Open | undefined {
    const { path, script: command } = settings;
    const isSameScript = isEqual(same?.settings.script, command);
    if (!isSameScript) same?.script?.stop();
    const fifo = same?.fifo ?? openFifo(settings, usual);
    if (typeof fifo === 'string') {
      this.#problems.push(`FIFO ${fifo}`);
      this.#surroundings.log('warn', `No FIFO: ${fifo}`);
      return undefined;
    }
    const script = isSameScript ? same?.script : command && new FifoScript(command, path, this.#surroundings);
    return { settings, fifo, ...(script && { script }) };
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

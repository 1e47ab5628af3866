// Keeps the table of no_accept as the configuration wants it, from before the first take-over to the end of the daemon; and
// notes in /run that there may be one, so that what a crash leaves is removed, and a host without no_accept needs no nft.
// Changes go to the kernel one after the other, beside the loop.

import { firewallRules, setFirewall, TABLE } from '../linux/firewall.js';
import type { VrrpInstance } from '../config/model.js';
import { NoteFile } from './note-file.js';

const FIREWALL_NOTE = '/run/vrrpd/firewall';

export class Firewall {
  readonly #note = new NoteFile(FIREWALL_NOTE);
  readonly #complain: (text: string) => void;
  /** What the kernel has; undefined: not known. */
  #rules: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(complain: (text: string) => void) {
    this.#complain = complain;
    if (!this.mayBeThere()) this.#rules = '';
  }

  /** This process or one before it has set the table, and not removed it. */
  mayBeThere(): boolean {
    return this.#note.exists;
  }

  /** Resolves when the kernel has what these need, or it has been told that it does not. */
  apply(instances: readonly VrrpInstance[]): Promise<void> {
    this.#turn = this.#turn.then(() => this.#set(firewallRules(instances)));
    return this.#turn;
  }

  async #set(rules: string): Promise<void> {
    if (rules === this.#rules) return;
    const refusal = (rules === '' ? undefined : this.#write()) ?? (await setFirewall(rules));
    this.#rules = refusal === undefined ? rules : undefined;
    if (refusal === undefined && rules === '') this.#note.remove();
    const loss =
      rules === ''
        ? `What was dropped for no_accept is still dropped ("nft delete table ${TABLE}" ends that)`
        : 'no_accept is not in effect, what is sent to the addresses is accepted';
    if (refusal !== undefined) this.#complain(`${loss}: ${refusal}`);
  }

  /** Before the table is there; a table that nobody would remove is none. */
  #write(): string | undefined {
    try {
      this.#note.replace(Buffer.from(`nft delete table ${TABLE}\n`));
      return undefined;
    } catch (error) {
      return `${FIREWALL_NOTE} can not be written (${error instanceof Error ? error.message : String(error)})`;
    }
  }
}

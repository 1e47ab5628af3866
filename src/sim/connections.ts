// The long-lived TCP connections of a client that only listens, one to each virtual address. It learns that an address has
// moved when it is told so by a reset, or never: it sends nothing, and the new host knows nothing of its connection.

import type { IpAddress } from '../address.js';
import type { Host } from './host.js';

export class Connections {
  readonly #ends = new Map<IpAddress, Host>();

  /** To the host that answers at the address, where there is no connection yet. */
  open(target: IpAddress, to: Host): void {
    if (!this.#ends.has(target)) this.#ends.set(target, to);
  }

  /** The host tells its end; false when it has none. */
  reset(target: IpAddress, by: Host): boolean {
    return this.#ends.get(target) === by && this.#ends.delete(target);
  }

  /** The host that it is to does not have the address any more, and has not said so. */
  hangsAt(target: IpAddress): Host | undefined {
    const host = this.#ends.get(target);
    return host?.has(target) ? undefined : host;
  }

  /** Those that hang are given up, as after a long time. */
  giveUp(): void {
    for (const target of this.#ends.keys()) if (this.hangsAt(target)) this.#ends.delete(target);
  }
}

// One vrrpd for one virtual router on one interface of this network namespace: an abstract Unix name that only one
// socket can have. The kernel gives it back when the process ends, however it ends. unix(7)

import type { Family } from '../address.js';
import { AF_UNIX, refusalOf, SOCK_DGRAM, Socket, unixAddress } from './native.js';

/** What identifies a virtual router on a host. */
export interface LockName {
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly family: Family;
}

const textOf = ({ interface: dev, virtualRouterId, family }: LockName): string =>
  `@vrrpd/${dev}/${virtualRouterId}/${family}`;

export class InstanceLocks {
  readonly #held = new Map<string, Socket>();

  /** False when another process serves this virtual router here; true also when it is ours already. */
  take(name: LockName): boolean {
    const text = textOf(name);
    if (this.#held.has(text)) return true;
    const socket = new Socket(AF_UNIX, SOCK_DGRAM, 0);
    try {
      socket.bind(unixAddress(text));
    } catch (error) {
      socket.close();
      if (refusalOf(error).code === 'EADDRINUSE') return false;
      throw error;
    }
    this.#held.set(text, socket);
    return true;
  }

  release(name: LockName): void {
    this.#held.get(textOf(name))?.close();
    this.#held.delete(textOf(name));
  }
}

// One vrrpd for one virtual router on one interface of this network namespace: an abstract Unix name that only one
// socket can have. The kernel gives it back when the process ends, however it ends. unix(7)

import type { Family } from '../address.js';
import { AF_UNIX, makeRoom, refusalOf, SOCK_DGRAM, Socket, unixAddress } from './native.js';

/** What identifies a virtual router on a host. */
export interface LockName {
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly family: Family;
}

const textOf = ({ interface: dev, virtualRouterId, family }: LockName): string =>
  `@vrrpd/${dev}/${virtualRouterId}/${family}`;

/** A thousand instances and what else is open. */
const ROOM = 2048;

export class InstanceLocks {
  readonly #held = new Map<string, Socket>();

  /** Early: by the time that the instances are known, there is room for their locks. */
  constructor() {
    makeRoom(ROOM);
  }

  /** All of them or, when another process serves one of them here, none more than before: that one. */
  takeAll(names: readonly LockName[]): LockName | undefined {
    const added: LockName[] = [];
    for (const name of names) {
      if (this.#held.has(textOf(name))) continue;
      if (!this.#take(name)) {
        for (const one of added) this.#release(textOf(one));
        return name;
      }
      added.push(name);
    }
    return undefined;
  }

  /** Gives back all others. */
  keepOnly(names: readonly LockName[]): void {
    const kept = new Set(names.map(textOf));
    for (const text of [...this.#held.keys()]) if (!kept.has(text)) this.#release(text);
  }

  /** False when another process has it. */
  #take(name: LockName): boolean {
    const text = textOf(name);
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

  #release(text: string): void {
    this.#held.get(text)?.close();
    this.#held.delete(text);
  }
}

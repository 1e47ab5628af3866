// The kernel's setting promote_secondaries of some interfaces: with it, the other addresses of a network stay when the first
// one goes. It is switched on where it is wanted, and put back to what it was.
// Linux Documentation/networking/ip-sysctl.rst

import { readFileSync, writeFileSync } from 'node:fs';
import { refusalOf } from './native.js';

const pathOf = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/promote_secondaries`;

export class Promotion {
  readonly #tell: (refusal: string) => void;
  #wanted: ReadonlySet<string> = new Set();
  readonly #switched = new Set<string>();

  /** `tell` gets in words what the kernel refuses: a sandbox may forbid it. */
  constructor(tell: (refusal: string) => void) {
    this.#tell = tell;
  }

  /** From now on of these interfaces and no others. */
  set(names: readonly string[]): void {
    this.#wanted = new Set(names);
    for (const name of this.#switched) if (!this.#wanted.has(name)) this.#write(name, '0');
    for (const name of this.#wanted) this.see(name);
  }

  /** An interface may be there for the first time. */
  see(name: string): void {
    if (this.#wanted.has(name) && isOff(name)) this.#write(name, '1');
  }

  #write(name: string, value: '0' | '1'): void {
    if (value === '1') this.#switched.add(name);
    else this.#switched.delete(name);
    try {
      writeFileSync(pathOf(name), value);
    } catch (error) {
      // An interface that is gone has no setting.
      const { code, message } = refusalOf(error);
      if (code !== 'ENOENT') this.#tell(`promote_secondaries of ${name} stays as it is: ${message}`);
    }
  }
}

/** Not, where there is no such interface. */
function isOff(name: string): boolean {
  try {
    return readFileSync(pathOf(name), 'latin1').trim() === '0';
  } catch {
    return false;
  }
}

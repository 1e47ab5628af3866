// What a router knows beside its instances, and what its instances look at: interfaces, what is tracked, and whether this
// host holds back. Filled by router.ts; it decides nothing.

import { familyOf, isLinkLocal, type Family, type IpAddress, type Prefix } from '../address.js';
import { addressesOf } from '../config/diff.js';
import type { Track, VrrpInstance } from '../config/model.js';
import type { FileTracker } from '../track/file.js';
import type { ProcessTracker } from '../track/process.js';
import type { ScriptTracker } from '../track/script.js';
import type { Standing } from '../track/standing.js';
import type { Instant } from '../time.js';
import type { Link } from './input.js';
import { Refresh } from './refresh.js';

/** This host is not to become MASTER; for ever when there is no `until`. */
export interface Maintenance {
  readonly until?: Instant;
}

export class Surroundings {
  /** The interfaces of the host by name, as they count. */
  readonly links = new Map<string, Link>();
  readonly scripts = new Map<string, ScriptTracker>();
  readonly files = new Map<string, FileTracker>();
  readonly processes = new Map<string, ProcessTracker>();
  /** What is announced after adverts. */
  readonly refresh = new Refresh();
  maintenance: Maintenance | undefined;
  /** vrrp_startup_delay is running: nobody begins before its end. */
  startsAt: Instant | undefined;
  /** When routers of this host went on as MASTER after a crash, in the minute before the last start and since. */
  resumes: Instant[] = [];

  #virtual: ReadonlySet<IpAddress> = new Set();

  /** Whose addresses are virtual ones. */
  setInstances(instances: readonly { readonly config: VrrpInstance }[]): void {
    this.#virtual = new Set(instances.flatMap(({ config }) => addressesOf(config)).map(({ prefix }) => prefix.address));
  }

  /** Whether it is an address of the host itself. */
  isOwn({ address }: Prefix): boolean {
    return !this.#virtual.has(address);
  }

  /** Whether adverts can be sent from it: RFC 3768 § 5.2.1; RFC 5798 § 5.1.2.1: on IPv6 from a link-local one. */
  isPrimary(prefix: Prefix, family: Family): boolean {
    const { address } = prefix;
    return this.isOwn(prefix) && familyOf(address) === family && (family === 'ipv4' || isLinkLocal(address));
  }

  /** Whether an interface of this host has it now. */
  isHere(address: IpAddress): boolean {
    for (const { addresses } of this.links.values()) if (addresses.some((one) => one.address === address)) return true;
    return false;
  }

  /** How a tracked thing stands; one that is not there is not known. */
  standing({ kind, name }: Track): Standing {
    switch (kind) {
      case 'interface':
        return { kind: this.links.get(name)?.up === true ? 'up' : 'down' };
      case 'script':
        return this.scripts.get(name)?.standing ?? { kind: 'unknown' };
      case 'file':
        return this.files.get(name)?.standing ?? { kind: 'unknown' };
      case 'process':
        return this.processes.get(name)?.standing ?? { kind: 'unknown' };
    }
  }
}

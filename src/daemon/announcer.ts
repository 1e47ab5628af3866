// Says on the wire where addresses are, and asks whether somebody else has one: gratuitous ARP and ARP probes, and what
// neighbour discovery has for IPv6. It knows the interfaces' numbers and nothing of who serves. RFC 5227, RFC 4861 § 7.2.6

import { familyOf } from '../address.js';
import { isForwarding } from '../linux/forwarding.js';
import { FrameSocket } from '../linux/frame-socket.js';
import { encodeArpProbe, encodeGratuitousArps } from '../packet/arp.js';
import { encodeNeighbourProbe, encodeUnsolicitedAdvertisements } from '../packet/ndisc.js';
import type { Effect } from '../vrrp/effect.js';
import type { Failure } from '../vrrp/input.js';

export class Announcer {
  readonly #frames = new FrameSocket();
  readonly #indexOf: (name: string) => number | undefined;
  /** Interfaces on which this host is a router, as it was when they were last looked at. */
  readonly #routers = new Map<string, boolean>();

  /** `indexOf` an interface, if it is there. Throws what the kernel refuses: EPERM without CAP_NET_RAW. */
  constructor(indexOf: (name: string) => number | undefined) {
    this.#indexOf = indexOf;
  }

  /** Looks at what an announcement on the interface will have to say: before there is a hurry, and after each one for the next. */
  prepare(name: string): void {
    this.#routers.set(name, isForwarding(name));
  }

  /** All rounds back to back. */
  announce(effect: Extract<Effect, { kind: 'send-garp' | 'send-na' }>): Failure | undefined {
    const { kind, interface: name, mac, addresses, rounds } = effect;
    const index = this.#indexOf(name);
    const isRouter = this.#routers.get(name) ?? isForwarding(name);
    const round =
      kind === 'send-garp'
        ? encodeGratuitousArps({ mac, addresses })
        : encodeUnsolicitedAdvertisements({ mac, addresses, isRouter });
    // One that is not there is refused by the kernel itself: a rehearsal goes as far as that.
    const refusal = this.#frames.send(index ?? 0, Array.from({ length: rounds }, () => round).flat());
    if (index === undefined) return undefined;
    if (kind === 'send-na') this.prepare(name);
    return refusal && { kind: 'failed', effect: kind, interface: name, error: refusal.message };
  }

  /** One that can't be sent finds nobody, as one that nobody answers: it is no failure. */
  probe({ interface: name, mac, address }: Extract<Effect, { kind: 'send-probe' }>): void {
    const index = this.#indexOf(name);
    const encode = familyOf(address) === 'ipv4' ? encodeArpProbe : encodeNeighbourProbe;
    if (index !== undefined) this.#frames.send(index, [encode({ mac, address })]);
  }

  close(): void {
    this.#frames.close();
  }
}

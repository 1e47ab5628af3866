// One simulated Ethernet segment: what one port sends, all others hear a moment later, unless the weather or a cut is
// between them. It carries octets and looks at none.

import { isMulticast, type IpAddress, type MacAddress } from '../address.js';
import { groupMac } from '../packet/ethernet.js';
import { after, microseconds, type Duration, type Instant } from '../time.js';
import type { Random } from './random.js';

/** What the network does to each frame. */
export interface Weather {
  readonly delay: Duration;
  /** Up to so much more, evenly spread: frames overtake each other when it is long. */
  readonly jitter: Duration;
  /** Parts of 1 of the frames that are lost, and that come twice; each receiver's are counted apart. */
  readonly loss: number;
  readonly duplication: number;
}

export const CALM: Weather = { delay: microseconds(100), jitter: microseconds(0), loss: 0, duplication: 0 };

/** An interface of a host, or a client, where its cable ends. */
export interface Port {
  /** Whose it is. */
  readonly owner: string;
  /** Takes a frame in, unless its cable is pulled. */
  receive(frame: Uint8Array): void;
  /** Its MAC address where it has that IP address. */
  macOf?(address: IpAddress): MacAddress | undefined;
}

export interface Surroundings {
  readonly random: Random;
  readonly now: () => Instant;
  readonly later: (at: Instant, action: () => void) => void;
  /** Each frame as it is sent. */
  readonly onFrame: (segment: string, frame: Uint8Array) => void;
}

export class Segment {
  weather: Weather = CALM;
  readonly #ports: Port[] = [];
  /** "from > to", by their owners. */
  readonly #cuts = new Set<string>();

  constructor(
    readonly name: string,
    readonly surroundings: Surroundings,
  ) {}

  attach(port: Port): void {
    this.#ports.push(port);
  }

  /** From now on nothing that the one sends comes to the other; what is on its way arrives. */
  cut({ from, to }: { from: string; to: string }): void {
    this.#cuts.add(`${from} > ${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** True when a frame of the one would come to the other. */
  connects({ from, to }: { from: string; to: string }): boolean {
    return this.#cuts.size === 0 || !this.#cuts.has(`${from} > ${to}`);
  }

  /** Where a packet to this address goes: to a group, or to the first port that has the address. */
  macOf(address: IpAddress): MacAddress | undefined {
    if (isMulticast(address)) return groupMac(address);
    for (const port of this.#ports) {
      const mac = port.macOf?.(address);
      if (mac !== undefined) return mac;
    }
    return undefined;
  }

  send(sender: Port, frame: Uint8Array): void {
    const { random, now, later, onFrame } = this.surroundings;
    onFrame(this.name, frame);
    const { delay, jitter, loss, duplication } = this.weather;
    for (const port of this.#ports) {
      if (port === sender || !this.connects({ from: sender.owner, to: port.owner })) continue;
      if (loss > 0 && random.fraction() < loss) continue;
      const copies = duplication > 0 && random.fraction() < duplication ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const wait = jitter > 0 ? microseconds(delay + jitter * random.fraction()) : delay;
        later(after(now(), wait), () => port.receive(frame));
      }
    }
  }
}

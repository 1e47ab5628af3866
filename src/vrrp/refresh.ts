// One announcement of each address (gratuitous ARP, a neighbour advertisement) right after the adverts of its MASTER, so that
// a stale cache lives for one interval, whatever made it stale. At most fifty frames a second on an interface: whoever did
// not get his turn comes first the next time. A written garp_master_refresh replaces it. It sends nothing: it says whose turn
// it is.

import type { VirtualAddress } from '../config/model.js';
import { after, seconds, type Instant } from '../time.js';
import type { Instance } from './instance.js';

const MOST_FRAMES = 50;
const WINDOW = seconds(1);

/** Of one interface. */
interface Line {
  since: Instant;
  frames: number;
  /** Who waits, and how many of his addresses have been announced in this round. */
  readonly waiting: Map<Instance, number>;
}

/** What is to be announced now on an interface. */
export interface Share {
  readonly instance: Instance;
  readonly addresses: readonly VirtualAddress[];
}

export class Refresh {
  readonly #lines = new Map<string, Line>();

  /** The instance has said an advert and has addresses on this interface; usually it is just all of these. */
  take(dev: string, instance: Instance, now: Instant): Share[] {
    const line = this.#line(dev, now);
    const { waiting } = line;
    if (!waiting.has(instance)) waiting.set(instance, 0);
    const shares: Share[] = [];
    for (const [one, from] of waiting) {
      const room = MOST_FRAMES - line.frames;
      if (room === 0) break;
      const all = one.state.kind === 'MASTER' ? one.addresses.filter((address) => address.dev === dev) : [];
      const addresses = all.slice(from, from + room);
      if (addresses.length > 0) shares.push({ instance: one, addresses });
      line.frames += addresses.length;
      if (from + addresses.length < all.length) waiting.set(one, from + addresses.length);
      else waiting.delete(one);
    }
    return shares;
  }

  get memory() {
    return [...this.#lines].map(([dev, { since, frames, waiting }]) => {
      const names = [...waiting].map(([{ config }, from]) => [config.name, from] as const);
      return { dev, since, frames, waiting: names };
    });
  }

  recall(memory: Refresh['memory'], instances: ReadonlyMap<string, Instance>): void {
    for (const { dev, since, frames, waiting } of memory) {
      const known = waiting.flatMap(([name, from]): [Instance, number][] => {
        const instance = instances.get(name);
        return instance ? [[instance, from]] : [];
      });
      this.#lines.set(dev, { since, frames, waiting: new Map(known) });
    }
  }

  #line(dev: string, now: Instant): Line {
    const line = this.#lines.get(dev) ?? { since: now, frames: 0, waiting: new Map<Instance, number>() };
    if (after(line.since, WINDOW) <= now) [line.since, line.frames] = [now, 0];
    this.#lines.set(dev, line);
    return line;
  }
}

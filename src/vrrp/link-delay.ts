// The debouncing of interfaces: a change of up or down counts only when it has lasted. keepalived.conf(5):
// interface_up_down_delays. Whoever has to do with an interface sees it as it counts.

import type { InterfaceDelay } from '../config/model.js';
import { after, type Instant } from '../time.js';
import type { Deadlines } from './deadlines.js';
import type { Link } from './input.js';
import type { Owner } from './owner.js';

/** Of one interface. */
export class LinkDelay {
  #changesAt: Instant | undefined;
  /** Whether it is up in truth. */
  #up = false;

  constructor(readonly config: InterfaceDelay) {}

  /** The link as it counts now; `counted` is how it counted until now. One that is gone or new counts as it is. */
  see(link: Link, { counted, now }: { counted: Link | undefined; now: Instant }): Link {
    this.#up = link.up;
    if (counted?.index !== link.index || counted.up === link.up) {
      this.#changesAt = undefined;
      return link;
    }
    this.#changesAt ??= after(now, link.up ? this.config.up : this.config.down);
    return this.#changesAt <= now ? this.settle(link) : { ...link, up: counted.up };
  }

  nextDeadline(): Instant | undefined {
    return this.#changesAt;
  }

  get memory() {
    return { name: this.config.interface, changesAt: this.#changesAt, up: this.#up };
  }

  recall({ changesAt, up }: Omit<LinkDelay['memory'], 'name'>): void {
    [this.#changesAt, this.#up] = [changesAt, up];
  }

  /** The truth counts from now on. */
  settle(link: Link): Link {
    this.#changesAt = undefined;
    return { ...link, up: this.#up };
  }
}

export class LinkDelays {
  readonly #byName = new Map<string, LinkDelay>();

  constructor(readonly deadlines: Deadlines<Owner>) {}

  /** Those whose delay is another one now, or none: what was waiting counts at once. */
  update(configs: readonly InterfaceDelay[]): LinkDelay[] {
    const wanted = new Map(configs.map((config) => [config.interface, config]));
    const ended = [...this.#byName.values()].filter(({ config }) => {
      const next = wanted.get(config.interface);
      return next?.down !== config.down || next.up !== config.up;
    });
    for (const delay of ended) {
      this.#byName.delete(delay.config.interface);
      this.deadlines.set(delay, undefined);
    }
    for (const config of wanted.values())
      if (!this.#byName.has(config.interface)) this.#byName.set(config.interface, new LinkDelay(config));
    return ended.filter((delay) => delay.nextDeadline() !== undefined);
  }

  get(name: string): LinkDelay | undefined {
    return this.#byName.get(name);
  }

  /** In the order in which they came, which is the one in which a reload looks at them. */
  get memory(): readonly LinkDelay['memory'][] {
    return [...this.#byName.values()].map(({ memory }) => memory);
  }

  recall(memory: LinkDelays['memory']): void {
    for (const { name, ...known } of memory) {
      const delay = this.#byName.get(name);
      if (!delay) continue;
      delay.recall(known);
      this.#byName.delete(name);
      this.#byName.set(name, delay);
    }
  }

  /** As LinkDelay.see; without a delay a link counts as it is. */
  see(name: string, link: Link | undefined, { counted, now }: { counted: Link | undefined; now: Instant }) {
    const delay = this.#byName.get(name);
    if (!delay) return link;
    const counts = link && delay.see(link, { counted, now });
    this.deadlines.set(delay, link && delay.nextDeadline());
    return counts;
  }
}

// Makes a storm while it blows: what comes next is chosen from how the hosts are now, most often where an advert or a timer
// is due in the same moment, and most often against the one who serves. The storm that comes of it is plain data.

import type { Config } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import { Random } from '../../src/sim/random.js';
import type { Command } from '../../src/sim/story.js';
import { after, instant, microseconds, milliseconds, seconds, type Duration, type Instant } from '../../src/time.js';
import { calmOf } from './bounds.js';
import { Mischief } from './mischief.js';
import { spread } from './seed.js';
import type { Fault, Storm } from './storm.js';
import { someHosts, someRecipe } from './storm-hosts.js';
import { asViolation } from './replay.js';
import { Run } from './storm-run.js';
import type { Trail } from './trail.js';
import type { Violation } from './violation.js';

export interface Blown {
  readonly storm: Storm;
  readonly violation?: Violation;
}

/** The storm of this number, and what is wrong in it first. */
export function blow(seed: number, trail?: Trail): Blown {
  const maker = new StormMaker(seed, trail);
  const violation = maker.blow();
  return { storm: maker.storm, ...(violation && { violation }) };
}

class StormMaker {
  readonly #random: Random;
  readonly #files = new Map<string, Config>();
  readonly #faults: Fault[] = [];
  readonly #run: Run;
  readonly #mischief: Mischief;
  #end: Instant = instant(0);

  constructor(
    readonly seed: number,
    trail?: Trail,
  ) {
    this.#random = new Random(spread(~seed));
    const [random, files] = [this.#random, this.#files];
    const recipe = someRecipe(random);
    this.#run = new Run({ seed, hosts: someHosts(random, recipe), files, ...(trail && { trail }) });
    this.#mischief = new Mischief({ random, recipe, run: this.#run, files });
  }

  get storm(): Storm {
    const { seed, hosts } = this.#run.plan;
    return { seed, hosts, files: this.#files, faults: this.#faults, end: this.#end };
  }

  blow(): Violation | undefined {
    try {
      this.#begin();
      const count = this.#random.between(2, 12);
      for (let index = 0; index < count; index += 1) {
        this.#wait();
        if (this.#random.chance(4)) this.#sequence();
        else this.#do(this.#mischief.anything());
      }
      this.#wait();
      this.#calm();
      this.#run.pass(this.#end);
      this.#run.end();
      return undefined;
    } catch (thrown) {
      if (this.#end < this.#run.network.now) this.#end = this.#run.network.now;
      return asViolation(thrown);
    }
  }

  #do(command: Command): void {
    this.#faults.push({ at: this.#run.network.now, command });
    this.#run.apply(command);
  }

  #begin(): void {
    const random = this.#random;
    if (random.chance(2)) for (const change of this.#mischief.weather()) this.#do(change);
    for (const { name } of this.#run.plan.hosts) {
      if (random.chance(4)) this.#wait();
      this.#do({ kind: 'start', host: name });
    }
    if (random.chance(2)) this.#pass(seconds(random.between(1, 6)));
  }

  /** Until something is due, or just before or after it; or for a while; or not at all. */
  #wait(): void {
    const random = this.#random;
    const { network } = this.#run;
    const way = random.below(8);
    if (way === 0) return;
    if (way < 4) {
      this.#pass(milliseconds(random.pick([1, 50, 400, 1000, 1700, 3500, 9000])));
      return;
    }
    const due = random.pick([...network.hosts.values()]).core?.nextDeadline();
    if (due === undefined || due < network.now) this.#pass(milliseconds(random.below(2000)));
    else {
      const shift = random.pick([0, 0, 1, -1, 50, 100, 200, 1000]);
      const at = after(due, microseconds(shift));
      this.#run.pass(at > network.now ? at : network.now);
    }
  }

  #pass(duration: Duration): void {
    this.#run.pass(after(this.#run.network.now, duration));
  }

  /** What happens in the field one after the other. */
  #sequence(): void {
    const random = this.#random;
    const host = this.#mischief.host();
    const { name } = host;
    const wait = (...lengths: readonly [number, ...number[]]): void => this.#pass(milliseconds(random.pick(lengths)));
    const sequences: readonly (() => void)[] = [
      // A supervisor, and one that gives up.
      () => {
        for (let count = random.pick([1, 1, 1, 2, 5]); count > 0; count -= 1) {
          this.#do({ kind: 'kill', host: name });
          wait(100, 150, 500, 1000, 2000, 2600, 2900, 3500, 3900, 4200, 5000);
          this.#do({ kind: 'start', host: name });
          wait(0, 50, 1000);
        }
      },
      () => {
        this.#do({ kind: 'freeze', host: name });
        wait(500, 3000, 4000, 5000, 8000);
        this.#do({ kind: 'thaw', host: name });
      },
      // Somebody fights for an address.
      () => {
        const { address } = random.pick(this.#mischief.addresses(host));
        for (let count = random.between(2, 8); count > 0; count -= 1) {
          this.#do({ kind: 'delete', host: name, address });
          wait(0, 1, 100, 900, 2500);
        }
      },
      // Clients reach both sides.
      () => {
        for (const other of this.#run.network.hosts.keys())
          if (other !== name) this.#do({ kind: 'cut', from: name, to: other, oneWay: false });
        wait(1000, 4000, 6000, 9000);
        this.#do({ kind: 'heal' });
      },
      () => {
        this.#do({ kind: 'stop', host: name });
        wait(0, 1, 5, 10, 500, 1100, 2600, 5000);
        this.#do({ kind: random.pick(['stop', 'start', 'kill']), host: name });
      },
    ];
    random.pick(sequences)();
  }

  /** Fair weather; most often everything is mended, else things stay as they are. */
  #calm(): void {
    const random = this.#random;
    const delay = microseconds(random.pick([100, 100, 1000, 5000]));
    this.#do({ kind: 'weather', change: { delay, jitter: milliseconds(0) } });
    this.#do({ kind: 'weather', change: { loss: 0 } });
    if (!random.chance(3)) {
      this.#do({ kind: 'heal' });
      for (const host of this.#run.network.hosts.values()) this.#mend(host);
    }
    const instances = [...this.#run.network.hosts.values()].flatMap(({ config }) => config.vrrpInstances);
    const hangs = [...this.#run.network.hosts.values()].some(({ checks }) => [...checks.values()].includes('hangs'));
    this.#end = after(this.#run.network.now, calmOf(instances, { hangs }));
  }

  #mend(host: Host): void {
    const { name } = host;
    if (host.isFrozen) this.#do({ kind: 'thaw', host: name });
    if (host.isStalled) this.#do({ kind: 'resume', host: name });
    for (const [dev, { up }] of host.interfaces)
      if (!up) this.#do({ kind: 'link', host: name, interface: dev, up: true });
    if (this.#random.chance(4)) return;
    if (host.checks.get('chk') !== undefined) this.#do({ kind: 'check', host: name, script: 'chk', end: 'succeeds' });
    if (host.files.get('hand') !== undefined) this.#do({ kind: 'file', host: name, name: 'hand', value: 0 });
    if (host.processes.get('web') !== undefined) this.#do({ kind: 'process', host: name, name: 'web', count: 1 });
    if (host.router?.surroundings.maintenance) this.#do({ kind: 'maintenance', host: name, on: false });
    if (!host.core) this.#do({ kind: 'start', host: name });
  }
}

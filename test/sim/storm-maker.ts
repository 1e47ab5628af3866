// Makes a storm while it blows: what comes next is chosen from how the hosts are now, most often where an advert or a timer
// is due in the same moment, and most often against the one who serves. The storm that comes of it is plain data.

import { ipOf, otherwise } from './storm-hosts.js';
import type { Prefix } from '../../src/address.js';
import type { Config, VrrpInstance } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import { Random } from '../../src/sim/random.js';
import type { Command, ForeignAdvert } from '../../src/sim/story.js';
import { after, instant, microseconds, milliseconds, seconds, type Instant } from '../../src/time.js';
import { calmOf } from './bounds.js';
import { spread } from './seed.js';
import type { Fault, Storm } from './storm.js';
import { someConfig, someHosts, someRecipe, type Recipe } from './storm-hosts.js';
import { asViolation, Run } from './storm-run.js';
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
  readonly #recipe: Recipe;
  readonly #files = new Map<string, Config>();
  readonly #faults: Fault[] = [];
  readonly #run: Run;
  #end: Instant = instant(0);

  constructor(
    readonly seed: number,
    trail?: Trail,
  ) {
    this.#random = new Random(spread(~seed));
    this.#recipe = someRecipe(this.#random);
    const hosts = someHosts(this.#random, this.#recipe);
    this.#run = new Run({ seed, hosts, files: this.#files, ...(trail && { trail }) });
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
        else this.#do(this.#anything());
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
    if (random.chance(2)) for (const change of this.#weather()) this.#do(change);
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

  #pass(duration: ReturnType<typeof seconds>): void {
    this.#run.pass(after(this.#run.network.now, duration));
  }

  /** Most often the one who serves. */
  #host(): Host {
    const hosts = [...this.#run.network.hosts.values()];
    const holders = [...this.#run.witness.members].filter(({ holds, isAwake }) => holds && isAwake);
    if (holders.length > 0 && this.#random.chance(2)) return this.#random.pick(holders).host;
    return this.#random.pick(hosts);
  }

  #weather(): Command[] {
    const random = this.#random;
    const delay = microseconds(random.pick([100, 100, 1000, 5000, 20_000, 50_000]));
    const jitter = microseconds(random.pick([0, 0, 0, 500, 20_000]));
    const changes = [
      { delay, jitter },
      { loss: random.pick([0, 0.05, 0.2, 0.4]) },
      { duplication: random.pick([0.1, 0.5]) },
    ];
    const some = changes.filter((_, index) => random.chance(1 + index));
    return (some.length > 0 ? some : changes.slice(0, 1)).map((change) => ({ kind: 'weather', change }));
  }

  /** What happens in the field one after the other. */
  #sequence(): void {
    const random = this.#random;
    const host = this.#host();
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
        const { address } = random.pick(this.#addresses(host));
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

  #addresses({ config }: Host): Prefix[] {
    return config.vrrpInstances.flatMap((one) => one.virtualAddresses).map(({ prefix }) => prefix);
  }

  #anything(): Command {
    const random = this.#random;
    const host = this.#host();
    const { name } = host;
    const [one, other] = [name, random.pick([...this.#run.network.hosts.values()]).name];
    const interfaces = [...host.interfaces.keys()];
    const choices: readonly (() => Command)[] = [
      () => ({ kind: random.pick(['crash', 'kill', 'stop', 'stop']), host: name }),
      () => ({ kind: 'start', host: random.pick([...this.#run.network.hosts.keys()]) }),
      () => ({ kind: 'start', host: random.pick([...this.#run.network.hosts.keys()]) }),
      () => ({ kind: host.isFrozen ? 'thaw' : 'freeze', host: name }),
      () => ({ kind: host.isStalled ? 'resume' : 'stall', host: name }),
      () => ({ kind: 'link', host: name, interface: random.pick(interfaces), up: random.chance(2) }),
      () => ({ kind: 'link', host: name, interface: random.pick(interfaces), up: false }),
      () => (one === other ? { kind: 'heal' } : { kind: 'cut', from: one, to: other, oneWay: random.chance(2) }),
      () => ({ kind: 'heal' }),
      () => ({ kind: 'check', host: name, script: 'chk', end: random.pick(['fails', 'fails', 'succeeds', 'hangs']) }),
      () => ({ kind: 'file', host: name, name: 'hand', value: random.pick([0, 1, 10, -10, 60, -300]) }),
      () => ({ kind: 'process', host: name, name: 'web', count: random.below(3) }),
      () => this.#delete(host),
      () => this.#order(host),
      () => this.#reload(host),
      () => ({ kind: 'advert', advert: this.#foreign(random.pick(host.config.vrrpInstances)) }),
      () => ({
        kind: 'announce',
        address: random.pick(this.#addresses(host)).address,
        ...this.#segmentOf(random.pick(host.config.vrrpInstances)),
      }),
      () => random.pick(this.#weather()),
    ];
    return random.pick(choices)();
  }

  #delete(host: Host): Command {
    return { kind: 'delete', host: host.name, address: this.#random.pick(this.#addresses(host)).address };
  }

  /** keepalived has no such orders. */
  #order(host: Host): Command {
    const random = this.#random;
    if (!host.router) return { kind: 'start', host: host.name };
    const names = [...host.router.instances.keys(), ...host.router.groups.keys()];
    return random.chance(2)
      ? { kind: 'failover', host: host.name, name: random.pick(names) }
      : { kind: 'maintenance', host: host.name, on: !random.chance(3) };
  }

  /** To an equal file, or to another one; the model of keepalived knows no reload. */
  #reload(host: Host): Command {
    const random = this.#random;
    if (!host.router) return { kind: 'start', host: host.name };
    const number = this.#run.plan.hosts.findIndex((one) => one.name === host.name);
    const file = `${host.name}-${this.#files.size + 1}.conf`;
    const config = random.chance(3)
      ? structuredClone(host.config)
      : random.chance(2)
        ? otherwise(random, host.config)
        : someConfig(random, this.#recipe, number);
    this.#files.set(file, config);
    return { kind: 'reload', host: host.name, file };
  }

  /** Wrong in one way or another; now and then a right one: a liar, or one who leaves. */
  #foreign(instance: VrrpInstance): ForeignAdvert {
    const random = this.#random;
    const { virtualRouterId, advertInt, authentication, virtualAddresses } = instance;
    const right: ForeignAdvert = {
      source: ipOf(random.pick([1, 250])),
      virtualRouterId,
      priority: random.pick([0, 1, 100, 200, 255]),
      interval: advertInt,
      ttl: 255,
      addresses: virtualAddresses.map(({ prefix }) => prefix.address),
      ...(authentication.type === 'PASS' && { password: authentication.password }),
      ...this.#segmentOf(instance),
    };
    const kinds: readonly (() => ForeignAdvert)[] = [
      () => ({ ...right, ttl: 254 }),
      () => ({ ...right, password: 'else' }),
      () => ({ ...right, interval: seconds(7) }),
      () => ({ ...right, addresses: [ipOf(77)] }),
      () => ({ ...right, addresses: [] }),
      () => ({ ...right, isDamaged: true }),
      () => ({ ...right, virtualRouterId: (virtualRouterId % 255) + 1 }),
      () => right,
    ];
    return random.pick(kinds)();
  }

  #segmentOf(instance: VrrpInstance): { segment?: string } {
    for (const { config, router } of this.#run.witness.members)
      if (config === instance || config.virtualRouterId === instance.virtualRouterId)
        return { segment: router.split(' ')[0] ?? '' };
    return {};
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

// One thing that may be done to a network as it is now, chosen at random: to the one who serves most often, with all that an
// operator, a cable, a check or a stranger can do. It does nothing itself, and knows nothing of what was done before.

import type { Prefix } from '../../src/address.js';
import type { Config, VrrpInstance } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import type { Random } from '../../src/sim/random.js';
import type { Command, ForeignAdvert } from '../../src/sim/story.js';
import { microseconds, seconds } from '../../src/time.js';
import { ip } from '../vrrp/host.js';
import { ipOf, otherwise, someConfig, type Recipe } from './storm-hosts.js';
import type { Run } from './storm-run.js';

export interface Scene {
  readonly random: Random;
  readonly recipe: Recipe;
  readonly run: Run;
  /** What reloads bring; a reload that is chosen adds its file. */
  readonly files: Map<string, Config>;
}

export class Mischief {
  readonly #random: Random;
  readonly #recipe: Recipe;
  readonly #run: Run;
  readonly #files: Map<string, Config>;

  constructor({ random, recipe, run, files }: Scene) {
    this.#random = random;
    this.#recipe = recipe;
    this.#run = run;
    this.#files = files;
  }

  /** Most often the one who serves. */
  host(): Host {
    const hosts = [...this.#run.network.hosts.values()];
    const holders = [...this.#run.witness.members].filter(({ holds, isAwake }) => holds && isAwake);
    if (holders.length > 0 && this.#random.chance(2)) return this.#random.pick(holders).host;
    return this.#random.pick(hosts);
  }

  weather(): Command[] {
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

  addresses({ config }: Host): Prefix[] {
    return config.vrrpInstances.flatMap((one) => one.virtualAddresses).map(({ prefix }) => prefix);
  }

  anything(): Command {
    const random = this.#random;
    const host = this.host();
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
        address: random.pick(this.addresses(host)).address,
        ...this.#segmentOf(random.pick(host.config.vrrpInstances)),
      }),
      () => random.pick(this.weather()),
    ];
    return random.pick(choices)();
  }

  #delete(host: Host): Command {
    return { kind: 'delete', host: host.name, address: this.#random.pick(this.addresses(host)).address };
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
    const { version, family, virtualRouterId, advertInt, authentication, virtualAddresses, unicast, srcIp } = instance;
    const isIpv6 = family === 'ipv6';
    const right: ForeignAdvert = {
      version,
      source: isIpv6 ? ip(`fe80::${random.pick([1, 250])}`) : ipOf(random.pick([1, 250])),
      ...(unicast && srcIp !== undefined && { to: srcIp }),
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
      () => (version === 2 ? { ...right, password: 'else' } : { ...right, isDamaged: true }),
      () => ({ ...right, interval: seconds(version === 2 ? 7 : 2) }),
      () => ({ ...right, addresses: [isIpv6 ? ip('2001:db8::77') : ipOf(77)] }),
      () => (isIpv6 ? { ...right, ttl: 64 } : { ...right, version: version === 2 ? 3 : 2 }),
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
}

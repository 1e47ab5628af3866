// A host in a storm: a router with a record of what it did to the kernel, and the judges that look at both after each
// input. It keeps all inputs, so that a run can be played again.

import { familyOf, formatPrefix, type Family, type IpAddress } from '../../src/address.js';
import type { Config, VirtualAddress } from '../../src/config/model.js';
import { effectivePriority } from '../../src/track/priority.js';
import { instant, type Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input, Link } from '../../src/vrrp/input.js';
import type { Instance } from '../../src/vrrp/instance.js';
import { Router } from '../../src/vrrp/router.js';

/** How long members of a group may differ after a reload that put them together: a Master_Down_Interval and a skew. */
const GRACE = 10_000_000;
/**
 * A patience of 1.046 s and one of 2 × 2.2 s, IPv6's at an interval of 2 s, or an heir that is heard at their end and
 * announces slowly, and the reset of connections.
 */
const LONGEST_STOP = 6_850_000;

const socketOf = ({ interface: name, family = 'ipv4' }: { interface: string; family?: Family }): string =>
  `${name} ${family}`;
const keyOf = ({ dev, prefix }: VirtualAddress): string => `${dev} ${formatPrefix(prefix)}`;

export class StormHost {
  now: Instant = instant(1_000_000_000);
  readonly router: Router;
  readonly inputs: { at: Instant; input: Input }[] = [];
  readonly effects: Effect[][] = [];
  readonly running = new Set<string>();
  /** Addresses whose connections are being reset. */
  readonly resetting: (readonly IpAddress[])[] = [];
  readonly links = new Map<string, Link>();
  readonly #addresses = new Set<string>();
  /** By interface and family, how. */
  readonly #open = new Map<string, string>();
  readonly #groupsTold = new Map<string, string>();
  readonly #told = new Map<Instance, string>();
  /** When groups were last put together, or had a member that gives its addresses up. */
  readonly #apartAt = new Map<string, Instant>();
  #reloadedAt: Instant = this.now;
  /** It has been asked to stop; it may take until its addresses have gone. */
  #stoppedAt: Instant | undefined;

  constructor(readonly config: Config) {
    this.router = new Router(config, this.now);
  }

  /** Those of the configuration, as a judge needs them. */
  get instances(): Instance[] {
    return [...this.router.instances.values()];
  }

  /** One input and all that its effects lead to; an array of what is wrong. */
  give(input: Input): string[] {
    if (input.kind === 'link') this.#setLink(input.interface, input.link);
    if (input.kind === 'address-removed')
      for (const key of this.#addresses)
        if (key.startsWith(`${input.interface} ${input.address}/`)) this.#addresses.delete(key);
    if (input.kind === 'failed' && input.effect === 'open-link') this.#open.delete(socketOf(input));
    if (input.kind === 'reload') this.#reloadedAt = this.now;
    const hasEnded = this.router.hasStopped;
    if (input.kind === 'script') this.running.delete(input.script);
    this.inputs.push({ at: this.now, input });
    const effects = this.router.handle(input, this.now);
    this.effects.push(effects);
    const wrong: string[] = [];
    if (hasEnded) for (const { kind } of effects) if (kind !== 'log') wrong.push(`${kind} after the end`);
    if (input.kind === 'stop') this.#stoppedAt ??= this.now;
    const refusals = effects.flatMap((effect) => this.#perform(effect, wrong));
    wrong.push(...this.#judge(input, refusals.length > 0));
    return [...wrong.map((words) => `${words} after ${input.kind}`), ...refusals.flatMap((one) => this.give(one))];
  }

  /** Nothing is opened while the link counts as down. */
  #isOpen(name: string, family: Family): boolean {
    return (
      this.#open.has(socketOf({ interface: name, family })) || this.router.surroundings.links.get(name)?.up !== true
    );
  }

  #setLink(name: string, link: Link | undefined): void {
    if (link?.index !== this.links.get(name)?.index)
      for (const key of this.#addresses) if (key.startsWith(`${name} `)) this.#addresses.delete(key);
    if (link) this.links.set(name, link);
    else this.links.delete(name);
  }

  #perform(effect: Effect, wrong: string[]): Input[] {
    switch (effect.kind) {
      case 'open-link':
        if (this.#open.get(socketOf(effect)) === JSON.stringify(effect)) wrong.push(`${effect.interface} opened twice`);
        this.#open.set(socketOf(effect), JSON.stringify(effect));
        break;
      case 'close-link':
        if (!this.#open.delete(socketOf(effect))) wrong.push(`${effect.interface} closed, but not open`);
        break;
      case 'send-advert':
        if (!this.#isOpen(effect.interface, familyOf(effect.header.source)))
          wrong.push(`an advert on ${effect.interface}, which is not open`);
        break;
      case 'add-address': {
        const { dev, prefix } = effect.address;
        if (this.links.has(dev)) this.#addresses.add(keyOf(effect.address));
        else
          return [
            { kind: 'failed', effect: 'add-address', interface: dev, address: prefix.address, error: 'no such device' },
          ];
        break;
      }
      case 'remove-address':
        this.#addresses.delete(keyOf(effect.address));
        break;
      case 'run-script':
        if (this.#stoppedAt !== undefined) wrong.push(`${effect.script} runs after the stop`);
        this.running.add(effect.script);
        break;
      case 'reset-connections':
        this.resetting.push(effect.addresses);
        break;
      case 'notify': {
        const { subject, name, state } = effect.event;
        if (subject === 'GROUP' && state !== 'STOP') {
          if (this.#groupsTold.get(name) === state) wrong.push(`group ${name} told ${state} twice`);
          this.#groupsTold.set(name, state);
        }
        break;
      }
      default:
    }
    return [];
  }

  #judge(input: Input, isRefused: boolean): string[] {
    const next = this.router.nextDeadline();
    const wrong: string[] = [];
    if (input.kind === 'tick' && next !== undefined && next <= this.now) wrong.push('due again at once');
    if (this.router.hasStopped && next !== undefined) wrong.push('something is due after the end');
    if (this.#stoppedAt !== undefined && !this.router.hasStopped && this.now - this.#stoppedAt > LONGEST_STOP)
      wrong.push('still there');
    for (const instance of this.router.all) {
      const own = instance.nextDeadline();
      if (!this.router.hasStopped && own !== undefined && (next === undefined || next > own))
        wrong.push(`${instance.config.name}: its deadline is lost`);
      wrong.push(...this.#judgeInstance(instance).map((words) => `${instance.config.name}: ${words}`));
    }
    for (const [name, { up }] of this.links)
      if (!this.router.config.interfaceDelays.some((delay) => delay.interface === name))
        if (this.router.surroundings.links.get(name)?.up !== up) wrong.push(`${name} does not count as it is`);
    if (!isRefused) wrong.push(...this.#judgeAddresses());
    for (const name of this.#groupsTold.keys()) if (!this.router.groups.has(name)) this.#groupsTold.delete(name);
    for (const { config, members, state } of this.router.groups.values()) {
      if (!this.router.hasStopped && this.#groupsTold.get(config.name) !== state)
        wrong.push(`group ${config.name} is ${state}`);
      const kinds = new Set(members.map(({ state }) => state.kind));
      const [kind] = kinds;
      if (kinds.size === 1 && kind !== 'INIT' && kind !== 'RELEASING' && kind !== state)
        wrong.push(`group ${config.name} is not told ${kind}`);
      if (kinds.has('RELEASING')) this.#apartAt.set(config.name, this.now);
      const since = Math.max(this.#reloadedAt, this.#apartAt.get(config.name) ?? 0);
      const isNew = kinds.has('INIT') || this.now - since < GRACE;
      if (kinds.has('MASTER') && kinds.size > 1 && !isNew) wrong.push(`group ${config.name} is ${[...kinds].join()}`);
    }
    return wrong;
  }

  #judgeInstance(instance: Instance): string[] {
    const { state, surroundings, config } = instance;
    const wrong: string[] = [];
    const isDown = surroundings.links.get(config.interface)?.up !== true && !config.dontTrackPrimary;
    if (state.kind === 'RELEASING' && isDown) wrong.push('RELEASING over a dead link');
    if (this.#stoppedAt !== undefined || !this.instances.includes(instance)) {
      if (state.kind !== 'INIT' && state.kind !== 'RELEASING') wrong.push(`${state.kind}, and it has to go`);
      return wrong;
    }
    const isFaulty = instance.unit.some((member) => member.ownFaults().length > 0);
    if (isFaulty !== (state.kind === 'FAULT') && state.kind !== 'RELEASING')
      wrong.push(`${state.kind}, faulty: ${isFaulty}`);
    if (state.kind === 'INIT' && !instance.isWaiting()) wrong.push('INIT, and nothing to wait for');
    if (surroundings.startsAt !== undefined && state.kind !== 'FAULT' && state.kind !== 'INIT')
      wrong.push(`${state.kind} in the startup delay`);
    if (surroundings.maintenance !== undefined && state.kind === 'MASTER') wrong.push('MASTER in maintenance');
    if (state.kind === 'MASTER' && !this.#isOpen(config.interface, config.family))
      wrong.push('MASTER without a socket');
    if (instance.priority !== effectivePriority(config.priority, instance.contributions()))
      wrong.push(`priority ${instance.priority}`);
    const told = this.#told.get(instance);
    this.#told.set(instance, state.kind);
    if (told === 'MASTER' && state.kind === 'INIT') wrong.push('from MASTER to INIT');
    return wrong;
  }

  /** What is on the host is what those hold that hold. */
  #judgeAddresses(): string[] {
    const wanted = this.router.all.flatMap((instance) => instance.held.filter(({ dev }) => this.links.has(dev)));
    const keys = new Set(wanted.map(keyOf));
    return [
      ...[...keys].filter((key) => !this.#addresses.has(key)).map((key) => `${key} is not there`),
      ...[...this.#addresses].filter((key) => !keys.has(key)).map((key) => `${key} is left there`),
    ];
  }
}

// Oracles of one host that runs vrrpd, looked at whenever an event is over: its addresses, its own view of itself, how it
// takes an address up. What a peer does matters to none of them.

import { familyOf, formatPrefix, type IpAddress } from '../../src/address.js';
import type { VirtualAddress, VrrpInstance } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import type { Command } from '../../src/sim/story.js';
import { effectivePriority } from '../../src/track/priority.js';
import type { Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Instance } from '../../src/vrrp/instance.js';
import type { Router } from '../../src/vrrp/router.js';
import { masterDownOf } from './bounds.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Move } from './witness.js';

const keyOf = ({ dev, prefix }: VirtualAddress): string => `${dev} ${formatPrefix(prefix)}`;

/** An address is on a host iff an instance there holds it. Runs for a daemon that is awake. */
export class AddressOracle {
  /** What a killed daemon left; another file may not know of it any more. */
  readonly #left = new Set<string>();

  constructor(readonly host: Host) {}

  /** Before the command is carried out. */
  command({ kind }: Command): void {
    if (kind === 'crash') this.#left.clear();
    if (kind === 'kill' && this.host.core) for (const key of this.#present()) this.#left.add(key);
  }

  judge({ all }: Router): void {
    const [needed, allowed, known] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const instance of all) {
      const { config, state } = instance;
      for (const address of [...config.virtualAddresses, ...config.excludedAddresses]) known.add(keyOf(address));
      for (const key of heldBy(instance).map(keyOf)) {
        allowed.add(key);
        // What the process before it left may not have been there.
        if (state.kind !== 'BACKUP') needed.add(key);
      }
    }
    const present = new Set(this.#present());
    for (const key of needed) if (!present.has(key)) this.#fail(`${key} is not there`);
    for (const key of present)
      if (!allowed.has(key) && (known.has(key) || !this.#left.has(key)))
        this.#fail(`${key} is there, and nobody holds it`);
  }

  #present(): string[] {
    return [...this.host.interfaces.values()].flatMap(({ plan, addresses }) =>
      addresses.slice(plan.addresses.length).map((one) => `${plan.name} ${formatPrefix(one)}`),
    );
  }

  #fail(words: string): never {
    throw new Violation('addresses', `${this.host.name}: ${words}`);
  }
}

/** What it is to have on the host: all as MASTER, those that have not gone yet as one that gives them up or keeps them. */
function heldBy({ state, config, missing }: Instance): readonly VirtualAddress[] {
  if (state.kind === 'MASTER')
    return [...config.virtualAddresses, ...config.excludedAddresses].filter((address) => !missing.has(address));
  const departure = state.kind === 'RELEASING' ? state.departure : state.kind === 'BACKUP' ? state.keeps : undefined;
  if (!departure) return [];
  return [...departure.staying, ...departure.claimed, ...departure.clearing.map(({ address }) => address)];
}

/** What a router knows of itself fits together. */
export function judgeOwnView(
  host: Host,
  router: Router,
  { now, reloadedAt, slowest, isStopping }: { now: Instant; reloadedAt: Instant; slowest: number; isStopping: boolean },
): void {
  const fail = (words: string): never => {
    throw new Violation('own view', `${host.name}: ${words}`);
  };
  const next = router.nextDeadline();
  for (const instance of router.all) {
    const own = instance.nextDeadline();
    if (own !== undefined && (next === undefined || next > own)) fail(`${instance.config.name}: its deadline is lost`);
    const isLeaving = isStopping || router.instances.get(instance.config.name) !== instance;
    const wrong = isLeaving ? undefined : objectionTo(instance);
    if (wrong !== undefined) fail(`${instance.config.name}: ${wrong}`);
  }
  for (const { config, members, state } of isStopping ? [] : router.groups.values()) {
    // Who gives its addresses up may be on its way to where the others are already, and was MASTER or kept them after a crash.
    if (members.some((member) => member.state.kind === 'RELEASING')) continue;
    const kinds = new Set(members.map((member) => member.state.kind));
    const [kind] = kinds;
    if (kinds.size === 1 && kind !== 'INIT' && kind !== state) fail(`${config.name} was not told ${kind ?? ''}`);
    // Members that a reload puts together become one within the waits of each: preempt_delay, Master_Down_Interval twice.
    const waits = members.map((one) => one.config.preemptDelay + 2 * masterDownOf(one.config, 1, slowest));
    if (now < reloadedAt + Math.max(0, ...waits)) continue;
    if (kinds.size > 1 && kinds.has('MASTER')) fail(`${config.name} is ${[...kinds].join(' and ')}`);
  }
}

function objectionTo(instance: Instance): string | undefined {
  const { state, surroundings, config } = instance;
  const isFaulty = instance.unit.some((member) => member.ownFaults().length > 0);
  if (isFaulty !== (state.kind === 'FAULT') && state.kind !== 'RELEASING') return `${state.kind}, faulty: ${isFaulty}`;
  if (state.kind === 'INIT' && !instance.unit.some((member) => member.isWaiting()))
    return 'INIT, and nothing to wait for';
  if (state.kind === 'MASTER' && surroundings.startsAt !== undefined) return 'MASTER in the startup delay';
  if (state.kind === 'MASTER' && surroundings.maintenance !== undefined) return 'MASTER in maintenance';
  const priority = effectivePriority(config.priority, instance.contributions());
  return instance.priority === priority ? undefined : `priority ${instance.priority} instead of ${priority}`;
}

const isAdvertOf = (
  { interface: dev, virtualRouterId, family }: VrrpInstance,
  effect: Effect,
): effect is Extract<Effect, { kind: 'send-advert' }> =>
  effect.kind === 'send-advert' &&
  effect.interface === dev &&
  effect.advert.virtualRouterId === virtualRouterId &&
  familyOf(effect.header.source) === family;

/** A new MASTER: the advert first (the old one lets go), the addresses next (we answer), the announcement last. */
export function judgeTakeOver({ host, name, config, addresses }: Member, effects: readonly Effect[]): void {
  const fail = (words: string): never => {
    throw new Violation('take-over', `${name}: ${words}`);
  };
  const advert = effects.findIndex((one) => isAdvertOf(config, one) && one.advert.priority > 0);
  if (advert === -1) fail('it said no advert');
  for (const address of addresses) {
    const key = keyOf(address);
    const added = effects.findIndex((one) => one.kind === 'add-address' && keyOf(one.address) === key);
    const isBurst = (one: Effect): one is Extract<Effect, { kind: 'send-garp' | 'send-na' }> =>
      (one.kind === 'send-garp' || one.kind === 'send-na') &&
      one.interface === address.dev &&
      one.addresses.includes(address.prefix.address);
    const announced = effects.findIndex(isBurst);
    const rounds = effects.filter(isBurst).reduce((sum, burst) => sum + burst.rounds, 0);
    if (added < advert) fail(`${key} was added before the advert, or not at all`);
    // keepalived.conf(5): garp_master_repeat.
    const { masterRepeat } = config.garp;
    if (announced !== -1 && rounds !== masterRepeat) fail(`${rounds} rounds, not ${masterRepeat}`);
    if (announced < added && host.interfaces.get(address.dev)?.up) fail(`${key} was not announced once it was there`);
  }
}

/**
 * One that leaves on purpose says priority 0 while its link is up: a stop, an order, a fault, a reload without it. One that
 * gives way to a better router says priority 1, unless it has just spoken.
 */
export function judgeLeave({ member, from }: Move, effects: readonly Effect[], command: Command | undefined): void {
  const { state, name, config, host } = member;
  // One that has stood still may hear a better one first, and stop then.
  const isWoken = command?.kind === 'thaw' || command?.kind === 'resume';
  if (from !== 'MASTER' || isWoken || !member.interface?.up || ['kill', 'crash'].includes(command?.kind ?? '')) return;
  const said = effects.flatMap((one) => (isAdvertOf(config, one) ? one.advert.priority : []));
  const isOrder = command?.kind === 'failover' || command?.kind === 'maintenance' || command?.kind === 'stop';
  const isOnPurpose = isOrder || state === 'FAULT' || state === 'OFF';
  const before = member.spokeBefore(host.world.now());
  const mayBeSilent = before !== undefined && before < Math.min(5000, config.advertInt / 20);
  const hasSaid =
    said.includes(0) || (!isOnPurpose && (mayBeSilent || said.includes(1) || config.higherPrioSendAdvert));
  if (!hasSaid) throw new Violation('farewell', `${name} left without a word, and is ${state}`);
}

/** An address that somebody deleted is back at once and announced, unless that is a fight. */
export function judgePutBack(host: Host, address: IpAddress, effects: readonly Effect[]): void {
  for (const { state, config, removals } of host.router?.instances.values() ?? []) {
    const all = [...config.virtualAddresses, ...config.excludedAddresses];
    const ours = all.find(({ prefix }) => prefix.address === address);
    if (!ours || state.kind !== 'MASTER' || removals.length > 5 || !host.interfaces.get(ours.dev)?.up) continue;
    const added = effects.findIndex((one) => one.kind === 'add-address' && keyOf(one.address) === keyOf(ours));
    const announced = effects.findIndex(
      (one) => (one.kind === 'send-garp' || one.kind === 'send-na') && one.addresses.includes(address),
    );
    if (added === -1 || announced < added) throw new Violation('put back', `${host.name} ${address}`);
  }
}

// The oracle of crashes: what a process that is started again does with the addresses that the killed one left. It goes on
// where no other router can have taken over, three times a minute; it keeps them in silence where one may not have done so
// yet, until somebody is heard; it takes off what is older. It knows what was said when, and asks no note.

import type { IpAddress } from '../../src/address.js';
import { isEqual } from '../../src/config/diff.js';
import type { Config, VirtualAddress } from '../../src/config/model.js';
import type { Host } from '../../src/sim/host.js';
import type { Command } from '../../src/sim/story.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { masterDownOf } from './bounds.js';
import type { Member } from './member.js';
import { Violation } from './violation.js';
import type { Move, Witness } from './witness.js';

/** For the first advert to arrive in time, and for the last one of all others to have taken over. */
const [SOONER, LATER] = [50_000, 100_000];
/** Of a check, until its result is known. */
const FIRST_RUN = 20_000;
const [MOST_RESUMES, IN] = [3, 60_000_000];

/** One that held addresses when its daemon was killed. */
interface Holder {
  readonly member: Member;
  /** All of its unit were MASTER, and what they track was known. */
  readonly wasMaster: boolean;
  /** What it had, and what of that is there when it is started again. */
  readonly had: number;
  readonly addresses: readonly VirtualAddress[];
  readonly saidAt: number;
}

/** An owner that goes on does as one that begins: nobody can tell whether it counts. */
interface Resume {
  readonly at: number;
  readonly isCertain: boolean;
}

interface Left {
  readonly config: Config;
  readonly holders: readonly Holder[];
}

export class CrashOracle {
  readonly #left = new Map<Host, Left>();
  readonly #resumes = new Map<Host, Resume[]>();
  readonly #reloadedAt = new Map<Host, number>();
  /** What is kept until somebody is heard. */
  readonly #kept = new Map<Member, readonly VirtualAddress[]>();
  /** When somebody spoke whom they may hear. */
  readonly #mayLetAt = new Map<Member, number>();
  /** It is about to be started, with this on it. */
  #starting: (Left & { readonly host: Host }) | undefined;

  constructor(readonly witness: Witness) {}

  /** Before the command is carried out. */
  command(command: Command): void {
    this.#starting = undefined;
    for (const member of this.#kept.keys())
      if (!('host' in command) || command.host === member.host.name) this.#kept.delete(member);
    if (command.kind === 'reload')
      this.#reloadedAt.set(this.witness.network.host(command.host), this.witness.network.now);
    if (command.kind === 'announce') this.claimed(command.address);
    if (command.kind === 'crash') this.#left.delete(this.witness.network.host(command.host));
    if (command.kind === 'kill') this.#kill(this.witness.network.host(command.host));
    if (command.kind === 'start' && command.host !== undefined) this.#start(this.witness.network.host(command.host));
  }

  #kill(host: Host): void {
    if (!host.router) return;
    const holders = this.witness.of(host).flatMap((member): Holder[] => {
      const { instance, saidAt = -Infinity } = member;
      if (!instance || !member.holds) return [];
      // A check that a reload brought may not have said anything yet.
      const isKnown = this.witness.network.now - (this.#reloadedAt.get(host) ?? -Infinity) > FIRST_RUN;
      const wasMaster = isKnown && instance.unit.every(({ state }) => state.kind === 'MASTER');
      return [{ member, wasMaster, had: instance.held.length, addresses: instance.held, saidAt }];
    });
    if (holders.length > 0) this.#left.set(host, { config: host.router.config, holders });
    else {
      this.#left.delete(host);
      this.#resumes.delete(host);
    }
  }

  #start(host: Host): void {
    const left = this.#left.get(host);
    if (!left && !host.core) this.#resumes.delete(host);
    if (host.core || !left) return;
    this.#left.delete(host);
    if (host.plan.daemon !== 'vrrpd' || host.isFrozen) return;
    const isThere = ({ dev, prefix }: VirtualAddress): boolean =>
      host.interfaces.get(dev)?.has(prefix.address) === true;
    const holders = left.holders.map((one) => ({ ...one, addresses: one.addresses.filter(isThere) }));
    this.#starting = { ...left, holders, host };
  }

  /** An event is over: in it, it has been started. */
  started(done: readonly (readonly [Host, Effect[]])[]): void {
    const starting = this.#starting;
    this.#starting = undefined;
    if (!starting) return;
    const { host, config, holders } = starting;
    const { now } = this.witness.network;
    const lately = (this.#resumes.get(host) ?? []).filter(({ at }) => now - at < IN);
    const isInTime = ({ member, saidAt }: Holder, resumes: readonly Resume[]): boolean =>
      now - saidAt < masterDownOf(member.config, 255) - SOONER && resumes.length < MOST_RESUMES;
    const serving = holders.filter(({ member }) => member.state === 'MASTER');
    const resumed = serving.filter(({ member }) => member.priority < 255);
    const certain = lately.filter(({ isCertain }) => isCertain);
    for (const one of resumed) if (!isInTime(one, certain)) fail(one.member, 'goes on too late, or once too often');
    if (serving.length > 0) this.#resumes.set(host, [...lately, { at: now, isCertain: resumed.length > 0 }]);
    const able = new Set(
      holders
        .filter((one) => one.wasMaster && isInTime(one, lately) && one.had === one.addresses.length)
        .map((one) => one.member.instance),
    );
    const effects = done.find(([one]) => one === host)?.[1] ?? [];
    for (const holder of holders) {
      const { member } = holder;
      const isAble = member.instance?.unit.every((one) => able.has(one)) === true && isEqual(config, host.config);
      if (isAble && member.state !== 'MASTER' && member.state !== 'FAULT')
        fail(member, `does not go on, and is ${member.state}`);
      this.#keep(holder, effects);
    }
  }

  #keep({ member, addresses, saidAt }: Holder, effects: readonly Effect[]): void {
    const { network, delays } = this.witness;
    const isOld = network.now - saidAt >= masterDownOf(member.config, 1) + LATER;
    const state = member.instance?.state;
    if (state?.kind !== 'BACKUP') return;
    if (isOld && state.keeps) fail(member, 'keeps what is too old');
    const wanted = addresses.filter(({ dev, prefix: { address } }) =>
      member.addresses.some((one) => one.dev === dev && one.prefix.address === address),
    );
    const isOff = ({ prefix }: VirtualAddress): boolean =>
      effects.some((one) => one.kind === 'remove-address' && one.address.prefix.address === prefix.address);
    if (!isOld && wanted.some(isOff)) fail(member, 'takes off what clients may still ask it for');
    const isToldOf = network.now - (this.#mayLetAt.get(member) ?? -Infinity) <= delays.longest;
    if (!isOld && !isToldOf) this.#kept.set(member, wanted);
  }

  /** Those who hear another one may let go. */
  said(speaker: Member, priority: number): void {
    if (priority > 0) for (const member of this.witness.othersOf(speaker)) this.#lets(member);
  }

  /** Somebody says that he has an address. */
  claimed(address: IpAddress): void {
    for (const member of this.witness.members)
      if (member.addresses.some(({ prefix }) => prefix.address === address)) this.#lets(member);
  }

  #lets(member: Member): void {
    this.#kept.delete(member);
    this.#mayLetAt.set(member, this.witness.network.now);
  }

  moved({ member }: Move): void {
    if (member.state !== 'BACKUP') this.#kept.delete(member);
  }

  /** An event is over. */
  judge(): void {
    for (const [member, addresses] of this.#kept)
      for (const { dev, prefix } of addresses)
        if (!member.host.interfaces.get(dev)?.has(prefix.address))
          fail(member, `has lost ${prefix.address}, and nobody was heard`);
  }
}

function fail({ name }: Member, words: string): never {
  throw new Violation('crash', `${name} ${words}`);
}

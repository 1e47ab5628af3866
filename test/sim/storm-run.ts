// A storm as it blows: the network that it is played on, and all oracles on the watch. The first thing that is wrong ends
// it. Whoever makes a storm does so while it blows; whoever has one plays it again.

import type { IpAddress } from '../../src/address.js';
import { isEqual } from '../../src/config/diff.js';
import type { Config } from '../../src/config/model.js';
import { Network, type Happening } from '../../src/sim/network.js';
import type { Host } from '../../src/sim/host.js';
import { planNetwork, type NamedHost } from '../../src/sim/plan.js';
import { play } from '../../src/sim/play.js';
import { Random } from '../../src/sim/random.js';
import type { Command } from '../../src/sim/story.js';
import { between, instant, type Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { mostTransitions } from './bounds.js';
import type { Member } from './member.js';
import { ClientOracle } from './oracle-client.js';
import { CrashOracle } from './oracle-crash.js';
import { DutyOracle } from './oracle-duty.js';
import { AddressOracle, judgeLeave, judgeOwnView, judgePutBack, judgeTakeOver } from './oracle-host.js';
import { PatienceOracle } from './oracle-patience.js';
import { judgeClients, judgeRouter, judgeStanding } from './oracle-rest.js';
import { judgeAnnouncement, judgeFrame, WireOracle } from './oracle-wire.js';
import { spread } from './seed.js';
import type { Trail } from './trail.js';
import { Violation } from './violation.js';
import { Witness, type Move } from './witness.js';

/** More events than this at one instant are a standstill: something is due again as soon as it is done. */
const MOST_AT_ONCE = 20_000;
/** Every so many frames one is taken apart. */
const SAMPLE = 8;

export interface RunPlan {
  readonly seed: number;
  readonly hosts: readonly NamedHost[];
  /** Configurations that reloads bring. */
  readonly files: ReadonlyMap<string, Config>;
  readonly trail?: Trail;
}

export class Run {
  readonly network: Network;
  readonly witness: Witness;
  readonly #duty: DutyOracle;
  readonly #patience: PatienceOracle;
  readonly #wire: WireOracle;
  readonly #clients: ClientOracle;
  readonly #crashes: CrashOracle;
  readonly #addresses = new Map<Host, AddressOracle>();
  /** What they have done since they were looked at last. */
  readonly #done = new Map<Host, Effect[]>();
  readonly #reloadedAt = new Map<Host, Instant>();
  /** Asked to stop, they may need their time. */
  readonly #stopping = new Set<Host>();
  readonly #transitions = new Map<Member, number>();
  /** The last one that was sent. */
  #frame: Uint8Array | undefined;
  #frames = 0;
  #atOnce = 0;
  /** It is being carried out. */
  #command: Command | undefined;
  /** Nothing was done since the last look but what is done all the time. */
  #isRoutine = true;
  #now = instant(0);

  constructor(readonly plan: RunPlan) {
    const named = planNetwork(plan.hosts);
    const random = new Random(spread(plan.seed));
    const watch = (happening: Happening): void => this.#watch(happening);
    this.network = new Network({ ...named, random, watch, settled: () => this.#settle() });
    this.witness = new Witness(this.network);
    this.#duty = new DutyOracle(this.witness);
    this.#patience = new PatienceOracle(this.witness);
    this.#wire = new WireOracle(this.witness);
    this.#clients = new ClientOracle(this.witness);
    this.#crashes = new CrashOracle(this.witness);
    for (const host of this.network.hosts.values())
      if (host.plan.daemon === 'vrrpd') this.#addresses.set(host, new AddressOracle(host));
  }

  /** Lets time pass. Throws a Violation, or what the code under test throws. */
  pass(to: Instant): void {
    const { network } = this;
    if (to > network.now) network.run(between({ from: network.now, to }));
  }

  /** Throws as pass does. */
  apply(command: Command): void {
    const { network, plan } = this;
    plan.trail?.command(network.now, command);
    this.#duty.collect();
    this.#clients.forget();
    for (const member of this.witness.members) this.#wire.judge(member);
    this.#transitions.clear();
    const isEqualReload = this.#isEqualReload(command);
    if (!isEqualReload) this.#announceTo(command);
    this.#command = command;
    play([{ line: 0, command }], { network, configOf: (file) => plan.files.get(file) });
    if (isEqualReload) this.#afterEqualReload(network.host(command.host));
    if (command.kind === 'delete') this.#afterDelete(network.host(command.host), command.address);
    for (const host of network.hosts.values()) this.#doneBy(host);
    this.#isRoutine = false;
    this.#settle();
    this.#command = undefined;
  }

  /** All oracles learn of what will be done. */
  #announceTo(command: Command): void {
    const { witness, network } = this;
    for (const oracle of this.#concerned(command)) oracle.command(command);
    if (command.kind === 'weather') witness.delays.change(command.change);
    this.#duty.command(command);
    this.#clients.command(command);
    this.#crashes.command(command);
    this.#patience.command(command);
    witness.command(command);
    this.#disturb(command);
    if (command.kind === 'stop') this.#stopping.add(network.host(command.host));
    // One that stands still reloads when it goes on.
    const mayReload = command.kind === 'reload' || command.kind === 'thaw' || command.kind === 'resume';
    if (mayReload) this.#reloadedAt.set(network.host(command.host), network.now);
  }

  /** The calm is over. */
  end(): void {
    this.#duty.collect();
    this.#clients.judge();
    for (const member of this.witness.members) this.#wire.judge(member);
    for (const host of this.network.hosts.values())
      if (host.router && host.answers && !host.isStalled) judgeStanding(host, host.router);
    for (const members of this.witness.routers)
      if (!members.some((one) => this.witness.isCrossed(one))) judgeRouter(members);
    judgeClients(this.witness, this.network.clients);
  }

  #concerned(command: Command): AddressOracle[] {
    const all = [...this.#addresses.values()];
    return 'host' in command ? all.filter(({ host }) => host.name === command.host) : all;
  }

  /** What may make somebody speak out of turn. */
  #disturb(command: Command): void {
    if (command.kind === 'announce') this.#wire.claimed(undefined, command.address);
    for (const member of this.witness.members) {
      const isConcerned =
        command.kind === 'advert'
          ? this.witness.hearsForeign(command.advert, member)
          : 'host' in command && command.host === member.host.name;
      if (isConcerned) this.#wire.disturb(member);
    }
  }

  /** A reload of an equal file, of a daemon that is awake and has nothing else to do in this moment. */
  #isEqualReload(command: Command): command is Extract<Command, { kind: 'reload' }> {
    if (command.kind !== 'reload') return false;
    const host = this.network.host(command.host);
    const due = host.core?.nextDeadline();
    if (!host.answers || host.isStalled || (due !== undefined && due <= this.network.now)) return false;
    return isEqual(host.config, this.plan.files.get(command.file));
  }

  /** It has no effects; nor does it move a timer: the oracles do not even learn of it. */
  #afterEqualReload(host: Host): void {
    const [effect] = this.#done.get(host) ?? [];
    if (effect) throw new Violation('equal reload', `${host.name}: ${JSON.stringify(effect)}`);
  }

  #afterDelete(host: Host, address: IpAddress): void {
    if (host.answers && !host.isStalled) judgePutBack(host, address, this.#done.get(host) ?? []);
  }

  #watch(happening: Happening): void {
    const { network, plan } = this;
    plan.trail?.happening(network.now, happening);
    if (happening.kind === 'frame') this.#frame = happening.frame;
    else if (happening.kind === 'answered') {
      if (happening.by) this.#duty.answered(happening.target);
      this.#clients.answered(happening);
    } else if (happening.kind === 'effect') this.#effect(happening.host, happening.effect);
  }

  #effect(host: Host, effect: Effect): void {
    this.#doneBy(host).push(effect);
    this.witness.told(host, effect);
    const frame = this.#frame;
    const here = host.interfaces.get('interface' in effect ? effect.interface : '');
    if (effect.kind === 'run-script') return;
    if (effect.kind === 'send-advert') {
      const isSame = this.#said(host, effect);
      this.#isRoutine &&= isSame;
      this.#wire.said(host, effect);
      const isSent = here?.up && here.hopTo(effect.header.destination) !== undefined;
      if (isSent && frame && this.#isSampled()) judgeFrame(frame, effect, host);
    } else if (effect.kind === 'send-garp' || effect.kind === 'send-na') {
      this.#wire.announced(host, effect);
      this.#clients.announced(host, effect.addresses);
      for (const address of effect.addresses) this.#crashes.claimed(address);
      if (here?.up && host.router && frame && this.#isSampled()) judgeAnnouncement(frame, effect, host);
    } else if (effect.kind === 'send-probe') this.#wire.probed(host, effect);
    else this.#isRoutine = false;
  }

  /** True when it says what the one before it said. */
  #said(host: Host, effect: Extract<Effect, { kind: 'send-advert' }>): boolean {
    const speaker = this.witness.speaker(host, effect);
    if (!speaker) return false;
    const { priority } = effect.advert;
    // One that goes on after a crash speaks before it is looked at.
    if (speaker.state === 'OFF') speaker.state = 'INIT';
    speaker.saidAt = this.network.now;
    const isSame = priority === speaker.said;
    if (priority > 0) speaker.said = priority;
    else this.witness.left(speaker);
    this.#crashes.said(speaker, priority);
    this.#patience.said(speaker, effect.advert);
    this.#duty.said(speaker, priority);
    return isSame;
  }

  #isSampled(): boolean {
    this.#frames += 1;
    return this.#frames % SAMPLE === 0;
  }

  #doneBy(host: Host): Effect[] {
    const done = this.#done.get(host) ?? [];
    this.#done.set(host, done);
    return done;
  }

  /** An event is over. */
  #settle(): void {
    const { network } = this;
    this.#atOnce = network.now === this.#now ? this.#atOnce + 1 : 0;
    this.#now = network.now;
    if (this.#atOnce > MOST_AT_ONCE) throw new Violation('standstill', `time stands still at ${network.now} µs`);
    if (this.#done.size === 0) return;
    const hosts = [...this.#done];
    this.#done.clear();
    // Adverts and announcements as before change nothing that is judged here.
    if (this.#isRoutine) return;
    this.#isRoutine = true;
    this.#duty.collect();
    const moves = hosts.flatMap(([host]) => this.witness.look(host));
    if (moves.length > 0) this.#clients.forget();
    for (const move of moves) this.#moved(move, this.#effectsOf(move, hosts));
    this.#crashes.started(hosts);
    this.#crashes.judge();
    for (const [host] of hosts) this.#judgeHost(host);
    this.#patience.shift();
    this.#duty.plan();
  }

  #effectsOf({ member }: Move, hosts: readonly (readonly [Host, Effect[]])[]): Effect[] {
    return hosts.find(([host]) => host === member.host)?.[1] ?? [];
  }

  #judgeHost(host: Host): void {
    const { router } = host;
    if (!host.core) this.#stopping.delete(host);
    if (!router || !host.answers || host.isStalled) return;
    this.#addresses.get(host)?.judge(router);
    const { now } = this.network;
    const reloadedAt = this.#reloadedAt.get(host) ?? instant(-1);
    const { slowest } = this.witness;
    judgeOwnView(host, router, { now, reloadedAt, slowest, isStopping: this.#stopping.has(host) });
  }

  #moved(move: Move, effects: readonly Effect[]): void {
    const { member, from } = move;
    this.#patience.moved(move);
    this.#duty.moved(move);
    this.#wire.moved(member, from);
    this.#clients.moved(move);
    this.#crashes.moved(move);
    if (this.#addresses.has(member.host)) judgeLeave(move, effects, this.#command);
    if (!member.instance) return;
    if (member.state === 'MASTER') {
      judgeTakeOver(member, effects);
      this.#clients.tookOver(member);
    }
    // Those outside see no RELEASING.
    if (member.state === 'RELEASING') return;
    const count = (this.#transitions.get(member) ?? 0) + 1;
    this.#transitions.set(member, count);
    const most = mostTransitions(this.plan.hosts.length);
    if (count > most && this.witness.delays.isLossless && !this.witness.isCrossed(member))
      throw new Violation('ping-pong', `${member.name} has changed its state ${count} times since the last fault`);
  }
}

// One virtual router as keepalived 2.2.7 runs it: a state, one timer, bursts of gratuitous ARP, and the members of its
// sync group. It imitates: what is written here is what the real one was seen to do, its faults included. It shares no
// rule with src/vrrp/machine.ts, whose peer it is.

import { compareAddresses, type IpAddress, VRRP_GROUP_IPV4 } from '../../address.js';
import { addressesOf } from '../../config/diff.js';
import type { SyncGroup, VrrpInstance } from '../../config/model.js';
import type { Advert } from '../../packet/vrrp.js';
import { after, earliest, type Duration, type Instant } from '../../time.js';
import { sendAdvert } from '../../vrrp/advert.js';
import type { Event } from '../../vrrp/event.js';
import type { Link } from '../../vrrp/input.js';
import { masterDownInterval, skewTime } from '../../vrrp/timers.js';
import type { Turn } from '../../vrrp/turn.js';
import { objection, type Named } from './reception.js';

interface Burst {
  readonly at: Instant;
  readonly rounds: number;
  /** It comes again. */
  readonly period?: Duration;
}

export class VirtualRouter {
  state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' = 'INIT';
  priority: number;
  /** Its sync group and the others in it. */
  group: SyncGroup | undefined;
  mates: readonly VirtualRouter[] = [];
  /** Is MASTER, or was held back when its timer ran out because the others of its group were not that far. */
  #wantsMaster = false;
  /** The one timer: the next advert of a MASTER, the end of a BACKUP's patience. */
  #expiresAt: Instant | undefined;
  #bursts: Burst[] = [];
  #preemptAt: Instant | undefined;
  /** In version 3 the one that the master says. */
  #masterAdvertInt: Duration;
  #identification = 0;

  constructor(
    readonly config: VrrpInstance,
    readonly links: ReadonlyMap<string, Link>,
  ) {
    this.priority = config.priority;
    this.#masterAdvertInt = config.advertInt;
  }

  /** What it sends from: the configured address, else the interface's first that is not a virtual one. */
  get source(): IpAddress | undefined {
    const { mcastSrcIp, interface: name } = this.config;
    const isVirtual = (address: IpAddress): boolean =>
      addressesOf(this.config).some(({ prefix }) => prefix.address === address);
    const own = this.links.get(name)?.addresses.find(({ address }) => !address.includes(':') && !isVirtual(address));
    return mcastSrcIp ?? own?.address;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#expiresAt, ...this.#bursts.map(({ at }) => at));
  }

  /** From INIT or FAULT: whatever `state` says, the whole wait; only an owner has none at the start, and a short one later. */
  begin(turn: Turn, { init }: { init: boolean }): void {
    const isOwner = this.priority === 255;
    const wait = !isOwner ? this.#masterDown : this.state === 'INIT' ? 0 : this.config.advertInt + this.#skew;
    this.#enter('BACKUP', turn, init ? ' (init)' : '');
    this.#expiresAt = after(turn.now, wait as Duration);
    this.#tell('BACKUP', turn);
  }

  /** Two farewells where the fault is its own, one where it is another member's; they are sent over a dead link too. */
  fail(turn: Turn, { farewells }: { farewells: number }): void {
    const { state } = this;
    this.#enter('FAULT', turn, state === 'INIT' ? ' (init)' : '');
    this.#expiresAt = undefined;
    if (state === 'MASTER') this.#release(turn, farewells);
    this.#tell('FAULT', turn);
  }

  stop(turn: Turn): void {
    if (this.state === 'MASTER') this.#release(turn, 1);
    this.state = 'INIT';
    this.#expiresAt = undefined;
  }

  /** A BACKUP's running timer is moved by the difference of the skew. */
  changePriority(priority: number, turn: Turn): void {
    turn.log('info', `(${this.config.name}) Changing effective priority from ${this.priority} to ${priority}`);
    const before = this.#skew;
    this.priority = priority;
    if (this.state === 'BACKUP' && this.#expiresAt !== undefined)
      this.#expiresAt = after(this.#expiresAt, (this.#skew - before) as Duration);
    if (this.config.notifyPriorityChanges && (this.state === 'BACKUP' || this.state === 'MASTER'))
      this.#tell(`${this.state}_PRIORITY`, turn);
  }

  /** Somebody took an address of a MASTER away: it leaves, and is back after its skew time. */
  loseAddress(turn: Turn): void {
    if (this.state !== 'MASTER') return;
    this.#leave(turn, { farewells: 1 });
    this.#expiresAt = after(turn.now, this.#skew);
  }

  /** What is due at `turn.now`. The next advert is counted from this one, so lateness adds up. */
  expire(turn: Turn): void {
    if (this.#expiresAt !== undefined && this.#expiresAt <= turn.now) {
      if (this.state === 'MASTER') {
        this.#advertise(turn, this.priority);
        this.#expiresAt = after(turn.now, this.config.advertInt);
      } else this.#lead(turn);
    }
    const due = this.#bursts.filter(({ at }) => at <= turn.now);
    this.#bursts = [
      ...this.#bursts.filter(({ at }) => at > turn.now),
      ...due.flatMap((burst) => (burst.period ? { ...burst, at: after(turn.now, burst.period) } : [])),
    ];
    for (const { rounds } of due) this.announce(turn, rounds);
  }

  /** Any packet but its own sets the timer of a MASTER anew, a rejected one as well. */
  hear(packet: Named, turn: Turn): void {
    const { state, config } = this;
    if (packet.destination !== VRRP_GROUP_IPV4 || packet.source === this.source) return;
    if (state !== 'BACKUP' && state !== 'MASTER') return;
    const wrong = objection(config, packet);
    if (wrong !== undefined) turn.log('info', `(${config.name}) ${wrong}`);
    else if (packet.kind === 'advert')
      if (state === 'BACKUP') this.#hearAsBackup(packet.source, packet.advert, turn);
      else this.#hearAsMaster(packet.source, packet.advert, turn);
    if (this.state === 'MASTER' && !config.lowerPrioNoAdvert) this.#expiresAt = after(turn.now, config.advertInt);
  }

  /** Bursts of gratuitous ARP, the addresses of one interface together. */
  announce(turn: Turn, rounds: number): void {
    const all = addressesOf(this.config);
    for (const dev of new Set(all.map((address) => address.dev))) {
      const link = this.links.get(dev);
      const addresses = all.filter((address) => address.dev === dev).map(({ prefix }) => prefix.address);
      if (link?.up) turn.do({ kind: 'send-garp', interface: dev, mac: link.mac, addresses, rounds });
    }
  }

  removeAddresses(turn: Turn): void {
    const { config } = this;
    turn.log('debug', `(${config.name}) removing VIPs.`);
    const routes = [...config.virtualRoutes, ...config.virtualRules].reverse();
    turn.do(...routes.map((entry) => ({ kind: 'remove-route', entry }) as const));
    turn.do(...addressesOf(config).map((address) => ({ kind: 'remove-address', address }) as const));
  }

  get #basis() {
    const { version, downTimerAdverts } = this.config;
    return { version, priority: this.priority, masterAdvertInt: this.#masterAdvertInt, downTimerAdverts };
  }

  get #skew(): Duration {
    return skewTime(this.#basis);
  }

  get #masterDown(): Duration {
    return masterDownInterval(this.#basis);
  }

  /** The patience of a BACKUP is at its end. In a group the last one to get there takes the others along. */
  #lead(turn: Turn): void {
    turn.log('debug', `(${this.config.name}) Receive advertisement timeout`);
    this.#wantsMaster = true;
    if (this.mates.some((mate) => !mate.#wantsMaster)) {
      this.#expiresAt = after(turn.now, this.#masterDown);
      return;
    }
    this.#takeOver(turn);
    this.#sync('MASTER', turn, (mate) => mate.#takeOver(turn));
  }

  /** keepalived's order: advert, log, addresses, routes, gratuitous ARP, those who want to know. */
  #takeOver(turn: Turn): void {
    const { config } = this;
    this.#advertise(turn, this.priority);
    this.#enter('MASTER', turn);
    turn.log('debug', `(${config.name}) setting VIPs.`);
    turn.do(...addressesOf(config).map((address) => ({ kind: 'add-address', address }) as const));
    const routes = [...config.virtualRoutes, ...config.virtualRules];
    turn.do(...routes.map((entry) => ({ kind: 'add-route', entry }) as const));
    const { masterDelay, masterRepeat, masterRefresh, masterRefreshRepeat } = config.garp;
    this.announce(turn, masterRepeat);
    if (masterDelay > 0) this.#bursts.push({ at: after(turn.now, masterDelay), rounds: masterRepeat });
    if (masterRefresh)
      this.#bursts.push({ at: after(turn.now, masterRefresh), rounds: masterRefreshRepeat, period: masterRefresh });
    this.#masterAdvertInt = config.advertInt;
    this.#expiresAt = after(turn.now, config.advertInt);
    this.#tell('MASTER', turn);
  }

  #hearAsBackup(source: IpAddress, { priority, interval }: Advert, turn: Turn): void {
    const { nopreempt, preemptDelay, name } = this.config;
    if (priority === 0) {
      turn.log('debug', `(${name}) Backup received priority 0 advertisement`);
      this.#expiresAt = after(turn.now, this.#skew);
      return;
    }
    const isLower = priority < this.priority;
    if (!isLower) this.#preemptAt = undefined;
    else if (preemptDelay > 0) this.#preemptAt ??= after(turn.now, preemptDelay);
    if (isLower && !nopreempt && (this.#preemptAt === undefined || this.#preemptAt <= turn.now)) {
      turn.log('info', `(${name}) received lower priority (${priority}) advert from ${source} - discarding`);
      return;
    }
    this.#wantsMaster = false;
    this.#masterAdvertInt = interval;
    this.#expiresAt = after(turn.now, this.#masterDown);
  }

  #hearAsMaster(source: IpAddress, { priority }: Advert, turn: Turn): void {
    const { config, priority: ours, source: own } = this;
    if (own === undefined) return;
    const advert = `received advert from ${source}`;
    if (priority === 0) {
      turn.log('info', `(${config.name}) Master received priority 0 message`);
      this.#advertise(turn, ours);
    } else if (priority > ours) {
      turn.log('info', `(${config.name}) Master ${advert} with higher priority ${priority}, ours ${ours}`);
      this.#yield(turn);
    } else if (priority === ours && compareAddresses(source, own) > 0) {
      const words = `with same priority ${priority} but higher IP address than ours`;
      turn.log('info', `(${config.name}) Master ${advert} ${words}`);
      this.#yield(turn);
    } else {
      const words = `with lower priority ${priority}, ours ${ours}, forcing new election`;
      turn.log('info', `(${config.name}) Received advert from ${source} ${words}`);
      this.#insist(turn);
    }
  }

  /** Without a word on the wire: the better one never learns that there was a second. */
  #yield(turn: Turn): void {
    if (this.config.higherPrioSendAdvert) this.#advertise(turn, this.priority);
    this.#leave(turn, { farewells: 0 });
  }

  #leave(turn: Turn, { farewells }: { farewells: number }): void {
    const step = (one: VirtualRouter): void => {
      one.#enter('BACKUP', turn);
      one.#release(turn, farewells);
      one.#expiresAt = after(turn.now, one.#masterDown);
      one.#tell('BACKUP', turn);
    };
    step(this);
    this.#sync('BACKUP', turn, step);
  }

  /** A burst for each lower advert, and one more later. */
  #insist(turn: Turn): void {
    const { lowerPrioNoAdvert, garp } = this.config;
    if (!lowerPrioNoAdvert) this.#advertise(turn, this.priority);
    for (const one of [this, ...this.mates]) {
      if (garp.lowerPrioRepeat > 0) one.announce(turn, garp.lowerPrioRepeat);
      if (garp.lowerPrioRepeat > 0 && garp.lowerPrioDelay > 0)
        one.#bursts.push({ at: after(turn.now, garp.lowerPrioDelay), rounds: garp.lowerPrioRepeat });
    }
    this.#tell('MASTER_RX_LOWER_PRI', turn);
  }

  #sync(state: 'MASTER' | 'BACKUP', turn: Turn, step: (mate: VirtualRouter) => void): void {
    if (!this.group) return;
    turn.log('info', `VRRP_Group(${this.group.name}) Syncing instances to ${state} state`);
    for (const mate of this.mates) if (mate.state !== state) step(mate);
    turn.do({ kind: 'notify', event: { subject: 'GROUP', name: this.group.name, state, priority: 0 } });
  }

  #enter(state: 'MASTER' | 'BACKUP' | 'FAULT', turn: Turn, words = ''): void {
    turn.log('info', `(${this.config.name}) Entering ${state} STATE${words}`);
    this.state = state;
    this.#wantsMaster = state === 'MASTER';
    this.#preemptAt = undefined;
    this.#bursts = [];
  }

  #release(turn: Turn, farewells: number): void {
    for (let count = 0; count < farewells; count += 1) this.#advertise(turn, 0);
    if (farewells > 0) turn.log('debug', `(${this.config.name}) sent 0 priority`);
    this.removeAddresses(turn);
  }

  #advertise(turn: Turn, priority: number): void {
    const { source, config } = this;
    if (source === undefined) return;
    this.#identification = (this.#identification + 1) & 0xffff;
    const addresses = config.virtualAddresses.map(({ prefix }) => prefix.address);
    turn.do(sendAdvert(config, { priority, source, identification: this.#identification, addresses }));
  }

  #tell(state: Event['state'], turn: Turn): void {
    const { config, priority } = this;
    turn.do({ kind: 'notify', event: { subject: 'INSTANCE', name: config.name, state, priority } });
  }
}

// One virtual router as keepalived 2.2.7 runs it: a state, one timer, bursts of gratuitous ARP, and the members of its
// sync group. It imitates: what is written here is what the real one was seen to do, its faults included. It shares no
// rule with src/vrrp/machine.ts, whose peer it is.

import { compareAddresses, type IpAddress } from '../../address.js';
import type { SyncGroup, VrrpInstance } from '../../config/model.js';
import type { Advert } from '../../packet/vrrp.js';
import { after, earliest, type Duration, type Instant } from '../../time.js';
import type { Event } from '../../vrrp/event.js';
import type { Link } from '../../vrrp/input.js';
import { masterDownInterval, skewTime } from '../../vrrp/timers.js';
import type { Turn } from '../../vrrp/turn.js';
import { Presence } from './presence.js';
import { objection, type Named } from './reception.js';

interface Burst {
  readonly at: Instant;
  readonly rounds: number;
  /** It comes again. */
  readonly period?: Duration;
}

export class VirtualRouter {
  state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' = 'INIT';
  readonly presence: Presence;
  /** The configured one, until another owner is heard. */
  base: number;
  priority: number;
  /** Its FAULT, or its waiting in INIT, is its own and not that of another member of the group. */
  isCause = false;
  /** Its sync group and the others in it. */
  group: SyncGroup | undefined;
  mates: readonly VirtualRouter[] = [];
  /** Is MASTER, or was held back when its timer ran out because the others of its group were not that far. */
  #wantsMaster = false;
  /** The one timer: the next advert of a MASTER, the end of a BACKUP's patience. */
  #expiresAt: Instant | undefined;
  /** Counts up: of timers that end together the one that was set first comes first. */
  #setAs = 0;
  #bursts: Burst[] = [];
  #preemptAt: Instant | undefined;
  /** In version 3 that of the master that it heard last; its own once it is MASTER. */
  #masterAdvertInt: Duration;

  constructor(
    readonly config: VrrpInstance,
    links: ReadonlyMap<string, Link>,
    readonly number: () => number,
  ) {
    this.presence = new Presence(config, links);
    this.base = config.priority;
    this.priority = config.priority;
    this.#masterAdvertInt = config.advertInt;
  }

  nextDeadline(): Instant | undefined {
    return earliest(this.#expiresAt, ...this.#bursts.map(({ at }) => at));
  }

  /** From INIT or FAULT: whatever `state` says, the whole wait. Only an owner has none at the start, and says nothing. */
  begin(turn: Turn, { init }: { init: boolean }): void {
    if (this.priority === 255 && this.state === 'INIT') {
      this.state = 'BACKUP';
      this.#set(turn.now);
      return;
    }
    this.#enter('BACKUP', turn, init ? ' (init)' : '');
    this.#set(after(turn.now, this.#masterDown));
    this.#tell('BACKUP', turn);
  }

  /** Two farewells where the fault is its own, one where it is another member's; they are sent over a dead link too. */
  fail(turn: Turn, { init, isCause }: { init: boolean; isCause: boolean }): void {
    const { state } = this;
    this.#enter('FAULT', turn, init ? ' (init)' : '');
    this.isCause = isCause;
    this.#expiresAt = undefined;
    if (state === 'MASTER') this.presence.leave(turn, isCause ? 2 : 1);
    this.#tell('FAULT', turn);
  }

  stop(turn: Turn): void {
    if (this.state === 'MASTER') this.presence.leave(turn, 1);
    this.state = 'INIT';
    this.#expiresAt = undefined;
  }

  /** A BACKUP's running timer is moved by the difference of the skew. */
  changePriority(priority: number, turn: Turn): void {
    turn.log('info', `(${this.config.name}) Changing effective priority from ${this.priority} to ${priority}`);
    const before = this.#skew;
    this.priority = priority;
    if (this.state === 'BACKUP' && this.#expiresAt !== undefined)
      this.#set(after(this.#expiresAt, (this.#skew - before) as Duration));
    if (this.config.notifyPriorityChanges && (this.state === 'BACKUP' || this.state === 'MASTER'))
      this.#tell(`${this.state}_PRIORITY`, turn);
  }

  /** Somebody took an address of a MASTER away: it leaves, and is back after its skew time. */
  loseAddress(turn: Turn): void {
    if (this.state !== 'MASTER') return;
    this.#leave(turn, { farewells: 1 });
    this.#set(after(turn.now, this.#skew));
  }

  /** Whether its timer comes before that of another one. */
  isBefore(other: VirtualRouter): boolean {
    const [ours = Infinity, theirs = Infinity] = [this.#expiresAt, other.#expiresAt];
    return ours === theirs ? this.#setAs < other.#setAs : ours < theirs;
  }

  /** What is due at `turn.now`. The next advert is counted from this one, so lateness adds up. */
  expire(turn: Turn): void {
    if (this.#expiresAt !== undefined && this.#expiresAt <= turn.now) {
      if (this.state === 'MASTER') {
        this.presence.advertise(turn, this.priority);
        this.#set(after(turn.now, this.config.advertInt));
      } else this.#lead(turn);
    }
    const due = this.#bursts.filter(({ at }) => at <= turn.now);
    this.#bursts = [
      ...this.#bursts.filter(({ at }) => at > turn.now),
      ...due.flatMap((burst) => (burst.period ? { ...burst, at: after(turn.now, burst.period) } : [])),
    ];
    for (const { rounds } of due) this.presence.announce(turn, rounds);
  }

  /** Any packet but its own sets the timer of a MASTER anew, a rejected one as well. */
  hear(packet: Named, turn: Turn): void {
    const { state, config } = this;
    if (!this.presence.listensTo(packet.destination) || packet.source === this.presence.source) return;
    if (state !== 'BACKUP' && state !== 'MASTER') return;
    const wrong = objection(config, packet);
    if (wrong !== undefined) turn.log('info', `(${config.name}) ${wrong}`);
    else if (packet.kind === 'advert')
      if (state === 'BACKUP') this.#hearAsBackup(packet.source, packet.advert, turn);
      else this.#hearAsMaster(packet.source, packet.advert, turn);
    if (this.state === 'MASTER' && !config.lowerPrioNoAdvert) this.#set(after(turn.now, config.advertInt));
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
      this.#set(after(turn.now, this.#masterDown));
      return;
    }
    this.#takeOver(turn);
    this.#sync('MASTER', turn, (mate) => mate.#takeOver(turn));
  }

  /** keepalived's order: advert, log, addresses, routes, gratuitous ARP, those who want to know. */
  #takeOver(turn: Turn): void {
    const { config } = this;
    this.#masterAdvertInt = config.advertInt;
    this.presence.advertise(turn, this.priority);
    this.#enter('MASTER', turn);
    this.presence.addAddresses(turn);
    const { masterDelay, masterRepeat, masterRefresh, masterRefreshRepeat } = config.garp;
    this.presence.announce(turn, masterRepeat);
    if (masterDelay > 0) this.#bursts.push({ at: after(turn.now, masterDelay), rounds: masterRepeat });
    if (masterRefresh)
      this.#bursts.push({ at: after(turn.now, masterRefresh), rounds: masterRefreshRepeat, period: masterRefresh });
    this.#set(after(turn.now, config.advertInt));
    this.#tell('MASTER', turn);
  }

  #hearAsBackup(source: IpAddress, advert: Advert, turn: Turn): void {
    const { nopreempt, preemptDelay, name } = this.config;
    const { priority } = advert;
    if (priority === 0) {
      turn.log('debug', `(${name}) Backup received priority 0 advertisement`);
      this.#set(after(turn.now, this.#skew));
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
    this.#masterAdvertInt = advert.interval;
    this.#set(after(turn.now, this.#masterDown));
  }

  #hearAsMaster(source: IpAddress, { priority, interval }: Advert, turn: Turn): void {
    const {
      config,
      presence: { source: own },
    } = this;
    if (own === undefined) return;
    if (priority === 255 && this.priority === 255) {
      const words = 'local instance and a remote instance are both configured as address owner';
      turn.log('error', `(${config.name}) CONFIGURATION ERROR: ${words}, please fix - reducing local priority`);
      this.base = this.priority = 254;
    }
    const ours = this.priority;
    const advert = `received advert from ${source}`;
    if (priority === 0) {
      turn.log('info', `(${config.name}) Master received priority 0 message`);
      this.presence.advertise(turn, ours);
    } else if (priority > ours) {
      turn.log('info', `(${config.name}) Master ${advert} with higher priority ${priority}, ours ${ours}`);
      this.#yield(turn, interval);
    } else if (priority === ours && compareAddresses(source, own) > 0) {
      const words = `with same priority ${priority} but higher IP address than ours`;
      turn.log('info', `(${config.name}) Master ${advert} ${words}`);
      this.#yield(turn, interval);
    } else {
      const words = `with lower priority ${priority}, ours ${ours}`;
      const answer = config.lowerPrioNoAdvert ? '' : ', forcing new election';
      turn.log('info', `(${config.name}) Received advert from ${source} ${words}${answer}`);
      this.#insist(turn);
    }
  }

  /** Without a word on the wire: the better one never learns that there was a second. */
  #yield(turn: Turn, masterAdvertInt: Duration): void {
    if (this.config.higherPrioSendAdvert) this.presence.advertise(turn, this.priority);
    this.#masterAdvertInt = masterAdvertInt;
    this.#leave(turn, { farewells: 0 });
  }

  #leave(turn: Turn, { farewells }: { farewells: number }): void {
    const step = (one: VirtualRouter): void => {
      one.#enter('BACKUP', turn);
      one.presence.leave(turn, farewells);
      one.#set(after(turn.now, one.#masterDown));
      one.#tell('BACKUP', turn);
    };
    step(this);
    this.#sync('BACKUP', turn, step);
  }

  /** A burst for each lower advert, and one more later. */
  #insist(turn: Turn): void {
    const { lowerPrioNoAdvert, garp } = this.config;
    if (!lowerPrioNoAdvert) this.presence.advertise(turn, this.priority);
    for (const one of [this, ...this.mates]) {
      if (garp.lowerPrioRepeat > 0) one.presence.announce(turn, garp.lowerPrioRepeat);
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

  #set(expiresAt: Instant): void {
    this.#expiresAt = expiresAt;
    this.#setAs = this.number();
  }

  /** A check that fails right at the start leaves no line. */
  #enter(state: 'MASTER' | 'BACKUP' | 'FAULT', turn: Turn, words = ''): void {
    const isSilent = state === 'FAULT' && this.state === 'INIT' && words === '';
    if (!isSilent) turn.log('info', `(${this.config.name}) Entering ${state} STATE${words}`);
    this.state = state;
    this.#wantsMaster = state === 'MASTER';
    this.#preemptAt = undefined;
    this.#bursts = [];
  }

  #tell(state: Event['state'], turn: Turn): void {
    const { config, priority } = this;
    turn.do({ kind: 'notify', event: { subject: 'INSTANCE', name: config.name, state, priority } });
  }
}

// The state machine of an instance: THE ONLY FILE THAT CHANGES A STATE. RFC 3768 § 6.4; FAULT, preempt_delay and the
// checks are keepalived's. Order on becoming MASTER: the advert first, the addresses next, gratuitous ARP last, and only
// then what may wait (log, notify).

import { after, between, describeDuration, nextPeriod, type Duration } from '../time.js';
import type { Advert } from '../packet/vrrp.js';
import type { IpAddress } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import { acceptsLower, carryOver } from './carry-over.js';
import { elect } from './election.js';
import { planOnLowerAdvert, planOnMaster, takeBurst } from './garp.js';
import { faultsOf, othersOf } from './group.js';
import { addAddresses, advertise, announce, putBackMissing, removeAddresses } from './holding.js';
import type { Instance } from './instance.js';
import { describeReason, type FaultReason, type Reason } from './reason.js';
import type { State, StateOf } from './state.js';
import { report, silence, tell, tellBetter, tellDiscarded, tellElection, tellHeldBack, tellPriority } from './tell.js';
import type { Turn } from './turn.js';

interface Heard {
  readonly advert: Advert;
  readonly source: IpAddress;
}

/** RFC 3768 § 6.4.1 Initialize; keepalived starts every router but the owner as BACKUP, whatever `state` says. */
export function start(unit: readonly Instance[], turn: Turn): void {
  review(unit, turn, { kind: 'started' });
}

/** A deadline of the state is there, or was: only what is due at `turn.now` is done. */
export function expire(instance: Instance, turn: Turn): void {
  const { state } = instance;
  if (state.kind === 'BACKUP' && state.masterDownAt <= turn.now) lead(instance, state, turn);
  else if (state.kind === 'MASTER') serve(instance, state, turn);
}

/**
 * The Master_Down_Timer has run out. In a sync group the last one whose timer does so takes all others along; until then,
 * as in maintenance, it waits for one interval more.
 */
function lead(instance: Instance, state: StateOf<'BACKUP'>, turn: Turn): void {
  const { group, surroundings } = instance;
  const why = silence(instance, turn.now);
  const others = othersOf(instance);
  const isReady = ({ state: other }: Instance): boolean =>
    other.kind === 'MASTER' || (other.kind === 'BACKUP' && other.wantsMaster !== undefined);
  if (surroundings.maintenance !== undefined || !others.every(isReady)) {
    const masterDownAt = after(turn.now, instance.masterDownInterval);
    instance.state = { ...state, masterDownAt, wantsMaster: why };
    if (surroundings.maintenance !== undefined) tellHeldBack(instance, turn);
    return;
  }
  toMaster(instance, why, turn);
  const waiting = others.filter((member) => member.state.kind === 'BACKUP');
  if (group && waiting.length > 0)
    turn.log('info', `VRRP_Group(${group.config.name}) Syncing instances to MASTER state`);
  for (const member of waiting)
    if (member.state.kind === 'BACKUP') toMaster(member, member.state.wantsMaster ?? why, turn);
}

/** Maintenance is over: one whose timer has run out meanwhile waits no longer. */
export function resume(instance: Instance, turn: Turn): void {
  const { state } = instance;
  if (state.kind === 'BACKUP' && state.wantsMaster) lead(instance, state, turn);
}

/** RFC 3768 § 6.4.2 and § 6.4.3: a valid advert of another router. */
export function hear(instance: Instance, { advert, source }: Heard, turn: Turn): void {
  if (advert.priority === 0) instance.statistics.priorityZeroHeard += 1;
  if (instance.state.kind === 'BACKUP') hearAsBackup(instance, instance.state, { advert, source }, turn);
  else if (instance.state.kind === 'MASTER') hearAsMaster(instance, instance.state, { advert, source }, turn);
}

/**
 * An interface or a track without weight changed: the unit goes into FAULT, out of it, or has other reasons in it. One
 * that need not wait any longer begins, for the reason `begun`.
 */
export function review(unit: readonly Instance[], turn: Turn, begun: Reason = { kind: 'checks-passed' }): void {
  for (const { member, faults } of faultsOf(unit)) {
    const { state } = member;
    if (faults.length > 0) {
      if (state.kind === 'FAULT') member.state = { kind: 'FAULT', reasons: faults };
      else toFault(member, faults, turn);
    } else if (state.kind === 'FAULT' || state.kind === 'INIT') {
      const [fault] = state.kind === 'FAULT' ? state.reasons : [];
      const why: Reason = fault ? { kind: 'fault-over', fault } : begun;
      if (!member.isWaiting()) toBackup(member, why, turn);
      else if (fault) enter(member, { kind: 'INIT' }, why, turn);
    }
  }
}

/** A running Master_Down_Timer is moved by the difference of the skew; a MASTER says the new priority in its next advert. */
export function changePriority(instance: Instance, priority: number, turn: Turn): void {
  const { state } = instance;
  const before = instance.skew;
  instance.priority = priority;
  tellPriority(instance, turn);
  if (state.kind !== 'BACKUP') return;
  const shift = (instance.skew - before) as Duration;
  instance.state = { ...state, masterDownAt: after(state.masterDownAt, shift) };
}

/** A reload that leaves the virtual router what it is. */
export function reconfigure(instance: Instance, config: VrrpInstance, turn: Turn): void {
  const { config: before, lower } = instance;
  instance.config = config;
  instance.state = carryOver(instance, before, turn.now);
  if (lower === undefined || !acceptsLower(instance, before)) return;
  [instance.master, instance.lower] = [lower, undefined];
}

/** A MASTER gives its addresses up although it is the best, a group as a whole; another serves after its skew time. */
export function yieldTo(cause: 'failover' | 'maintenance', unit: readonly Instance[], turn: Turn): void {
  const masters = unit.filter(({ state }) => state.kind === 'MASTER');
  if (cause === 'failover' && masters.length > 0) for (const member of unit) member.hasYielded = true;
  for (const member of masters) {
    release(member, turn, { farewells: 1 });
    toBackup(member, { kind: 'yielded', cause }, turn);
  }
}

/** RFC 3768 § 6.4.2, § 6.4.3: the shutdown event. */
export function stop(instance: Instance, cause: string, turn: Turn): void {
  leave(instance, cause, turn);
  tell(instance, 'STOP', turn);
}

/** The file has it no longer, or (not `forGood`) as another virtual router, which begins by itself. */
export function remove(instance: Instance, { forGood }: { forGood: boolean }, turn: Turn): void {
  leave(instance, forGood ? 'a reload removed it' : 'a reload made it another virtual router', turn);
  if (forGood) tell(instance, 'DELETED', turn);
}

function leave(instance: Instance, cause: string, turn: Turn): void {
  if (instance.state.kind === 'MASTER') release(instance, turn, { farewells: 1 });
  const held = enter(instance, { kind: 'INIT' }, { kind: 'stopped', cause }, turn);
  turn.log('info', `(${instance.config.name}) Stopping: ${cause}; ${held}`);
}

function hearAsBackup(instance: Instance, state: StateOf<'BACKUP'>, { advert, source }: Heard, turn: Turn): void {
  const heard = { address: source, priority: advert.priority, heardAt: turn.now };
  if (advert.priority === 0) {
    // § 6.4.2: the timer becomes Skew_Time; a repeated farewell never makes it later again.
    instance.master = heard;
    instance.lower = undefined;
    instance.hasYielded = false;
    const skewEnd = after(turn.now, instance.skew);
    instance.state = { ...state, masterDownAt: skewEnd < state.masterDownAt ? skewEnd : state.masterDownAt };
    turn.log('info', `(${instance.config.name}) ${source} left with priority 0`);
    return;
  }
  const { preemptDelay } = instance.config;
  const nopreempt = instance.config.nopreempt || instance.hasYielded || instance.surroundings.maintenance !== undefined;
  const lower = advert.priority < instance.priority;
  const preemptAt =
    lower && !nopreempt && preemptDelay > 0 ? (state.preemptAt ?? after(turn.now, preemptDelay)) : undefined;
  if (!lower || nopreempt || (preemptAt !== undefined && turn.now < preemptAt)) {
    instance.master = heard;
    instance.lower = undefined;
    const masterDownAt = after(turn.now, instance.masterDownInterval);
    instance.state = { kind: 'BACKUP', masterDownAt, ...(preemptAt !== undefined && { preemptAt }) };
    // In a group that a reload put together others may be MASTER.
    if (instance.group?.isApart) followToBackup(instance, turn, { farewells: 1 });
    return;
  }
  instance.lower = heard;
  tellDiscarded(instance, { source, priority: advert.priority }, turn);
}

function hearAsMaster(instance: Instance, state: StateOf<'MASTER'>, { advert, source }: Heard, turn: Turn): void {
  const [{ source: own, priority: ours, config }, { priority: theirs }] = [instance, advert];
  if (theirs === 0) {
    // § 6.4.3: another MASTER leaves; those who listened to it learn of us at once.
    advertise(instance, turn);
    turn.log('info', `(${config.name}) Master received priority 0 message from ${source}`);
    return;
  }
  if (own === undefined) return;
  const outcome = elect({ own: { priority: ours, address: own }, other: { priority: theirs, address: source } });
  if (outcome === 'better') {
    if (config.higherPrioSendAdvert) advertise(instance, turn);
    release(instance, turn, { farewells: 0 });
    instance.master = { address: source, priority: theirs, heardAt: turn.now };
    tellBetter(instance, { source, priority: theirs }, turn);
    toBackup(instance, { kind: 'better-heard', master: source, theirs, ours }, turn);
    followToBackup(instance, turn, { farewells: 0 });
  } else {
    standGround(instance, state, { source, priority: theirs }, turn);
  }
}

/**
 * In a sync group one that stays or becomes BACKUP takes all others along. Without farewells when another router has taken
 * over from it: that one does so for its whole group.
 */
function followToBackup(instance: Instance, turn: Turn, { farewells }: { farewells: number }): void {
  const { group } = instance;
  const others = othersOf(instance).filter(({ state }) => state.kind === 'MASTER');
  if (!group || others.length === 0) return;
  turn.log('info', `VRRP_Group(${group.config.name}) Syncing instances to BACKUP state`);
  for (const member of others) {
    release(member, turn, { farewells });
    toBackup(member, { kind: 'synced', group: group.config.name, member: instance.config.name }, turn);
  }
}

/** § 6.4.3 discards a worse advert; keepalived also answers it, so that a second MASTER and the clients hear of us. */
function standGround(
  instance: Instance,
  state: StateOf<'MASTER'>,
  { source, priority }: { source: IpAddress; priority: number },
  turn: Turn,
): void {
  const { garp, lowerPrioNoAdvert } = instance.config;
  if (!lowerPrioNoAdvert) {
    advertise(instance, turn);
    if (garp.lowerPrioRepeat > 0) announce(instance, garp.lowerPrioRepeat, turn);
    instance.state = { ...state, garp: planOnLowerAdvert(state.garp, garp, turn.now) };
  }
  tellElection(instance, { source, priority }, turn);
  tell(instance, 'MASTER_RX_LOWER_PRI', turn);
}

/** What a MASTER does by the clock: adverts from their own last deadline, so that they never drift, and bursts. */
function serve(instance: Instance, state: StateOf<'MASTER'>, turn: Turn): void {
  let { advertAt } = state;
  if (advertAt <= turn.now) {
    advertise(instance, turn);
    advertAt = nextPeriod(advertAt, { period: instance.config.advertInt, now: turn.now });
    putBackMissing(instance, turn);
  }
  const burst = takeBurst(state.garp, instance.config.garp, turn.now);
  if (burst.rounds > 0) announce(instance, burst.rounds, turn);
  instance.state = { kind: 'MASTER', advertAt, garp: burst.plan };
}

function toMaster(instance: Instance, why: Reason, turn: Turn): void {
  const { config } = instance;
  advertise(instance, turn);
  addAddresses(instance, turn);
  announce(instance, config.garp.masterRepeat, turn);
  const advertAt = after(turn.now, config.advertInt);
  const garp = planOnMaster(config.garp, turn.now);
  const held = enter(instance, { kind: 'MASTER', advertAt, garp }, why, turn);
  instance.master = undefined;
  instance.lower = undefined;
  instance.hasYielded = false;
  instance.statistics.becameMaster += 1;
  report(instance, { state: 'MASTER', words: `Entering MASTER STATE: ${describeReason(why)}; ${held}` }, turn);
}

/** The owner (255) passes through: keepalived and § 6.4.1 let it take over at once. */
function toBackup(instance: Instance, why: Reason, turn: Turn): void {
  const first = instance.state.kind === 'INIT';
  const owner = instance.priority === 255 && instance.state.kind !== 'MASTER';
  const wait = owner ? (first ? 0 : instance.config.advertInt + instance.skew) : instance.masterDownInterval;
  const masterDownAt = after(turn.now, wait as Duration);
  if (why.kind !== 'better-heard') instance.master = undefined;
  const held = enter(instance, { kind: 'BACKUP', masterDownAt }, why, turn);
  const init = why.kind === 'started' ? ' (init)' : '';
  const words = `Entering BACKUP STATE${init}: ${describeReason(why)}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'BACKUP', words }, turn);
}

function toFault(instance: Instance, reasons: FaultReason[], turn: Turn): void {
  const before = instance.state;
  const [why] = reasons;
  if (!why) return;
  // keepalived says priority 0 twice here, and once for the fault of another member.
  const farewells = why.kind === 'member-failed' ? 1 : 2;
  if (before.kind === 'MASTER') release(instance, turn, { farewells: canSpeak(instance) ? farewells : 0 });
  instance.master = undefined;
  const held = enter(instance, { kind: 'FAULT', reasons }, why, turn);
  const init = before.kind === 'INIT' ? ' (init)' : '';
  const words = `Entering FAULT STATE${init}: ${reasons.map(describeReason).join(', ')}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'FAULT', words }, turn);
}

/** Over a dead link, or one that is not listened on, nothing could leave. */
const canSpeak = ({ links, config, source, openError }: Instance): boolean =>
  links.get(config.interface)?.up === true && source !== undefined && openError === undefined;

/** Gives the addresses up: farewells first, so that the heir's skew begins at once. */
function release(instance: Instance, turn: Turn, { farewells }: { farewells: number }): void {
  for (let count = 0; count < farewells; count += 1) advertise(instance, turn, 0);
  removeAddresses(instance, turn);
  instance.statistics.releasedMaster += 1;
}

/** Takes up a state; returns how long it was in the one before, in words. */
function enter(instance: Instance, state: State, why: Reason, turn: Turn): string {
  const { now } = turn;
  const from = instance.state.kind;
  const held = `was ${from} for ${describeDuration(between({ from: instance.since, to: now }))}`;
  instance.remember({ at: now, from, to: state.kind, why });
  instance.state = state;
  turn.moved(instance);
  return held;
}

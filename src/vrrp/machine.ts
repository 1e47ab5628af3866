// The state machine of an instance: THE ONLY FILE THAT CHANGES A STATE. RFC 3768 § 6.4; FAULT, preempt_delay and the
// checks are keepalived's. Order on becoming MASTER: the advert first, the addresses next, gratuitous ARP last, and only
// then what may wait (log, notify).

import { after, between, describeDuration, earliest, nextPeriod, type Duration, type Instant } from '../time.js';
import type { Advert } from '../packet/vrrp.js';
import type { IpAddress } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import { elect } from './election.js';
import type { Event } from './event.js';
import { planOnLowerAdvert, planOnMaster, planOnReload, takeBurst } from './garp.js';
import { addAddresses, advertise, announce, putBackMissing, removeAddresses } from './holding.js';
import type { Instance } from './instance.js';
import { describeReason, type FaultReason, type Reason } from './reason.js';
import type { State } from './state.js';
import type { Turn } from './turn.js';

/** How many transitions the status can show. */
const HISTORY = 10;

/** RFC 3768 § 6.4.1 Initialize; keepalived starts every router but the owner as BACKUP, whatever `state` says. */
export function start(instance: Instance, turn: Turn): void {
  const faults = instance.faults();
  if (faults.length > 0) toFault(instance, faults, turn);
  else if (!instance.isWaitingForChecks()) toBackup(instance, { kind: 'started' }, turn);
}

/** A deadline of the state is there, or was: only what is due at `turn.now` is done. */
export function expire(instance: Instance, turn: Turn): void {
  const { state } = instance;
  if (state.kind === 'BACKUP' && state.masterDownAt <= turn.now) toMaster(instance, silence(instance, turn.now), turn);
  else if (state.kind === 'MASTER') serve(instance, state, turn);
}

/** RFC 3768 § 6.4.2 and § 6.4.3: a valid advert of another router. */
export function hear(instance: Instance, { advert, source }: { advert: Advert; source: IpAddress }, turn: Turn): void {
  if (advert.priority === 0) instance.statistics.priorityZeroHeard += 1;
  if (instance.state.kind === 'BACKUP') hearAsBackup(instance, instance.state, { advert, source }, turn);
  else if (instance.state.kind === 'MASTER') hearAsMaster(instance, instance.state, { advert, source }, turn);
}

/** The interface or a check without weight changed: into FAULT, out of it, or with other reasons in it. */
export function review(instance: Instance, turn: Turn): void {
  const { state } = instance;
  const faults = instance.faults();
  if (state.kind === 'FAULT') {
    const [first] = state.reasons;
    if (faults.length > 0) instance.state = { kind: 'FAULT', reasons: faults };
    else if (instance.isWaitingForChecks()) instance.state = { kind: 'INIT' };
    else toBackup(instance, first ? { kind: 'fault-over', fault: first } : { kind: 'started' }, turn);
  } else if (faults.length > 0) {
    toFault(instance, faults, turn);
  } else if (state.kind === 'INIT' && !instance.isWaitingForChecks()) {
    toBackup(instance, { kind: 'checks-passed' }, turn);
  }
}

/** A running Master_Down_Timer is moved by the difference of the skew; a MASTER says the new priority in its next advert. */
export function changePriority(instance: Instance, priority: number): void {
  const { state } = instance;
  const before = instance.skew;
  instance.priority = priority;
  if (state.kind !== 'BACKUP') return;
  const shift = between({ from: before as number as Instant, to: instance.skew as number as Instant });
  instance.state = { ...state, masterDownAt: after(state.masterDownAt, shift) };
}

/**
 * A reload that leaves the virtual router what it is: of the running timers only those move whose length it changes, and
 * never so that a BACKUP takes over sooner than a whole Master_Down_Interval from now.
 */
export function reconfigure(instance: Instance, config: VrrpInstance, turn: Turn): void {
  const { state, config: before, lower } = instance;
  instance.config = config;
  if (state.kind === 'MASTER') {
    const advertAt = earliest(state.advertAt, after(turn.now, config.advertInt)) ?? state.advertAt;
    const garp = planOnReload(state.garp, { from: before.garp, to: config.garp, now: turn.now });
    instance.state = { ...state, advertAt, garp };
  }
  if (state.kind !== 'BACKUP') return;
  const { masterDownAt, preemptAt } = state;
  const keepsDelay = preemptAt !== undefined && !config.nopreempt && config.preemptDelay === before.preemptDelay;
  // With nopreempt the lower advert that was discarded before counts after all.
  const accepts = lower !== undefined && config.nopreempt && !before.nopreempt;
  const restarts = config.advertInt !== before.advertInt || config.downTimerAdverts !== before.downTimerAdverts;
  instance.state = {
    kind: 'BACKUP',
    masterDownAt: accepts || restarts ? after(turn.now, instance.masterDownInterval) : masterDownAt,
    ...(keepsDelay && { preemptAt }),
  };
  if (accepts) [instance.master, instance.lower] = [lower, undefined];
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
  const held = enter(instance, { kind: 'INIT' }, { kind: 'stopped', cause }, turn.now);
  turn.log('info', `(${instance.config.name}) Stopping: ${cause}; ${held}`);
}

function hearAsBackup(
  instance: Instance,
  state: Extract<State, { kind: 'BACKUP' }>,
  { advert, source }: { advert: Advert; source: IpAddress },
  turn: Turn,
): void {
  const heard = { address: source, priority: advert.priority, heardAt: turn.now };
  if (advert.priority === 0) {
    // § 6.4.2: the timer becomes Skew_Time; a repeated farewell never makes it later again.
    instance.master = heard;
    instance.lower = undefined;
    const skewEnd = after(turn.now, instance.skew);
    instance.state = { ...state, masterDownAt: skewEnd < state.masterDownAt ? skewEnd : state.masterDownAt };
    turn.log('info', `(${instance.config.name}) ${source} left with priority 0`);
    return;
  }
  const { nopreempt, preemptDelay } = instance.config;
  const lower = advert.priority < instance.priority;
  const preemptAt =
    lower && !nopreempt && preemptDelay > 0 ? (state.preemptAt ?? after(turn.now, preemptDelay)) : undefined;
  if (!lower || nopreempt || (preemptAt !== undefined && turn.now < preemptAt)) {
    instance.master = heard;
    instance.lower = undefined;
    const masterDownAt = after(turn.now, instance.masterDownInterval);
    instance.state = { kind: 'BACKUP', masterDownAt, ...(preemptAt !== undefined && { preemptAt }) };
    return;
  }
  instance.lower = heard;
  const { name } = instance.config;
  const line = (words: string) =>
    `(${name}) received lower priority (${advert.priority}) advert from ${source} - ${words}`;
  if (
    instance.repeated.first(`lower ${source}`, turn.now, (count) => line(`discarding; ${count} more in the last 10 s`))
  )
    turn.log('info', line('discarding'));
}

function hearAsMaster(
  instance: Instance,
  state: Extract<State, { kind: 'MASTER' }>,
  { advert, source }: { advert: Advert; source: IpAddress },
  turn: Turn,
): void {
  const own = instance.source;
  const { name, higherPrioSendAdvert } = instance.config;
  const { priority: ours } = instance;
  const theirs = advert.priority;
  if (theirs === 0) {
    // § 6.4.3: another MASTER leaves; those who listened to it learn of us at once.
    advertise(instance, turn);
    turn.log('info', `(${name}) Master received priority 0 message from ${source}`);
    return;
  }
  if (own === undefined) return;
  const outcome = elect({ own: { priority: ours, address: own }, other: { priority: theirs, address: source } });
  if (outcome === 'better') {
    if (higherPrioSendAdvert) advertise(instance, turn);
    release(instance, turn, { farewells: 0 });
    instance.master = { address: source, priority: theirs, heardAt: turn.now };
    const how =
      theirs > ours
        ? `with higher priority ${theirs}, ours ${ours}`
        : `with same priority ${theirs} but higher IP address than ours`;
    turn.log('info', `(${name}) Master received advert from ${source} ${how}`);
    toBackup(instance, { kind: 'better-heard', master: source, theirs, ours }, turn);
  } else {
    standGround(instance, state, { source, priority: theirs }, turn);
  }
}

/** § 6.4.3 discards a worse advert; keepalived also answers it, so that a second MASTER and the clients hear of us. */
function standGround(
  instance: Instance,
  state: Extract<State, { kind: 'MASTER' }>,
  { source, priority }: { source: IpAddress; priority: number },
  turn: Turn,
): void {
  const { name, garp, lowerPrioNoAdvert } = instance.config;
  if (!lowerPrioNoAdvert) {
    advertise(instance, turn);
    if (garp.lowerPrioRepeat > 0) announce(instance, garp.lowerPrioRepeat, turn);
    instance.state = { ...state, garp: planOnLowerAdvert(state.garp, garp, turn.now) };
  }
  const line = `(${name}) Received advert from ${source} with lower priority ${priority}, ours ${instance.priority}, forcing new election`;
  if (instance.repeated.first(`worse ${source}`, turn.now, (count) => `${line} (${count} more in the last 10 s)`))
    turn.log('warn', line);
}

/** What a MASTER does by the clock: adverts from their own last deadline, so that they never drift, and bursts. */
function serve(instance: Instance, state: Extract<State, { kind: 'MASTER' }>, turn: Turn): void {
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
  const held = enter(instance, { kind: 'MASTER', advertAt, garp }, why, turn.now);
  instance.master = undefined;
  instance.lower = undefined;
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
  const held = enter(instance, { kind: 'BACKUP', masterDownAt }, why, turn.now);
  const init = why.kind === 'started' ? ' (init)' : '';
  const words = `Entering BACKUP STATE${init}: ${describeReason(why)}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'BACKUP', words }, turn);
}

function toFault(instance: Instance, reasons: FaultReason[], turn: Turn): void {
  const before = instance.state;
  const linkFailed = reasons.some(({ kind }) => kind !== 'script-failed');
  // keepalived says priority 0 twice here; over a dead link nothing could leave.
  if (before.kind === 'MASTER') release(instance, turn, { farewells: linkFailed ? 0 : 2 });
  const [why] = reasons;
  if (!why) return;
  instance.master = undefined;
  const held = enter(instance, { kind: 'FAULT', reasons }, why, turn.now);
  const init = before.kind === 'INIT' ? ' (init)' : '';
  const words = `Entering FAULT STATE${init}: ${reasons.map(describeReason).join(', ')}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'FAULT', words }, turn);
}

/** Gives the addresses up: farewells first, so that the heir's skew begins at once. */
function release(instance: Instance, turn: Turn, { farewells }: { farewells: number }): void {
  for (let count = 0; count < farewells; count += 1) advertise(instance, turn, 0);
  removeAddresses(instance, turn);
  instance.statistics.releasedMaster += 1;
}

/** Takes up a state; returns how long it was in the one before, in words. */
function enter(instance: Instance, state: State, why: Reason, now: Instant): string {
  const from = instance.state.kind;
  const held = `was ${from} for ${describeDuration(between({ from: instance.since, to: now }))}`;
  instance.history.unshift({ at: now, from, to: state.kind, why });
  instance.history.length = Math.min(instance.history.length, HISTORY);
  instance.state = state;
  instance.since = now;
  instance.why = why;
  return held;
}

function report(
  instance: Instance,
  { state, words }: { state: 'MASTER' | 'BACKUP' | 'FAULT'; words: string },
  turn: Turn,
): void {
  turn.log(state === 'FAULT' ? 'warn' : 'info', `(${instance.config.name}) ${words}`);
  tell(instance, state, turn);
}

function tell({ config, priority }: Instance, state: Event['state'], turn: Turn): void {
  turn.do({ kind: 'notify', event: { subject: 'INSTANCE', name: config.name, state, priority } });
}

/** Why a Master_Down_Timer ran out. */
function silence(instance: Instance, now: Instant): Reason {
  const { master, lower, priority: ours } = instance;
  if (ours === 255) return { kind: 'owner' };
  if (lower) return { kind: 'preempted', master: lower.address, theirs: lower.priority, ours };
  if (!master) return { kind: 'nobody-heard', silence: between({ from: instance.since, to: now }), ours };
  if (master.priority === 0) return { kind: 'master-left', master: master.address, ours };
  const quiet = between({ from: master.heardAt, to: now });
  return { kind: 'master-silent', master: master.address, silence: quiet, theirs: master.priority, ours };
}

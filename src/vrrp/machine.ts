// The transitions of an instance: THE ONLY FILE THAT CHANGES A STATE. What leads to them is in backup.ts, master.ts and
// releasing.ts (RFC 3768 § 6.4.2, § 6.4.3), unit.ts (start, stop, faults) and orders.ts. Order on becoming MASTER: the
// advert first, the addresses next, gratuitous ARP last, and only then what may wait (log, notify).

import { after, between, describeDuration, type Duration, type Instant } from '../time.js';
import type { VrrpInstance } from '../config/model.js';
import { acceptsLower, carryOver } from './carry-over.js';
import { depart, hearOther } from './departure.js';
import { beginFarewell } from './farewell.js';
import { planOnMaster } from './garp.js';
import { faultsOf } from './group.js';
import { announce } from './announcing.js';
import { addAddresses, advertise, removeAddresses } from './holding.js';
import type { Instance, Master } from './instance.js';
import { beginPatrol } from './patrol.js';
import { describeReason, type FaultReason, type Reason } from './reason.js';
import { outerState, type State, type StateOf } from './state.js';
import { report, tell, tellPriority } from './tell.js';
import type { Turn } from './turn.js';

/** The same state with other deadlines. */
export function stay(instance: Instance, state: State): void {
  instance.state = state;
}

/** § 6.4.2: the advert, the addresses, the announcement. */
export function toMaster(instance: Instance, why: Reason, turn: Turn): void {
  const { config } = instance;
  advertise(instance, turn);
  addAddresses(instance, turn);
  announce(instance, config.garp.masterRepeat, turn);
  const held = enter(instance, masterState(instance, turn), why, turn);
  instance.statistics.becameMaster += 1;
  report(instance, { state: 'MASTER', words: `Entering MASTER STATE: ${describeReason(why)}; ${held}` }, turn);
}

/** One that gave its addresses up and is not relieved goes on; for those outside it has been MASTER all the time. */
export function returnToMaster(instance: Instance, turn: Turn): void {
  advertise(instance, turn);
  addAddresses(instance, turn);
  announce(instance, instance.config.garp.masterRepeat, turn);
  instance.state = masterState(instance, turn);
  turn.moved(instance);
  turn.log('warn', `(${instance.config.name}) stays MASTER: no other router took over`);
}

function masterState(instance: Instance, { now }: Turn): StateOf<'MASTER'> {
  const { config } = instance;
  [instance.master, instance.lower, instance.hasYielded] = [undefined, undefined, false];
  return {
    kind: 'MASTER',
    advertAt: after(now, config.advertInt),
    garp: planOnMaster(config.garp, now),
    patrol: beginPatrol,
  };
}

/** The owner (255) passes through: keepalived and § 6.4.1 let it take over at once. */
export function toBackup(instance: Instance, why: Reason, turn: Turn): void {
  const { state, left } = instance;
  const first = state.kind === 'INIT';
  const owner = instance.priority === 255 && state.kind !== 'RELEASING';
  if (state.kind !== 'RELEASING') [instance.master, instance.lower] = [undefined, undefined];
  const ownersWait = first ? 0 : instance.config.advertInt + instance.skew;
  const masterDownAt = owner ? after(turn.now, ownersWait as Duration) : masterDown(instance, turn.now);
  const keeps = first && left && { keeps: depart(left.addresses) };
  const held = enter(instance, { kind: 'BACKUP', masterDownAt, ...keeps }, why, turn);
  const init = why.kind === 'started' ? ' (init)' : '';
  const words = `Entering BACKUP STATE${init}: ${describeReason(why)}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'BACKUP', words }, turn);
  if (keeps) turn.log('info', `(${instance.config.name}) keeps what was left here until another router is heard`);
}

/** From the last advert of the master that is known, else from now. */
function masterDown({ master, masterDownInterval, skew }: Instance, now: Instant): Instant {
  if (!master) return after(now, masterDownInterval);
  return after(master.heardAt, master.priority === 0 ? skew : masterDownInterval);
}

export function toFault(instance: Instance, reasons: readonly FaultReason[], turn: Turn): void {
  const [why] = reasons;
  if (!why) return;
  const init = instance.state.kind === 'INIT' ? ' (init)' : '';
  instance.master = undefined;
  const held = enter(instance, { kind: 'FAULT', reasons }, why, turn);
  const words = `Entering FAULT STATE${init}: ${reasons.map(describeReason).join(', ')}${init ? '' : `; ${held}`}`;
  report(instance, { state: 'FAULT', words }, turn);
}

/** It has to wait before it begins again. */
export const toInit = (instance: Instance, why: Reason, turn: Turn): string =>
  enter(instance, { kind: 'INIT' }, why, turn);

/** Other reasons for the fault that it is in. */
export function changeFaults(instance: Instance, reasons: readonly FaultReason[]): void {
  instance.state = { kind: 'FAULT', reasons };
}

/** How the addresses are given up, and what for. */
export interface Release {
  readonly why: Reason;
  readonly then: StateOf<'RELEASING'>['then'];
  /** The better router that was heard: nobody has to be asked to take over. */
  readonly heir?: Master;
  /** It goes on as MASTER when nobody is heard by then; nobody is asked to take over either. */
  readonly returnAt?: Instant;
}

/** Says farewell, and serves the addresses until the heir has them. */
export function release(instance: Instance, { why, then, heir, returnAt }: Release, turn: Turn): void {
  const { config, state } = instance;
  const { now } = turn;
  const kept = state.kind === 'BACKUP' ? state.keeps : undefined;
  const departure = kept ?? depart(instance.held);
  const asks = heir === undefined && returnAt === undefined && departure.heirAt === undefined;
  if (asks) advertise(instance, turn, 0);
  if (asks || heir) instance.master = heir;
  instance.secondOwners.clear();
  instance.state = {
    kind: 'RELEASING',
    why,
    then,
    departure: heir ? hearOther(departure, { ...heir, source: heir.address, now }) : departure,
    ...(kept && { wasBackup: true }),
    ...(asks && { farewell: beginFarewell(config, now) }),
    ...(returnAt !== undefined && { returnAt, deafUntil: now }),
  };
  turn.moved(instance);
  const until = heir ? `${heir.address} announces them` : 'another router announces them';
  turn.log('info', `(${config.name}) Giving up the addresses: ${describeReason(why)}; they stay until ${until}`);
}

/** It gives its addresses up already; something else comes after it now, and nothing makes it MASTER again. */
export function redirect(instance: Instance, { why, then }: Pick<Release, 'why' | 'then'>, turn: Turn): void {
  if (instance.state.kind !== 'RELEASING') return;
  const { returnAt, ...state } = instance.state;
  if (returnAt !== undefined) advertise(instance, turn, 0);
  const asks = returnAt !== undefined && { farewell: beginFarewell(instance.config, turn.now) };
  instance.state = { ...state, why, then, ...asks };
  turn.moved(instance);
}

/** They are off, all of them: BACKUP or FAULT as things stand now, or the end. */
export function end(instance: Instance, turn: Turn): void {
  const { state, config } = instance;
  if (state.kind !== 'RELEASING') return;
  const { then, why, departure } = state;
  if (departure.connections > 0)
    turn.log('info', `(${config.name}) connections of the addresses that left: ${departure.connections} reset`);
  if (then !== 'election') {
    leave(instance, { event: then, why }, turn);
    return;
  }
  const found = faultsOf(instance.unit).find(({ member }) => member === instance);
  if (found && found.faults.length > 0) toFault(instance, found.faults, turn);
  else toBackup(instance, why, turn);
}

/** At once, with what it has: nobody could hear of it, or nobody needs to. */
export function giveUpAtOnce(instance: Instance, { farewells }: { farewells: number }, turn: Turn): void {
  for (let count = 0; count < farewells; count += 1) advertise(instance, turn, 0);
  removeAddresses(instance, turn);
  instance.secondOwners.clear();
}

/** Not a router any more. */
export function leave(
  instance: Instance,
  { event, why }: { event: 'STOP' | 'DELETED' | undefined; why: Reason },
  turn: Turn,
): void {
  const held = enter(instance, { kind: 'INIT' }, why, turn);
  turn.log('info', `(${instance.config.name}) Stopping: ${describeReason(why)}; ${held}`);
  if (event) tell(instance, event, turn);
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
  const { config: before, masterAdvertInt: formerInt } = instance;
  instance.config = config;
  const hasAccepted = acceptsLower(instance, before);
  if (hasAccepted) [instance.master, instance.lower] = [instance.lower, undefined];
  instance.state = carryOver(instance, before, { formerInt, hasAccepted, now: turn.now });
}

/** Takes up a state; returns how long it was in the one before, in words. RELEASING is a part of what it was before. */
function enter(instance: Instance, state: Exclude<State, { kind: 'RELEASING' }>, why: Reason, turn: Turn): string {
  const { now } = turn;
  const from = outerState(instance.state);
  if (from === 'MASTER') instance.statistics.releasedMaster += 1;
  const held = `was ${from} for ${describeDuration(between({ from: instance.since, to: now }))}`;
  instance.remember({ at: now, from, to: state.kind, why });
  instance.state = state;
  turn.moved(instance);
  return held;
}

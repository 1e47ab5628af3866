// RFC 3768 § 6.4.2, Backup: it listens to the master, and takes over when that falls silent, leaves, or may be preempted.
// preempt_delay and nopreempt are keepalived's. machine.ts makes the states.

import type { IpAddress } from '../address.js';
import { after, between, describeDuration } from '../time.js';
import { hearOther } from './departure.js';
import { othersOf } from './group.js';
import type { Instance, Master } from './instance.js';
import * as machine from './machine.js';
import { depart } from './releasing.js';
import type { StateOf } from './state.js';
import { silence, tellDiscarded, tellHeldBack } from './tell.js';
import type { Turn } from './turn.js';
import { followToBackup } from './unit.js';
import type { Heard } from './virtual-router.js';

type Backup = StateOf<'BACKUP'>;

/** A valid advert of another router. */
export function hear(instance: Instance, state: Backup, { advert, source }: Heard, turn: Turn): void {
  const { now } = turn;
  const { priority } = advert;
  if (priority === 0) {
    hearFarewell(instance, state, source, turn);
    return;
  }
  const keeps = state.keeps && { keeps: hearOther(state.keeps, { source, priority, now }) };
  const heard = { address: source, priority, advertInt: advert.interval, heardAt: now };
  const { preemptDelay } = instance.config;
  const nopreempt = instance.config.nopreempt || instance.hasYielded || instance.surroundings.maintenance !== undefined;
  const lower = priority < instance.priority;
  const preemptAt = lower && !nopreempt && preemptDelay > 0 ? (state.preemptAt ?? after(now, preemptDelay)) : undefined;
  if (!lower || nopreempt || (preemptAt !== undefined && now < preemptAt)) {
    learnInterval(instance, heard, turn);
    instance.master = heard;
    instance.lower = undefined;
    const masterDownAt = after(now, instance.masterDownInterval);
    machine.stay(instance, {
      kind: 'BACKUP',
      masterDownAt,
      ...(preemptAt !== undefined && { preemptAt }),
      ...keeps,
    });
    // In a group that a reload put together others may be MASTER.
    if (instance.group?.isApart) followToBackup(instance, turn);
    return;
  }
  instance.lower = heard;
  if (keeps) machine.stay(instance, { ...state, ...keeps });
  tellDiscarded(instance, { source, priority }, turn);
}

/** RFC 5798 § 6.4.2 (450): the timers follow the master's interval. Said when it is another one than until now. */
function learnInterval(
  { config, masterAdvertInt, repeated }: Instance,
  { address, advertInt }: Master,
  turn: Turn,
): void {
  if (config.version === 2 || advertInt === masterAdvertInt) return;
  const own = advertInt === config.advertInt ? '' : `, not ${describeDuration(config.advertInt)} as here`;
  const line = `(${config.name}) ${address} says an advert each ${describeDuration(advertInt)}${own}`;
  const summary = [`${line} (`, ' more in the last 10 s)'] as const;
  if (repeated.first(`interval ${address} ${advertInt}`, turn.now, summary)) turn.log('info', line);
}

/** § 6.4.2: the timer becomes Skew_Time; a repeated farewell never makes it later again. */
function hearFarewell(instance: Instance, state: Backup, source: IpAddress, turn: Turn): void {
  const { now } = turn;
  const { masterAdvertInt: advertInt } = instance;
  const isRepeated = instance.master?.address === source && instance.master.priority === 0;
  instance.master = { address: source, priority: 0, advertInt, heardAt: now };
  instance.lower = undefined;
  instance.hasYielded = false;
  const skewEnd = after(now, instance.skew);
  machine.stay(instance, { ...state, masterDownAt: skewEnd < state.masterDownAt ? skewEnd : state.masterDownAt });
  if (!isRepeated) turn.log('info', `(${instance.config.name}) ${source} left with priority 0`);
}

/** A deadline of the state is there. */
export function expire(instance: Instance, turn: Turn): void {
  depart(instance, turn);
  const { state } = instance;
  if (state.kind !== 'BACKUP' || state.masterDownAt > turn.now) return;
  if (hasStoodStill(instance, state, turn)) {
    // Perhaps the whole network did, and the master's next advert is on its way.
    machine.stay(instance, { ...state, masterDownAt: after(turn.now, instance.skew) });
    return;
  }
  lead(instance, state, turn);
}

const hasStoodStill = ({ masterAdvertInt }: Instance, { masterDownAt }: Backup, { now }: Turn): boolean =>
  between({ from: masterDownAt, to: now }) > masterAdvertInt;

/**
 * The Master_Down_Timer has run out. In a sync group the last one whose timer does so takes all others along; until then,
 * as in maintenance, it waits for one interval more.
 */
function lead(instance: Instance, state: Backup, turn: Turn): void {
  const { group, surroundings } = instance;
  const why = silence(instance, turn.now);
  const others = othersOf(instance);
  const isReady = ({ state: other }: Instance): boolean =>
    other.kind === 'MASTER' || (other.kind === 'BACKUP' && other.wantsMaster !== undefined);
  if (surroundings.maintenance !== undefined || !others.every(isReady)) {
    const masterDownAt = after(turn.now, instance.masterDownInterval);
    machine.stay(instance, { ...state, masterDownAt, wantsMaster: why });
    if (surroundings.maintenance !== undefined) tellHeldBack(instance, turn);
    return;
  }
  machine.toMaster(instance, why, turn);
  const waiting = others.filter((member) => member.state.kind === 'BACKUP');
  if (group && waiting.length > 0)
    turn.log('info', `VRRP_Group(${group.config.name}) Syncing instances to MASTER state`);
  for (const member of waiting)
    if (member.state.kind === 'BACKUP') machine.toMaster(member, member.state.wantsMaster ?? why, turn);
}

/** Maintenance is over: one whose timer has run out meanwhile waits no longer. */
export function resume(instance: Instance, turn: Turn): void {
  const { state } = instance;
  if (state.kind === 'BACKUP' && state.wantsMaster) lead(instance, state, turn);
}

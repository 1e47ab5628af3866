// RELEASING: a MASTER that gives its addresses up serves each one until the heir has it, so that no client finds nobody.
// keepalived takes them off first and says priority 0 then: its clients wait for the heir's skew. The same way go the
// addresses that a BACKUP keeps after a crash. machine.ts makes the states.

import type { IpAddress } from '../address.js';
import { between, type Instant } from '../time.js';
import type { VirtualAddress } from '../config/model.js';
import {
  clear,
  cleared,
  hearClaim,
  hearOther,
  isAnswered,
  isOver,
  stillThere,
  take,
  without,
  type Departure,
} from './departure.js';
import { continueFarewell } from './farewell.js';
import { othersOf } from './group.js';
import { advertise, takeOff } from './holding.js';
import type { Instance } from './instance.js';
import * as machine from './machine.js';
import type { State, StateOf } from './state.js';
import { answerTime } from './timers.js';
import type { Turn } from './turn.js';
import { followToBackup, isReachable } from './unit.js';
import type { Heard } from './virtual-router.js';

/** A valid advert of another router. Two that leave at once hear each other's farewell: that is no heir. */
export function hear(instance: Instance, state: StateOf<'RELEASING'>, { advert, source }: Heard, turn: Turn): void {
  const { now } = turn;
  const { priority } = advert;
  if (isOld(state, now)) return;
  if (priority === 0) {
    if (instance.master?.address === source) instance.master = { ...instance.master, priority, heardAt: now };
    return;
  }
  const departure = hearOther(state.departure, { source, priority, now });
  if (departure.heirAt !== undefined)
    instance.master = { address: source, priority, advertInt: advert.interval, heardAt: now };
  machine.stay(instance, answered({ ...state, departure }));
}

/** What is heard now had waited while the process stood still. */
const isOld = ({ deafUntil }: StateOf<'RELEASING'>, now: Instant): boolean =>
  deafUntil !== undefined && now <= deafUntil;

/** Somebody else has announced an address. */
export function claim(instance: Instance, address: IpAddress, turn: Turn): void {
  const { state } = instance;
  const { now } = turn;
  if (state.kind === 'BACKUP' && state.keeps)
    machine.stay(instance, { ...state, keeps: hearClaim(state.keeps, address, now) });
  if (state.kind === 'RELEASING' && !isOld(state, now) && !mayBeOvertaken(instance, now))
    machine.stay(instance, answered({ ...state, departure: hearClaim(state.departure, address, now) }));
}

/**
 * Two that announce in the same moment don't know whose word clients heard last. The other one announces again when it hears
 * of us, and that counts.
 */
const mayBeOvertaken = ({ announcedAt, config }: Instance, now: Instant): boolean =>
  announcedAt !== undefined && between({ from: announcedAt, to: now }) < answerTime(config.advertInt);

/** Who is heard need not be asked again, nor waited for. */
function answered(state: StateOf<'RELEASING'>): StateOf<'RELEASING'> {
  if (!isAnswered(state.departure)) return state;
  const { farewell, returnAt, ...rest } = state;
  // Of some addresses without an advert it is not known yet that all are served.
  const isHeir = state.departure.heirAt !== undefined || state.departure.staying.length === 0;
  return isHeir ? rest : { ...rest, ...(farewell && { farewell }), ...(returnAt !== undefined && { returnAt }) };
}

/** The connections of some addresses have been reset. */
export function connectionsReset(
  instance: Instance,
  done: { addresses: readonly IpAddress[]; count: number },
  turn: Turn,
): void {
  const departure = departureOf(instance.state);
  if (!departure || !instance.addresses.some(({ prefix }) => done.addresses.includes(prefix.address))) return;
  const { gone, rest } = cleared(departure, done);
  // They were another instance's.
  if (gone.length === 0) return;
  instance.statistics.connectionsReset += done.count;
  goOn(instance, { gone, rest }, turn);
}

/** Somebody else took an address off, or a reload: it is not waited for any longer. */
export function forget(instance: Instance, isOff: (address: VirtualAddress) => boolean, turn: Turn): void {
  const departure = departureOf(instance.state);
  if (departure) goOn(instance, { gone: [], rest: without(departure, isOff) }, turn);
}

/** A deadline of the state is there. */
export function expire(instance: Instance, state: StateOf<'RELEASING'>, turn: Turn): void {
  const { now } = turn;
  const { farewell, returnAt } = state;
  if (returnAt !== undefined && returnAt <= now) {
    giveUpWaiting(instance, state, turn);
    return;
  }
  if (farewell && farewell.nextAt <= now) {
    const next = continueFarewell(farewell, instance.config, now);
    if (!next) {
      giveUpWaiting(instance, state, turn);
      return;
    }
    advertise(instance, turn, 0);
    machine.stay(instance, { ...state, farewell: next });
  }
  depart(instance, turn);
}

/** Takes off what is to go now; of a BACKUP that keeps addresses, too. */
export function depart(instance: Instance, turn: Turn): void {
  const departure = departureOf(instance.state);
  if (!departure) return;
  const { leaving, gone, rest } = take(departure, turn.now);
  const clears = instance.config.resetConnections && leaving.length > 0;
  if (clears) turn.do({ kind: 'reset-connections', addresses: leaving.map(({ prefix }) => prefix.address) });
  const next = { gone: [...gone, ...(clears ? [] : leaving)], rest: clears ? clear(rest, leaving, turn.now) : rest };
  goOn(instance, next, turn);
}

const departureOf = (state: State): Departure | undefined =>
  state.kind === 'RELEASING' ? state.departure : state.kind === 'BACKUP' ? state.keeps : undefined;

/** Nobody took over. An order to hand over is void then; one that has to go, goes. */
function giveUpWaiting(instance: Instance, state: StateOf<'RELEASING'>, turn: Turn): void {
  const { why, then } = state;
  const isVoid = state.returnAt !== undefined || (why.kind === 'yielded' && why.cause === 'failover');
  const isAlone = othersOf(instance).every(({ state: { kind } }) => kind === 'MASTER' || kind === 'RELEASING');
  const isSound = instance.unit.every((member) => member.ownFaults().length === 0);
  const mayServe = instance.surroundings.maintenance === undefined && isSound;
  if (isVoid && then === 'election' && isAlone && mayServe) {
    machine.returnToMaster(instance, turn);
    return;
  }
  const { farewell, returnAt, ...rest } = state;
  machine.stay(instance, { ...rest, departure: { ...state.departure, given: true } });
  depart(instance, turn);
}

function goOn(
  instance: Instance,
  { gone, rest }: { gone: readonly VirtualAddress[]; rest: Departure },
  turn: Turn,
): void {
  const { state } = instance;
  // Who has nothing more and waits for no heir has nothing to give up.
  const over = isOver(rest, turn.now) || (state.kind === 'BACKUP' && stillThere(rest).length === 0);
  if (gone.length > 0 || over) takeOff(instance, gone, { isLast: over }, turn);
  if (state.kind === 'RELEASING') {
    machine.stay(instance, { ...state, departure: rest });
    if (!over) return;
    sayLast(instance, state, turn);
    machine.end(instance, turn);
    // Of a group that nobody relieved at first, whoever waits for less is MASTER again by now.
    if (instance.state.kind === 'BACKUP') followToBackup(instance, turn);
  } else if (state.kind === 'BACKUP') {
    const { keeps, ...plain } = state;
    machine.stay(instance, over ? plain : { ...plain, keeps: rest });
  }
}

/** The heir learns that there was a second one, and announces again; a router that heard a better one has said it already. */
function sayLast(instance: Instance, { why }: StateOf<'RELEASING'>, turn: Turn): void {
  const { master } = instance;
  const hasSaid = why.kind === 'better-heard' || why.kind === 'stood-still';
  if (master && master.priority > 0 && !hasSaid && isReachable(instance))
    advertise(instance, turn, 1, master.advertInt);
}

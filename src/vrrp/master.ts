// RFC 3768 § 6.4.3, Master: it advertises, and gives way to a better router alone. What else a MASTER does about a second
// one on its network: answers it, announces the addresses again when that has let go, and looks for it. machine.ts makes
// the states.

import { after, between, nextPeriod, sum, times, type Duration, type Instant } from '../time.js';
import { familyOf, virtualMac, type IpAddress, type MacAddress } from '../address.js';
import { elect } from './election.js';
import { planOnClaim, planOnHeir, planOnOtherMaster, planOnThaw, planOnYield, takeBurst } from './garp.js';
import { announce, probe, refresh } from './announcing.js';
import { advertise, putBackMissing } from './holding.js';
import type { Instance } from './instance.js';
import * as machine from './machine.js';
import { patrol } from './patrol.js';
import type { StateOf } from './state.js';
import { tell, tellBetter, tellElection, tellSecondOwner } from './tell.js';
import { answerTime } from './timers.js';
import type { Turn } from './turn.js';
import { followToBackup } from './unit.js';
import type { Heard } from './virtual-router.js';

type Master = StateOf<'MASTER'>;

/** Another router, by its advert. */
interface Other {
  readonly source: IpAddress;
  readonly priority: number;
  readonly advertInt: Duration;
}

/** A valid advert of another router. */
export function hear(instance: Instance, state: Master, { advert, source }: Heard, turn: Turn): void {
  const { source: own, priority: ours, config } = instance;
  const other = { source, priority: advert.priority, advertInt: advert.interval };
  instance.secondOwners.heardAdvert();
  if (other.priority === 0) {
    // § 6.4.3: another MASTER leaves; those who listened to it learn of us at once. One that has stood still does not know
    // yet who has come after that one.
    turn.log('info', `(${config.name}) Master received priority 0 message from ${source}`);
    if (silenceOf(instance, state, turn) === undefined) answer(instance, state, other, turn);
    return;
  }
  if (own === undefined) return;
  const outcome = elect({
    own: { priority: ours, address: own },
    other: { priority: other.priority, address: source },
  });
  if (outcome === 'better') giveWay(instance, other, turn);
  else standGround(instance, state, other, turn);
}

/**
 * It says so once, as priority 1: the winner learns that there was a second one, and announces again. With the own
 * priority both could give way, where the winner's has just fallen below it. An advert a moment ago said it already.
 */
function giveWay(instance: Instance, { source, priority: theirs, advertInt }: Other, turn: Turn): void {
  const { priority: ours, config } = instance;
  if (!hasJustSpoken(instance, turn) || hasAnnouncedSince(instance))
    advertise(instance, turn, config.higherPrioSendAdvert ? ours : 1, advertInt);
  tellBetter(instance, { source, priority: theirs }, turn);
  const heir = { address: source, priority: theirs, advertInt, heardAt: turn.now };
  const why = { kind: 'better-heard', master: source, theirs, ours } as const;
  // A single priority 1 may be the farewell of one that gives way too: then nobody is there.
  const returnAt = theirs === 1 ? { returnAt: returnsAt(instance, advertInt, turn) } : {};
  machine.release(instance, { why, then: 'election', heir, ...returnAt }, turn);
  followToBackup(instance, turn);
}

/** By then another one with this interval has said its next advert. */
const returnsAt = (instance: Instance, advertInt: Duration, { now }: Turn): Instant =>
  after(now, sum(advertInt, instance.skewAfter(advertInt)));

/** § 6.4.3 discards a worse advert; keepalived also answers it, so that a second MASTER and the clients hear of us. */
function standGround(instance: Instance, state: Master, other: Other, turn: Turn): void {
  const silence = silenceOf(instance, state, turn);
  if (silence !== undefined && instance.config.nopreempt) {
    makeWay(instance, other, silence, turn);
    return;
  }
  if (silence !== undefined) wakeUp(instance, state, turn);
  else if (!instance.config.lowerPrioNoAdvert) answer(instance, state, other, turn);
  tellElection(instance, other, turn);
  tell(instance, 'MASTER_RX_LOWER_PRI', turn);
}

/** What is heard in the very instant of an own advert is answered by that. */
function answer(instance: Instance, state: Master, { priority }: Other, turn: Turn): void {
  const { config, announcedAt } = instance;
  const { now } = turn;
  if (instance.lastAdvertAt === now) return;
  if (!hasJustSpoken(instance, turn)) advertise(instance, turn);
  const garp =
    priority === 1
      ? planOnYield(state.garp, config.garp, { announcedAt, now })
      : planOnOtherMaster(state.garp, config.garp, now);
  machine.stay(instance, { ...state, garp });
}

const hasJustSpoken = ({ config, lastAdvertAt }: Instance, { now }: Turn): boolean =>
  lastAdvertAt !== undefined && between({ from: lastAdvertAt, to: now }) < answerTime(config.advertInt);

/** The winner's announcement is an answer to the advert, and ours may have come to the clients after it. */
const hasAnnouncedSince = ({ announcedAt, lastAdvertAt }: Instance): boolean =>
  announcedAt !== undefined && lastAdvertAt !== undefined && announcedAt >= lastAdvertAt;

/** How long the process has stood still, if that was so long that somebody may serve by now. */
function silenceOf(instance: Instance, { advertAt }: Master, { now }: Turn): Duration | undefined {
  const { config, lastAdvertAt } = instance;
  const late = between({ from: advertAt, to: now });
  if (lastAdvertAt === undefined || late <= times(config.downTimerAdverts - 1, config.advertInt)) return undefined;
  return between({ from: lastAdvertAt, to: now });
}

/**
 * Somebody has taken over, or may have while the link was down, and is not to be preempted. He may have died since: so the
 * address stays until he is heard.
 */
function makeWay(instance: Instance, other: Other | undefined, silence: Duration, turn: Turn): void {
  const { advertInt } = other ?? instance.config;
  advertise(instance, turn, 1, advertInt);
  const master = other && { address: other.source, priority: other.priority };
  const why = { kind: 'stood-still', silence, ...(master && { master }) } as const;
  const returnAt = returnsAt(instance, advertInt, turn);
  machine.release(instance, { why, then: 'election', returnAt }, turn);
  followToBackup(instance, turn, { returnAt });
}

/** Nobody better has come meanwhile: one advert and one burst say that it serves. */
function wakeUp(instance: Instance, state: Master, turn: Turn): void {
  const { config } = instance;
  advertise(instance, turn);
  announce(instance, config.garp.masterRepeat, turn);
  const advertAt = nextPeriod(state.advertAt, { period: config.advertInt, now: turn.now });
  machine.stay(instance, { ...state, advertAt, garp: planOnThaw(state.garp, turn.now) });
}

/** What a MASTER does by the clock: adverts from their own last deadline, so that they never drift, and bursts. */
export function expire(instance: Instance, state: Master, turn: Turn): void {
  const { now } = turn;
  if (silenceOf(instance, state, turn) !== undefined) {
    wakeUp(instance, state, turn);
    return;
  }
  const { config } = instance;
  const burst = takeBurst(state.garp, config.garp, now);
  const speaks = state.advertAt <= now;
  const round = speaks ? patrol(state.patrol, now) : undefined;
  if (round?.probes) probe(instance, turn);
  if (speaks) {
    advertise(instance, turn);
    putBackMissing(instance, turn);
    const isSilent = burst.rounds === 0 && burst.plan.heirBy === undefined;
    if (isSilent && config.garp.masterRefresh === undefined) refresh(instance, turn);
  }
  if (burst.rounds > 0) announce(instance, burst.rounds, turn);
  machine.stay(instance, {
    kind: 'MASTER',
    advertAt: speaks ? nextPeriod(state.advertAt, { period: config.advertInt, now }) : state.advertAt,
    garp: burst.plan,
    patrol: round?.patrol ?? state.patrol,
  });
}

/** Somebody else answers for an address, or announces it: it is named, and when it is still so in a moment, answered. */
export function claim(
  instance: Instance,
  state: Master,
  { address, mac, isAnswer }: { address: IpAddress; mac: MacAddress; isAnswer: boolean },
  turn: Turn,
): void {
  const { advertInt } = instance.config;
  const announces = familyOf(address) === 'ipv4' ? 'gratuitous ARP' : 'neighbour advertisement';
  const how = isAnswer ? 'answers an ARP probe for it' : `announces it by ${announces}`;
  const { owner, isNew } = instance.secondOwners.see({ mac, address, how }, { now: turn.now, advertInt });
  if (isNew) tellSecondOwner(instance, owner, turn);
  if (!instance.secondOwners.reacts(owner, turn.now)) return;
  const isHeir = !isAnswer && mac === virtualMac(familyOf(address), instance.config.virtualRouterId);
  const { now } = turn;
  const garp = isHeir ? planOnHeir(state.garp, { advertInt, now }) : planOnClaim(state.garp, now);
  machine.stay(instance, { ...state, garp });
}

/** Nothing was to be heard for a while, and it stood still for as long: who serves by now is not preempted. */
export function comeBack(instance: Instance, state: Master, turn: Turn): void {
  const silence = silenceOf(instance, state, turn);
  if (silence !== undefined && instance.config.nopreempt) makeWay(instance, undefined, silence, turn);
  else lookAgain(instance, state);
}

/** A link has changed: who is on it may have, too. */
export const lookAgain = (instance: Instance, state: Master): void =>
  machine.stay(instance, { ...state, patrol: { ...state.patrol, isDue: true } });

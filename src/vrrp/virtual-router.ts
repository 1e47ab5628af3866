// What happens to one virtual router, handed to the file of the state that it is in: backup.ts (RFC 3768 § 6.4.2), master.ts
// (§ 6.4.3), releasing.ts. In INIT and FAULT it listens to nobody. It decides nothing.

import type { IpAddress, MacAddress } from '../address.js';
import type { VirtualAddress } from '../config/model.js';
import type { Advert } from '../packet/vrrp.js';
import * as backup from './backup.js';
import { putBack } from './holding.js';
import type { Instance } from './instance.js';
import * as master from './master.js';
import * as releasing from './releasing.js';
import type { Turn } from './turn.js';
import { yieldFor } from './unit.js';

/** A valid advert of another router. */
export interface Heard {
  readonly advert: Advert;
  readonly source: IpAddress;
}

export function hear(instance: Instance, heard: Heard, turn: Turn): void {
  const { state } = instance;
  if (heard.advert.priority === 0) instance.statistics.priorityZeroHeard += 1;
  if (state.kind === 'BACKUP') backup.hear(instance, state, heard, turn);
  else if (state.kind === 'MASTER') master.hear(instance, state, heard, turn);
  else if (state.kind === 'RELEASING') releasing.hear(instance, state, heard, turn);
}

/** A deadline of the state is there, or was: only what is due at `turn.now` is done. */
export function expire(instance: Instance, turn: Turn): void {
  const { state } = instance;
  if (state.kind === 'BACKUP') backup.expire(instance, turn);
  else if (state.kind === 'MASTER') master.expire(instance, state, turn);
  else if (state.kind === 'RELEASING') releasing.expire(instance, state, turn);
}

/** ARP: another MAC address has an address of ours. */
export function hearClaim(
  instance: Instance,
  heard: { address: IpAddress; mac: MacAddress; isAnswer: boolean },
  turn: Turn,
): void {
  const { state } = instance;
  if (state.kind === 'MASTER') master.claim(instance, state, heard, turn);
  // An answer to a probe of before says nothing of an heir.
  else if (!heard.isAnswer) releasing.claim(instance, heard.address, turn);
}

/** Somebody else removed an address: back with it, or, when that is a fight, away from here. */
export function addressRemoved(
  instance: Instance,
  { dev, address }: { dev: string; address: IpAddress },
  turn: Turn,
): void {
  const isIt = (one: VirtualAddress): boolean => one.dev === dev && one.prefix.address === address;
  const ours = instance.addresses.find(isIt);
  if (instance.state.kind !== 'MASTER') releasing.forget(instance, isIt, turn);
  else if (ours && ours.noTrack !== true) {
    const fight = putBack(instance, ours, turn);
    if (fight) yieldFor(fight, instance.unit, turn);
  }
}

/** A link has changed: who is on it may have, too. */
export function lookAgain(instance: Instance): void {
  if (instance.state.kind === 'MASTER') master.lookAgain(instance, instance.state);
}

/** The link was down, unseen: what others said meanwhile has not waited. */
export function comeBack(instance: Instance, turn: Turn): void {
  if (instance.state.kind === 'MASTER') master.comeBack(instance, instance.state, turn);
}

// An interface is otherwise than before: what is listened on, put back or taken off for that. What it means for the
// states of its instances is judged afterwards.

import type { Link } from './input.js';
import type { Instance } from './instance.js';
import type { Openings } from './openings.js';
import { forget } from './releasing.js';
import type { Roster } from './roster.js';
import type { Statics } from './statics.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';
import { linkChange, meetInterface } from './upkeep.js';
import { comeBack, lookAgain } from './virtual-router.js';

export interface Parts {
  readonly surroundings: Surroundings;
  readonly roster: Roster;
  readonly openings: Openings;
  readonly statics: Statics;
}

/** `link` is absent when there is no interface of that name; those that it concerns, none before the start. */
export function changeLink(
  { name, link, isAlive }: { name: string; link: Link | undefined; isAlive: boolean },
  { surroundings, roster, openings, statics }: Parts,
  turn: Turn,
): readonly Instance[] {
  const { links } = surroundings;
  const before = links.get(name);
  if (link) links.set(name, link);
  else links.delete(name);
  const isNew = before?.index !== link?.index;
  const change = link && linkChange(surroundings, { name, before, link });
  if (isAlive && change) statics.linkChanged(change, turn);
  if (!isAlive) return [];
  const concerned = roster.onInterface(name);
  const others = link && !change ? [] : roster.sourceTrackers.filter((one) => !concerned.includes(one));
  if (concerned.length === 0) return others;
  const state = stateOf(link);
  if (before?.up !== link?.up) turn.log('info', `Netlink reports ${name} ${state}`);
  if (isNew) openings.close(name, turn);
  const isTried = link !== undefined && openings.open(name, link, turn);
  // Only virtual addresses came or went, as after each take-over.
  if (link && !change && !isTried) return [];
  // What was given up there went with it.
  if (isNew) for (const instance of concerned) forget(instance, ({ dev }) => dev === name, turn);
  if (change) for (const instance of concerned) meetInterface(instance, change, turn);
  if (isNew || before?.up !== link?.up) for (const instance of concerned) lookAgain(instance);
  return [...concerned, ...others];
}

/** It was down for a while that nobody was awake to see; those on it. */
export function seeFlap(name: string, roster: Roster, turn: Turn): readonly Instance[] {
  const concerned = roster.onInterface(name);
  for (const instance of concerned) comeBack(instance, turn);
  return concerned;
}

export const stateOf = (link: Link | undefined): string => (link ? (link.up ? 'up' : 'down') : 'gone');

// What to do with what a process that did not end in order left on this host: an instance goes on as MASTER where no
// other router can have taken over yet, or keeps the address in silence where one may not have done so yet. It decides
// by values; the machine carries it out.

import { addressesOf } from '../config/diff.js';
import type { Config, VirtualAddress } from '../config/model.js';
import { after, between, milliseconds, seconds, type Instant } from '../time.js';
import { faultsOf } from './group.js';
import { removeAllResidue, removeResidue } from './holding.js';
import type { Instance } from './instance.js';
import { addressOf, type Left, type LeftInstance } from './note.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';
import { longestSilence, shortestSilence } from './timers.js';

/** For the advert of the resuming router to arrive before the quickest of the others has lost its patience. */
const MARGIN = milliseconds(50);
/** A process that dies again and again does not keep the address on a broken host. */
const RESUMES = 3;
const RESUMES_WINDOW = seconds(60);

/** What becomes of an instance that was left holding its addresses; the addresses are those still there. */
export interface Leftover {
  readonly kind: 'resume' | 'keep';
  readonly addresses: readonly VirtualAddress[];
  readonly noted: LeftInstance;
}

/** What the checks had found out counts until they find something else; before resumption() is asked. */
export function recallFindings({ findings, resumes }: Left, surroundings: Surroundings, now: Instant): void {
  for (const { name, ...known } of findings.scripts) surroundings.scripts.get(name)?.takeFindings(known);
  for (const { name, ...known } of findings.files) surroundings.files.get(name)?.takeFindings(known);
  for (const { name, ...known } of findings.processes) surroundings.processes.get(name)?.takeFindings(known);
  surroundings.resumes = resumes.filter((at) => at <= now && after(at, RESUMES_WINDOW) > now);
}

/**
 * Those that resume or keep what was left; what the others left comes off. A sync group resumes as a whole or not at all.
 * Asked at the start, when the links are known.
 */
export function resumption(left: Left, instances: Iterable<Instance>, now: Instant): ReadonlyMap<Instance, Leftover> {
  const byName = new Map(left.instances.map((noted) => [noted.name, noted]));
  const all = [...instances].flatMap((instance) => {
    const noted = byName.get(instance.config.name);
    // A unit in FAULT gives its addresses up.
    const isFaulty = faultsOf(instance.unit).some(({ faults }) => faults.length > 0);
    return noted === undefined || isFaulty ? [] : { instance, noted, addresses: presentOf(instance, noted) };
  });
  const able = new Set(all.filter((one) => canResume(one, now)).map(({ instance }) => instance));
  return new Map(
    all.flatMap((one): [Instance, Leftover][] => {
      const { instance, noted, addresses } = one;
      if (instance.unit.every((member) => able.has(member))) return [[instance, { kind: 'resume', addresses, noted }]];
      return canKeep(one, now) ? [[instance, { kind: 'keep', addresses, noted }]] : [];
    }),
  );
}

/** At the start, when the links are known: the checks' findings count, and each instance knows what was left of it. */
export function takeOver(
  left: Left,
  { all, surroundings, config }: { all: readonly Instance[]; surroundings: Surroundings; config: Config },
  turn: Turn,
): { readonly goesOn: boolean } {
  recallFindings(left, surroundings, turn.now);
  const leftovers = resumption(left, all, turn.now);
  for (const [instance, leftover] of leftovers) {
    const { lastAdvertAt, hasYielded, removals } = leftover.noted;
    instance.left = leftover;
    instance.lastAdvertAt = lastAdvertAt;
    instance.hasYielded = hasYielded;
    instance.removals.push(...removals);
  }
  if ([...leftovers.values()].some(({ kind }) => kind === 'resume')) surroundings.resumes.push(turn.now);
  for (const address of orphans(left, config)) turn.do({ kind: 'remove-address', address });
  return { goesOn: leftovers.size > 0 };
}

/** It has begun: what it could not take over comes off. */
export function endTakeOver(instance: Instance, turn: Turn): void {
  instance.left = undefined;
  if (!instance.holds) {
    removeAllResidue(instance, turn);
    return;
  }
  const others = instance.addresses.filter((address) => !instance.held.includes(address));
  for (const { dev } of others) removeResidue(instance, dev, turn, others);
}

/** Noted addresses that the file does not have any more, in no instance and for no state of the host: they come off. */
export function orphans({ instances }: Left, { vrrpInstances, staticIpaddress }: Config): VirtualAddress[] {
  const keyOf = (dev: string, address: string): string => `${dev} ${address}`;
  const configured = [...vrrpInstances.flatMap(addressesOf), ...staticIpaddress];
  const known = new Set(configured.map(({ dev, prefix }) => keyOf(dev, prefix.address)));
  return instances
    .flatMap(({ addresses }) => addresses)
    .filter(({ dev, address }) => !known.has(keyOf(dev, address)))
    .map(addressOf);
}

interface Candidate {
  readonly instance: Instance;
  readonly noted: LeftInstance;
  readonly addresses: readonly VirtualAddress[];
}

/** No other router's Master_Down_Interval can be over. */
function canResume({ instance, noted, addresses }: Candidate, now: Instant): boolean {
  const { config, surroundings } = instance;
  const age = between({ from: noted.lastAdvertAt, to: now });
  return (
    noted.isSameConfiguration &&
    !noted.isReleasing &&
    addresses.length === noted.addresses.length &&
    surroundings.maintenance === undefined &&
    surroundings.resumes.length < RESUMES &&
    !instance.isWaiting() &&
    age >= 0 &&
    age < shortestSilence(config) - MARGIN
  );
}

/** The slowest one's may not be. */
function canKeep({ instance, noted, addresses }: Candidate, now: Instant): boolean {
  const age = between({ from: noted.lastAdvertAt, to: now });
  return addresses.length > 0 && age >= 0 && age < longestSilence(instance.config);
}

/** Its addresses that were noted and are still there. */
function presentOf({ addresses, links }: Instance, noted: LeftInstance): VirtualAddress[] {
  return addresses.filter(({ dev, prefix }) => {
    const isThere = links.get(dev)?.addresses.some(({ address }) => address === prefix.address);
    const isNoted = noted.addresses.some((one) => one.dev === dev && one.address === prefix.address);
    return isNoted && isThere === true;
  });
}

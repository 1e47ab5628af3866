// A new configuration for a running router: the smallest change that leads from the one to the other. What is equal is
// not touched; what can be changed in place keeps its state, its timers and its counters; only a change of what a virtual
// router is (interface, VRID, version) ends one and begins another. It changes no state itself: machine.ts does.

import {
  addressesOf,
  diffConfigs,
  isEqual,
  virtualRouterOf,
  without,
  type Reconfigured,
  type ScriptChange,
} from '../config/diff.js';
import type { Config, Route, Rule, TrackFile, TrackProcess, VirtualAddress } from '../config/model.js';
import { usedFiles, usedProcesses, usedScripts } from '../config/tracks.js';
import { FileTracker } from '../track/file.js';
import { ProcessTracker } from '../track/process.js';
import { ScriptTracker } from '../track/script.js';
import { addRoutes, giveUp, removeRoutes, takeUp } from './holding.js';
import { Instance } from './instance.js';
import * as machine from './machine.js';
import { forget } from './releasing.js';
import type { Roster } from './roster.js';
import type { Surroundings } from './surroundings.js';
import type { Turn } from './turn.js';
import { remove, stopAtOnce } from './unit.js';

/** Whom the router has to look after now. */
export interface Reloaded {
  /** Not in the roster any more. */
  readonly ended: readonly (Instance | ScriptTracker | ProcessTracker)[];
  /** In the roster, not started yet. */
  readonly begun: readonly Instance[];
}

interface Running {
  readonly roster: Roster;
  readonly surroundings: Surroundings;
}

/** Everything that leaves goes before anything comes: an address may change its instance. */
export function reload(
  { roster, surroundings }: Running,
  { before, after }: { before: Config; after: Config },
  turn: Turn,
): Reloaded {
  const difference = diffConfigs(withUsedScripts(before), withUsedScripts(after));
  const former = new Map(roster.instances);
  for (const one of roster.leaving) if (isReplacedBy(after, one)) stopAtOnce(one, turn);
  const ended: (Instance | ScriptTracker | ProcessTracker)[] = [];
  const begun: Instance[] = [];
  const updated: ({ instance: Instance } & Arrivals)[] = [];
  // A new instance begins with what is known of its tracks.
  const scripts = difference.scripts.flatMap((change) => reloadScript(change, { surroundings, ended, turn }));
  setTrackers(surroundings.scripts, scripts);
  ended.push(...reloadOthers(after, surroundings));
  const instances = difference.instances.flatMap((change): Instance[] => {
    const instance = change.kind === 'add' ? undefined : former.get(change.before.name);
    if (instance && (change.kind === 'keep' || change.kind === 'update')) {
      const arrivals = reconfigure(instance, change, turn);
      if (change.kind === 'update') updated.push({ instance, ...arrivals });
      return [instance];
    }
    if (instance) {
      const forGood = change.kind === 'remove';
      remove(instance, { forGood, isReplaced: !forGood || isReplacedBy(after, instance) }, turn);
      if (instance.state.kind === 'RELEASING') roster.leaving.add(instance);
      else ended.push(instance);
    }
    if (change.kind === 'remove') return [];
    const next = new Instance(change.after, surroundings, turn.now);
    begun.push(next);
    return [next];
  });
  roster.set(instances, after);
  surroundings.setInstances(roster.all);
  for (const { instance, addresses, routes } of updated) {
    if (addresses.length > 0) takeUp(instance, addresses, turn);
    if (instance.state.kind === 'MASTER') addRoutes(routes, turn);
  }
  return { ended, begun };
}

/** Something of the new configuration has its name, its virtual router or one of its addresses. */
function isReplacedBy({ vrrpInstances }: Config, { config, addresses }: Instance): boolean {
  const own = new Set(addresses.map(({ prefix, dev }) => `${dev} ${prefix.address}`));
  return vrrpInstances.some(
    (one) =>
      one.name === config.name ||
      isEqual(virtualRouterOf(one), virtualRouterOf(config)) ||
      addressesOf(one).some(({ prefix, dev }) => own.has(`${dev} ${prefix.address}`)),
  );
}

/** At the start: nothing is known of any of them. */
export function makeTrackers(config: Config, surroundings: Surroundings): void {
  setTrackers(
    surroundings.scripts,
    usedScripts(config).map((script) => new ScriptTracker(script)),
  );
  reloadOthers(config, surroundings);
}

const withUsedScripts = (config: Config): Config => ({ ...config, vrrpScripts: usedScripts(config) });

function setTrackers<T extends { readonly config: { readonly name: string } }>(
  into: Map<string, T>,
  trackers: readonly T[],
): void {
  into.clear();
  for (const tracker of trackers) into.set(tracker.config.name, tracker);
}

/** Files and processes: one that is the same goes on, one that is another begins with what was known. */
function reloadOthers(after: Config, { files, processes }: Surroundings): ProcessTracker[] {
  const formerProcesses = [...processes.values()];
  const sameFile = (config: TrackFile): FileTracker => {
    const former = files.get(config.name);
    if (former?.config.file !== config.file) return new FileTracker(config, former);
    former.config = config;
    return former;
  };
  const sameProcess = (config: TrackProcess): ProcessTracker => {
    const former = processes.get(config.name);
    return former && isEqual(former.config, config) ? former : new ProcessTracker(config, former);
  };
  setTrackers(files, usedFiles(after).map(sameFile));
  setTrackers(processes, usedProcesses(after).map(sameProcess));
  const stay = new Set(processes.values());
  return formerProcesses.filter((tracker) => !stay.has(tracker));
}

/** What an instance has from now on and had not before. */
interface Arrivals {
  readonly addresses: readonly VirtualAddress[];
  readonly routes: readonly (Route | Rule)[];
}

/** Everything that the instance says and does from now on is by its new configuration; what it had too much is off. */
function reconfigure(instance: Instance, { kind, before, after }: Reconfigured, turn: Turn): Arrivals {
  const [old, had] = [instance.routes, addressesOf(before)];
  machine.reconfigure(instance, after, turn);
  renew(instance.missing, instance.addresses);
  renew(instance.missingRoutes, instance.routes);
  if (kind === 'keep') return { addresses: [], routes: [] };
  const gone = without(had, addressesOf(after));
  if (instance.holds) removeRoutes(without(old, instance.routes), turn);
  giveUp(instance, gone, turn);
  forget(instance, (address) => !instance.addresses.some((one) => isEqual(one, address)), turn);
  if (after.name !== before.name) turn.log('info', `(${after.name}) was called ${before.name} until now`);
  // The kernel takes routes along with an address that they need.
  const routes = gone.length > 0 ? instance.routes : without(instance.routes, old);
  return { addresses: without(addressesOf(after), had), routes };
}

/** What is missing is an entry of the new configuration from now on, or no longer wanted. */
function renew<T>(missing: Set<T>, all: readonly T[]): void {
  const wanted = all.filter((one) => [...missing].some((other) => isEqual(one, other)));
  missing.clear();
  for (const one of wanted) missing.add(one);
}

/** A check keeps what it has found out, also under another name; a run that is not wanted any more is signalled. */
function reloadScript(
  change: ScriptChange,
  {
    surroundings,
    ended,
    turn,
  }: { surroundings: Surroundings; ended: (Instance | ScriptTracker | ProcessTracker)[]; turn: Turn },
): ScriptTracker[] {
  const former = change.kind === 'add' ? undefined : surroundings.scripts.get(change.before.name);
  if (former && change.kind === 'same' && change.before.name === change.after.name) {
    const { sameCommand } = change;
    if (former.reconfigure(change.after, { sameCommand, now: turn.now })) signal(former, turn);
    return [former];
  }
  if (former) {
    ended.push(former);
    if (former.isRunning) signal(former, turn);
  }
  return change.kind === 'remove' ? [] : [new ScriptTracker(change.after, former)];
}

const signal = (tracker: ScriptTracker, turn: Turn): void =>
  turn.do({ kind: 'signal-script', script: tracker.config.name, signal: 'SIGTERM' });

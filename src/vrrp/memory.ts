// All that a router's effects depend on beside its configuration, as a plain value: a router that is made with it goes on
// as the one that it was taken from. What is kept for people only (statistics, the history of transitions) is left out.
// It decides nothing; each part says what it has to remember.

import { isEqual } from '../config/diff.js';
import type { Route, Rule, VirtualAddress } from '../config/model.js';
import type { Deadlines } from './deadlines.js';
import { Instance } from './instance.js';
import type { Phase } from './life.js';
import { LinkDelay, type LinkDelays } from './link-delay.js';
import type { Openings } from './openings.js';
import type { Owner } from './owner.js';
import type { Roster } from './roster.js';
import type { Statics } from './statics.js';
import type { Surroundings } from './surroundings.js';
import { ScriptTracker } from '../track/script.js';
import type { Watch } from './watch.js';

/** Where a router keeps what it knows. */
export interface Parts {
  readonly surroundings: Surroundings;
  readonly roster: Roster;
  readonly openings: Openings;
  readonly deadlines: Deadlines<Owner>;
  readonly statics: Statics;
  readonly delays: LinkDelays;
  readonly watch: Watch;
}

/** Plain JSON; an owner of a deadline is named by what it is. */
export type Memory = ReturnType<typeof remember>;

/** Of an instance what is a plain value already. */
const FIELDS = [
  'state',
  'since',
  'priority',
  'master',
  'lower',
  'listDifference',
  'openError',
  'identification',
  'oldChecksums',
  'hasYielded',
  'lastAdvertAt',
  'announcedAt',
  'lost',
] as const;
const OWN_WAITING = ['startup delay', 'maintenance', 'statics'] as const;
type Fields = Pick<Instance, (typeof FIELDS)[number]>;

/** What the router knows at this moment; what it does later does not change the value. */
export function remember({ surroundings, roster, openings, deadlines, statics, delays, watch }: Parts, phase: Phase) {
  const { links, scripts, files, processes, maintenance, startsAt } = surroundings;
  return {
    phase,
    resumes: [...surroundings.resumes],
    links: [...links],
    maintenance,
    startsAt,
    openings: openings.memory,
    statics: statics.memory,
    delays: delays.memory,
    scripts: [...scripts.values()].map(({ memory }) => memory),
    files: [...files.values()].map(({ memory }) => memory),
    processes: [...processes.values()].map(({ memory }) => memory),
    instances: [...roster.instances.values()].map(rememberInstance),
    // Not in the configuration any more.
    leaving: [...roster.leaving].map((instance) => ({ config: instance.config, ...rememberInstance(instance) })),
    refresh: surroundings.refresh.memory,
    groups: [...roster.groups.values()].map(({ memory }) => memory),
    watched: watch.memory,
    deadlines: deadlines.memory.map(([owner, at]) => [nameOf(owner), at] as const),
  };
}

/** For the parts of a router that has just been made with the configuration of that time. */
export function recall(memory: Memory, parts: Parts): void {
  const { surroundings, roster, openings, deadlines, statics, delays, watch } = parts;
  const { links, scripts, files, processes } = surroundings;
  for (const [name, link] of memory.links) links.set(name, link);
  surroundings.maintenance = memory.maintenance;
  surroundings.startsAt = memory.startsAt;
  openings.recall(memory.openings);
  statics.recall(memory.statics);
  delays.recall(memory.delays);
  for (const { name, ...known } of memory.scripts) scripts.get(name)?.recall(known);
  for (const { name, ...known } of memory.files) files.get(name)?.recall(known);
  for (const { name, ...known } of memory.processes) processes.get(name)?.recall(known);
  for (const { name, ...known } of memory.instances) recallInstance(roster.instances.get(name), known);
  for (const { name, config, ...known } of memory.leaving) {
    const instance = new Instance(config, surroundings, known.fields.since);
    recallInstance(instance, known);
    roster.leaving.add(instance);
  }
  roster.set([...roster.instances.values()], { syncGroups: [...roster.groups.values()].map((group) => group.config) });
  surroundings.setInstances(roster.all);
  surroundings.resumes = [...memory.resumes];
  surroundings.refresh.recall(memory.refresh, roster.instances);
  for (const { name, ...known } of memory.groups) roster.groups.get(name)?.recall(known);
  watch.recall(memory.watched);
  const named: Readonly<Record<OwnerName['kind'], (name: string) => Owner | undefined>> = {
    instance: (name) => roster.all.find(({ config }) => config.name === name),
    script: (name) => scripts.get(name),
    process: (name) => processes.get(name),
    link: (name) => delays.get(name),
    router: (name) => OWN_WAITING.find((one) => one === name),
  };
  for (const [{ kind, name }, at] of memory.deadlines) {
    const owner = named[kind](name);
    if (owner !== undefined) deadlines.set(owner, at);
  }
}

interface OwnerName {
  readonly kind: 'instance' | 'script' | 'process' | 'link' | 'router';
  readonly name: string;
}

function nameOf(owner: Owner): OwnerName {
  if (typeof owner === 'string') return { kind: 'router', name: owner };
  if (owner instanceof LinkDelay) return { kind: 'link', name: owner.config.interface };
  const kind = owner instanceof Instance ? 'instance' : owner instanceof ScriptTracker ? 'script' : 'process';
  return { kind, name: owner.config.name };
}

function rememberInstance(instance: Instance) {
  return {
    name: instance.config.name,
    fields: Object.fromEntries(FIELDS.map((field) => [field, instance[field]])) as Readonly<Fields>,
    missing: [...instance.missing],
    missingRoutes: [...instance.missingRoutes],
    removals: [...instance.removals],
    repeated: instance.repeated.memory,
    secondOwners: instance.secondOwners.memory,
  };
}

type InstanceMemory = Omit<ReturnType<typeof rememberInstance>, 'name'>;

function recallInstance(instance: Instance | undefined, { fields, ...memory }: InstanceMemory): void {
  if (!instance) return;
  for (const field of FIELDS) assign(instance, field, fields[field]);
  for (const one of those(memory.missing, instance.addresses)) instance.missing.add(one);
  for (const one of those(memory.missingRoutes, instance.routes)) instance.missingRoutes.add(one);
  instance.removals.push(...memory.removals);
  instance.repeated.recall(memory.repeated);
  instance.secondOwners.recall(memory.secondOwners);
}

function assign<Field extends keyof Fields>(instance: Fields, field: Field, value: Fields[Field]): void {
  instance[field] = value;
}

/** Those of the configuration that are equal to the ones remembered. */
const those = <T extends VirtualAddress | Route | Rule>(remembered: readonly T[], all: readonly T[]): T[] =>
  remembered.flatMap((one) => all.find((other) => isEqual(one, other)) ?? []);

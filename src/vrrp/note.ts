// What a router notes down for the process after it, in case this one does not end in order: what it holds, when it last
// spoke, and what its checks have found out. Plain values; who writes them where is the host's business.

import type { Family, IpAddress, Prefix } from '../address.js';
import { virtualRouterOf } from '../config/diff.js';
import type { VirtualAddress } from '../config/model.js';
import type { Duration, Instant } from '../time.js';
import type { FileFindings } from '../track/file.js';
import type { ProcessFindings } from '../track/process.js';
import type { ScriptFindings } from '../track/script.js';
import type { Instance } from './instance.js';
import type { Router } from './router.js';
import type { Surroundings } from './surroundings.js';
import { longestSilence } from './timers.js';
import type { Removal } from './upkeep.js';

export interface Note {
  /** Those that hold their addresses; nobody else is in it. */
  readonly instances: readonly NotedInstance[];
  readonly findings: Findings;
  /** When routers of this host went on as MASTER after a crash, lately. */
  readonly resumes: readonly Instant[];
}

/** What is known of all that is tracked but interfaces, which are known at once. */
export interface Findings {
  readonly scripts: readonly ScriptFindings[];
  readonly files: readonly FileFindings[];
  readonly processes: readonly ProcessFindings[];
}

export interface NotedInstance {
  readonly name: string;
  /** With these two, the virtual router that it is on this host. */
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly family: Family;
  /** Of its last advert that was sent. */
  readonly lastAdvertAt: Instant;
  /** So long after it any other router has taken over, if there is one. */
  readonly longestSilence: Duration;
  /** Those that it has put on the host. */
  readonly addresses: readonly NotedAddress[];
  /** It keeps them only until its heir is there: it has said goodbye, or it is BACKUP after a crash. */
  readonly isReleasing: boolean;
  readonly hasYielded: boolean;
  /** What others removed of it lately. */
  readonly removals: readonly Removal[];
}

/** As much of an address as the kernel wants to know for its removal. */
export interface NotedAddress {
  readonly dev: string;
  readonly address: IpAddress;
  readonly length: number;
  readonly peer?: Prefix;
}

/** A note of this boot as the next process finds it. */
export interface Left extends Note {
  readonly instances: readonly LeftInstance[];
  /** Of those that are configured now as they were then. */
  readonly findings: Findings;
}

export interface LeftInstance extends NotedInstance {
  /** The configuration that the instance has now is the one that it had then. */
  readonly isSameConfiguration: boolean;
}

/** Undefined when nobody holds anything: there is nothing to go on with then. */
export function takeNote({ all, surroundings }: Router): Note | undefined {
  const noted = all.flatMap((instance) => noteInstance(instance) ?? []);
  if (noted.length === 0) return undefined;
  return { instances: noted, findings: findingsOf(surroundings), resumes: [...surroundings.resumes] };
}

/** Undefined when it holds nothing. */
export function noteInstance(instance: Instance): NotedInstance | undefined {
  const { config, state, lastAdvertAt, hasYielded, removals } = instance;
  if (!instance.holds || lastAdvertAt === undefined) return undefined;
  const isReleasing = state.kind !== 'MASTER';
  return {
    name: config.name,
    ...virtualRouterOf(config),
    lastAdvertAt,
    longestSilence: longestSilence(config),
    addresses: instance.held.map(noteAddress),
    ...{ isReleasing, hasYielded, removals: [...removals] },
  };
}

export const findingsOf = ({ scripts, files, processes }: Surroundings): Findings => ({
  scripts: [...scripts.values()].flatMap(({ findings }) => findings ?? []),
  files: [...files.values()].flatMap(({ findings }) => findings ?? []),
  processes: [...processes.values()].flatMap(({ findings }) => findings ?? []),
});

const noteAddress = ({ dev, prefix, peer }: VirtualAddress): NotedAddress => ({
  dev,
  ...prefix,
  ...(peer !== undefined && { peer }),
});

/**
 * The note for a process whose configuration is `now`, by the texts that behavioursOf() gives, or anything that is equal for
 * equal ones, and what those of the noting process were.
 */
export function leftOf(note: Note, { then, now }: { then: Behaviours; now: Behaviours }): Left {
  const isSame = (thing: string): boolean => {
    const text = then.get(thing);
    return text !== undefined && text === now.get(thing);
  };
  const { scripts, files, processes } = note.findings;
  return {
    instances: note.instances.map((one) => ({ ...one, isSameConfiguration: isSame(`instance ${one.name}`) })),
    findings: {
      scripts: scripts.filter(({ name }) => isSame(`script ${name}`)),
      files: files.filter(({ name }) => isSame(`file ${name}`)),
      processes: processes.filter(({ name }) => isSame(`process ${name}`)),
    },
    resumes: note.resumes,
  };
}

/** By "instance VI_1", "script chk", "file f", "process p". */
export type Behaviours = Pick<ReadonlyMap<string, string>, 'get'>;

/** Removing an address asks for no more than this. */
export const addressOf = ({ dev, address, length, peer }: NotedAddress): VirtualAddress => ({
  ...{ dev, prefix: { address, length }, scope: 0, place: { file: 'the note', line: 1, column: 1 } },
  ...(peer !== undefined && { peer }),
});

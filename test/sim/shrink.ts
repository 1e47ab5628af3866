// Makes a storm that fails as small as it goes, as long as the same oracle finds something: fewer faults, hosts, virtual
// routers and tracks, no weather. Delta debugging with a bounded number of tries.

import type { Config } from '../../src/config/model.js';
import type { Command } from '../../src/sim/story.js';
import type { Instant } from '../../src/time.js';
import type { Storm } from './storm.js';
import { replay } from './replay.js';
import type { Violation } from './violation.js';

export interface Shrunk {
  readonly storm: Storm;
  readonly violation: Violation;
  readonly tries: number;
}

const MOST_TRIES = 400;

/** The smallest storm found; `violation` is what `storm` is known to show. `judge` plays one. */
export function shrink(
  storm: Storm,
  violation: Violation,
  judge: (storm: Storm) => Violation | undefined = replay,
): Shrunk {
  let best: Shrunk = { storm, violation, tries: 0 };
  let tries = 0;
  /** True when it still fails, and is the best now. */
  const attempt = (candidate: Storm): boolean => {
    if (tries >= MOST_TRIES) return false;
    tries += 1;
    const found = judge(candidate);
    if (found?.oracle !== violation.oracle) return false;
    best = { storm: candidate, violation: found, tries };
    return true;
  };
  for (let size = -1; size !== sizeOf(best.storm) && tries < MOST_TRIES;) {
    size = sizeOf(best.storm);
    dropFaults(() => best.storm, attempt);
    for (const { name } of best.storm.hosts) attempt(withoutHost(best.storm, name));
    for (const id of idsOf(best.storm)) attempt(withConfigs(best.storm, (config) => withoutRouter(config, id)));
    for (const simpler of SIMPLER) attempt(withConfigs(best.storm, simpler));
    for (let at = best.storm.faults.length - 1; at > 0; at -= 1) attempt(atOnce(best.storm, at));
  }
  return { ...best, tries };
}

/** Chunks of half of them first, then smaller ones. */
function dropFaults(storm: () => Storm, attempt: (candidate: Storm) => boolean): void {
  for (let length = Math.ceil(storm().faults.length / 2); length >= 1; length = Math.floor(length / 2))
    for (let from = 0; from < storm().faults.length;) {
      const { faults } = storm();
      const rest = [...faults.slice(0, from), ...faults.slice(from + length)];
      if (!attempt({ ...storm(), faults: rest })) from += length;
    }
}

const namesHost = (command: Command, name: string): boolean =>
  command.kind === 'cut' ? command.from === name || command.to === name : 'host' in command && command.host === name;

const withoutHost = (storm: Storm, name: string): Storm => ({
  ...storm,
  hosts: storm.hosts.filter((host) => host.name !== name),
  faults: storm.faults.filter(({ command }) => !namesHost(command, name)),
});

const withConfigs = (storm: Storm, change: (config: Config) => Config): Storm => ({
  ...storm,
  hosts: storm.hosts.map((host) => ({ ...host, config: change(host.config) })),
  files: new Map([...storm.files].map(([name, config]) => [name, change(config)])),
});

const idsOf = ({ hosts }: Storm): Set<number> =>
  new Set(hosts.flatMap(({ config }) => config.vrrpInstances.map((one) => one.virtualRouterId)));

function withoutRouter(config: Config, id: number): Config {
  const vrrpInstances = config.vrrpInstances.filter((one) => one.virtualRouterId !== id);
  const names = new Set(vrrpInstances.map(({ name }) => name));
  const syncGroups = config.syncGroups
    .map((group) => ({ ...group, members: group.members.filter((name) => names.has(name)) }))
    .filter(({ members }) => members.length > 0);
  return { ...config, vrrpInstances, syncGroups };
}

/** What a configuration may do without. */
const SIMPLER: readonly ((config: Config) => Config)[] = [
  (config) => ({ ...config, syncGroups: [] }),
  (config) => ({ ...config, interfaceDelays: [] }),
  (config) => ({ ...config, syncGroups: config.syncGroups.map((group) => ({ ...group, tracks: [] })) }),
  (config) => ({ ...config, vrrpInstances: config.vrrpInstances.map((one) => ({ ...one, tracks: [] })) }),
  (config) => ({ ...config, vrrpInstances: config.vrrpInstances.map((one) => ({ ...one, excludedAddresses: [] })) }),
  (config) => ({
    ...config,
    vrrpInstances: config.vrrpInstances.map((one) => ({ ...one, virtualAddresses: one.virtualAddresses.slice(0, 1) })),
  }),
];

/** The fault of this number together with the one before it, the later ones as much sooner. */
function atOnce(storm: Storm, number: number): Storm {
  const [one, before] = [storm.faults[number], storm.faults[number - 1]];
  const gap = one && before ? one.at - before.at : 0;
  const sooner = (at: Instant): Instant => (at - gap) as Instant;
  const faults = storm.faults.map((fault, index) => (index < number ? fault : { ...fault, at: sooner(fault.at) }));
  return gap === 0 ? storm : { ...storm, faults, end: sooner(storm.end) };
}

/** Falls with each simplification. */
const sizeOf = (storm: Storm): number => JSON.stringify([storm.hosts, storm.faults, [...storm.files]]).length;

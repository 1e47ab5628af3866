// A storm: hosts, and what is done to them when; plain data, so that it can be played again, made smaller, and printed as
// a story with the configurations that it needs.

import { printConfig } from '../../src/config/print.js';
import { readConfig } from '../../src/config/read.js';
import type { Config } from '../../src/config/model.js';
import type { NamedHost } from '../../src/sim/plan.js';
import { readStory, type Command } from '../../src/sim/story.js';
import { after, between, instant, type Instant } from '../../src/time.js';
import { printCommand } from './story-text.js';

/** Something that is done; `run` is not among it, time passes between faults. */
export interface Fault {
  readonly at: Instant;
  readonly command: Command;
}

export interface Storm {
  /** Of the weather's dice. */
  readonly seed: number;
  readonly hosts: readonly NamedHost[];
  /** The configurations that reloads bring, by the names of their files. */
  readonly files: ReadonlyMap<string, Config>;
  /** In the order of their instants. */
  readonly faults: readonly Fault[];
  /** When the calm after the last fault has lasted long enough to be judged. */
  readonly end: Instant;
}

/** What `vrrpd simulate --story` reads: the hosts' lines, then what is done, time passing between. */
export function storyOf({ seed, hosts, faults, end }: Storm): string {
  let now = instant(0);
  const pass = (to: Instant): string[] => {
    const duration = between({ from: now, to });
    now = to;
    return duration > 0 ? printCommand({ kind: 'run', duration }) : [];
  };
  return [
    `# seed ${seed}`,
    ...hosts.map(({ name, daemon }) => `host ${name} ${name}.conf${daemon === 'keepalived' ? ' keepalived' : ''}`),
    ...faults.flatMap(({ at, command }) => [...pass(at), ...printCommand(command)]),
    ...pass(end),
    '',
  ].join('\n');
}

/** By the names that the story has for them, the texts of all configurations. */
export function textsOf({ hosts, files }: Storm): Map<string, string> {
  const all = [...hosts.map(({ name, config }) => [`${name}.conf`, config] as const), ...files];
  return new Map(all.map(([name, config]) => [name, printConfig(config, { defaults: false })]));
}

/** The storm that is printed so; throws when the texts can't be read. */
export function readStorm(story: string, texts: ReadonlyMap<string, string>): Storm {
  const { hosts, lines, problems } = readStory(story);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const configOf = (file: string): Config => {
    const { config, diagnostics } = readConfig({ file, load: () => texts.get(file) });
    if (!config) throw new Error(`${file}: ${diagnostics.map(({ words }) => words).join('; ')}`);
    return config;
  };
  let now = instant(0);
  const faults = lines.flatMap(({ command }): Fault[] => {
    if (command.kind !== 'run') return [{ at: now, command }];
    now = after(now, command.duration);
    return [];
  });
  const own = new Set(hosts.map(({ file }) => file));
  return {
    seed: Number(/^# seed (\d+)/.exec(story)?.[1]),
    hosts: hosts.map(({ name, file, daemon }) => ({ name, daemon, config: configOf(file) })),
    files: new Map([...texts.keys()].filter((name) => !own.has(name)).map((name) => [name, configOf(name)])),
    faults,
    end: now,
  };
}

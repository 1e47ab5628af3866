// A story that stands by itself: the file with its commands and the configurations of its hosts beside it. One
// configuration may serve several hosts by lines with @NAME. It plays nothing.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { printDiagnostic, readConfig } from '../../src/config/read.js';
import { planNetwork, type NamedHost } from '../../src/sim/plan.js';
import type { HostPlan } from '../../src/sim/host.js';
import { readStory, type Line } from '../../src/sim/story.js';

export interface Cast {
  readonly lines: readonly Line[];
  readonly hosts: readonly HostPlan[];
  /** The text of each host's configuration. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Throws what is wrong with the story or a configuration. */
export function readCast(file: string): Cast {
  const { hosts, lines, problems } = readStory(readFileSync(file, 'utf8'));
  const [problem] = problems;
  if (problem) throw new Error(`${file}:${problem.line}:${problem.column}: ${problem.words}`);
  const texts = new Map<string, string>();
  const named = hosts.map(({ name, daemon, file: configuration }): NamedHost => {
    const text = readFileSync(path.join(path.dirname(file), configuration), 'utf8');
    texts.set(name, text);
    return { name, daemon, config: configOf(configuration, text, name) };
  });
  return { lines, hosts: planNetwork(named).hosts, texts };
}

function configOf(file: string, text: string, configId: string): NamedHost['config'] {
  const { config, diagnostics } = readConfig({ file, configId, load: () => text });
  if (!config) throw new Error(diagnostics.map((one) => printDiagnostic(one)).join('\n'));
  return config;
}

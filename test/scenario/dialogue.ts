// A dialogue: a file with commands to a simulated network, a line "---", and what came of them. This plays the upper part
// and writes the lower one; it judges nothing. The language: src/sim/story.ts.

import { readFileSync } from 'node:fs';
import type { IpAddress } from '../../src/address.js';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { Network, type Happening } from '../../src/sim/network.js';
import { planNetwork } from '../../src/sim/plan.js';
import { examine, play } from '../../src/sim/play.js';
import { Random } from '../../src/sim/random.js';
import { readStory, type Problem } from '../../src/sim/story.js';
import { renderTranscript, Transcript } from '../../src/sim/transcript.js';
import { describeDuration, type Duration } from '../../src/time.js';

const MARK = '---\n';
const SEED = 1;

/** By address, how long nobody had answered whenever somebody did again; the first one is from the beginning. */
type Holes = Map<IpAddress, readonly Duration[]>;

/** The commands of a dialogue's text, and the recorded rest; empty where nothing was recorded yet. */
export function splitDialogue(text: string): { commands: string; recorded: string } {
  const [commands = '', ...recorded] = text.split(/^---\n/m);
  return { commands, recorded: recorded.join(MARK) };
}

export const joinDialogue = (commands: string, recorded: string): string =>
  `${commands.trimEnd()}\n\n${MARK}${recorded}`;

/** What comes of the commands, as lines in 80 columns. Throws when they, or a configuration, can't be used. */
export function playDialogue(commands: string, folder: URL): string {
  const { hosts, lines, problems } = readStory(commands);
  refuse(problems);
  const named = hosts.map(({ name, file, daemon }) => ({ name, daemon, config: read(new URL(file, folder), name) }));
  const transcript = new Transcript(() => network.now);
  const holes: Holes = new Map();
  const watch = (happening: Happening): void => {
    transcript.watch(happening);
    if (happening.kind !== 'answered' || happening.hole === 0) return;
    holes.set(happening.target, [...(holes.get(happening.target) ?? []), happening.hole]);
  };
  const network: Network = new Network({ ...planNetwork(named), random: new Random(SEED), watch });
  const stage = {
    network,
    configOf: (file: string, { name }: { readonly name: string }) => read(new URL(file, folder), name),
    onCommand: transcript.command.bind(transcript),
  };
  refuse(examine(lines, stage));
  play(lines, stage);
  return [...renderTranscript(transcript.lines), '', ...describeEnd(network, transcript, holes)].join('\n') + '\n';
}

/** The configuration of the host of this name: its file may have conditions (`@NAME`). */
function read(file: URL, configId: string): Config {
  const load = (name: string): string => readFileSync(new URL(name, file), 'utf8');
  const { config, diagnostics } = readConfig({ file: file.pathname.replace(/^.*\//, ''), load, configId });
  if (config) return config;
  throw new Error(diagnostics.map(({ place, words }) => `${place.file}:${place.line}: ${words}`).join('\n'));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new Error(problems.map(({ line, column, words }) => `${line}:${column}: ${words}`).join('\n'));
}

/** Who is what, who answers the client, and how long nobody did once somebody had. */
function describeEnd({ hosts, clients }: Network, transcript: Transcript, holes: Holes): string[] {
  const width = Math.max(...[...hosts.keys()].map((name) => name.length)) + 2;
  const states = [...hosts.values()].map((host) => {
    const each = host.config.vrrpInstances.map(({ name }) => {
      const priority = host.router?.instances.get(name)?.priority;
      const state = host.core ? transcript.stateOf(host, name) : host.isOn ? 'no daemon' : 'off';
      return `${name} ${state}${priority === undefined ? '' : `, priority ${priority}`}`;
    });
    return `  ${host.name.padEnd(width)}${each.join('; ')}${host.isFrozen ? ' (stands still)' : ''}`;
  });
  const answers = clients.flatMap((client) =>
    client.plan.targets.map((target) => {
      const [, ...later] = holes.get(target) ?? [];
      const list = later.length === 0 ? 'no hole' : `holes: ${later.map(describeDuration).join(', ')}`;
      return `  ${target}: ${client.answeredBy(target)?.name ?? 'nobody'} answers; ${list}`;
    }),
  );
  return ['in the end', ...states, ...answers];
}

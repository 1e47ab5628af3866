// `vrrpd simulate NODE...`: the hosts as their files say on a simulated network, and on it a story: what happens, when and
// why, and what it costs the clients. It needs no root and touches nothing.

import { writeFileSync } from 'node:fs';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { pcapHeader, pcapRecord } from '../sim/pcap.js';
import { planNetwork } from '../sim/plan.js';
import { planProgramme, playTale } from '../sim/programme.js';
import { STORIES, type StoryName, type Tale } from '../sim/stories.js';
import { Trial, type Played, type TrialPlan } from '../sim/trial.js';
import { readNodes, type Wanted } from './nodes.js';
import { plainSimulation, renderSimulation, type Section } from './simulation-text.js';
import { StoryFile } from './story-file.js';

export interface SimulateRequest {
  readonly files: readonly string[];
  /** None, one for all files, or one for each. */
  readonly configIds: readonly string[];
  /** A name of STORIES, "all", or a file. */
  readonly story: string;
  /** All hosts but the first are keepalived. */
  readonly peer?: 'keepalived';
  readonly json: boolean;
  readonly pcap?: string;
  readonly seed: number;
}

/** 0 played, 1 it can't be as asked for, 2 a configuration or the story has errors, 4 and 6 a file can't be read. */
export function simulate(request: SimulateRequest): ExitCode {
  const { story: word, seed, pcap, json } = request;
  if (!Number.isSafeInteger(seed)) throw new CommandFailure(EXIT.refused, ['--seed: a whole number']);
  const names = STORIES.filter((name) => word === 'all' || word === name);
  const story = names.length === 0 ? new StoryFile(word) : undefined;
  const nodes = readNodes(wantedHosts(request, story));
  story?.agreeWith(nodes.map(({ name }) => name));
  if (planNetwork(nodes).clients?.length === 0)
    throw new CommandFailure(EXIT.refused, ['nothing to simulate: these files have no virtual address']);
  const plan: TrialPlan = { hosts: nodes, seed, configOf: story ? story.configOf(nodes) : () => undefined };
  const target = pcap === undefined ? {} : { pcap };
  const sections = story ? tell(plan, story, target) : perform(plan, names, target);
  const text = json
    ? JSON.stringify(plainSimulation(nodes, sections), undefined, 2)
    : renderSimulation(nodes, sections).join('\n');
  process.stdout.write(`${text}\n`);
  return EXIT.normal;
}

function wantedHosts({ files, configIds, peer }: SimulateRequest, story: StoryFile | undefined): Wanted[] {
  if (files.length === 0 && story && story.hosts.length > 0) return story.wanted();
  if (files.length < 2) {
    const words = 'simulate needs the files of two hosts or more: simulate NODE1 NODE2; one file twice is two hosts';
    throw new CommandFailure(EXIT.refused, [words]);
  }
  if (configIds.length > 1 && configIds.length !== files.length)
    throw new CommandFailure(EXIT.refused, ['--config-id: give it once, or once for each file']);
  return files.map((file, index): Wanted => {
    const configId = configIds.length > 1 ? configIds[index] : configIds[0];
    const daemon = peer !== undefined && index > 0 ? peer : 'vrrpd';
    return { file, daemon, ...(configId !== undefined && { configId }) };
  });
}

/** Stories by name: first the start, which is the same in all. */
function perform(plan: TrialPlan, names: readonly StoryName[], { pcap }: { pcap?: string }): Section[] {
  const { start, tales } = planProgramme(plan, names);
  const [first, ...more] = tales;
  if (pcap !== undefined && (first === undefined || more.length > 0)) {
    const words = `--pcap: a capture has one run, and these are ${tales.length}: name one with --story`;
    throw new CommandFailure(EXIT.refused, [words]);
  }
  const isServed = start.outcomes.some(({ answeredBy }) => answeredBy !== undefined);
  const why = isServed ? 'the master tracks no script and no process' : 'nobody has an address after the start';
  const missing = names.filter((name) => !tales.some((tale) => tale.name === name));
  return [
    { name: 'start', title: 'all hosts are started', played: [start] },
    ...tales.map(({ name, title, ...tale }): Section => {
      const [, ...played] = record(plan, { ...tale, name, title }, pcap);
      return { name, title, played };
    }),
    ...missing.map((name): Section => ({ name, title: `not played: ${why}`, played: [] })),
  ];
}

/** The operator's own story. */
function tell(plan: TrialPlan, story: StoryFile, { pcap }: { pcap?: string }): Section[] {
  story.refuse(new Trial(plan).examine(story.lines));
  const { name, title, acts } = story.tale();
  return [{ name, title, played: record(plan, { name, title, acts }, pcap) }];
}

/** Plays it, and writes what goes over the wire into the file, where one is named. */
function record(plan: TrialPlan, tale: Tale, pcap: string | undefined): Played[] {
  if (pcap === undefined) return playTale(plan, tale);
  const records = [pcapHeader()];
  const played = playTale({ ...plan, onFrame: (at, frame) => records.push(pcapRecord(at, frame)) }, tale);
  try {
    writeFileSync(pcap, Buffer.concat(records));
  } catch (error) {
    throw new CommandFailure(EXIT.refused, [`--pcap: ${error instanceof Error ? error.message : String(error)}`]);
  }
  return played;
}

// Stories played for the tests of the simulator, in words: by act the hole of the first address, who has it, and the notes.

import { readFileSync } from 'node:fs';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { notesOf } from '../../src/sim/notes.js';
import type { NamedHost } from '../../src/sim/plan.js';
import { planProgramme, playTale } from '../../src/sim/programme.js';
import { STORIES, type StoryName } from '../../src/sim/stories.js';
import type { Played, TrialPlan } from '../../src/sim/trial.js';
import { inMilliseconds } from '../../src/time.js';

export const LAYOUTS = new URL('../fixtures/layouts/', import.meta.url);

function read(text: string): Config {
  const { config, diagnostics } = readConfig({ file: 'x.conf', load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join('; '));
  return config;
}

export const hostsOf = (...texts: string[]): NamedHost[] =>
  texts.map((text, index) => ({ name: `n${index + 1}`, daemon: 'vrrpd', config: read(text) }));
export const layout = (...files: string[]): NamedHost[] =>
  hostsOf(...files.map((file) => readFileSync(new URL(file, LAYOUTS), 'utf8')));
export const planOf = (hosts: NamedHost[]): TrialPlan => ({ hosts, seed: 1, configOf: () => undefined });

/** All acts of the stories, the start once. */
export function play(hosts: NamedHost[], names: readonly StoryName[] = STORIES): Played[] {
  const { start, tales } = planProgramme(planOf(hosts), names);
  return [start, ...tales.flatMap((tale) => playTale(planOf(hosts), tale).slice(1))];
}

/** By act: the hole of the first address in ms, who has it, and the notes. */
export const factsOf = (played: readonly Played[]): Record<string, string> =>
  Object.fromEntries(
    played.map((one, index) => {
      const [outcome] = one.outcomes;
      if (!outcome) throw new Error('no address');
      const begin = one.act.title.startsWith(' ') ? `${played[index - 1]?.act.title ?? ''},` : '';
      const words = [
        `${Math.round(inMilliseconds(outcome.hole))} ms`,
        outcome.after.join('+'),
        ...notesOf(one, outcome),
      ];
      return [`${begin}${one.act.title.replace(/^ +/, ' ')}`, words.join('; ')];
    }),
  );

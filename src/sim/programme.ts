// Which stories are played for the hosts at hand: each one that was asked for, done to each host that has an address
// once all have started. Each is played on a network of its own, from the start on.

import { settlingTime } from './settling.js';
import { startAct, talesOf, type Cast, type StoryName, type Tale } from './stories.js';
import { Trial, type Played, type TrialPlan } from './trial.js';

export interface Programme {
  /** The start of all hosts, which all tales begin with. */
  readonly start: Played;
  readonly tales: readonly Tale[];
}

/** Without tales when nobody has an address after the start. */
export function planProgramme(plan: TrialPlan, names: readonly StoryName[]): Programme {
  const trial = new Trial(plan);
  const settle = settlingTime(plan.hosts.map(({ config }) => config));
  const start = trial.play(startAct(settle));
  const masters = new Set(trial.targets.flatMap((target) => trial.answeredBy(target) ?? []));
  const hosts = [...trial.network.hosts.values()];
  const casts = [...masters].map((host): Cast => ({ host, hosts, settle }));
  return { start, tales: names.flatMap((name) => talesFor(name, casts)) };
}

export function playTale(plan: TrialPlan, { acts }: Tale): Played[] {
  const trial = new Trial(plan);
  return acts.map((act) => trial.play(act));
}

/** A name in the summary tells those of one kind apart. */
function talesFor(name: StoryName, casts: readonly Cast[]): Tale[] {
  const playing = name === 'reboot-all' ? casts.slice(0, 1) : casts;
  return playing.flatMap((cast) => {
    const tales = talesOf(name, cast);
    const whose = playing.length > 1 ? [`of ${cast.host.name}`] : [];
    return tales.map(({ acts: [start, fault, ...more], ...tale }): Tale => {
      const what = tales.length > 1 && tale.subject !== undefined ? [tale.subject] : [];
      const named = fault && { ...fault, title: [name, ...what, ...whose].join(' ') };
      return { ...tale, acts: [start, named, ...more].filter((act) => act !== undefined) };
    });
  });
}

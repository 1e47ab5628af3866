// Whether the checks of a pair can move the address at all: the most frequent mistake of the field is a weight that is
// smaller than the distance of the priorities, or one that nopreempt on the other host ignores. It reads what the stories
// showed and plays none.

import type { Config, Place, VrrpInstance } from '../config/model.js';
import type { Finding } from './finding.js';
import type { Outcome } from './stories.js';

interface Played {
  readonly configs: readonly [Config, Config];
  readonly instances: readonly [VrrpInstance, VrrpInstance];
  readonly outcomes: readonly Outcome[];
  readonly names: readonly [string, string];
}

/** A finding for each check whose failure on the host that has the address leaves it there. */
export function judgeWeights(played: Played): Finding[] {
  return played.outcomes.flatMap((outcome) => {
    const { story, before, holders } = outcome;
    if (story.kind !== 'check-fails' || before.length !== 1 || before[0] !== story.host) return [];
    return holders.length === 1 && holders[0] === story.host ? [judge(played, story, outcome)] : [];
  });
}

function judge(
  { configs, instances, names }: Played,
  { host, script }: { host: number; script: string },
  { priorities }: Outcome,
): Finding {
  const other = 1 - host;
  const [ours = 0, theirs = 0] = [priorities[host], priorities[other]];
  const weights = instances.map(
    ({ tracks }) => tracks.find(({ kind, name }) => kind === 'script' && name === script)?.weight ?? 0,
  );
  const size = Math.abs(weights[host] ?? 0);
  const [here, there] = [names[host] ?? '', names[other] ?? ''];
  const words =
    instances[other]?.nopreempt === true
      ? `a failure of ${script} on ${here} moves nothing: ${there} has nopreempt and takes over from no lower priority ` +
        `(${ours} against ${theirs}). Use no weight: a failure is a FAULT then`
      : `with these weights a failure of ${script} on ${here} moves nothing: ${ours} against ${theirs}. ` +
        `Use a weight over ${size + ours - theirs}, or none: a failure is a FAULT then`;
  return { severity: 'warning', code: 'pair-weight', words, places: placesOfWeight({ configs, instances }, script) };
}

/** In both files: the script's weight, or the entry of the instance where it has one of its own. */
function placesOfWeight({ configs, instances }: Pick<Played, 'configs' | 'instances'>, name: string): Place[] {
  return configs.flatMap(({ vrrpScripts }, host) => {
    const script = vrrpScripts.find((one) => one.name === name);
    const own = instances[host]?.tracks.find((track) => track.kind === 'script' && track.name === name);
    if (script === undefined || own === undefined) return [];
    return [
      own.weight === script.weight
        ? (script.places.weight ?? script.place)
        : (instances[host]?.places.track_script ?? script.place),
    ];
  });
}

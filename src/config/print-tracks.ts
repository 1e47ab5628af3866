// The printed blocks of what is tracked (vrrp_script, track_file, vrrp_track_process), and the lists of those
// that track. A thing's own weight is printed with it, and not once more where it is tracked.

import { seconds } from '../time.js';
import { isEqual } from './diff.js';
import type { Track, TrackFile, TrackKind, TrackProcess, VrrpScript } from './model.js';
import { block, elsewhere, flag, NOTHING, optional, part, time, userWords, value, weightWords } from './part.js';
import type { Part, Surroundings, Writers } from './part.js';
import { quoteCommand, quoteFirst, quoteWord } from './quote.js';

export const SCRIPT: Writers<VrrpScript> = {
  name: elsewhere,
  command: ({ command }, { global }) => {
    const { argv, runAs } = command;
    const own = runAs !== undefined && !isEqual(runAs, global.scriptUser);
    return part([`script ${quoteCommand(argv)}`, ...(own ? [`user ${userWords(runAs)}`] : [])]);
  },
  interval: ({ interval }) => time('interval', interval, interval === seconds(1)),
  timeout: ({ timeout }) => (timeout === undefined ? NOTHING : time('timeout', timeout, false)),
  weight: ({ weight, reverse }) => value('weight', weightWords(weight, reverse), weight === 0 && !reverse),
  reverse: elsewhere,
  rise: ({ rise }) => value('rise', rise, rise === 1),
  fall: ({ fall }) => value('fall', fall, fall === 1),
  initFail: ({ initFail }) => flag('init_fail', initFail),
  place: elsewhere,
  places: elsewhere,
};

export const FILE: Writers<TrackFile> = {
  name: elsewhere,
  file: ({ file }) => value('file', quoteWord(file), false),
  weight: ({ weight, reverse }) => value('weight', weightWords(weight, reverse), weight === 1 && !reverse),
  reverse: elsewhere,
  initFile: ({ initFile }) =>
    optional('init_file', initFile, (init) => `${init.value}${init.overwrite ? ' overwrite' : ''}`),
  place: elsewhere,
  places: elsewhere,
};

export const PROCESS: Writers<TrackProcess> = {
  name: elsewhere,
  command: ({ command }) => value('process', command.map(quoteWord).join(' '), false),
  paramMatch: ({ paramMatch }) => optional('param_match', paramMatch, String),
  fullCommand: ({ fullCommand }) => flag('full_command', fullCommand),
  weight: ({ weight, reverse }) => value('weight', weightWords(weight, reverse), weight === 0 && !reverse),
  reverse: elsewhere,
  quorum: ({ quorum, quorumMax }) =>
    quorumMax === 0 && quorum === 0 ? NOTHING : value('quorum', quorum, quorum === 1),
  quorumMax: ({ quorumMax }) => optional('quorum_max', quorumMax, String),
  forkDelay: ({ forkDelay }) => time('fork_delay', forkDelay, forkDelay === seconds(0)),
  terminateDelay: ({ terminateDelay }) => time('terminate_delay', terminateDelay, terminateDelay === seconds(0)),
  place: elsewhere,
  places: elsewhere,
};

const KINDS: readonly TrackKind[] = ['interface', 'script', 'file', 'process'];

/** A list for each kind; a weight only where it is not the tracked thing's own. */
export function trackLists(tracks: readonly Track[], { weightOf }: Surroundings): Part {
  const lines = KINDS.flatMap((kind) => {
    const names = tracks.filter((track) => track.kind === kind);
    const text = names.map((track) => {
      const own = weightOf(track);
      const isSame = own?.weight === track.weight && own.reverse === track.reverse;
      const direction = own?.reverse === true && !track.reverse ? ' noreverse' : '';
      const words = ` weight ${weightWords(track.weight, track.reverse)}${direction}`;
      return `${quoteFirst(track.name)}${isSame ? '' : words}`;
    });
    return block(`track_${kind}`, text, { empty: false });
  });
  return part(lines);
}

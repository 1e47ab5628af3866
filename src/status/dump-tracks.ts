// What is tracked, and the sync groups, as keepalived.data has them: a block each for a check, a file and a process, and the
// lists of those who track. Words and indentation are keepalived 2.2.7's. It writes no file.

import type { NotifyScripts, Track, TrackKind } from '../config/model.js';
import { inSeconds } from '../time.js';
import type { FileTracker } from '../track/file.js';
import type { ProcessTracker } from '../track/process.js';
import type { ScriptTracker } from '../track/script.js';
import type { Group } from '../vrrp/group.js';
import type { Instance } from '../vrrp/instance.js';
import type { Router } from '../vrrp/router.js';
import { commandWords } from './dump-words.js';

export const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`------< ${title} >------`, ...lines];
export const field = (name: string, value: string | number): string => `   ${name} = ${value}`;
export const indented = (lines: readonly string[]): string[] => lines.map((line) => `     ${line}`);
export const list = (title: string, entries: readonly string[]): string[] =>
  entries.length === 0 ? [] : [`   ${title} :`, ...indented(entries)];

const weightWords = (weight: number, reverse: boolean): string => `weight ${weight}${reverse ? ' reverse' : ''}`;

/** The blocks of all that is tracked. */
export function trackSections({ surroundings: { scripts, files, processes }, instances }: Router): string[] {
  const all = [...instances.values()];
  return [
    ...section(
      'VRRP Scripts',
      [...scripts.values()].flatMap((script) => scriptLines(script, all)),
    ),
    ...section(
      'VRRP Track files',
      [...files.values()].flatMap((file) => fileLines(file, all)),
    ),
    ...section(
      'VRRP Track processes',
      [...processes.values()].flatMap((one) => processLines(one, all)),
    ),
  ];
}

const TITLES: readonly (readonly [title: string, kind: TrackKind])[] = [
  ['Tracked interfaces', 'interface'],
  ['Tracked scripts', 'script'],
  ['Tracked files', 'file'],
  ['Tracked processes', 'process'],
];

/** keepalived has a comma only behind the names of files and processes. */
export const trackedLists = (tracks: readonly Track[]): string[] =>
  TITLES.flatMap(([title, kind]) => {
    const comma = kind === 'file' || kind === 'process' ? ',' : '';
    const entries = tracks
      .filter((track) => track.kind === kind)
      .map(({ name, weight, reverse }) => `${name}${comma} ${weightWords(weight, reverse)}`);
    return list(title, entries);
  });

const GROUP_NOTIFY: readonly (readonly [words: string, state: keyof NotifyScripts])[] = [
  ['Backup', 'backup'],
  ['Master', 'master'],
  ['Fault', 'fault'],
  ['Stop', 'stop'],
  ['Generic', 'any'],
];

export function groupLines({ config, members, state }: Group): string[] {
  const count = (kind: 'FAULT' | 'INIT'): number => members.filter((member) => member.state.kind === kind).length;
  return [
    ` VRRP Sync Group = ${config.name}, ${state ?? 'INIT'}`,
    `   Num member fault ${count('FAULT')}, num member init ${count('INIT')}`,
    '   VRRP member instances :',
    ...indented(config.members),
    ...(config.syncGroupTrackingWeight ? ['   sync group tracking weight set'] : []),
    field('Using smtp notification', config.smtpAlert ? 'yes' : 'no'),
    ...GROUP_NOTIFY.flatMap(([words, name]) => {
      const command = config.notify[name];
      return command ? [field(`${words} state transition script`, commandWords(command))] : [];
    }),
    ...trackedLists(config.tracks),
  ];
}

/** Those for whom it counts, with the weight that counts. */
function trackedBy(kind: TrackKind, name: string, instances: readonly Instance[]): string[] {
  const lines = instances.flatMap(({ config, tracks }) =>
    tracks
      .filter((track) => track.kind === kind && track.name === name)
      .map(({ weight, reverse }) => `${config.name}, ${weightWords(weight, reverse)}`),
  );
  return ['   Tracking instances :', ...indented(lines)];
}

/** A check without a result yet counts as bad, as with keepalived. */
function scriptLines(tracker: ScriptTracker, instances: readonly Instance[]): string[] {
  const { config, up, lastOutcome, result, isRunning } = tracker;
  return [
    ` VRRP Script = ${config.name}`,
    field('Command', commandWords(config.command)),
    field('Interval', `${inSeconds(config.interval)} sec`),
    field('Timeout', `${config.timeout === undefined ? 0 : inSeconds(config.timeout)} sec`),
    field('Weight', `${config.weight}${config.reverse ? ' reverse' : ''}`),
    field('Rise', config.rise),
    field('Fall', config.fall),
    field('Result', result),
    field('Insecure', 'no'),
    field('Init state', lastOutcome === undefined ? 'INIT' : 'unknown'),
    field('Status', up === true ? 'GOOD' : 'BAD'),
    '   VRRP instances :',
    ...trackedBy('script', config.name, instances),
    field('State', isRunning ? 'running' : 'idle'),
  ];
}

const fileLines = ({ config, value }: FileTracker, instances: readonly Instance[]): string[] => [
  ` Track file = ${config.name}`,
  field('File', config.file),
  field('Status', value ?? 0),
  field('Weight', `${config.weight}${config.reverse ? ' reverse' : ''}`),
  ...trackedBy('file', config.name, instances),
];

function processLines({ config, count, up }: ProcessTracker, instances: readonly Instance[]): string[] {
  const { command, paramMatch, quorum, quorumMax, terminateDelay, forkDelay, fullCommand } = config;
  const [program, ...parameters] = command;
  return [
    ` VRRP Track process = ${config.name}`,
    field('Process', program),
    ...(parameters.length === 0 ? [] : [field('Parameters', parameters.join(' '))]),
    ...(paramMatch === undefined ? [] : [field('Param match', paramMatch)]),
    field('Min processes', quorum),
    ...(quorumMax === undefined ? [] : [field('Max processes', quorumMax)]),
    field('Current processes', count ?? 0),
    field('Have quorum', String(up === true)),
    field('Weight', `${config.weight}${config.reverse ? ' reverse' : ''}`),
    field('Terminate delay', `${inSeconds(terminateDelay).toFixed(6)}s`),
    field('Fork delay', `${inSeconds(forkDelay).toFixed(6)}s`),
    field('Full command', String(fullCommand || parameters.length > 0)),
    ...trackedBy('process', config.name, instances),
  ];
}

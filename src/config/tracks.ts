// What counts for an instance: what it tracks itself and what its sync group tracks; and what of the file is tracked at
// all, since the rest is not looked at. keepalived.conf(5): VRRP synchronization group(s).

import type {
  Config,
  SyncGroup,
  Track,
  TrackFile,
  TrackKind,
  TrackProcess,
  VrrpInstance,
  VrrpScript,
} from './model.js';

/** The group's first. One that both track has the group's weight, unless the instance tracks it without one. */
export function tracksOf({ tracks }: VrrpInstance, group: SyncGroup | undefined): readonly Track[] {
  if (group === undefined) return tracks;
  const isSame = (one: Track, other: Track): boolean => one.kind === other.kind && one.name === other.name;
  const ofGroup = group.tracks.map((track) => {
    const own = tracks.find((one) => isSame(one, track));
    return own?.weight === 0 ? own : track;
  });
  return [...ofGroup, ...tracks.filter((track) => !ofGroup.some((one) => isSame(one, track)))];
}

/** The group that an instance is in, by the instance's name. */
export const groupsByMember = ({ syncGroups }: Pick<Config, 'syncGroups'>): ReadonlyMap<string, SyncGroup> =>
  new Map(syncGroups.flatMap((group) => group.members.map((member) => [member, group])));

/** Checks that nobody tracks are not run. */
export const usedScripts = (config: Config): VrrpScript[] => used(config, 'script', config.vrrpScripts);
export const usedFiles = (config: Config): TrackFile[] => used(config, 'file', config.trackFiles);
export const usedProcesses = (config: Config): TrackProcess[] => used(config, 'process', config.trackProcesses);

function used<T extends { readonly name: string }>(config: Config, kind: TrackKind, defined: readonly T[]): T[] {
  const groups = groupsByMember(config);
  const tracks = config.vrrpInstances.flatMap((instance) => tracksOf(instance, groups.get(instance.name)));
  const names = new Set(tracks.filter((track) => track.kind === kind).map(({ name }) => name));
  return defined.filter(({ name }) => names.has(name));
}

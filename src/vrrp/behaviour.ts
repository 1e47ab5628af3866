// What makes an instance or a check behave as it does, as text: equal texts, equal behaviour. Where a thing stands in the
// file does not count, nor who is told of what happens. It compares nothing itself.

import type { Config, SyncGroup } from '../config/model.js';
import { groupsByMember, tracksOf } from '../config/tracks.js';
import type { Behaviours } from './note.js';

/** By "instance VI_1", "script chk", "file f", "process p"; a text is made when it is asked for. */
export function behavioursOf({ vrrpScripts, trackFiles, trackProcesses, ...config }: Config): Behaviours {
  const checks = new Map<string, object>([
    ...vrrpScripts.map((one) => [`script ${one.name}`, one] as const),
    ...trackFiles.map((one) => [`file ${one.name}`, one] as const),
    ...trackProcesses.map((one) => [`process ${one.name}`, one] as const),
  ]);
  const instances = new Map(config.vrrpInstances.map((one) => [`instance ${one.name}`, one]));
  const groups = groupsByMember(config);
  return {
    get: (thing) => {
      const instance = instances.get(thing);
      if (instance === undefined) return checks.has(thing) ? textOf(checks.get(thing)) : undefined;
      const group = groups.get(instance.name);
      const tracked = tracksOf(instance, group).map(({ kind, name }) => checks.get(`${kind} ${name}`));
      return textOf([instance, group && groupPart(group), tracked]);
    },
  };
}

const groupPart = ({ name, members, tracks, syncGroupTrackingWeight }: SyncGroup) => ({
  ...{ name, members, tracks, syncGroupTrackingWeight },
});

/** Places, what is told to whom, and what is not acted upon. */
const WITHOUT_EFFECT = new Set('place places notify notifyDeleted notifyPriorityChanges smtpAlert kept'.split(' '));

const textOf = (value: unknown): string =>
  JSON.stringify(value, (name, part: unknown) => (WITHOUT_EFFECT.has(name) ? undefined : part));

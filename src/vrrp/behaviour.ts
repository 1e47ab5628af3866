// What makes an instance or a check behave as it does, as text: equal texts, equal behaviour. Where a thing stands in the
// file does not count, nor who is told of what happens. It compares nothing itself.

import type { Config, SyncGroup } from '../config/model.js';
import { groupsByMember, tracksOf } from '../config/tracks.js';
import type { Behaviours } from './note.js';

/** By "instance VI_1", "script chk", "file f", "process p". */
export function behavioursOf(config: Config): Behaviours {
  const checks = new Map<string, string>([
    ...config.vrrpScripts.map((one) => [`script ${one.name}`, textOf(one)] as const),
    ...config.trackFiles.map((one) => [`file ${one.name}`, textOf(one)] as const),
    ...config.trackProcesses.map((one) => [`process ${one.name}`, textOf(one)] as const),
  ]);
  const groups = groupsByMember(config);
  const instances = config.vrrpInstances.map((instance) => {
    const group = groups.get(instance.name);
    const tracked = tracksOf(instance, group).flatMap(({ kind, name }) => checks.get(`${kind} ${name}`) ?? []);
    const text = [textOf(instance), textOf(group && groupPart(group)), ...tracked].join('\n');
    return [`instance ${instance.name}`, text] as const;
  });
  return new Map([...checks, ...instances]);
}

const groupPart = ({ name, members, tracks, syncGroupTrackingWeight }: SyncGroup) => ({
  ...{ name, members, tracks, syncGroupTrackingWeight },
});

/** Places, what is told to whom, and what is not acted upon. */
const WITHOUT_EFFECT = new Set('place places notify notifyDeleted notifyPriorityChanges smtpAlert kept'.split(' '));

const textOf = (value: unknown): string =>
  JSON.stringify(value ?? null, (name, part: unknown) => (WITHOUT_EFFECT.has(name) ? undefined : part));

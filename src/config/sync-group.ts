// `vrrp_sync_group NAME { }`: instances that change their state together. keepalived.conf(5): VRRP synchronization group(s).
// What a group does is in src/vrrp/; here it is read, and its members are found.

import { notifyCommand } from './command.js';
import type { CompletedInstance } from './complete.js';
import { named, type Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import { actedUpon, each, notYet, placesOf, Table, withoutMeaning, type Draft, type Value } from './keyword.js';
import type { SyncGroup } from './model.js';
import { completeNotify } from './notify.js';
import { nearest } from './spelling.js';
import {
  resolveTracks,
  trackInterfaceList,
  trackListsOf,
  trackNameList,
  type Trackables,
  type Tracked,
} from './track.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { bool, flag, list } from './value.js';

/** One name a line, or several in one. */
const members: Value<Word[][]> = list({
  form: 'names of instances',
  isEntry: () => true,
  read: ({ keyword, args }) => [keyword, ...args],
});

const keywords = {
  group: actedUpon(members, 'none'),
  track_interface: actedUpon(trackInterfaceList, 'none'),
  ...each(['track_script', 'track_file', 'track_process'], actedUpon(trackNameList, 'none')),
  ...each(
    ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'],
    actedUpon(notifyCommand, 'none'),
  ),
  notify_priority_changes: actedUpon(bool, 'false'),
  smtp_alert: actedUpon(bool, 'smtp_alert_vrrp, else smtp_alert of global_defs'),
  sync_group_tracking_weight: actedUpon(flag, 'not set'),
  global_tracking: withoutMeaning('keepalived gave it up: sync_group_tracking_weight came in its place', flag),
  track_bfd: notYet('it is not tracked: a failure changes nothing', { value: trackNameList }),
};
export const syncGroupTable = new Table('vrrp_sync_group', keywords);

/** A group with what is tracked for it, for the lints. */
export interface CompletedGroup {
  readonly group: SyncGroup;
  readonly tracked: readonly Tracked[];
}

interface Known {
  readonly global: GlobalDraft;
  readonly trackables: Trackables;
  readonly instances: readonly CompletedInstance[];
  readonly report: Report;
}

/** In the order of the file; an instance is in the first group that names it. */
export function completeSyncGroups(groups: ReadonlyMap<string, Statement>, known: Known): CompletedGroup[] {
  const taken = new Map<string, string>();
  return [...groups].map(([name, statement]) => {
    const { keyword, block = [] } = statement;
    const { report, global, trackables } = known;
    const written = syncGroupTable.read({ statements: block, report });
    const names = readMembers({ name, keyword, written }, taken, known);
    const tracked = resolveTracks(trackListsOf(written), trackables, report);
    const group: SyncGroup = {
      name,
      members: names,
      tracks: tracked.map(({ track }) => track),
      syncGroupTrackingWeight: written.syncGroupTrackingWeight?.value ?? false,
      notify: completeNotify(written, global.scriptUser?.value),
      notifyPriorityChanges: written.notifyPriorityChanges?.value ?? false,
      smtpAlert: written.smtpAlert?.value ?? global.smtpAlertVrrp?.value ?? global.smtpAlert?.value ?? false,
      kept: syncGroupTable.kept(block),
      place: keyword.span.place,
      places: placesOf(written),
    };
    return { group, tracked };
  });
}

function readMembers(
  { name, keyword, written }: { name: string; keyword: Word; written: Draft<typeof keywords> },
  taken: Map<string, string>,
  { instances, report }: Known,
): string[] {
  const known = new Set(instances.map(({ instance }) => instance.name));
  const names: string[] = [];
  const words = (written.group?.value ?? []).flat();
  for (const word of words) {
    const other = taken.get(word.text);
    if (!known.has(word.text)) reportUnknown(word, known, report);
    else if (other !== undefined) {
      const again = `${named(word.text)} is in the group ${other} already: that one counts`;
      report.warning('repeated-name', word.span, again);
    } else {
      taken.set(word.text, name);
      names.push(word.text);
    }
  }
  const count = words.length === 1 ? 'one member' : 'no member';
  const { span } = written.group?.statement.keyword ?? keyword;
  if (words.length < 2)
    report.warning('sync-group-of-one', span, `the group ${name} has ${count}: it keeps nothing in step`);
  return names;
}

function reportUnknown(word: Word, instances: ReadonlySet<string>, report: Report): void {
  const suggestion = nearest(word.text, instances);
  const words = `no vrrp_instance is called ${named(word.text)}: it is left out of the group`;
  report.warning('unknown-instance', word.span, words, suggestion === undefined ? {} : { suggestion });
}

/**
 * keepalived keeps the priorities of a group's members in step: weights of their own do not count, unless
 * sync_group_tracking_weight is written. A check, file or process with a written weight is not tracked then; an interface,
 * and a file whose weight is the default one, is tracked without a weight.
 */
export function dropWeightsOfMembers(
  instances: readonly CompletedInstance[],
  groups: readonly CompletedGroup[],
  report: Report,
): CompletedInstance[] {
  const groupOf = new Map(groups.flatMap(({ group }) => group.members.map((member) => [member, group])));
  return instances.map((one) => {
    const group = groupOf.get(one.instance.name);
    if (group === undefined || group.syncGroupTrackingWeight) return one;
    const tracked = one.tracked.flatMap((entry) => withoutWeight(entry, group, report));
    return { ...one, tracked, instance: { ...one.instance, tracks: tracked.map(({ track }) => track) } };
  });
}

function withoutWeight(tracked: Tracked, group: SyncGroup, report: Report): Tracked[] {
  const { track, weightSpan, entry } = tracked;
  const isInGroup = group.tracks.some(({ kind, name }) => kind === track.kind && name === track.name);
  if (track.weight === 0 || isInGroup) return [tracked];
  const stays = track.kind === 'interface' || weightSpan === undefined;
  const what = stays ? 'a failure is a FAULT of the whole group' : `it is not tracked for ${group.name}`;
  report.warning('weight-in-group', entry.keyword.span, `in a sync group weights do not count: ${what}`, {
    note: 'track it in the group, without a weight, or with sync_group_tracking_weight there',
  });
  return stays ? [{ ...tracked, track: { ...track, weight: 0 } }] : [];
}

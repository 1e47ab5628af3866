// `vrrp_sync_group NAME { }`: instances that change their state together. Read and checked, not acted upon yet: its
// instances change their state each on its own. keepalived.conf(5): VRRP SYNC GROUP.

import { notifyCommand } from './command.js';
import { named, type Report } from './diagnostic.js';
import { notYet, Table, type Value } from './keyword.js';
import { nearest } from './spelling.js';
import { trackScriptList } from './track-script.js';
import { trackBfdList, trackFileList, trackInterfaceList, trackProcessList } from './trackers.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { bool, flag, list } from './value.js';

/** One name a line, or several in one. */
const members: Value<Word[][]> = list({
  form: 'names of instances',
  isEntry: () => true,
  read: ({ keyword, args }) => [keyword, ...args],
});

const quiet = <T>(value: Value<T>) => notYet('said at the group', { value, silent: true });

export const syncGroupTable = new Table('vrrp_sync_group', {
  group: quiet(members),
  track_interface: quiet(trackInterfaceList),
  track_script: quiet(trackScriptList),
  track_file: quiet(trackFileList),
  track_process: quiet(trackProcessList),
  track_bfd: quiet(trackBfdList),
  notify_master: quiet(notifyCommand),
  notify_backup: quiet(notifyCommand),
  notify_fault: quiet(notifyCommand),
  notify_stop: quiet(notifyCommand),
  notify: quiet(notifyCommand),
  smtp_alert: quiet(bool),
  notify_priority_changes: quiet(bool),
  global_tracking: quiet(flag),
  sync_group_tracking_weight: quiet(flag),
});

/** Who is in which group: members that are no instance, in two groups, or alone. */
export function checkSyncGroups(
  groups: ReadonlyMap<string, Statement>,
  { instances, report }: { instances: ReadonlySet<string>; report: Report },
): void {
  const taken = new Map<string, string>();
  for (const [name, { keyword, block = [] }] of groups) {
    const written = syncGroupTable.read({ statements: block, report });
    const words = (written.group?.value ?? []).flat();
    for (const word of words) {
      const other = taken.get(word.text);
      if (!instances.has(word.text)) reportUnknown(word, { instances, report });
      else if (other !== undefined)
        report.warning(
          'repeated-name',
          word.span,
          `${named(word.text)} is in the group ${other} already: that one counts`,
        );
      else taken.set(word.text, name);
    }
    const span = written.group?.statement.keyword.span ?? keyword.span;
    if (words.length < 2)
      report.warning(
        'sync-group-of-one',
        span,
        `the group ${name} has ${words.length === 1 ? 'one member' : 'no member'}: it keeps nothing in step`,
      );
  }
}

function reportUnknown(word: Word, { instances, report }: { instances: ReadonlySet<string>; report: Report }): void {
  const suggestion = nearest(word.text, instances);
  report.warning(
    'unknown-instance',
    word.span,
    `no vrrp_instance is called ${named(word.text)}: it is left out of the group`,
    suggestion === undefined ? {} : { suggestion },
  );
}

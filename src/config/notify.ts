// The notify scripts of an instance or a sync group: from what is written to commands with the user that runs them.
// keepalived.conf(5): notify_master and its sisters.

import type { Written } from './keyword.js';
import type { Command, NotifyScripts, ScriptUser } from './model.js';

type Keyword =
  | 'notifyMaster'
  | 'notifyBackup'
  | 'notifyFault'
  | 'notifyStop'
  | 'notifyMasterRxLowerPri'
  | 'notify'
  | 'notifyDeleted';

/** A program without a user of its own runs as script_user. */
export function completeNotify(
  written: Readonly<Partial<Record<Keyword, Written<Command | 'no script'>>>>,
  runAs: ScriptUser | undefined,
): NotifyScripts {
  const command = (name: keyof NotifyScripts, keyword: Keyword): NotifyScripts => {
    const value = written[keyword]?.value;
    return value === undefined || value === 'no script' ? {} : { [name]: { ...(runAs && { runAs }), ...value } };
  };
  return {
    ...command('master', 'notifyMaster'),
    ...command('backup', 'notifyBackup'),
    ...command('fault', 'notifyFault'),
    ...command('stop', 'notifyStop'),
    ...command('rxLowerPri', 'notifyMasterRxLowerPri'),
    ...command('any', 'notify'),
    ...command('deleted', 'notifyDeleted'),
  };
}

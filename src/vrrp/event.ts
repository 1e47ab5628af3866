// What happened to an instance or a sync group, as those outside are told: notify scripts, FIFO and mail.
// It says that it happened, not who is told, nor how. keepalived.conf(5): notify, the words of a FIFO line.

import type { Router } from './router.js';

/** A new state. DELETED: a reload removed it. */
export type NewState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

/** `priority` is the effective one of an instance, 0 of a group. */
export interface Event {
  readonly subject: 'INSTANCE' | 'GROUP';
  readonly name: string;
  /** The last three are no new states: a MASTER heard a lower priority, the own one changed as MASTER or as BACKUP. */
  readonly state: NewState | 'MASTER_RX_LOWER_PRI' | 'MASTER_PRIORITY' | 'BACKUP_PRIORITY';
  readonly priority: number;
}

/** The present states of all, as if they had just been taken up; a group's before its members'. */
export function statesOf({ groups, instances }: Pick<Router, 'groups' | 'instances'>): Event[] {
  return [
    ...[...groups.values()].flatMap(({ config, state }): Event[] =>
      state === undefined ? [] : [{ subject: 'GROUP', name: config.name, state, priority: 0 }],
    ),
    ...[...instances.values()].flatMap(({ config, state: { kind }, priority }): Event[] =>
      kind === 'MASTER' || kind === 'BACKUP' || kind === 'FAULT'
        ? [{ subject: 'INSTANCE', name: config.name, state: kind, priority }]
        : [],
    ),
  ];
}

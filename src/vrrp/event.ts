// What happened to an instance or a sync group, as those outside are told: notify scripts, FIFO and mail.
// It says that it happened, not who is told, nor how. keepalived.conf(5): notify, the words of a FIFO line.

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

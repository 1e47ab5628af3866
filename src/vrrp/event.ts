// What happened to an instance, as those outside are told: notify scripts, and later the FIFO and mail.
// It says that it happened, not who is told, nor how.

/** A new state of an instance; `priority` is the effective one. DELETED: a reload removed it. */
export interface Event {
  readonly instance: string;
  readonly state: 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';
  readonly priority: number;
}

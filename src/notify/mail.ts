// The mail that an event means: keepalived's subject and its one line of text, to the letter, since filters sort by them.
// keepalived.conf(5): smtp_alert, no_email_faults. It sends nothing, and remembers nothing of former mails.

import type { Event, NewState } from '../vrrp/event.js';

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** What of `global_defs` decides about a mail and its words. */
export interface MailWording {
  readonly routerId: string;
  /** A FAULT is not mailed. */
  readonly noEmailFaults: boolean;
}

const OF = { INSTANCE: 'VRRP Instance', GROUP: 'VRRP Group' } as const;

const WHAT: Readonly<Record<NewState, string>> = {
  MASTER: 'Entering MASTER state',
  BACKUP: 'Entering BACKUP state',
  FAULT: 'Entering FAULT state',
  STOP: 'Stopping',
  DELETED: 'Deleted',
};

const DELETED = 'VRRP Deleted at reload';
const TEXTS: Readonly<Record<Event['subject'], Readonly<Record<NewState, string>>>> = {
  INSTANCE: {
    MASTER: 'VRRP Instance is now owning VRRP VIPs',
    BACKUP: 'VRRP Instance is no longer owning VRRP VIPs',
    FAULT: 'VRRP Instance is no longer owning VRRP VIPs',
    STOP: 'VRRP Instance stopping',
    DELETED,
  },
  GROUP: {
    MASTER: 'All VRRP group instances are now in MASTER state',
    BACKUP: 'All VRRP group instances are now in BACKUP state',
    FAULT: 'All VRRP group instances are now in FAULT state',
    STOP: 'All VRRP group instances are now stopping',
    DELETED,
  },
};

/** Undefined for an event that is not mailed: one that is no new state, and a FAULT where the operator wants none. */
export function mailFor({ subject, name, state }: Event, { routerId, noEmailFaults }: MailWording): Mail | undefined {
  if (!isNewState(state) || (state === 'FAULT' && noEmailFaults)) return undefined;
  return { subject: `[${routerId}] ${OF[subject]} ${name} - ${WHAT[state]}`, text: `=> ${TEXTS[subject][state]} <=` };
}

const isNewState = (state: Event['state']): state is NewState => state in WHAT;

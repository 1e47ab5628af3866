// The mails of events, held against what keepalived 2.2.7 sends to a server that writes them down:
//
//   when                   subject, after "[router_id] VRRP Instance NAME - " or "... Group NAME - "
//   start                  Entering BACKUP state (or FAULT): the first state is mailed too
//   election won           Entering MASTER state
//   link lost              Entering FAULT state; none with no_email_faults, and the BACKUP after it is mailed again
//   removed by a reload    Deleted with notify_deleted, else Entering FAULT state, that one even with no_email_faults
//   stop                   none arrives: it connects and ends before the greeting; the words are in the program
//   lower advert heard, priority changed: none
//
// Members of a group with smtp_alert are mailed only where they say smtp_alert themselves. All have one line of text,
// the headers Date, From, Subject, X-Mailer: Keepalived and To (all addresses), and a connection of their own:
// HELO, MAIL FROM, a RCPT TO for each address, DATA, QUIT.

import t from 'tap';
import { mailFor } from '../../src/notify/mail.js';
import type { Event } from '../../src/vrrp/event.js';

const wording = { routerId: 'LVS_A', noEmailFaults: false };
const instance = (state: Event['state']): Event => ({ subject: 'INSTANCE', name: 'VI_3', state, priority: 150 });
const group = (state: Event['state']): Event => ({ subject: 'GROUP', name: 'SG', state, priority: 0 });
const words = (event: Event): string[] => Object.values(mailFor(event, wording) ?? {}) as string[];

t.test('an instance', (t) => {
  const owning = '=> VRRP Instance is now owning VRRP VIPs <=';
  const notOwning = '=> VRRP Instance is no longer owning VRRP VIPs <=';
  t.same(words(instance('MASTER')), ['[LVS_A] VRRP Instance VI_3 - Entering MASTER state', owning]);
  t.same(words(instance('BACKUP')), ['[LVS_A] VRRP Instance VI_3 - Entering BACKUP state', notOwning]);
  t.same(words(instance('FAULT')), ['[LVS_A] VRRP Instance VI_3 - Entering FAULT state', notOwning]);
  t.same(words(instance('STOP')), ['[LVS_A] VRRP Instance VI_3 - Stopping', '=> VRRP Instance stopping <=']);
  t.same(words(instance('DELETED')), ['[LVS_A] VRRP Instance VI_3 - Deleted', '=> VRRP Deleted at reload <=']);
  t.end();
});

t.test('a group', (t) => {
  for (const state of ['MASTER', 'BACKUP', 'FAULT'] as const)
    t.same(words(group(state)), [
      `[LVS_A] VRRP Group SG - Entering ${state} state`,
      `=> All VRRP group instances are now in ${state} state <=`,
    ]);
  t.same(words(group('STOP')), ['[LVS_A] VRRP Group SG - Stopping', '=> All VRRP group instances are now stopping <=']);
  t.end();
});

t.test('what is not mailed', (t) => {
  for (const state of ['MASTER_RX_LOWER_PRI', 'MASTER_PRIORITY', 'BACKUP_PRIORITY'] as const)
    t.equal(mailFor(instance(state), wording), undefined, state);
  const quiet = { ...wording, noEmailFaults: true };
  for (const event of [instance('FAULT'), group('FAULT')]) t.equal(mailFor(event, quiet), undefined);
  t.not(mailFor(instance('BACKUP'), quiet), undefined, 'the others are, also with no_email_faults');
  t.end();
});

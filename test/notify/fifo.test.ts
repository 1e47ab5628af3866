// The lines of a FIFO, as keepalived 2.2.7 writes them.

import t from 'tap';
import { fifoLine } from '../../src/notify/fifo.js';
import type { Event } from '../../src/vrrp/event.js';

const STATES: readonly Event['state'][] = [
  'MASTER',
  'BACKUP',
  'FAULT',
  'STOP',
  'DELETED',
  'MASTER_RX_LOWER_PRI',
  'MASTER_PRIORITY',
  'BACKUP_PRIORITY',
];

t.test('an instance with its effective priority, in every state', (t) => {
  for (const state of STATES)
    t.equal(fifoLine({ subject: 'INSTANCE', name: 'VI_1', state, priority: 150 }), `INSTANCE "VI_1" ${state} 150\n`);
  t.end();
});

t.test('a group', (t) => {
  t.equal(fifoLine({ subject: 'GROUP', name: 'SG', state: 'FAULT', priority: 0 }), 'GROUP "SG" FAULT 0\n');
  t.end();
});

// Which notify scripts an event means: keepalived.conf(5), notify_master and its sisters.

import t from 'tap';
import type { Command, NotifyScripts } from '../../src/config/model.js';
import { notifyCommands } from '../../src/notify/scripts.js';

const command = (...argv: [string, ...string[]]): Command => ({
  argv,
  runAs: { user: 'daemon' },
  place: { file: 'test', line: 1, column: 1 },
});
const all: NotifyScripts = {
  master: command('/m', 'one word'),
  backup: command('/b'),
  fault: command('/f'),
  stop: command('/s'),
  any: command('/any', 'own'),
};
const event = { subject: 'INSTANCE', name: 'VI 1', priority: 122 } as const;

t.test('the one of the state with exactly its own arguments, then notify with four words more', (t) => {
  const keywords = { MASTER: 'master', BACKUP: 'backup', FAULT: 'fault', STOP: 'stop' } as const;
  for (const state of ['MASTER', 'BACKUP', 'FAULT', 'STOP'] as const) {
    const any = { ...all.any, argv: ['/any', 'own', 'INSTANCE', 'VI 1', state, '122'] };
    t.strictSame(notifyCommands({ ...event, state }, all), [
      { keyword: `notify_${keywords[state]}`, command: all[keywords[state]] },
      { keyword: 'notify', command: any },
    ]);
  }
  t.end();
});

t.test('only what is written', (t) => {
  t.same(notifyCommands({ ...event, state: 'MASTER' }, {}), []);
  t.same(notifyCommands({ ...event, state: 'MASTER' }, { backup: command('/b') }), []);
  t.match(notifyCommands({ ...event, state: 'FAULT' }, { any: command('/any') }), [{ keyword: 'notify' }]);
  t.end();
});

// The FIFOs through reloads and the stop: a script goes on while its command stays as it is, and at the stop its reader
// comes to the end of what is in the FIFO before it is ended.

import { join } from 'node:path';
import { mock } from 'node:test';
import t from 'tap';
import type { Command, GlobalDefs } from '../../src/config/model.js';
import { Fifos } from '../../src/daemon/fifos.js';
import type { ScriptOutcome } from '../../src/track/script.js';

const ENDED: ScriptOutcome = { kind: 'exited', code: 0, milliseconds: 1, output: '' };
const command = (program: string): Command => ({ argv: [program], place: { file: 'test', line: 1, column: 1 } });

function open() {
  const told: string[] = [];
  const ends: ((outcome: ScriptOutcome) => void)[] = [];
  const fifos = new Fifos({
    start: ({ argv }, ended) => {
      told.push(`start ${argv[0]}`);
      ends.push(ended);
      return { signal: (name) => told.push(`${name} ${argv[0]}`) };
    },
    log: (_level, text) => told.push(text),
  });
  const update = (path: string, script: string): void =>
    fifos.update({ notifyFifo: { path, script: command(script) } } as unknown as GlobalDefs);
  return { fifos, update, told, end: () => ends.at(-1)?.(ENDED) };
}

t.test('a reload', async (t) => {
  const folder = t.testdir();
  const { fifos, update, told } = open();
  update(join(folder, 'one'), 'read');
  update(join(folder, 'one'), 'read');
  t.same(told.splice(0), ['start read'], 'that changes nothing of it leaves the script alone');
  update(join(folder, 'one'), 'other');
  t.same(told.splice(0), ['SIGTERM read', 'start other'], 'with another command starts that');
  update(join(folder, 'two'), 'other');
  t.same(told.splice(0), ['start other', 'SIGTERM other'], 'with another path starts it for that');
  await fifos.close();
  t.same(told, ['SIGTERM other'], 'at the stop it is ended');
});

t.test('lost lines are told of, also after a reload has changed the path', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const folder = t.testdir();
  const { fifos, update, told, end } = open();
  for (const name of ['one', 'two']) {
    update(join(folder, name), 'read');
    t.same(fifos.alerts, []);
    for (let count = 0; count < 20; count += 1) fifos.write(`${'x'.repeat(4_000)}\n`);
    t.match(fifos.alerts, [new RegExp(`${name}: \\d+ lines lost`)]);
    told.splice(0);
    mock.timers.tick(10_000);
    t.match(told, [/^\d+ FIFO lines lost/], name);
  }
  end();
  await fifos.close();
});

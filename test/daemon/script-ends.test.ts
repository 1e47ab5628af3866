// Scripts in numbers and to the bitter end: they start one a turn, all of them when there is no more time, and what had to be
// ended leaves nothing behind.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import type { Command } from '../../src/config/model.js';
import { Scripts } from '../../src/linux/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import { eventually } from '../lab/eventually.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'vs-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const place = { file: 'test', line: 1, column: 1 };
function script(name: string, text: string): Command {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  return { argv: [file], place, runAs: { user: 'root' } };
}
const own = (name: string, text: string): Command => {
  const { runAs, ...command } = script(name, text);
  return process.getuid?.() === 0 ? { ...command, ...(runAs && { runAs }) } : command;
};
const isThere = (pid: string): boolean => {
  try {
    // A zombie whose parent has ended too waits for init, which may be anybody.
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
const descriptors = (): number => readdirSync('/proc/self/fd').length;

t.test('a hundred at once: others get their turn in between', async (t) => {
  const scripts = new Scripts();
  const command = own('well', 'exit 0');
  const ended: ScriptOutcome[] = [];
  for (let count = 0; count < 100; count += 1) scripts.start(command, (outcome) => ended.push(outcome));
  let turns = 0;
  const count = (): unknown => (ended.length < 100 ? ((turns += 1), setImmediate(count)) : undefined);
  count();
  await eventually('all have ended', () => ended.length === 100);
  t.ok(turns >= 100, `${turns} turns of the loop`);
  t.ok(ended.every((outcome) => outcome.kind === 'exited' && outcome.code === 0));
});

t.test('what one leaves that had to be ended is ended too', async (t) => {
  const file = path.join(folder, 'child');
  const command = own('parent', `( trap '' TERM; while :; do sleep 1; done ) &\necho $! > ${file}\nsleep 60`);
  let outcome: ScriptOutcome | undefined;
  const running = new Scripts().start(command, (ended) => (outcome = ended));
  let child = '';
  await eventually('its child runs', () => {
    child = readdirSync(folder).includes('child') ? readFileSync(file, 'utf8').trim() : '';
    return child !== '';
  });
  t.ok(isThere(child));
  running.signal('SIGTERM');
  await eventually('it has ended', () => outcome !== undefined);
  t.match(outcome, { kind: 'signalled', signal: 'SIGTERM' });
  await eventually('its child has ended', () => !isThere(child));
});

t.test('what one leaves that ended well stays; its pipes, up to a number', async (t) => {
  const file = path.join(folder, 'children');
  const command = own('leaves', `sleep 60 &\necho $! >> ${file}`);
  const scripts = new Scripts();
  const before = descriptors();
  let ended = 0;
  for (let count = 0; count < 80; count += 1) scripts.start(command, () => (ended += 1));
  await eventually('all have ended', () => ended === 80);
  const children = readFileSync(file, 'utf8').trim().split('\n');
  t.teardown(() => children.forEach((pid) => process.kill(Number(pid), 'SIGKILL')));
  t.equal(children.filter(isThere).length, 80);
  await eventually('most pipes are closed', () => descriptors() - before <= 104);
  t.ok(descriptors() - before >= 96, 'the latest are still read');
});

t.test('forty instances, each with a script that is told of everything', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const { namespace } = machine;
  await namespace.write('/run/tell', '#!/bin/sh\necho "$3 $4" >> /run/told\n', { mode: 0o755 });
  const instances = Array.from({ length: 40 }, (_, index) =>
    owner({ name: `VI_${index}`, virtualRouterId: index + 1, more: 'notify "/run/tell"' }).replace(
      '192.168.1.190',
      `192.168.2.${index + 1}`,
    ),
  );
  await namespace.write(CONFIGURATION, `global_defs {\n script_user root\n}\n${instances.join('')}`);
  const job = await machine.serve('vrrpd');
  const told = async (state: string): Promise<number> =>
    (await namespace.read('/run/told').catch(() => '')).split('\n').filter((line) => line.startsWith(state)).length;
  await eventually('all are told of MASTER', async () => (await told('MASTER')) === 40);
  t.strictSame(await job.stop(), { code: 0, signal: null });
  await eventually('and of the stop', async () => (await told('STOP')) === 40);
  t.equal(await told('STOP'), 40);
});

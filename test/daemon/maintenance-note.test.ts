// The note of maintenance: what is read back, what is said of one that can't be understood, and that a refused write
// leaves the former one.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MaintenanceNote } from '../../src/daemon/maintenance-note.js';
import type { Instant } from '../../src/time.js';

t.test('written, read and removed', (t) => {
  const folder = t.testdir();
  const note = new MaintenanceNote(join(folder, 'maintenance'));
  t.equal(note.read(), undefined);
  note.write({});
  t.same(note.read(), {});
  note.write({ until: 5_000_000 as Instant });
  t.same(note.read(), { until: 5_000_000 });
  t.same(readdirSync(folder), ['maintenance']);
  note.write(undefined);
  t.equal(note.read(), undefined);
  t.end();
});

t.test('one that can not be understood is told of', (t) => {
  const path = join(t.testdir(), 'maintenance');
  for (const text of ['', '{"boot":', '3', '{}']) {
    writeFileSync(path, text);
    t.equal(new MaintenanceNote(path).read(), `${path} is no note of maintenance`, text);
  }
  // One whose end can't be read does not last for ever, nor until a part of a microsecond.
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  for (const until of ['"soon"', 'null', '1e400', '0.5', '40000000000000000']) {
    writeFileSync(path, `{"boot":"${boot}","until":${until}}`);
    t.equal(new MaintenanceNote(path).read(), `${path} has no instant for its end`, until);
  }
  writeFileSync(path, '{"boot":"another one"}');
  t.equal(new MaintenanceNote(path).read(), undefined, 'one of another boot is none');
  t.match(new MaintenanceNote(t.testdir()).read(), /EISDIR/);
  t.end();
});

t.test('a write that is refused changes nothing', (t) => {
  const path = join(t.testdir(), 'maintenance');
  const note = new MaintenanceNote(path);
  note.write({});
  mkdirSync(join(`${path}.new`, 'full'), { recursive: true });
  t.throws(() => note.write({ until: 1 as Instant }));
  t.same(note.read(), {});
  t.end();
});

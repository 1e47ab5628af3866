// Configurations that are cut short anywhere, and those that would take long or much.

import t from 'tap';
import { config, samples } from './config.js';
import { Violation } from './target.js';

/** What does not hold; undefined when all does. */
function fault(text: string): string | undefined {
  try {
    void config.check(Buffer.from(text));
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}

t.test('samples cut short', (t) => {
  const faults = samples.flatMap((sample) =>
    Array.from({ length: Math.ceil(sample.length / 20) }, (_, index) => sample.slice(0, 20 * index)).flatMap(
      (text) => fault(text) ?? [],
    ),
  );
  t.strictSame(faults, []);
  t.end();
});

t.test('what would take long or much ends soon', (t) => {
  const begin = performance.now();
  const hard = [
    '{'.repeat(200_000),
    '}'.repeat(200_000),
    '"'.repeat(1_000).repeat(200),
    'a {\n'.repeat(50_000),
    `virtual_server x {\n${'a {\n'.repeat(50_000)}`,
    `virtual_server x {\n${'a b\n'.repeat(200_000)}}\n`,
    `vrrp_instance V {\ninterface e\nvirtual_router_id 1\ntrack_file {\n${'a\n'.repeat(150_000)}}\n}\n`,
    '$A=$A$A\n'.repeat(20_000),
    `$A=${'x'.repeat(900)}\n${'$A '.repeat(300)}\n`.repeat(200),
    '~SEQ(i,65536) ~SEQ(j,65536) a {\n',
    `$A=${'x'.repeat(900)}\n$B=${'$A '.repeat(70)}\n~SEQ(i,65536) b $B\n`,
    `$A=${'x'.repeat(900)}\n$B=${'$A '.repeat(70)}\n${'b $B\n'.repeat(40_000)}`,
    `$A=\n$B=${'$A '.repeat(250)}\n$C=${'$B '.repeat(70)}\n${'$C\n'.repeat(40_000)}`,
    `~SEQ(i,250) ~SEQ(j,1000) ${'a '.repeat(480)}\n`,
    'vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n}\n'.repeat(30_000),
    'include b.conf\n'.repeat(10_000),
    '\\'.repeat(100_000),
  ];
  for (const text of hard) t.equal(fault(text), undefined, text.slice(0, 30));
  t.ok(performance.now() - begin < 60_000, `${Math.round(performance.now() - begin)} ms`);
  t.end();
});

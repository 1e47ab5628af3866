// Any text is either a Config or says why not, and never throws: short texts out of the grammar's own pieces, samples that
// were damaged, and samples cut at every octet. FUZZ=1000000 makes as many inputs and cuts at every octet, for a run by hand.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { isEqual } from '../../src/config/diff.js';
import { printConfig } from '../../src/config/print.js';
import { printDiagnostic, readConfig } from '../../src/config/read.js';
import { Random } from '../../src/sim/random.js';

const COUNT = Number(process.env.FUZZ ?? 100_000);
const EVERY = COUNT >= 1_000_000 ? 1 : 10;

/** With what the layouts do not use. */
const RICH = `$VIP=192.0.2.1/24
$BLOCK=\\
    virtual_ipaddress { \\
        $VIP dev eth0 label "eth0:1" \\
    }
@node1 $PRIO=110
@^node1 $PRIO=90
include other.conf
global_defs { router_id "a b" # comment
 vrrp_garp_interval 0.5 ! another
}
vrrp_script chk { script "/bin/x 'a b' \\"c\\" \\x41" user
 interval 0.5
 weight -20 reverse }
~SEQ(n, 1, 3) ~LST({a, b}, {x, 1}, {y, 2}) static_ipaddress { 10.\${n}.0.1 dev eth0 }
static_routes { default via 192.0.2.254 table 7
 blackhole 10.0.0.0/8 }
static_rules { from 10.0.0.0/8 lookup 7 }
vrrp_instance VI_1 {
 interface eth0
 virtual_router_id 7
 priority \${PRIO}
 $BLOCK
 authentication { auth_type PASS
 auth_pass "x#y" }
 track_script { chk weight 3 }
 notify /bin/y root
}
virtual_server 10.0.0.1 80 { real_server 10.0.0.2 80 { TCP_CHECK { } } }
`;

const folder = fileURLToPath(new URL('../fixtures/layouts', import.meta.url));
const samples = [
  RICH,
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
];

const PIECES = [
  ...[
    '{',
    '}',
    '"',
    "'",
    '#',
    '!',
    '\n',
    '\n',
    ' ',
    ' ',
    '\\',
    '\\\n',
    '$',
    '~',
    '@',
    '\0',
    '\r',
    '\t',
    'ü',
    '節',
    '\ufeff',
    '/',
  ],
  ...[
    '$A=',
    '$A',
    '${A}',
    '${A',
    '${_ENV X}',
    '$_RANDOM',
    '~SEQ(',
    '~LST(',
    ')',
    ',',
    '~SEQ(i,1,3) ',
    '@x ',
    '@^x ',
    'include ',
    '*',
  ],
  ...[
    'vrrp_instance ',
    'VI ',
    'vrrp_script ',
    'interface ',
    'eth0',
    'virtual_router_id ',
    'virtual_ipaddress ',
    '10.0.0.1',
    '/24',
  ],
  ...[
    'track_script ',
    'script ',
    'weight ',
    '-20',
    '300',
    '1.5',
    'priority ',
    'authentication ',
    'auth_pass ',
    'auth_type PASS',
  ],
  ...[
    'global_defs ',
    'static_routes ',
    'via ',
    'dev ',
    'default',
    'virtual_server ',
    'notify ',
    'vrrp_sync_group ',
    'group ',
  ],
];

const FILES: Readonly<Record<string, string>> = {
  'other.conf': 'global_defs {\ninclude x.conf\n',
  'x.conf': 'include other.conf\n}\n',
};

/** What is wrong with the reader; undefined when nothing is. */
function fault(text: string): string | undefined {
  const load = (file: string): string | undefined => (file === 'main.conf' ? text : FILES[file]);
  try {
    const { config, diagnostics } = readConfig({ file: 'main.conf', load, configId: 'x' });
    const hasError = diagnostics.some(({ severity }) => severity === 'error');
    if ((config === undefined) !== hasError) return 'a config exactly when there is no error';
    const linesOf = new Map<string, readonly string[]>();
    for (const one of diagnostics) {
      const { file } = one.place;
      const lines = linesOf.get(file) ?? (load(file) ?? '').replace(/^\ufeff/, '').split('\n');
      linesOf.set(file, lines);
      const line = lines[one.place.line - 1];
      if (line === undefined || one.place.column < 1 || one.place.column > line.length + 1)
        return `${one.code} at ${one.place.file}:${one.place.line}:${one.place.column} is not in the file`;
      printDiagnostic(one);
    }
    if (config === undefined) return undefined;
    const printed = printConfig(config, { defaults: text.length % 2 === 0 });
    const again = readConfig({ file: 'printed', load: () => printed });
    return isEqual(again.config, config) ? undefined : `printed, it reads otherwise: ${printed}`;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

const damage = (random: Random, sample: string): string => {
  let text = sample;
  for (let change = random.between(1, 4); change > 0; change -= 1) {
    const at = random.below(text.length + 1);
    const cut = random.chance(2) ? random.below(8) : 0;
    text = text.slice(0, at) + (random.chance(3) ? '' : random.pick(PIECES)) + text.slice(at + cut);
  }
  return text;
};

t.test('short texts', (t) => {
  const faults: string[] = [];
  for (let seed = 1; seed <= COUNT && faults.length < 3; seed += 1) {
    const random = new Random(seed);
    const text = random.list(25, () => random.pick(PIECES)).join('');
    const found = fault(text);
    if (found !== undefined) faults.push(`seed ${seed}: ${JSON.stringify(text)}: ${found}`);
  }
  t.strictSame(faults, []);
  t.end();
});

t.test('damaged samples', (t) => {
  const faults: string[] = [];
  for (let seed = 1; seed <= COUNT / 50 && faults.length < 3; seed += 1) {
    const random = new Random(seed);
    const text = damage(random, random.pick(samples));
    const found = fault(text);
    if (found !== undefined) faults.push(`seed ${seed}: ${JSON.stringify(text)}: ${found}`);
  }
  t.strictSame(faults, []);
  t.end();
});

t.test('samples cut short', (t) => {
  const faults: string[] = [];
  for (const sample of samples)
    for (let cut = 0; cut < sample.length && faults.length < 3; cut += EVERY) {
      const found = fault(sample.slice(0, cut));
      if (found !== undefined) faults.push(`${JSON.stringify(sample.slice(0, cut))}: ${found}`);
    }
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
    'vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n}\n'.repeat(30_000),
    'include x.conf\n'.repeat(10_000),
    '\\'.repeat(100_000),
  ];
  for (const text of hard) t.equal(fault(text), undefined, text.slice(0, 30));
  t.ok(performance.now() - begin < 60_000, `${Math.round(performance.now() - begin)} ms`);
  t.end();
});

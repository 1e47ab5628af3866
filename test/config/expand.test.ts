// What lines become before they are read as statements: includes, definitions and their uses, repetitions, conditions.
// And what can't be: loops, explosions, files that are not there.

import t from 'tap';
import type { Surroundings } from '../../src/config/definitions.js';
import { Report } from '../../src/config/diagnostic.js';
import { expandFile } from '../../src/config/expand.js';
import { expandBraces, type Files } from '../../src/config/include.js';
import { readConfig } from '../../src/config/read.js';

const surroundings: Surroundings = {
  configId: 'node1',
  variable: (name) => (name === 'SITE' ? 'here' : undefined),
  random: () => 0.5,
};

/** The lines that come out, and the messages as "line:column code". */
function expand(text: string, more: Partial<Files> & { files?: Record<string, string> } = {}) {
  const all: Record<string, string> = { '/etc/x.conf': text, ...more.files };
  const files: Files = {
    load: (file) => all[file],
    match: (pattern, folder) => {
      const path = pattern.startsWith('/') ? pattern : `${folder}/${pattern}`;
      const form = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      return Object.keys(all)
        .filter((file) => form.test(file))
        .map((file) => ({ file, ...(file.endsWith('.sh') && { refusal: 'it is executable' }) }));
    },
    ...more,
  };
  const report = new Report();
  const lines = expandFile('/etc/x.conf', { files, surroundings, report }) ?? [];
  const said = report.sorted().map(({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code}`);
  return { lines: lines.map((line) => line.text.trim()), said };
}
const lines = (text: string): string[] => {
  const { lines, said } = expand(text);
  if (said.length > 0) throw new Error(said.join());
  return lines;
};

t.test('definitions', (t) => {
  const table: [string, string[]][] = [
    ['$A=1\na $A', ['a 1']],
    ['  $A=1  \na $A $A', ['a 1 1']],
    ['$A=10.0.0\na ${A}.1/24', ['a 10.0.0.1/24']],
    ['$A=1\na ($A,$A)', ['a (1,1)']],
    ['$A=1\na $A/24', ['a $A/24']],
    ['$A=$B\n$B=2\na $A', ['a 2']],
    ['$A=1\na $A\n$A=2\na $A', ['a 1', 'a 2']],
    ['a $A\n$A=1', ['a $A']],
    ['a ~$A 5$', ['a ~$A 5$']],
    ['$A=x # a comment\na $A', ['a x']],
    ['$A =1', ['$A =1']],
    ['$A=\na $A b', ['a  b']],
    ['$A=\\\none\\\ntwo\na $A', ['a one', 'two']],
    ['$A=\\\n  one { \\\n  two \\\n  }\n$A\nend', ['one {', 'two', '}', 'end']],
    ['$A=one\\\ntwo\n$A', ['one', 'two']],
    ['$B=2\n$A=\\\none $B\\\ntwo $B\n$B=3\n$A', ['one 3', 'two 3']],
    ['a "$_BANG${_HASH}"', ['a "$_BANG#"']],
    ['a $_BANG ${_HASH}x', ['a ! #x']],
    ['a $_PWD $_INSTANCE ${_ENV SITE} ${_ENV NONE}.', ['a /etc node1 here .']],
    ['a $_RANDOM ${_RANDOM 10 19}', ['a 16384 15']],
  ];
  for (const [text, expected] of table) t.strictSame(lines(text), expected, text);
  t.end();
});

t.test('what can not be a definition or a use', (t) => {
  t.strictSame(expand('$A=$B\n$B=$A\na $A').said, ['2:4 error bad-definition']);
  t.strictSame(expand('$A=x$A\n$A').said, ['1:5 error bad-definition']);
  const doubling = Array.from({ length: 40 }, (_, index) => `$A${index}=\${A${index + 1}}\${A${index + 1}}`);
  t.strictSame(expand(`${doubling.join('\n')}\n$A40=\na $A0`).said.length, 1, 'an explosion of nothing ends');
  t.strictSame(expand(`${doubling.join('\n')}\n$A40=xxxx\na $A0`).said.length, 1, 'and one of something');
  const tall = Array.from({ length: 20 }, (_, index) => `$A${index}=\\\n\${A${index + 1}}\\\n\${A${index + 1}}`);
  t.ok(expand(`${tall.join('\n')}\n$A20=x\n$A0`).lines.length < 300_000, 'and one of lines');
  t.strictSame(expand('$ADDRESS=1\na $ADRESS').said, ['2:3 warning undefined-name']);
  t.strictSame(expand('a $FOO "${FOO}"').said, [], 'a dollar sign is a letter');
  t.strictSame(
    expand('a {\nb ${FOO}\n}').said,
    ['2:3 error undefined-name'],
    'but its braces would be those of a block',
  );
  t.end();
});

t.test('repetitions', (t) => {
  const table: [string, string[]][] = [
    ['~SEQ(i, 1, 3) a $i', ['a 1', 'a 2', 'a 3']],
    ['~SEQ(i, 3) a $i', ['a 1', 'a 2', 'a 3']],
    ['~SEQ(i, 3, 1) a $i', ['a 3', 'a 2', 'a 1']],
    ['~SEQ(i, 1, 2, 6) a $i', ['a 1', 'a 3', 'a 5']],
    ['~SEQ(i, 6, -3, 0) a $i', ['a 6', 'a 3', 'a 0']],
    ['~SEQ(i, 1, 2, 0) a $i', []],
    ['~SEQx(i, 9, 11) a ${i}b', ['a 9b', 'a ab', 'a bb']],
    ['~SEQ(i,1,2) ~SEQ(j,1,2) a $i.${j}', ['a $i.1', 'a $i.2', 'a $i.1', 'a $i.2']],
    ['~SEQ(i,1,2) ~SEQ(j,1,2) a ${i}.${j}', ['a 1.1', 'a 1.2', 'a 2.1', 'a 2.2']],
    ['~SEQ(i,1,2) ~SEQ(j,$i) a ${i}${j}', ['a 11', 'a 21', 'a 22']],
    ['$N=2\n~SEQ(i, $N) a $i', ['a 1', 'a 2']],
    ['~LST(n, red, green) a $n', ['a red', 'a green']],
    ['~LST({n, m}, {a, 1}, {b, 2}) $n $m', ['a 1', 'b 2']],
    ['$i=x\n~SEQ(i, 1) a $i\na $i', ['a 1', 'a x']],
    ['~SEQ(i, 2) b { a $i }', ['b { a 1 }', 'b { a 2 }']],
    ['~SEQ(i, 2) @node1 a $i', ['a 1', 'a 2']],
    ['$B=\\\n~SEQ(i, 2) a $i\\\nend\n$B', ['a 1', 'a 2', 'end']],
  ];
  for (const [text, expected] of table) t.strictSame(lines(text), expected, text);
  const wrong = [
    '~SEQ(i, x) a',
    '~SEQ(i) a',
    '~SEQ(1, 2) a',
    '~SEQ(i, 1, 0, 5) a',
    '~SEQ(i, 1, 2',
    '~LST({a,b}, {1}) a',
  ];
  for (const text of [...wrong, '~SEQ(i, 99999999) a', '~SEQ(i,1,2,3,4) a'])
    t.strictSame(expand(`x\n ${text}`).said, ['2:2 error bad-sequence'], text);
  const many = expand('~SEQ(i,60000) ~SEQ(j,60000) ~SEQ(k,60000) a $i');
  t.strictSame(many.said, ['1:29 error bad-sequence']);
  t.ok(many.lines.length < 300_000);
  t.end();
});

t.test('conditions', (t) => {
  const table: [string, string[]][] = [
    ['@node1 a\n@node2 b\n@^node1 c\n@^node2 d', ['a', 'd']],
    ['  @node1   a', ['a']],
    ['@node1', []],
    ['@node1 $P=100\n@node2 $P=90\npriority $P', ['priority 100']],
    ['@node1 @node2 a', []],
    ['a @node2', ['a @node2']],
    ['$B=\\\n@node1 one\\\n@node2 two\\\nthree\n$B', ['one', 'three']],
    ['$L=@node2 one\n$L\ntwo', ['two']],
  ];
  for (const [text, expected] of table) t.strictSame(lines(text), expected, text);
  t.end();
});

t.test('includes', (t) => {
  const files = {
    '/etc/a.conf': 'a1\na2',
    '/etc/b.conf': 'b',
    '/etc/d/c.conf': 'include e.conf',
    '/etc/d/e.conf': '$_PWD',
  };
  const table: [string, string[]][] = [
    ['x\ninclude a.conf\ny', ['x', 'a1', 'a2', 'y']],
    ['include /etc/?.conf', []],
    ['include *.conf', ['a1', 'a2', 'b']],
    ['include {b,a}.conf', ['b', 'a1', 'a2']],
    ['include "a.conf"', ['a1', 'a2']],
    ['include d/c.conf', ['/etc/d']],
    ['$F=b\ninclude ${F}.conf', ['b']],
    ['block {\ninclude b.conf\n}', ['block {', 'b', '}']],
    ['@node2 include a.conf', []],
    ['$I=include b.conf\n$I', ['b']],
  ];
  for (const [text, expected] of table.filter(([text]) => !text.includes('*') && !text.includes('?')))
    t.strictSame(expand(text, { files }), { lines: expected, said: [] }, text);
  t.strictSame(expand('include /etc/[ab].conf', { files, match: () => [{ file: '/etc/b.conf' }] }).lines, ['b']);

  const said: [string, string[]][] = [
    ['include none.conf', ['1:9 warning missing-include']],
    ['includew none.conf', ['1:10 warning missing-include']],
    ['includem none.conf', ['1:10 error missing-include']],
    ['includea none.conf', ['1:10 error missing-include']],
    ['include {a,none}.conf', []],
    ['includeb {a,none}.conf', ['1:10 error missing-include']],
    ['include', ['1:7 error missing-value']],
    ['include run.sh', ['1:9 warning unread-include']],
    ['includer run.sh', ['1:10 error unread-include']],
    ['include x.conf', ['1:9 error bad-include']],
    ['include loop.conf', ['1:9 error bad-include']],
  ];
  const odd = { ...files, '/etc/run.sh': 'a', '/etc/loop.conf': 'include x.conf' };
  for (const [text, expected] of said) t.strictSame(expand(text, { files: odd }).said, expected, text);
  t.strictSame(expand('include none.conf', { allMustExist: true }).said, ['1:9 error missing-include']);
  const deep = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`/etc/f${n}.conf`, `include f${n + 1}.conf`]));
  t.strictSame(expand('include f0.conf', { files: deep }).said, ['1:9 error bad-include'], 'too deep');
  const wide = Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`/etc/g${n}.conf`, `include g${n + 1}.conf\n`.repeat(8)]),
  );
  t.ok(expand('include g0.conf', { files: wide }).said.length > 0, 'too many');
  t.end();
});

t.test('braces of a pattern', (t) => {
  t.strictSame(expandBraces('a{b,c}d{1,2}')?.sort(), ['abd1', 'abd2', 'acd1', 'acd2']);
  t.strictSame(expandBraces('{a,b{1,2}}')?.sort(), ['a', 'b1', 'b2']);
  t.strictSame(expandBraces('{{{'), ['{{{']);
  t.equal(expandBraces('{a,b}'.repeat(30)), undefined);
  t.end();
});

t.test('messages stand at the place that the operator has to look at', (t) => {
  const said = (text: string, files: Record<string, string> = {}) =>
    readConfig({ file: 'x.conf', load: (file) => ({ 'x.conf': text, ...files })[file], configId: 'n' }).diagnostics.map(
      ({ place, length, code }) => `${place.file}:${place.line}:${place.column}+${length} ${code}`,
    );
  const rest = 'interface eth0\nvirtual_router_id 5\nvirtual_ipaddress { 10.0.0.1/24\n}\n}';
  t.strictSame(said(`$P=300\nvrrp_instance V {\npriority $P\n${rest}`), ['x.conf:3:10+2 out-of-range'], 'a use');
  t.strictSame(said(`vrrp_instance V {\n  @n   priority 300\n${rest}`), ['x.conf:2:17+3 out-of-range'], 'a condition');
  t.strictSame(said(`vrrp_instance V {\n ~SEQ(i,300,300)  priority $i\n${rest}`), ['x.conf:2:28+2 out-of-range']);
  t.strictSame(said(`$W=x\nvrrp_instance \${W}y {\nprioritie 3\n${rest}`), ['x.conf:3:1+9 unknown-keyword']);
  t.strictSame(said(`$B=\\\npriority\\\n 300 \nvrrp_instance V {\n$B\n${rest}`).slice(0, 1), [
    'x.conf:2:1+8 missing-value',
  ]);
  t.strictSame(said(`vrrp_instance V {\ninclude p.conf\n${rest}`, { 'p.conf': '\n priority 300' }), [
    'p.conf:2:11+3 out-of-range',
  ]);
  t.end();
});

t.test('a file of an operator who has one for both hosts', (t) => {
  const text = `
$VIP=192.168.1.190/24
@main   $PRIORITY=120
@spare  $PRIORITY=110
$BLOCK=\\
    virtual_ipaddress { \\
        $VIP dev eth1 \\
    }
~SEQ(n, 1, 2) vrrp_instance VI_$n {
    ~LST(unused, x) interface eth1
`;
  const half = text.slice(0, text.indexOf('~SEQ'));
  const whole = `${half}vrrp_instance VI_1 {\ninterface eth1\nvirtual_router_id 91\npriority $PRIORITY\n$BLOCK\n}\n`;
  for (const [configId, priority] of [
    ['main', 120],
    ['spare', 110],
  ] as const) {
    const { config, diagnostics } = readConfig({ file: 'x.conf', load: () => whole, configId });
    t.strictSame(
      diagnostics.map(({ words }) => words),
      [],
    );
    t.match(config?.vrrpInstances, [{ priority, virtualAddresses: [{ prefix: { length: 24 } }] }], configId);
  }
  t.end();
});

t.test('a use that takes or brings a quote leaves the line open', (t) => {
  for (const text of ['virtual_server"${_ENV"}', '$Q=\\"\nrouter_id "a${Q}']) {
    const { config, diagnostics } = readConfig({ file: 'x', load: () => text });
    t.equal(config, undefined, text);
    t.match(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [{ code: 'unclosed-quote' }],
      text,
    );
  }
  t.end();
});

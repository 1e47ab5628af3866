// Braces that are missing or too many: told once, at the place where something can be done about it, and what follows is
// read as it was meant.

import t from 'tap';
import { readConfig } from '../../src/config/read.js';

const read = (text: string) => readConfig({ file: 'x.conf', load: () => text });
const said = (...lines: string[]): string[] =>
  read(lines.join('\n')).diagnostics.map(
    ({ place, severity, code, note }) =>
      `${place.line}:${place.column} ${severity} ${code}${note === undefined ? '' : `: ${note}`}`,
  );

const WHOLE = [
  'vrrp_instance VI {',
  '    interface eth0',
  '    virtual_router_id 5',
  '    virtual_ipaddress {',
  '        10.0.0.1/24',
  '    }',
  '}',
];
const without = (line: number) => WHOLE.filter((_, index) => index !== line - 1);

t.test('the same file in several forms', (t) => {
  const whole = read(WHOLE.join('\n')).config?.vrrpInstances[0];
  t.equal(whole?.virtualAddresses.length, 1);
  const plain = (text: string) => {
    const { config, diagnostics } = read(text);
    t.strictSame(diagnostics, [], text);
    return JSON.parse(JSON.stringify(config?.vrrpInstances[0]), (key, value: unknown) =>
      key === 'place' || key === 'places' ? undefined : value,
    ) as unknown;
  };
  const expected = plain(WHOLE.join('\n'));
  for (const text of [
    'vrrp_instance VI{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress{10.0.0.1/24}}',
    'vrrp_instance VI\n\n# a comment\n{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress\n{\n10.0.0.1/24 } }',
    '{'
      .replace('{', 'vrrp_instance VI { interface eth0\nvirtual_router_id 5 virtual_ipaddress { 10.0.0.1/24\n}}')
      .replace('5 virtual', '5\nvirtual'),
  ])
    t.strictSame(plain(text), expected);
  t.end();
});

t.test('a block that is never closed', (t) => {
  t.strictSame(said(...without(7)), ['1:18 error unclosed-block']);
  t.strictSame(
    said(...without(6)),
    ['4:23 error unclosed-block: the brace on line 6 looks like that of vrrp_instance VI'],
    'told by the indentation of the brace',
  );
  t.strictSame(said(...without(6), ...WHOLE.map((line) => line.replace(/VI|5/, 'B'))).slice(0, 1), [
    '4:23 error unclosed-block: the brace on line 6 looks like that of vrrp_instance VI',
  ]);
  t.strictSame(
    said('vrrp_script a {', ' script "/x"', ...WHOLE),
    [
      '1:1 warning unused-script',
      '1:15 error unclosed-block: "vrrp_instance" on line 3 looks like the next block',
    ].slice(1),
  );
  t.strictSame(
    said('vrrp_instance VI {', 'interface eth0', 'track_script {', 'virtual_router_id 5', '}'),
    ['3:14 error unclosed-block: "virtual_router_id" on line 4 looks like the next statement of vrrp_instance VI'],
    'an entry of a list is told from a keyword',
  );
  t.strictSame(
    said('virtual_server 10.0.0.1 80 {', 'real_server 10.0.0.2 80 {', ...WHOLE),
    [
      '1:28 error unclosed-block: "vrrp_instance" on line 3 looks like the next block',
      '2:25 error unclosed-block: "vrrp_instance" on line 3 looks like the next block',
    ],
    'also a block whose keywords are not known',
  );
  t.end();
});

t.test('a brace too many', (t) => {
  t.strictSame(said('}'), ['1:1 error superfluous-brace']);
  t.strictSame(said(...WHOLE, '}'), ['8:1 error superfluous-brace']);
  t.strictSame(
    said(...WHOLE.slice(0, 2), '    }', ...WHOLE.slice(2)),
    ['3:5 error closed-too-early: "virtual_router_id" on line 4 belongs in vrrp_instance VI'],
    'the second closing brace is no news',
  );
  t.strictSame(said('{', '}'), ['1:1 error unexpected-brace']);
  t.strictSame(said(...WHOLE.slice(0, 3), 'priority 5 {', '}', ...WHOLE.slice(3)), [
    '4:12 error unexpected-brace: a brace that is part of a value needs double quotes around the value',
  ]);
  t.end();
});

t.test('blocks that are not read are passed over whole', (t) => {
  const server = 'virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n TCP_CHECK {\n connect_port 80\n }\n }\n}';
  t.strictSame(said(server, ...WHOLE), ['1:1 warning not-yet-supported']);
  t.strictSame(said('nonsense {', 'interface eth0 {', '}', 'priority 300', '}', ...WHOLE), [
    '1:1 warning unknown-keyword',
  ]);
  t.end();
});

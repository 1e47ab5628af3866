// Probes: what `vrrpd probe ...` and "</path" ask for, what is wrong with those that can't be made, and which commands are
// programs like any other. In a file a wrong one is an error at its place.

import t from 'tap';
import { commandsOf } from '../../src/config/host-check.js';
import { parseProbe, probeOf, type Probe } from '../../src/config/probe.js';
import { readConfig } from '../../src/config/read.js';

const parse = (line: string): Probe | string => parseProbe(line.split(' ').filter((word) => word !== ''));

t.test('what can be probed', (t) => {
  const http = { kind: 'http', status: 200 } as const;
  const rows: [line: string, probe: Probe][] = [
    ['tcp 127.0.0.1:80', { kind: 'tcp', host: '127.0.0.1', port: 80 }],
    ['tcp [::1]:80', { kind: 'tcp', host: '::1', port: 80 }],
    ['tcp [fe80::1%eth0]:65535', { kind: 'tcp', host: 'fe80::1%eth0', port: 65_535 }],
    ['tcp db.example.org:3306', { kind: 'tcp', host: 'db.example.org', port: 3306 }],
    ['http http://127.0.0.1/', { ...http, url: 'http://127.0.0.1/' }],
    ['http HTTPS://[::1]:8443/x?y=z', { ...http, url: 'HTTPS://[::1]:8443/x?y=z' }],
    ['http http://a/ --status 204', { ...http, url: 'http://a/', status: 204 }],
    ['http --status=301 http://a/', { ...http, url: 'http://a/', status: 301 }],
    ['http http://a/ --match --x', { ...http, url: 'http://a/', match: '--x' }],
    ['http http://a/ --match=a=b --status=200', { ...http, url: 'http://a/', match: 'a=b' }],
    ['haproxy /run/haproxy/admin.sock', { kind: 'haproxy', socket: '/run/haproxy/admin.sock' }],
    ['haproxy --frontend www /run/x', { kind: 'haproxy', socket: '/run/x', frontend: 'www' }],
  ];
  for (const [line, probe] of rows) t.same(parse(line), probe, line);
  t.same(parseProbe(['http', 'http://a/', '--match', 'two words']), { ...http, url: 'http://a/', match: 'two words' });
  t.end();
});

t.test('what is wrong with the others', (t) => {
  const rows: [line: string, words: string][] = [
    ['', 'there is nothing to probe: write tcp HOST:PORT, http URL or haproxy SOCKET'],
    ['udp 127.0.0.1:53', '"udp" can not be probed: write tcp HOST:PORT, http URL or haproxy SOCKET'],
    ['constructor x', '"constructor" can not be probed: write tcp HOST:PORT, http URL or haproxy SOCKET'],
    ['tcp', 'tcp needs its HOST:PORT'],
    ['http --status 200', 'http needs its URL'],
    ['tcp 127.0.0.1', '"127.0.0.1" is not HOST:PORT'],
    ['tcp 127.0.0.1:http', '"127.0.0.1:http" is not HOST:PORT'],
    ['tcp :80', '":80" has no host'],
    ['tcp ::1:80', '"::1:80": an IPv6 address stands in brackets, as in [::1]:80'],
    ['tcp [127.0.0.1]:80', '"[127.0.0.1]:80": only an IPv6 address has brackets'],
    ['tcp a:0', '"a:0": a port is 1 to 65535'],
    ['tcp a:65536', '"a:65536": a port is 1 to 65535'],
    ['tcp a:1 b:2', '"b:2" is one word too many'],
    ['tcp a:1 --status 200', 'there is no option "--status" here'],
    ['tcp a:1 -x', 'there is no option "-x" here'],
    ['http 127.0.0.1:80', '"127.0.0.1:80" is no http: or https: URL'],
    ['http http://', '"http://" is no http: or https: URL'],
    ['http ftp://a/', '"ftp://a/" is no http: or https: URL'],
    ['http http://a/ -status 200', 'there is no option "-status" here'],
    ['http http://a/ --status', '--status needs a value'],
    ['http http://a/ --match=', '--match needs a value'],
    ['http http://a/ --status=1000', '--status is 200 to 599, not "1000"'],
    ['http http://a/ --status ok', '--status is 200 to 599, not "ok"'],
    ['http http://a/ --status 200 --status=201', '--status stands twice'],
    ['haproxy run/haproxy.sock', '"run/haproxy.sock" is no path of a socket: it begins with a slash'],
  ];
  for (const [line, words] of rows) t.equal(parse(line), words, line);
  t.end();
});

t.test('which commands are probes', (t) => {
  const tcp = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const;
  const rows: [argv: string[], probe: Probe | string | undefined][] = [
    [['vrrpd', 'probe', 'tcp', '127.0.0.1:80'], tcp],
    [['/usr/local/bin/vrrpd', 'probe', 'tcp', '127.0.0.1:80'], tcp],
    [['/usr/bin/vrrpd', 'probe'], 'there is nothing to probe: write tcp HOST:PORT, http URL or haproxy SOCKET'],
    [['/usr/bin/vrrpd', 'status'], undefined],
    [['/usr/bin/vrrpd.sh', 'probe', 'tcp', '127.0.0.1:80'], undefined],
    [['keepalived', 'probe', 'tcp', '127.0.0.1:80'], undefined],
    [['/bin/true'], undefined],
    [['</etc/up'], { kind: 'file', path: '/etc/up' }],
    [['<', '/etc/up'], { kind: 'file', path: '/etc/up' }],
    [['</dev/tcp/127.0.0.1/80'], tcp],
    [['</dev/tcp/::1/80'], { ...tcp, host: '::1' }],
    [['</dev/tcp/127.0.0.1'], '"127.0.0.1:" is not HOST:PORT'],
    [['</dev/udp/127.0.0.1/53'], '/dev/udp tells nothing of a service: no connection is made'],
    [['</dev/null'], { kind: 'file', path: '/dev/null' }],
    [['</etc/up', 'more'], '"more" is one word too many behind the path of a file'],
    [['<etc/up'], 'behind "<" stands the path of a file, beginning with a slash'],
    [['<'], 'behind "<" stands the path of a file, beginning with a slash'],
  ];
  for (const [argv, probe] of rows) t.same(probeOf(argv), probe, argv.join(' '));
  t.end();
});

t.test('in a file', (t) => {
  const instance = (lines: string): string =>
    `vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.1/24\n}\n${lines}\n}\n`;
  const read = (script: string, lines = '') =>
    readConfig({
      file: 'x',
      load: () => `vrrp_script chk {\n    script ${script}\n}\n${instance(`track_script {\nchk\n}\n${lines}`)}`,
    });
  const said = (script: string, lines?: string): string[] =>
    read(script, lines).diagnostics.map(
      ({ place, severity, code, words }) => `${place.line}:${place.column} ${severity} ${code}: ${words}`,
    );

  t.same(said('"/usr/local/bin/vrrpd probe tcp 127.0.0.1:80"'), []);
  t.same(said('"</etc/up"'), []);
  t.same(said('</dev/tcp/127.0.0.1/80'), []);
  t.same(said('"/usr/local/bin/vrrpd probe tcp 127.0.0.1"'), ['2:12 error bad-value: "127.0.0.1" is not HOST:PORT']);
  t.same(said('"/usr/local/bin/vrrpd probe http http://a/ --stat 200"'), [
    '2:12 error bad-value: there is no option "--stat" here',
  ]);
  t.match(said('/usr/local/bin/vrrpd probe tcp 127.0.0.1:80'), [/^2:33 warning dropped-arguments/]);
  t.same(said('/bin/true', 'notify "</etc/up"'), [
    '13:8 error refused: only the script of a check can be a file behind "<"',
  ]);
  t.same(said('/bin/true', 'notify "/usr/bin/vrrpd probe tcp"'), [], 'a notify script is what its author makes of it');

  const programs = (script: string) => {
    const { config } = read(script);
    return config && commandsOf(config).map(({ argv }) => argv[0]);
  };
  t.same(programs('"/none/vrrpd probe tcp 127.0.0.1:80"'), [], 'no program is asked of the host');
  t.same(programs('"</none"'), []);
  t.same(programs('"/none/vrrpd status"'), ['/none/vrrpd']);
  t.end();
});

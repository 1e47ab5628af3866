// The reader on the files that people run: layouts 1 and 3 exactly, 2 and 5 with what is said of them, and a damaged file.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { printDiagnostic, readConfig, type Diagnostic } from '../../src/config/read.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { seconds } from '../../src/time.js';

const LAYOUTS = new URL('../fixtures/layouts/', import.meta.url);

const readLayout = (name: string) =>
  readConfig({ file: name.replace(/^.*\//, ''), load: () => readFileSync(new URL(name, LAYOUTS), 'utf8') });
const read = (text: string) => readConfig({ file: 'x.conf', load: () => text });

/** An instance around the lines, otherwise complete. */
const instance = (...lines: string[]) =>
  read(['vrrp_instance VI {', 'interface eth0', 'virtual_router_id 5', ...lines, '}'].join('\n'));
const short = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map(({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code}`);

t.test('layout 1, both nodes', (t) => {
  for (const [node, priority, nopreempt] of [
    ['01', 120, true],
    ['02', 110, false],
  ] as const) {
    const { config } = readLayout(`1-mycat-haproxy-pair/keepalived-edu-haproxy-${node}.conf`);
    t.equal(config?.global.routerId, `edu-haproxy-${node}`);
    t.match(config?.vrrpScripts, [
      {
        name: 'chk_haproxy',
        command: { argv: ['/etc/keepalived/haproxy_check.sh'] },
        interval: seconds(2),
        weight: 2,
        rise: 1,
        fall: 1,
        initFail: false,
      },
    ]);
    t.equal(config?.vrrpScripts[0]?.timeout, undefined, 'no written timeout');
    t.match(config?.vrrpInstances, [
      {
        name: 'VI_1',
        state: 'BACKUP',
        interface: 'eth1',
        virtualRouterId: 91,
        priority,
        nopreempt,
        advertInt: seconds(1),
        version: 2,
        downTimerAdverts: 3,
        preemptDelay: 0,
        authentication: { type: 'PASS', password: '1111' },
        tracks: [{ kind: 'script', name: 'chk_haproxy', weight: 2, reverse: false }],
        virtualAddresses: [{ prefix: { address: '192.168.1.190', length: 32 }, dev: 'eth1', scope: 0 }],
        excludedAddresses: [],
        garp: { masterDelay: seconds(5), masterRepeat: 5, lowerPrioDelay: seconds(5), lowerPrioRepeat: 5 },
      } satisfies Record<string, unknown> & Partial<Record<keyof VrrpInstance, unknown>>,
    ]);
  }
  t.end();
});

t.test('layout 3: no space before the brace, a label, notify scripts; one warning for the unknown keyword', (t) => {
  for (const node of [1, 2]) {
    const { config, diagnostics } = readLayout(`3-haproxy-notify/keepalived-node${node}.conf`);
    t.match(config?.vrrpInstances, [
      {
        name: 'VI_haproxy',
        srcIp: `192.168.106.25${node}`,
        virtualRouterId: 249,
        virtualAddresses: [{ prefix: { address: '192.168.106.249', length: 24 }, dev: 'eth0', label: 'eth0:0' }],
        notify: {
          backup: { argv: ['/etc/init.d/haproxy', 'restart'] },
          fault: { argv: ['/etc/init.d/haproxy', 'stop'] },
        },
      },
    ]);
    t.strictSame(short(diagnostics.filter(({ code }) => code === 'unknown-keyword')), ['13:5 warning unknown-keyword']);
    t.ok(diagnostics.some(({ code }) => code === 'mail-without-alert'));
  }
  t.end();
});

t.test('layouts 2 and 5: what is not acted upon is a warning at its place, and the instances are right', (t) => {
  const lvs = readLayout('2-lvs-mysql/keepalived-master.conf');
  t.ok(lvs.config?.vrrpInstances.length, 'layout 2 is usable');
  t.equal(lvs.diagnostics.filter(({ code }) => code === 'unknown-keyword').length, 1, 'lvs_sync_daemon_inteface');
  t.ok(lvs.diagnostics.some(({ code }) => code === 'not-yet-supported'));
  const container = readLayout('5-docker-haproxy/keepalived-container.conf');
  t.match(container.config?.vrrpInstances, [
    { priority: 100, virtualAddresses: [{ prefix: { address: '172.18.0.201' } }] },
  ]);
  t.ok(readLayout('5-docker-haproxy/keepalived-host.conf').config);
  t.end();
});

t.test('a damaged file: each place once, with its column', (t) => {
  const { config, diagnostics } = readLayout('damaged/copied-from-a-web-page.conf');
  t.equal(config, undefined);
  const errors = short(diagnostics.filter(({ severity }) => severity === 'error'));
  t.strictSame(errors, [
    '2:1 error unknown-keyword',
    '2:13 error unclosed-block',
    '4:25 error unclosed-block',
    '11:5 error unknown-keyword',
    '15:20 error unclosed-block',
    '16:9 error unknown-keyword',
    '17:9 error unknown-keyword',
    '19:9 error unknown-script',
    '22:9 error bad-address',
  ]);
  t.ok(diagnostics.length <= 14, `${diagnostics.length} messages`);
  const text = diagnostics.map((one) => printDiagnostic(one)).join('\n');
  for (const suggestion of [
    'global_defs',
    'virtual_router_id',
    'auth_type',
    'auth_pass',
    'chk_haproxy',
    '192.168.1.190',
  ])
    t.match(text, `did you mean "${suggestion}"?`);
  t.match(text, /10:15: hint look-alike/);
  t.notMatch(text, '1111', 'no password in a message');
  t.end();
});

t.test('completion', (t) => {
  const first = (...lines: string[]) => instance(...lines).config?.vrrpInstances[0];
  t.match(first('state MASTER'), { priority: 255 }, 'state MASTER without priority is the owner');
  t.match(first(), { state: 'BACKUP', priority: 100, nopreempt: false });
  t.match(first('state MASTER', 'priority 150', 'nopreempt'), { nopreempt: false });
  t.match(first('nopreempt', 'preempt_delay 3'), { nopreempt: true, preemptDelay: 0 });
  t.match(first('advert_int 1.4'), { advertInt: seconds(1) }, 'version 2 has whole seconds');
  t.match(first('authentication { auth_type PASS', 'auth_pass secretpassword', '}'), {
    authentication: { type: 'PASS', password: 'secretpa' },
  });
  t.match(first('virtual_ipaddress {', '10.0.0.1/24 brd + scope link', '10.0.0.2 dev eth9', '}'), {
    virtualAddresses: [
      { prefix: { length: 24 }, broadcast: '10.0.0.255', scope: 253, dev: 'eth0' },
      { prefix: { length: 32 }, dev: 'eth9', scope: 0 },
    ],
  });
  t.match(first('virtual_ipaddress { 10.0.0.1/24 }'), { virtualAddresses: [{ prefix: { address: '10.0.0.1' } }] });
  t.end();
});

t.test('what cannot be read is an error at its place, never a default in silence', (t) => {
  const table: [string, string][] = [
    ['priority 0', '4:10 error out-of-range'],
    ['priority 300', '4:10 error out-of-range'],
    ['priority 10x', '4:10 error bad-number'],
    ['virtual_ipaddress { 10.0.0 }', '4:21 error bad-address'],
    ['virtual_ipaddress { 10.0.0.1/99 }', '4:21 error out-of-range'],
    ['version 4', '4:9 error out-of-range'],
    ['use_vmac', '4:1 error refused'],
    ['unicast_peer { 10.0.0 }', '4:16 error bad-address'],
    ['track_script { nothing }', '4:16 error unknown-script'],
  ];
  for (const [line, expected] of table) {
    const { config, diagnostics } = instance(line);
    t.equal(config, undefined, line);
    t.ok(short(diagnostics).includes(expected), `${line}: ${short(diagnostics).join(', ')}`);
  }
  t.match(short(read('vrrp_instance A {\ninterface eth0\n}').diagnostics), ['1:1 error missing-keyword']);
  const twice = 'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n}\n';
  t.ok(short(read(twice + twice).diagnostics).includes('5:15 error duplicate-name'));
  t.ok(short(read(twice + twice.replace(' A ', ' B ')).diagnostics).includes('7:1 error duplicate-vrid'));
  t.end();
});

t.test('script lines: both quoting levels, dropped arguments, a user', (t) => {
  const script = (line: string) => read(`vrrp_script c {\n${line}\n}\n`);
  const argv = (line: string) => script(line).config?.vrrpScripts[0]?.command.argv;
  t.strictSame(argv(`script "/bin/a b 'c d'"`), ['/bin/a', 'b', 'c d']);
  t.strictSame(argv('script /bin/a'), ['/bin/a']);
  const dropped = script('script /usr/bin/test -f /tmp');
  t.strictSame(dropped.config?.vrrpScripts[0]?.command.argv, ['/usr/bin/test']);
  t.ok(dropped.diagnostics.some(({ code }) => code === 'dropped-arguments'));
  t.ok(instance('notify_master /bin/x arg').diagnostics.some(({ code }) => code === 'user-or-argument'));
  t.end();
});

t.test('comments cut words, quotes protect them, CRLF is nothing', (t) => {
  const password = (line: string) =>
    instance('authentication {', 'auth_type PASS', `auth_pass ${line}`, '}').config?.vrrpInstances[0]?.authentication;
  t.match(password('ab#c'), { password: 'ab' });
  t.match(password('"ab#c!{}"'), { password: 'ab#c!{}' });
  const { config } = read('vrrp_instance VI{\r\ninterface eth0\r\nvirtual_router_id 5\r\n}\r\n');
  t.equal(config?.vrrpInstances[0]?.interface, 'eth0');
  t.end();
});

t.test('eight times the text takes about eight times as long', (t) => {
  const whole = readFileSync(new URL('3-haproxy-notify/keepalived-node1.conf', LAYOUTS), 'utf8');
  const instances = (count: number): string =>
    Array.from({ length: count }, (_, index) =>
      whole.slice(whole.indexOf('vrrp_instance')).replace('VI_haproxy', `VI_${index}`).replace('eth0', `eth${index}`),
    ).join('\n');
  // Of the processor: others may have it meanwhile.
  const time = (text: string): number => {
    const begin = process.cpuUsage();
    read(text);
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1_000;
  };
  time(instances(50));
  const [small, large] = [time(instances(200)), time(instances(1_600))];
  t.ok(large < 8 * small * 4 + 500, `8 times the text took ${Math.round(large)} ms after ${Math.round(small)} ms`);
  t.end();
});

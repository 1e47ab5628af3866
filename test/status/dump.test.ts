// The dump files' texts, from a router under virtual time: the lines are those that keepalived 2.2.7 wrote for the same
// configuration, but for what is masked and what vrrpd does not have.

import t from 'tap';
import { parsePrefix } from '../../src/address.js';
import { milliseconds, seconds } from '../../src/time.js';
import type { VirtualAddress, VrrpInstance } from '../../src/config/model.js';
import { dumpData } from '../../src/status/dump-data.js';
import { dumpJson } from '../../src/status/dump-json.js';
import { dumpStats } from '../../src/status/dump-stats.js';
import type { DumpFacts } from '../../src/status/dump-words.js';
import { readData, readJson, readStats } from '../lab/exporter.js';
import {
  aConfig,
  anAddress,
  anInstance,
  aScript,
  failed,
  ip,
  ipv6,
  succeeded,
  TestHost,
  tracked,
  VERSION_3,
} from '../vrrp/host.js';

const place = { file: 'test.conf', line: 1, column: 1 };
const command = (...argv: [string, ...string[]]) => ({ argv, place });
const route = { kind: 'route', type: 'unicast', table: 254, proto: 18, place } as const;
const rule = { kind: 'rule', family: 'ipv4', place } as const;
const ten = { address: ip('10.0.0.0'), length: 8 };

const facts: DumpFacts = {
  config: aConfig({}),
  host: 'lb1',
  wallTime: (at) => ({ seconds: 1_795_246_000 + at / 1_000_000, date: 'Sat Nov 21 07:28:24.452494 2026' }),
};

/** A MASTER with a bit of everything. */
const rich: Partial<VrrpInstance> = {
  preemptDelay: seconds(5),
  virtualAddresses: [
    {
      ...anAddress('192.168.1.190'),
      prefix: { address: ip('192.168.1.190'), length: 24 },
      broadcast: ip('192.168.1.255'),
      label: 'eth1:vip',
      scope: 253,
    },
    { ...anAddress('192.168.1.189'), flags: ['dad', 'home'], noTrack: true },
  ],
  excludedAddresses: [{ ...anAddress('10.1.1.1'), peer: { address: ip('10.1.1.2'), length: 32 } }],
  virtualRoutes: [
    { ...route, to: { address: ip('10.20.0.0'), length: 16 }, via: ip('192.168.1.1'), dev: 'eth1' },
    { ...route, type: 'blackhole', to: { address: ip('10.21.0.0'), length: 16 }, table: 100, metric: 5 },
    {
      ...route,
      to: { address: ip('10.22.0.0'), length: 16 },
      src: ip('192.168.1.190'),
      tos: 4,
      via: ip('192.168.1.1'),
      dev: 'eth1',
      table: 44,
      scope: 0,
      metric: 7,
      onlink: true,
      mtu: 1400,
    },
  ],
  virtualRules: [
    {
      ...rule,
      from: { address: ip('192.168.1.190'), length: 32 },
      priority: 1000,
      action: { kind: 'lookup', table: 100 },
    },
    {
      ...rule,
      not: true,
      from: ten,
      iif: 'eth1',
      oif: 'eth1',
      tos: 16,
      fwmark: { mark: 3, mask: 255 },
      priority: 777,
      action: { kind: 'lookup', table: 44 },
    },
    { ...rule, to: ten, priority: 800, action: { kind: 'prohibit' } },
    { ...rule, from: ten, suppressPrefixlength: 8, priority: 801, action: { kind: 'goto', priority: 32766 } },
  ],
  tracks: [tracked({ weight: 2 })],
  notify: { master: command('/usr/bin/true', 'master', 'x y'), any: command('/usr/bin/true') },
};

function master(changes: Partial<VrrpInstance> = {}): TestHost {
  const host = new TestHost({ instances: [anInstance(changes)], scripts: [aScript({ weight: 2 })] });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(10));
  return host;
}

const dataLines = (host: TestHost): string[] => dumpData(host.router, facts).split('\n');
/** From this line up to one that is indented less. */
function block(lines: readonly string[], first: string): string[] {
  const from = lines.indexOf(first);
  const indent = first.search(/\S/);
  const length = lines.slice(from + 1).findIndex((line) => line.search(/\S/) <= indent);
  return lines.slice(from, length === -1 ? undefined : from + 1 + length);
}

t.test('the data of a MASTER', (t) => {
  const lines = dataLines(master(rich));
  t.strictSame(lines.slice(0, 7), [
    '------< Global definitions >------',
    ' Router ID = lb1',
    ' VRRP process priority = 0',
    " VRRP don't swap = false",
    ' VRRP realtime priority = 0',
    ' VRRP realtime limit = 10000',
    ' Script security disabled',
  ]);
  t.strictSame(block(lines, ' VRRP Instance = VI_1'), [
    ' VRRP Instance = VI_1',
    '   VRRP Version = 2',
    '   State = MASTER',
    '   Wantstate = MASTER',
    '   Number of config faults = 0',
    '   Number of interface and track script faults = 0',
    '   Number of track scripts init = 0',
    '   Last transition = 1795247003.523437 (Sat Nov 21 07:28:24.452494 2026)',
    '   Read timeout = 1795247010.523437 (Sat Nov 21 07:28:24.452494 2026)',
    '   Master down timer = 3523437 usecs',
    '   Interface = eth1',
    '   Using src_ip = 192.168.1.191',
    '   Multicast address 224.0.0.18',
    '   Gratuitous ARP delay = 5',
    '   Gratuitous ARP repeat = 5',
    '   Gratuitous ARP refresh = 0',
    '   Gratuitous ARP refresh repeat = 1',
    '   Gratuitous ARP lower priority delay = 5',
    '   Gratuitous ARP lower priority repeat = 5',
    '   Down timer adverts = 3',
    '   Send advert after receive lower priority advert = true',
    '   Send advert after receive higher priority advert = false',
    '   Virtual Router ID = 91',
    '   Priority = 120',
    '   Effective priority = 122',
    '   Total priority = 122',
    '   Advert interval = 1 sec',
    '   Accept = enabled',
    '   Preempt = enabled',
    '   Preempt delay = 5 secs',
    '   Promote_secondaries = disabled',
    '   Authentication type = SIMPLE_PASSWORD',
    '   Password = ********',
    '   Virtual IP (2):',
    '     192.168.1.190/24 brd 192.168.1.255 dev eth1 scope link label eth1:vip set',
    '     192.168.1.189 dev eth1 scope global home -nodad no_track set',
    '   Virtual IP Excluded :',
    '     10.1.1.1 dev eth1 scope global peer 10.1.1.2/32 set',
    '   Virtual Routes :',
    '     prepend 10.20.0.0/16 via inet 192.168.1.1 dev eth1 proto 18',
    '     add blackhole 10.21.0.0/16 table 100 proto 18 metric 5 no_track',
    '     prepend 10.22.0.0/16 src 192.168.1.190 tos 4 via inet 192.168.1.1 dev eth1 table 44 proto 18 scope 0 metric 7 onlink mtu 1400',
    '   Virtual Rules :',
    '     from 192.168.1.190 priority 1000 tos 0x0 protocol 18 lookup 100',
    '     not from 10.0.0.0/8 priority 777 tos 0x10 fwmark 0x3/0xff iif eth1 oif eth1 protocol 18 lookup 44',
    '     from all to 10.0.0.0/8 priority 800 tos 0x0 protocol 18 type prohibit',
    '     from 10.0.0.0/8 priority 801 tos 0x0 suppress_prefixlen 8 protocol 18 goto 32766',
    '   Tracked scripts :',
    '     chk weight 2',
    '   Using smtp notification = no',
    '   Notify deleted = Fault',
    "   Master state transition script = '/usr/bin/true' 'master' 'x y'",
    "   Generic state transition script = '/usr/bin/true'",
    '   Notify priority changes = false',
  ]);
  t.end();
});

t.test('the data of its check and its interface', (t) => {
  const lines = dataLines(master(rich));
  t.strictSame(block(lines, ' VRRP Script = chk'), [
    ' VRRP Script = chk',
    "   Command = '/bin/check'",
    '   Interval = 2 sec',
    '   Timeout = 0 sec',
    '   Weight = 2',
    '   Rise = 1',
    '   Fall = 1',
    '   Result = 1',
    '   Insecure = no',
    '   Init state = unknown',
    '   Status = GOOD',
    '   VRRP instances :',
    '   Tracking instances :',
    '     VI_1, weight 2',
    '   State = idle',
  ]);
  t.strictSame(block(lines, ' Name = eth1').slice(0, 5), [
    ' Name = eth1',
    '   index = 2',
    '   IPv4 address = 192.168.1.191',
    '   IPv6 address = fe80::191',
    '   MAC = 02:00:00:00:00:01',
  ]);
  t.end();
});

t.test('a BACKUP names its master, a FAULT counts its faults, and one that waits wants to be BACKUP', (t) => {
  const host = new TestHost();
  host.start();
  t.match(block(dataLines(host), ' VRRP Instance = VI_1').slice(2, 5), [
    '   State = BACKUP',
    '   Master router = 0.0.0.0',
    '   Master priority = 0',
  ]);
  host.hear({ priority: 130 });
  const backup = dataLines(host);
  t.ok(backup.includes('   Master router = 192.168.1.192'));
  t.ok(backup.includes('     192.168.1.190 dev eth1 scope global'), 'its address is not set');
  const instances = [anInstance({ tracks: [tracked()], srcIp: ip('192.168.1.191'), dontTrackPrimary: true })];
  const checked = new TestHost({ instances, scripts: [aScript()] });
  checked.start();
  checked.pass(seconds(0));
  const waiting = dataLines(checked);
  for (const line of [
    'State = INIT',
    'Wantstate = BACKUP',
    'Number of track scripts init = 1',
    'Read timeout = DISABLED',
  ])
    t.ok(waiting.includes(`   ${line}`), line);
  t.match(block(waiting, ' VRRP Script = chk').slice(9, 11), ['   Init state = INIT', '   Status = BAD']);
  t.ok(waiting.includes('   State = running'));
  checked.script(failed);
  const fault = dataLines(checked);
  for (const line of ['State = FAULT', 'Wantstate = FAULT', 'Number of interface and track script faults = 1'])
    t.ok(fault.includes(`   ${line}`), line);
  t.ok(fault.includes('   VRRP interface tracking disabled'));
  t.ok(fault.includes('   Using src_ip = 192.168.1.191 (from configuration)'));
  t.end();
});

/** As a BACKUP behind 192.168.1.192, which says another interval. */
function version3(changes: Partial<VrrpInstance>): TestHost {
  const host = new TestHost({ instances: [anInstance({ ...VERSION_3, advertInt: milliseconds(250), ...changes })] });
  host.start();
  host.hear({ priority: 200, version: 3, interval: milliseconds(800) });
  return host;
}

t.test('version 3: its interval, and as BACKUP that of its master', (t) => {
  const host = version3({ accept: false, promoteSecondaries: true, kernelRxBufSize: 300_000 });
  const lines = dataLines(host);
  for (const expected of [
    ['VRRP Version = 3', 'State = BACKUP', 'Master router = 192.168.1.192', 'Master priority = 200'],
    ['Master priority = 200', 'Master advert int = 0.80 sec', 'Wantstate = BACKUP'],
    ['Advert interval = 250 milli-sec', 'Master advert interval = 800 milli-sec', 'Accept = disabled'],
    ['Preempt = enabled', 'Promote_secondaries = enabled', 'Kernel rx buffer size = 300000', 'Virtual IP (1):'],
  ])
    t.match(lines.join('\n'), `   ${expected.join('\n   ')}\n`);
  t.notMatch(lines.join('\n'), /Authentication|Native IPv6|Unicast/);
  const [one] = readJson(dumpJson(host.router, facts, 1) ?? '');
  t.match(one?.data, { version: 3, adver_int: 0.25, master_adver_int: 0.8, accept: 0, promote_secondaries: true });
  host.pass(seconds(10));
  t.notMatch(dataLines(host).join('\n'), /Master advert int/, 'a MASTER follows nobody');
  t.end();
});

t.test('IPv6: the group with its interface, and how long an address is preferred', (t) => {
  const address = (text: string, more: Partial<VirtualAddress> = {}): VirtualAddress => {
    const prefix = parsePrefix(text);
    return { ...anAddress('::'), ...(prefix && { prefix }), ...more };
  };
  const instance = anInstance({
    ...ipv6(),
    mcastDstIp: ip('ff02::13'),
    virtualAddresses: [
      address('fe80::190/64'),
      address('2001:db8::1', { preferredLft: 'forever' }),
      address('2001:db8::2', { preferredLft: 100 }),
      address('2001:db8::3/64', { preferredLft: 0 }),
      address('2001:db8::4/64', { flags: ['dad', 'home'], noTrack: true }),
      address('2001:db8::5'),
    ],
  });
  const lines = dataLines(new TestHost({ instances: [instance] }));
  t.match(lines.slice(lines.indexOf(' VRRP Instance = VI_1')), [
    /Instance/,
    '   VRRP Version = 3',
    '   Using Native IPv6',
  ]);
  t.ok(lines.includes('   Multicast address ff02::13, ifindex 2'));
  t.strictSame(block(lines, '   Virtual IP (6):').slice(1), [
    '     fe80::190/64 dev eth1 scope global preferred_lft forever',
    '     2001:db8::1 dev eth1 scope global preferred_lft forever',
    '     2001:db8::2 dev eth1 scope global preferred_lft 100',
    '     2001:db8::3/64 dev eth1 scope global deprecated',
    '     2001:db8::4/64 dev eth1 scope global home -nodad no_track preferred_lft forever',
    '     2001:db8::5 dev eth1 scope global deprecated',
  ]);
  t.end();
});

t.test('unicast: the peers instead of a group', (t) => {
  const peers = [{ address: ip('192.168.1.192') }, { address: ip('192.168.1.193'), minTtl: 254, maxTtl: 255 }];
  const unicast = { peers, ttl: 77, checkSrc: true, oldChecksum: 'never' } as const;
  const lines = dataLines(new TestHost({ instances: [anInstance({ unicast, srcIp: ip('192.168.1.191') })] }));
  t.notMatch(lines.join('\n'), /Multicast/);
  t.ok(lines.includes('   Using src_ip = 192.168.1.191 (from configuration)'));
  const first = lines.indexOf('   Unicast TTL = 77');
  t.strictSame(lines.slice(first - 2, first + 7), [
    '   Virtual IP (1):',
    '     192.168.1.190 dev eth1 scope global',
    '   Unicast TTL = 77',
    '   Check unicast src : yes',
    '   Unicast Peer :',
    '     192.168.1.192 min_ttl 0 max_ttl 255',
    '     192.168.1.193 min_ttl 254 max_ttl 255',
    '   Unicast checksum compatibility = never',
    '   Using smtp notification = no',
  ]);
  const compatibility = (oldChecksum: 'always' | 'as-heard'): unknown => {
    const host = new TestHost({ instances: [anInstance({ ...VERSION_3, unicast: { ...unicast, oldChecksum } })] });
    host.start();
    const before = readData(dumpData(host.router, facts)).instances[0]?.fields['Unicast checksum compatibility'];
    host.hear({ priority: 200, version: 3, to: ip('192.168.1.191'), hasOldChecksum: true });
    return [before, readData(dumpData(host.router, facts)).instances[0]?.fields['Unicast checksum compatibility']];
  };
  t.strictSame(compatibility('always'), ['config', 'config']);
  t.strictSame(compatibility('as-heard'), ['no', 'auto']);
  t.end();
});

t.test('the counters, and that they can be cleared', (t) => {
  const host = master();
  host.hear({ priority: 100 });
  host.hear({ priority: 0 });
  host.hear({ priority: 100, ttl: 254 });
  host.hear({ priority: 100, addresses: ['192.168.1.190', '192.168.1.189'] });
  host.hear({ priority: 100, addresses: ['192.168.1.189'] });
  host.hear({ priority: 100, authentication: { type: 'PASS', password: '2222' } });
  host.hear({ priority: 100, authentication: { type: 'none' } });
  host.hear({ priority: 100, interval: seconds(2) });
  const stats = dumpStats(host.router);
  t.strictSame(stats.split('\n').slice(0, 6), [
    'VRRP Instance: VI_1',
    '  Advertisements:',
    '    Received: 3',
    `    Sent: ${host.instance.statistics.advertsSent}`,
    '  Became master: 1',
    '  Released master: 0',
  ]);
  t.match(stats, /Packet Errors:\n {4}Length: 0\n {4}TTL: 1\n {4}Invalid Type: 0\n {4}Advertisement Interval: 1\n/);
  t.match(stats, / {4}Address List: 2\n {2}Authentication Errors:\n {4}Invalid Type: 0\n {4}Type Mismatch: 1\n/);
  t.match(stats, / {4}Failure: 1\n {2}Priority Zero:\n {4}Received: 1\n {4}Sent: 0\n$/);
  host.instance.statistics.clear();
  t.notMatch(dumpStats(host.router), / [1-9]\d*$/m);
  host.pass(seconds(1));
  t.match(dumpStats(host.router), /Sent: 1\n/, 'they count on');
  t.end();
});

t.test('the JSON of version 1: one line, an array, slashes escaped', (t) => {
  const text = dumpJson(master(rich).router, facts, 1) ?? '';
  t.equal(text.indexOf('\n'), text.length - 1);
  t.match(text, /^\[\{"data":\{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,"strict_mode":0,/);
  t.ok(
    text.includes(`"script_master":"'\\/usr\\/bin\\/true' 'master' 'x y'","script":"'\\/usr\\/bin\\/true'","vips":[`),
  );
  t.ok(text.includes('"adver_int":1,"master_adver_int":1,"accept":1,"nopreempt":false,"preempt_delay":5,"state":2,'));
  t.ok(
    text.includes(
      '"track_script":["\'\\/bin\\/check\'"],"auth_type":1,"auth_data":"********"},"stats":{"advert_rcvd":0,',
    ),
  );
  const [first] = readJson(text);
  t.strictSame(first?.data.evips, ['10.1.1.1 dev eth1 scope global peer 10.1.1.2/32 set']);
  t.match(first?.data, {
    last_transition: 1795247003.523437,
    base_priority: 120,
    effective_priority: 122,
    vipset: true,
  });
  t.end();
});

t.test('the JSON of version 2, of a BACKUP without authentication, and of no instance', (t) => {
  const host = new TestHost({ instances: [anInstance({ authentication: { type: 'none' } })] });
  host.start();
  host.hear({ priority: 130, authentication: { type: 'none' } });
  const { vrrp, track_process } = JSON.parse(dumpJson(host.router, facts, 2) ?? '') as Record<string, unknown[]>;
  t.match(vrrp, [{ data: { state: 1, wantstate: 1, master_priority: 130, vipset: false, auth_type: 0 } }]);
  t.strictSame(track_process, []);
  t.equal(dumpJson(new TestHost({ instances: [] }).router, facts, 1), undefined);
  t.end();
});

t.test('what an exporter makes of them', (t) => {
  const host = master(rich);
  const { instances, scripts } = readData(dumpData(host.router, facts));
  t.strictSame(
    instances.map(({ name, fields, lists }) => [
      name,
      fields.State,
      fields['Virtual Router ID'],
      lists['Virtual IP']?.length,
    ]),
    [['VI_1', 'MASTER', '91', 2]],
  );
  t.match(scripts, [{ name: 'chk', fields: { Status: 'GOOD', State: 'idle' } }]);
  t.match(readStats(dumpStats(host.router)), [
    { name: 'VI_1', counts: { 'Became master': 1, 'Advertisements Sent': 7 } },
  ]);
  t.end();
});

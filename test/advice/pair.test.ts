// The pair check: what two files must have in common and must not, and the stories that the routers themselves play.

import t from 'tap';
import { comparePair } from '../../src/advice/pair.js';
import { describePaired } from '../../src/advice/text.js';
import { compare, configuration, found, layout, owners } from './comparison.js';

t.test('layout 1: the check moves nothing, and nopreempt keeps the address where it is', (t) => {
  const configs = [
    layout('1-mycat-haproxy-pair/keepalived-edu-haproxy-01.conf'),
    layout('1-mycat-haproxy-pair/keepalived-edu-haproxy-02.conf'),
  ] as const;
  const report = comparePair(configs, ['edu-haproxy-01', 'edu-haproxy-02']);
  t.strictSame(owners(report), {
    'both-start': '1',
    'stop 1': '2',
    'stop 2': '1',
    'crash 1': '2',
    'return 1': '2',
    'crash 2': '1',
    'return 2': '1',
    'check-fails 1 chk_haproxy': '1',
    'check-recovers 1 chk_haproxy': '1',
    'check-fails 2 chk_haproxy': '1',
    'check-recovers 2 chk_haproxy': '1',
  });
  t.strictSame(found(report), [
    'keepalived-edu-haproxy-01.conf:11:5, keepalived-edu-haproxy-02.conf:11:5: warning pair-weight: with these weights ' +
      'a failure of chk_haproxy on edu-haproxy-01 moves nothing: 120 against 112. Use a weight over 10, or none: a ' +
      'failure is a FAULT then',
  ]);
  const [paired] = report.paired;
  const text = paired ? describePaired(paired, configs) : '';
  for (const line of text.split('\n')) t.ok(line.length <= 80, line);
  t.match(text, /^ {4}both start together +node 1 {3}\(122 against 112\)$/m);
  t.match(text, /^ {4}node 1 is stopped +node 2 {3}\(at once\)$/m);
  t.match(text, /^ {4}node 1 crashes or loses its link +node 2 {3}\(after 3\.56 s\)$/m);
  t.match(text, /^ {4}node 1 comes back +node 2 {3}\(node 1 has nopreempt\)$/m);
  t.match(text, /^ {2}differs +priority 120 \| 110 {3}nopreempt yes \| no$/m);
  t.notMatch(text, '1111', 'no password');
  t.end();
});

t.test('layouts 2 and 3', (t) => {
  const pairs = [
    ['2-lvs-mysql/keepalived-master.conf', '2-lvs-mysql/keepalived-backup.conf'],
    ['3-haproxy-notify/keepalived-node1.conf', '3-haproxy-notify/keepalived-node2.conf'],
  ] as const;
  for (const [one, other] of pairs) {
    const report = comparePair([layout(one), layout(other)], ['a', 'b']);
    t.match(owners(report), { 'both-start': '1', 'crash 1': '2' }, one);
    t.notOk(report.findings.some(({ severity }) => severity === 'error'));
  }
  const third = comparePair([layout(pairs[1][0]), layout(pairs[1][1])], ['a', 'b']);
  t.match(found(third).join(), /pair-weight: a failure of chk_haproxy on a moves nothing: b has nopreempt/);
  t.end();
});

t.test('another list of addresses: each missing address is named in both files', (t) => {
  const report = compare(
    { lines: 'priority 110', addresses: '10.0.0.1/24 10.0.0.2/24' },
    { addresses: '10.0.0.1/24 10.0.0.3/24' },
  );
  t.strictSame(
    found(report).map((line) => line.replace(/: keepalived.*/, '')),
    [
      'a.conf:8:1, b.conf:6:1: warning pair-address-list: 10.0.0.2/24 is missing in the virtual_ipaddress of b.conf',
      'b.conf:8:1, a.conf:6:1: warning pair-address-list: 10.0.0.3/24 is missing in the virtual_ipaddress of a.conf',
    ],
  );
  t.equal(owners(report)['both-start'], '1', 'for us they are one pair');
  const disjoint = compare({ addresses: '10.0.0.1/24' }, { addresses: '10.0.0.2/24' });
  t.match(found(disjoint).join(), /error pair-address-list: 10\.0\.0\.1\/24 is missing .* both become MASTER/);
  t.equal(owners(disjoint)['both-start'], 'both');
  t.end();
});

t.test('what must be equal, and what happens when it is not', (t) => {
  const secret = (password: string) => `authentication { auth_type PASS\nauth_pass ${password}\n}`;
  const table: [string, string, string][] = [
    ['advert_int 1', 'advert_int 2', 'pair-interval'],
    [secret('one'), secret('two'), 'pair-authentication'],
    [secret('one'), '', 'pair-authentication'],
  ];
  for (const [one, other, code] of table) {
    const report = compare({ lines: `priority 110\n${one}` }, { lines: other });
    t.match(report.findings, [{ severity: 'error', code }], code);
    t.equal(owners(report)['both-start'], 'both', 'as the routers themselves show');
    t.notMatch(found(report).join(), /\b(one|two)\b/, 'no password is shown');
  }
  t.match(compare({ lines: 'priority 9\nmcast_src_ip 10.0.0.8' }, { lines: 'mcast_src_ip 10.0.0.8' }).findings, [
    { code: 'pair-source', severity: 'error' },
  ]);
  t.end();
});

t.test('adverts that do not get to the other, or do not count there', (t) => {
  const unicast = (own: string, ...peers: string[]) =>
    `${own === '' ? '' : `unicast_src_ip ${own}\n`}unicast_peer {\n${peers.join('\n')}\n}`;
  const [one, two] = ['10.0.0.2', '10.0.0.3'];
  const table: [string, string, string[]][] = [
    ['version 3', 'version 2', ['error pair-version']],
    ['version 3\nadvert_int 0.1', 'version 3\nadvert_int 0.2', ['hint pair-interval']],
    ['version 3\nv3_checksum_as_v2', 'version 3', ['warning pair-checksum']],
    ['mcast_dst_ip 224.0.0.20', '', ['error pair-destination']],
    [unicast(one, two), '', ['error pair-destination']],
    [unicast(one, two), unicast(two, one), []],
    [unicast(one, one, two), unicast(two, one, two), []],
    [unicast('', one, two), unicast('', one, two), []],
    [unicast('', two), unicast('', one), []],
    [unicast('', two), unicast('', two), ['error pair-destination']],
    [unicast(one, two), unicast(one, two), ['error pair-source', 'error pair-destination', 'error pair-destination']],
    [unicast(one, two), unicast(two, '10.0.0.22'), ['error pair-destination']],
    [`unicast_ttl 64\n${unicast(one, two)}`, unicast(two, `${one} min_ttl 250`), ['error pair-destination']],
    [`unicast_ttl 64\n${unicast(one, two)}`, unicast(two, `${one} min_ttl 60`), []],
    [unicast(one, two), unicast(two, `${one} max_ttl 250`), ['warning pair-destination']],
    ['no_accept', '', ['warning pair-accept']],
  ];
  for (const [ours, theirs, codes] of table)
    t.strictSame(
      compare({ lines: `priority 110\n${ours}` }, { lines: theirs }).findings.map(
        (each) => `${each.severity} ${each.code}`,
      ),
      codes,
      `${ours} | ${theirs}`,
    );
  const slip = compare({ lines: `priority 110\n${unicast(one, two)}` }, { lines: unicast(two, '10.0.0.22') });
  t.match(found(slip), [
    /^a\.conf:6:1, b\.conf:6:1: error pair-destination: 10\.0\.0\.2 is no peer in b\.conf \(it has 10\.0\.0\.22\): /,
  ]);
  t.match(found(slip), [
    /nothing is sent there, and the host of a\.conf takes the addresses while the other has them$/,
  ]);
  t.equal(owners(slip)['both-start'], '1', 'the better one is heard');
  const [paired] = slip.paired;
  const pair = [configuration('a.conf', {}), configuration('b.conf', {})];
  t.match(paired && describePaired(paired, pair), 'sends to 1 peer', 'what the operator sees of it');
  const families = compare({ lines: 'priority 9' }, { lines: '', addresses: '2001:db8::1/64' });
  t.match(found(families), [/VRID 5 of IPv4, which no instance of b\.conf has/, /VRID 5 of IPv6, which no .* a\.conf/]);
  t.end();
});

t.test('what must differ', (t) => {
  t.match(compare({}, {}).findings, [{ code: 'pair-priority', severity: 'warning' }]);
  t.equal(owners(compare({}, {}))['both-start'], '2', 'the higher address');
  t.match(compare({ lines: 'priority 255' }, { lines: 'priority 255' }).findings, [
    { code: 'pair-priority', severity: 'error' },
  ]);
  const head = 'global_defs { router_id web\n}';
  t.match(compare({ head, lines: 'priority 99' }, { head }).findings, [{ code: 'pair-router-id', severity: 'hint' }]);
  t.end();
});

t.test('an instance without a partner', (t) => {
  const report = compare(
    { lines: 'priority 99' },
    { lines: 'priority 98\n}\nvrrp_instance W {\ninterface eth0\nvirtual_router_id 6' },
  );
  t.match(
    found(report).filter((line) => line.includes('pair-instance')),
    [/^a\.conf:4:1: .*VI has VRID 5, which no instance of b\.conf has|^b\.conf:\d+:1: /],
  );
  t.end();
});

t.test('checks: without weight, with one that is large enough, and with nopreempt', (t) => {
  const head = (weight: string) => `vrrp_script chk { script "/x"\n${weight}\n}`;
  const plan = (priority: number, weight: string, more = '') => ({
    head: head(weight),
    lines: `priority ${priority}\n${more}\ntrack_script { chk\n}`,
  });
  const fault = compare(plan(110, ''), plan(100, ''));
  t.match(owners(fault), { 'check-fails 1 chk': '2', 'check-recovers 1 chk': '1' });
  t.strictSame(fault.findings, []);
  const large = compare(plan(110, 'weight -20'), plan(100, 'weight -20'));
  t.match(owners(large), { 'check-fails 1 chk': '2', 'check-recovers 1 chk': '1' });
  t.strictSame(large.findings, []);
  const held = compare(plan(110, 'weight -20', 'nopreempt'), plan(100, 'weight -20', 'nopreempt'));
  t.match(owners(held), { 'check-fails 1 chk': '1' });
  t.match(found(held), [/moves nothing: b has nopreempt .*\(90 against 100\)/]);
  const small = compare(plan(110, 'weight -5'), plan(100, 'weight -5'));
  t.match(found(small), [/moves nothing: 105 against 100\. Use a weight over 10,/]);
  t.match(
    owners(compare(plan(110, 'weight -11'), plan(100, 'weight -11'))),
    { 'check-fails 1 chk': '2' },
    'as it says',
  );
  t.end();
});

// The pair check where versions, families and unicast come in: pairs that are right, and mistakes that only a pair has.
// What it says of them is what the routers then do.

import t from 'tap';
import { comparePair } from '../../src/advice/pair.js';
import { describePaired } from '../../src/advice/text.js';
import { compare, configuration, found, layout, owners } from './comparison.js';

const IPV6 = 'fe80::10/64 2001:db8::10/64';
/** The stories of a pair without checks, when all is right and node 1 is the better one. */
const WELL = {
  'both-start': '1',
  'stop 1': '2',
  'stop 2': '1',
  'crash 1': '2',
  'return 1': '1',
  'crash 2': '1',
  'return 2': '1',
};
const unicast = (own: string, ...peers: string[]): string =>
  `unicast_src_ip ${own}\nunicast_peer {\n${peers.join('\n')}\n}\n`;
const better = (lines: string): string => `priority 110\n${lines}`;

t.test('layout 6: version 3, ten times a second', (t) => {
  const configs = [layout('6-version-3/node1.conf'), layout('6-version-3/node2.conf')] as const;
  const report = comparePair(configs, ['lb1', 'lb2']);
  t.strictSame(found(report), []);
  t.match(owners(report), { ...WELL, 'check-fails 1 chk_haproxy': '2', 'check-recovers 1 chk_haproxy': '1' });
  const text = report.paired.map((paired) => describePaired(paired, configs)).join();
  t.match(text, /^ {2}equal +version 3 {3}every 0\.1 s /m);
  t.match(text, /crashes or loses its link +node 2 {3}\(after 0\.35 s\)$/m, 'the skew is a part of the interval');
  t.end();
});

t.test('IPv6, a link-local address first', (t) => {
  const report = compare({ lines: better(''), addresses: IPV6 }, { addresses: IPV6 });
  t.strictSame([found(report), owners(report)], [[], WELL]);
  const [paired] = report.paired;
  const configs = [configuration('a.conf', { addresses: IPV6 }), configuration('b.conf', { addresses: IPV6 })];
  t.match(paired && describePaired(paired, configs), /version 3 \(IPv6\) .*\n.* 2001:db8::10\/64 and 1 more/);
  const other = compare({ lines: better(''), addresses: IPV6 }, { addresses: 'fe80::10/64 2001:db8::11/64' });
  t.match(found(other), [/: 2001:db8::10\/64 is missing .* b\.conf: keepalived/, /: 2001:db8::11\/64 is missing/]);
  t.end();
});

t.test('unicast peers that name each other: version 2, version 3, and IPv6', (t) => {
  const [one, two] = ['10.0.0.2', '10.0.0.3'];
  const [six, seven] = ['2001:db8::2', '2001:db8::3'];
  for (const lines of ['', 'version 3\nadvert_int 0.1\n']) {
    const report = compare({ lines: better(lines + unicast(one, two)) }, { lines: lines + unicast(two, one) });
    t.strictSame([found(report), owners(report)], [[], WELL]);
  }
  const ipv6 = [
    { lines: better(unicast(six, seven)), addresses: IPV6 },
    { lines: unicast(seven, six), addresses: IPV6 },
  ] as const;
  t.strictSame([found(compare(...ipv6)), owners(compare(...ipv6))], [[], WELL]);
  const layouts = comparePair([layout('8-unicast/node1.conf'), layout('8-unicast/node2.conf')], ['a', 'b']);
  t.strictSame([found(layouts), owners(layouts)], [[], WELL], 'one list of three on all hosts');
  const cloud = comparePair([layout('9-cloud/node1.conf'), layout('9-cloud/node2.conf')], ['a', 'b']);
  t.strictSame([found(cloud), owners(cloud)], [[], WELL], 'without a virtual address');
  t.end();
});

t.test('what keeps both MASTER: versions, one with peers, other groups', (t) => {
  const group = (address: string) => ({ head: `global_defs {\nvrrp_mcast_group${address}\n}` });
  const cases: [Parameters<typeof compare>, RegExp][] = [
    [
      [{ lines: 'priority 110\nversion 3' }, {}],
      /^a\.conf:6:1, b\.conf:2:1: error pair-version: version 3 and version 2: /,
    ],
    [
      [{ lines: better(unicast('10.0.0.2', '10.0.0.3')) }, {}],
      /^a\.conf:7:1, b\.conf:2:1: error pair-destination: one speaks unicast and the other multicast: /,
    ],
    [
      [{ lines: 'priority 110\nmcast_dst_ip 224.0.0.20' }, {}],
      /^a\.conf:6:1, b\.conf:2:1: error pair-destination: groups 224\.0\.0\.20 and 224\.0\.0\.18: /,
    ],
    [
      [{ lines: 'priority 110', ...group('4 224.0.0.20') }, {}],
      /: groups 224\.0\.0\.20 \(vrrp_mcast_group4\) and 224\.0\.0\.18: neither hears the other, and both/,
    ],
    [
      [{ lines: 'priority 110', addresses: IPV6, ...group('6 ff02::20') }, { addresses: IPV6 }],
      /: groups ff02::20 \(vrrp_mcast_group6\) and ff02::12: neither/,
    ],
  ];
  for (const [plans, words] of cases) {
    const report = compare(...plans);
    t.match(found(report), [words]);
    t.match(found(report), [/both become MASTER$/]);
    t.match(owners(report), { 'both-start': 'both', 'return 1': 'both', 'return 2': 'both' }, String(words));
  }
  const same = compare({ lines: 'priority 110\nmcast_dst_ip 224.0.0.20' }, group('4 224.0.0.20'));
  t.strictSame([found(same), owners(same)], [[], WELL], 'the same group is the same, wherever it is written');
  t.end();
});

t.test('a host that the other does not send to takes the addresses, whoever has them', (t) => {
  const named = unicast('10.0.0.2', '10.0.0.3');
  const other = unicast('10.0.0.3', '10.0.0.22');
  const lower = compare({ lines: named }, { lines: better(other) });
  t.match(found(lower), [/error pair-destination: 10\.0\.0\.2 is no peer in b\.conf .* the host of a\.conf takes the/]);
  t.match(owners(lower), { 'both-start': 'both', 'return 1': 'both' }, 'the one that is not told is the lower one');
  const higher = compare({ lines: better(named) }, { lines: other });
  t.match(owners(higher), { 'both-start': '1', 'return 1': '1', 'return 2': '1' });
  const checked = compare({ lines: better(named) }, { lines: `${other}check_unicast_src` });
  t.match(owners(checked), { 'both-start': 'both' }, 'nor is it counted then');
  const ttl = compare(
    { lines: better(`unicast_ttl 64\n${named}`) },
    { lines: unicast('10.0.0.3', '10.0.0.2 min_ttl 250') },
  );
  t.match(found(ttl), [/under the min_ttl 250 of b\.conf: the host of b\.conf takes the addresses while the other/]);
  t.match(owners(ttl), { 'both-start': 'both', 'return 1': 'both' });
  t.end();
});

t.test('a checksum that the other host never takes', (t) => {
  const [one, two] = [unicast('10.0.0.2', '10.0.0.3'), unicast('10.0.0.3', '10.0.0.2')].map(
    (peers) => `version 3\n${peers}`,
  );
  const told = (first: string, second: string): string[] => {
    const report = compare({ lines: better(`${one ?? ''}${first}`) }, { lines: `${two ?? ''}${second}` });
    return [owners(report)['both-start'] ?? '', ...found(report)];
  };
  const taken = 'one host makes the checksum of old_unicast_checksum and the other never takes it: the host of b.conf';
  t.match(told('old_unicast_checksum', 'old_unicast_checksum never'), [
    'both',
    `a.conf:11:1, b.conf:10:1: error pair-checksum: ${taken} takes the addresses while the other has them`,
  ]);
  t.match(told('old_unicast_checksum never', 'old_unicast_checksum'), ['1', /the host of a\.conf takes the addresses/]);
  t.strictSame(told('old_unicast_checksum', ''), ['1'], 'found out by itself');
  t.match(told('old_unicast_checksum\nv3_checksum_as_v2', 'old_unicast_checksum never'), [
    '1',
    /warning pair-checksum/,
  ]);
  t.end();
});

t.test('other intervals: version 3 learns the one of the master, and the files say how long that is', (t) => {
  const [quick, slow] = ['version 3\nadvert_int 0.1', 'version 3\nadvert_int 1'];
  const holes = ([one, two]: readonly [string, string]): unknown[] => {
    const report = compare({ lines: better(one) }, { lines: two });
    t.strictSame(owners(report), WELL);
    t.match(found(report), [
      /^a\.conf:7:1, b\.conf:\d:1: hint pair-interval: .*: the one that is MASTER tells how long/,
    ]);
    const crash = report.paired[0]?.outcomes.find(({ story }) => story.kind === 'crash' && story.host === 0);
    return [crash && Math.round(crash.unowned / 10_000)];
  };
  t.strictSame([holes([quick, slow]), holes([slow, quick])], [[36], [361]], 'centiseconds, by the interval of node 1');
  t.end();
});

t.test('on one host only: v3_checksum_as_v2, no_accept, strict mode', (t) => {
  const told = (one: string, two: string): string => {
    const report = compare({ lines: better(one) }, { lines: two });
    t.strictSame(owners(report), WELL, 'vrrpd takes both');
    return found(report).join('\n');
  };
  t.match(told('version 3\nv3_checksum_as_v2', 'version 3'), /^a\.conf:7:1, b\.conf:2:1: warning pair-checksum: /);
  t.equal(told('version 3\nv3_checksum_as_v2', 'version 3\nv3_checksum_as_v2'), '');
  const dropped = 'what clients send to the addresses is dropped on the host of b.conf only';
  t.equal(told('version 3', 'version 3\nno_accept'), `a.conf:2:1, b.conf:6:1: warning pair-accept: ${dropped}`);
  t.equal(told('version 3', 'version 3\nstrict_mode'), `a.conf:2:1, b.conf:6:1: warning pair-accept: ${dropped}`);
  t.equal(told('version 3\nno_accept', 'version 3\nno_accept'), '');
  t.end();
});

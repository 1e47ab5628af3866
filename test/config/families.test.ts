// Version, family, addresses, unicast and strict mode: what each way to write them means. The rules and their rows are those of
// keepalived 2.2.7, tried with its -t and its dump; where vrrpd does otherwise, the row says so.

import t from 'tap';
import { checkHost, type HostFacts } from '../../src/config/host-check.js';
import { readConfig } from '../../src/config/read.js';
import { ip } from '../vrrp/host.js';

const V4 = 'virtual_ipaddress {\n10.0.0.9/24\n}';
const V6 = 'virtual_ipaddress {\n2001:db8::9/64\n}';
const PEER = 'unicast_peer {\n10.0.0.3\n}';

function look(lines: string, global = '') {
  const head = global === '' ? '' : `global_defs {\n${global}\n}\n`;
  const text = `${head}vrrp_instance VI {\ninterface eth0\nvirtual_router_id 5\n${lines}\n}\n`;
  const { config, partial, diagnostics } = readConfig({ file: 'x', load: () => text });
  const told = diagnostics.filter(({ severity }) => severity !== 'hint');
  return {
    instance: (config ?? partial)?.vrrpInstances[0],
    isUsable: config !== undefined,
    codes: told.map(({ severity, code }) => `${severity} ${code}`),
    words: told.map(({ words, note = '' }) => `${words} ${note}`).join('; '),
  };
}

t.test('family and version', (t) => {
  const rows: [lines: string, global: string, family: string, version: number, codes: string[]][] = [
    [V4, '', 'ipv4', 2, []],
    [V6, '', 'ipv6', 3, []],
    [V6, 'vrrp_version 2', 'ipv6', 3, []],
    [V4, 'vrrp_version 3', 'ipv4', 3, []],
    [`version 2\n${V4}`, 'vrrp_version 3', 'ipv4', 2, []],
    // keepalived sends a version 2 of its own over IPv6.
    [`version 2\n${V6}`, '', 'ipv6', 2, ['error refused']],
    [`version 2\nstrict_mode\n${V6}`, '', 'ipv6', 2, ['error refused']],
    ['unicast_peer {\n2001:db8::3\n}', '', 'ipv6', 3, []],
    ['mcast_src_ip 2001:db8::2', '', 'ipv6', 3, []],
    ['unicast_src_ip 10.0.0.2', '', 'ipv4', 2, []],
    ['mcast_dst_ip ff02::20', '', 'ipv6', 3, []],
    ['native_ipv6', '', 'ipv6', 3, []],
    [`${V4}\nnative_ipv6`, '', 'ipv4', 2, ['warning does-not-count']],
    ['virtual_ipaddress_excluded {\n2001:db8::9/64\n}', '', 'ipv4', 2, []],
  ];
  for (const [lines, global, family, version, codes] of rows) {
    const found = look(lines, global);
    t.match(found.instance, { family, version }, lines);
    t.strictSame(
      found.codes.filter((code) => !/no-address|unicast-without|strict/.test(code)),
      codes,
      lines,
    );
  }
  t.end();
});

t.test('a list of both families: the first one is sent, the other is excluded', (t) => {
  const addresses = ['10.0.0.9/24', '2001:db8::9/64', '10.0.0.8/24', '2001:db8::8/64 dev eth1'];
  const found = look(`virtual_ipaddress {\n${addresses.join('\n')}\n}\nvirtual_ipaddress_excluded {\n10.0.0.7/24\n}`);
  const listed = (list: 'virtualAddresses' | 'excludedAddresses', one = found) =>
    one.instance?.[list].map(({ prefix, dev }) => `${prefix.address} ${dev}`);
  t.strictSame(listed('virtualAddresses'), ['10.0.0.9 eth0', '10.0.0.8 eth0']);
  t.strictSame(listed('excludedAddresses'), ['2001:db8::9 eth0', '2001:db8::8 eth1', '10.0.0.7 eth0']);
  t.strictSame(found.codes, ['warning mixed-families']);
  t.match(found.words, /2001:db8::9, 2001:db8::8 set.* keepalived leaves them out.*virtual_ipaddress_excluded/);
  const turned = look(`virtual_ipaddress {\n${addresses.toReversed().join('\n')}\n}`);
  t.match(turned.instance, { family: 'ipv6', version: 3 });
  t.strictSame(listed('excludedAddresses', turned), ['10.0.0.8 eth0', '10.0.0.9 eth0']);
  const many = Array.from({ length: 100 }, (_, index) => `2001:db8::1:${index}/64`);
  const large = look(`virtual_ipaddress {\n${many.join('\n')}\n}`);
  t.strictSame([large.instance?.virtualAddresses.length, large.instance?.excludedAddresses.length], [89, 11]);
  t.strictSame(large.codes, ['warning too-many-addresses']);
  t.end();
});

t.test('what is of the other family than the first is an error, where keepalived skips it', (t) => {
  for (const line of ['mcast_src_ip 2001:db8::2', 'unicast_peer {\n2001:db8::3\n}', 'mcast_dst_ip ff02::20']) {
    const found = look(`${V4}\n${line}`);
    t.notOk(found.isUsable, line);
    t.strictSame(found.codes, ['error bad-address'], line);
  }
  t.strictSame(look(`${PEER}\n${V6}`).codes, ['warning mixed-families']);
  t.end();
});

t.test('the interval of version 3: hundredths of a second, up to 40.95 s', (t) => {
  const rows: [written: string, version: number, microseconds: number, codes: string[]][] = [
    ['0.01', 3, 10_000, []],
    ['0.25', 3, 250_000, []],
    ['0.014', 3, 10_000, ['warning rounded-value']],
    ['0.015', 3, 20_000, ['warning rounded-value']],
    ['0.025', 3, 30_000, ['warning rounded-value']],
    ['40.95', 3, 40_950_000, []],
    ['0.4', 2, 1_000_000, ['warning rounded-value']],
    ['255', 2, 255_000_000, []],
  ];
  for (const [written, version, microseconds, codes] of rows) {
    const found = look(`version ${version}\nadvert_int ${written}\n${V4}`);
    t.equal(found.instance?.advertInt, microseconds, written);
    t.strictSame(found.codes, codes, written);
  }
  // keepalived takes 40.95.
  t.strictSame(look(`version 3\nadvert_int 41\n${V4}`).codes, ['error out-of-range']);
  t.strictSame(look(`version 3\nadvert_int 0.001\n${V4}`).codes, ['error out-of-range']);
  t.end();
});

t.test('version 3 has no authentication', (t) => {
  for (const type of ['PASS', 'AH'])
    for (const lines of [`version 3\n${V4}`, V6]) {
      const found = look(`authentication {\nauth_type ${type}\nauth_pass abc\n}\n${lines}`);
      t.strictSame(
        [found.instance?.authentication, found.codes],
        [{ type: 'none' }, ['warning authentication-dropped']],
      );
    }
  t.end();
});

t.test('source and group', (t) => {
  const rows: [lines: string, global: string, expected: object][] = [
    [V4, '', { mcastDstIp: '224.0.0.18', srcIp: undefined, trackSrcIp: false, unicast: undefined }],
    [V6, '', { mcastDstIp: 'ff02::12' }],
    [V4, 'vrrp_mcast_group4 224.0.0.20\nvrrp_mcast_group6 ff02::20', { mcastDstIp: '224.0.0.20' }],
    [V6, 'vrrp_mcast_group4 224.0.0.20\nvrrp_mcast_group6 ff02::20', { mcastDstIp: 'ff02::20' }],
    [`mcast_dst_ip 224.0.0.21\n${V4}`, 'vrrp_mcast_group4 224.0.0.20', { mcastDstIp: '224.0.0.21' }],
    [`mcast_src_ip 10.0.0.2\n${V4}`, '', { srcIp: '10.0.0.2', trackSrcIp: false }],
    [`mcast_src_ip 10.0.0.2\ntrack_src_ip\n${V4}`, '', { srcIp: '10.0.0.2', trackSrcIp: true }],
    [`unicast_src_ip 10.0.0.2 track_src_ip\n${PEER}`, '', { srcIp: '10.0.0.2', trackSrcIp: true }],
    [`mcast_src_ip 10.0.0.2\nunicast_src_ip 10.0.0.3\n${V4}`, '', { srcIp: '10.0.0.3' }],
    [`unicast_src_ip 10.0.0.3\nmcast_src_ip 10.0.0.2\n${V4}`, '', { srcIp: '10.0.0.2' }],
  ];
  for (const [lines, global, expected] of rows) t.match(look(lines, global).instance, expected, lines);
  t.strictSame(look(`track_src_ip\n${V4}`).codes, ['warning does-not-count']);
  t.strictSame(look(`mcast_dst_ip 224.0.0.20\n${PEER}\n${V4}`).codes, ['warning does-not-count']);
  for (const source of ['224.0.0.1', '0.0.0.0', '::', 'ff02::1', '10.0.0'])
    t.strictSame(look(`unicast_src_ip ${source}\n${V4}`).codes.slice(0, 1), ['error bad-address'], source);
  t.end();
});

t.test('unicast', (t) => {
  const peers = (lines: string) => `unicast_peer {\n${lines}\n}\n${V4}`;
  const rows: [lines: string, global: string, unicast: object | undefined, codes: string[]][] = [
    [peers('10.0.0.2\n10.0.0.3'), '', { ttl: 255, checkSrc: false, oldChecksum: 'as-heard' }, []],
    [peers('10.0.0.3 min_ttl 250\n10.0.0.4 max_ttl 9 min_ttl 0'), '', { checkSrc: true }, []],
    [`unicast_ttl 64\n${peers('10.0.0.3')}`, '', { ttl: 64 }, []],
    [`check_unicast_src\n${peers('10.0.0.3')}`, '', { checkSrc: true }, []],
    [peers('10.0.0.3'), 'vrrp_check_unicast_src', { checkSrc: true }, []],
    [`check_unicast_src off\n${peers('10.0.0.3')}`, 'vrrp_check_unicast_src', { checkSrc: false }, []],
    [`check_unicast_src off\n${peers('10.0.0.3 min_ttl 9')}`, '', { checkSrc: true }, ['warning does-not-count']],
    [`old_unicast_checksum\n${peers('10.0.0.3')}`, '', { oldChecksum: 'always' }, []],
    [`old_unicast_checksum never\n${peers('10.0.0.3')}`, '', { oldChecksum: 'never' }, []],
    [peers('10.0.0.3\n10.0.0.3 min_ttl 9'), '', { peers: [{ address: '10.0.0.3' }] }, ['warning repeated-name']],
    [`unicast_fault_no_peer\n${V4}`, '', { peers: [] }, []],
    [`unicast_src_ip 10.0.0.2\n${V4}`, '', undefined, ['warning unicast-without-peers']],
    [peers(''), '', undefined, ['warning unicast-without-peers']],
    [`unicast_ttl 9\n${V4}`, '', undefined, ['warning unicast-without-peers']],
    [peers('10.0.0.3 min_ttl 9 max_ttl 8'), '', {}, ['error out-of-range']],
    [peers('10.0.0.3 foo'), '', {}, ['error unknown-option']],
    [peers('224.0.0.18'), '', undefined, ['error bad-address']],
  ];
  for (const [lines, global, unicast, codes] of rows) {
    const found = look(lines, global);
    if (unicast === undefined) t.equal(found.instance?.unicast, undefined, lines);
    else t.match(found.instance?.unicast, unicast, lines);
    t.strictSame(found.codes, codes, lines);
  }
  t.strictSame(look(peers('10.0.0.3 min_ttl 250\n10.0.0.4')).instance?.unicast?.peers, [
    { address: '10.0.0.3', minTtl: 250 },
    { address: '10.0.0.4' },
  ]);
  t.end();
});

t.test('accept, no_accept and strict mode', (t) => {
  const rows: [lines: string, accept: boolean, codes: string[]][] = [
    ['', true, []],
    ['no_accept', false, []],
    ['no_accept\naccept', true, []],
    ['accept\nno_accept', false, []],
    ['no_accept\npriority 255', true, ['warning does-not-count']],
    ['strict_mode', false, ['warning strict-mode']],
    ['strict_mode\naccept', false, ['warning strict-mode']],
    ['strict_mode\nversion 3\naccept', true, ['warning strict-mode']],
    ['strict_mode\nversion 3', false, ['warning strict-mode']],
    ['strict_mode\npriority 255', true, ['warning strict-mode']],
    ['strict_mode false', true, []],
  ];
  for (const [lines, accept, codes] of rows) {
    const found = look(`${lines}\n${V4}`);
    t.equal(found.instance?.accept, accept, lines);
    t.strictSame(found.codes, codes, lines);
    t.equal(found.words.includes('DROPPED'), codes.includes('warning strict-mode') && !accept, lines);
  }
  const lines =
    'state MASTER\nnopreempt\npriority 150\ndown_timer_adverts 5\nauthentication {\nauth_type PASS\nauth_pass a\n}';
  const found = look(`${lines}\npreempt_delay 5\n${V4}`, 'vrrp_strict');
  t.match(found.instance, {
    state: 'BACKUP',
    nopreempt: true,
    preemptDelay: 0,
    downTimerAdverts: 3,
    authentication: { type: 'none' },
    lowerPrioNoAdvert: true,
    garp: { lowerPrioDelay: 0, lowerPrioRepeat: 0, masterRepeat: 5 },
    accept: false,
  });
  t.match(found.words, /vrrp_strict: what clients send .*DROPPED.*authentication.*down_timer_adverts.*leave it out/);
  t.match(look(`strict_mode off\n${V4}`, 'vrrp_strict').instance, { accept: true, lowerPrioNoAdvert: false });
  t.end();
});

t.test('the same VRID twice on an interface: where an advert could be for both', (t) => {
  const twice = (one: string, other: string): boolean =>
    !look(`${one}\n}\nvrrp_instance V2 {\ninterface eth0\nvirtual_router_id 5\n${other}`).codes.some((code) =>
      code.includes('duplicate-vrid'),
    );
  const other = 'virtual_ipaddress {\n10.0.0.8/24\n}';
  const peers = (...list: string[]) => `unicast_peer {\n${list.join('\n')}\n}`;
  t.equal(twice(V4, other), false);
  t.equal(twice(V4, V6), true, 'families');
  t.equal(twice(V4, `mcast_dst_ip 224.0.0.77\n${other}`), true, 'groups');
  t.equal(twice(`${PEER}\n${V4}`, other), true, 'unicast beside multicast');
  t.equal(twice(`${PEER}\n${V4}`, `${peers('10.0.0.4')}\n${other}`), true, 'other peers');
  t.equal(twice(`${PEER}\n${V4}`, `${peers('10.0.0.4', '10.0.0.3')}\n${other}`), false, 'a peer of both');
  t.end();
});

t.test('without an address: a script moves it, or nothing does', (t) => {
  const text = (lines: string, global = '') =>
    readConfig({
      file: 'x',
      load: () => `global_defs {\n${global}\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n${lines}\n}`,
    })
      .diagnostics.filter(({ code }) => code === 'no-address')
      .map(({ severity }) => severity);
  t.strictSame(text(''), ['warning']);
  t.strictSame(text('version 3'), ['warning']);
  t.strictSame(text('version 3\nnotify "/x"'), ['hint']);
  t.strictSame(text('version 3', 'notify_fifo /run/x'), ['hint']);
  t.strictSame(text('version 3\nnotify "/x"\nno_virtual_ipaddress'), []);
  t.strictSame(text('version 2\nnotify "/x"'), [], 'keepalived starts');
  t.strictSame(
    text('version 3\nvirtual_ipaddress_excluded {\n10.0.0.9/24\n}'),
    ['hint'],
    'keepalived wants one that is sent',
  );
  t.strictSame(look(`unicast_src_ip 10.0.0.2\nunicast_peer {\n10.0.0.2\n}\n${V4}`).codes, [
    'warning unicast-without-peers',
  ]);
  t.end();
});

t.test('what the host has', (t) => {
  const host = (lines: string, addresses: string[], more: Partial<HostFacts> = {}): string[] => {
    const text = `vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n${lines}\n}`;
    const { config } = readConfig({ file: 'x', load: () => text });
    const interfaces = new Map([
      ['eth0', addresses.map(ip)],
      ['eth1', [ip('192.0.2.1')]],
    ]);
    const facts = { interfaces, programs: new Map(), accounts: new Map(), ...more };
    return config ? checkHost(config, facts).map(({ code, place }) => `${place.line} ${code}`) : ['unusable'];
  };
  const both = ['10.0.0.2', 'fe80::2'];
  t.strictSame(host(V6, both), []);
  t.strictSame(host(V6, ['10.0.0.2']), ['2 no-link-local']);
  t.strictSame(host(`${V4}\nvirtual_ipaddress_excluded {\n2001:db8::9/64\n}`, ['10.0.0.2']), ['8 no-link-local']);
  t.strictSame(host('native_ipv6', ['10.0.0.2']), ['2 no-link-local']);
  t.strictSame(host(`mcast_src_ip 192.0.2.1\n${V4}`, both), ['4 foreign-source']);
  t.strictSame(host(`unicast_src_ip 192.0.2.1\n${PEER}\n${V4}`, both), [], 'on another interface: it is routed');
  t.strictSame(host(`unicast_src_ip 192.0.2.7\n${PEER}\n${V4}`, both), ['4 foreign-source']);
  t.strictSame(host(`no_accept\n${V4}`, both), []);
  t.strictSame(host(`no_accept\n${V4}`, both, { nftProblem: 'not found in PATH' }), ['4 missing-program']);
  t.end();
});

t.test('the rest', (t) => {
  t.match(look(`promote_secondaries\nkernel_rx_buf_size 30000\n${V4}`, 'vrrp_rx_bufs_policy 9').instance, {
    promoteSecondaries: true,
    kernelRxBufSize: 30_000,
  });
  t.equal(look(V4, 'vrrp_rx_bufs_policy 70000').instance?.kernelRxBufSize, 70_000);
  t.equal(look(V4, 'vrrp_rx_bufs_policy MTU\nvrrp_rx_bufs_multiplier 4').instance?.kernelRxBufSize, undefined);
  t.strictSame(look(V4, 'vrrp_rx_bufs_policy many').codes, ['error bad-number']);
  t.match(look(`version 3\nv3_checksum_as_v2\n${V4}`).instance, { v3ChecksumAsV2: true });
  t.match(look(`version 3\n${V4}`, 'v3_checksum_as_v2').instance, { v3ChecksumAsV2: true });
  t.match(look(V6, 'v3_checksum_as_v2').instance, { v3ChecksumAsV2: false }, 'IPv6 has no other form');
  t.strictSame(look(`vrf red\n${V4}`).codes, ['warning not-yet-supported']);
  t.end();
});

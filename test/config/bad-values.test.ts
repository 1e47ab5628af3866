// What bad values do: each row is one that was tried on keepalived 2.2.7, with what it does, and what vrrpd does. Where
// keepalived goes on with something else than what was written, vrrpd refuses the file and touches nothing.

import t from 'tap';
import { readConfig } from '../../src/config/read.js';

const read = (text: string) => readConfig({ file: 'x', load: () => text });
const said = (text: string): string[] =>
  read(text)
    .diagnostics.filter(({ severity }) => severity !== 'hint')
    .map(({ place, severity, code }) => `${place.line} ${severity} ${code}`);

/** An instance with these lines from line 2 on; what it needs and they do not say stands behind them. */
function instance(lines: string, { interface: dev = 'eth0', id = '5', address = '10.0.0.1/24' } = {}): string {
  const rest = [
    `interface ${dev}`,
    ...(id === '' ? [] : [`virtual_router_id ${id}`]),
    `virtual_ipaddress {\n${address}\n}`,
  ];
  return `vrrp_instance VI {\n${lines}\n${rest.join('\n')}\n}\n`;
}

const [IPV4, IPV6] = ['10.0.0.1/24', '2001:db8::1/64'];
const PASS = 'authentication {\nauth_type PASS\nauth_pass abc\n}';
const [PEER, PEER6] = ['unicast_peer {\n10.0.0.3\n}', 'unicast_peer {\n2001:db8::3\n}'];

t.test('rows of keepalived 2.2.7', (t) => {
  const rows: [what: string, keepalived: string, text: string, vrrpd: string[]][] = [
    ['an unknown keyword', 'ignored, rc 5', instance('foo bar'), ['2 warning unknown-keyword']],
    ['priority 0', '100 (255 with state MASTER)', instance('priority 0'), ['2 error out-of-range']],
    ['priority 300', '100', instance('priority 300'), ['2 error out-of-range']],
    ['priority 10x', '100', instance('priority 10x'), ['2 error bad-number']],
    ['virtual_router_id 0', 'the daemon exits', instance('', { id: '0' }), ['4 error out-of-range']],
    ['no virtual_router_id', 'the daemon exits', instance('', { id: '' }), ['1 error missing-keyword']],
    [
      'an address that is none',
      'that address is skipped',
      instance('', { address: '10.0.0.x' }),
      ['6 error bad-address'],
    ],
    ['a length of /99', '/32 is used', instance('', { address: '10.0.0.1/99' }), ['6 error out-of-range']],
    ['dev nope', 'it does not start', instance('', { address: '10.0.0.1/24 dev nope' }), []],
    ['interface nope', 'it does not start', instance('', { interface: 'nope' }), []],
    ['a name twice', 'the second is skipped', instance('') + instance('', { id: '6' }), ['9 error duplicate-name']],
    [
      'a VRID twice',
      'it does not start',
      instance('') + instance('').replace('VI', 'V2').replace('.1/', '.2/'),
      ['12 error duplicate-vrid'],
    ],
    [
      'auth_type without auth_pass',
      'no authentication',
      instance('authentication {\nauth_type PASS\n}'),
      ['2 error missing-keyword'],
    ],
    [
      'a track_script that is not there',
      'it runs untracked',
      instance('track_script {\nnone\n}'),
      ['3 error unknown-script'],
    ],
    [
      'an IPv6 address in version 2',
      'accepted',
      instance('version 2', { address: '2001:db8::1/64' }),
      ['2 error refused'],
    ],
    [
      'a second notify_master',
      'ignored',
      instance('notify_master "/x"\nnotify_master "/y"'),
      ['3 warning repeated-keyword'],
    ],
    ['state MASTER without priority', '255', instance('state MASTER'), ['2 warning owner-by-default']],
    [
      'a comment in a password',
      'cut',
      instance('authentication {\nauth_type PASS\nauth_pass p@ss!word\n}'),
      ['4 warning comment-cuts-value'],
    ],
    [
      'notify_master with an argument',
      'the argument is the user',
      instance('notify_master /x arg1'),
      ['2 warning user-or-argument'],
    ],
    [
      'a script with an argument',
      'dropped',
      `vrrp_script c {\nscript /usr/bin/test -f\n}\n${instance('track_script {\nc\n}')}`,
      ['2 warning dropped-arguments'],
    ],
    [
      'two addresses in a line',
      'the second is an unknown option',
      instance('', { address: '10.0.0.1 10.0.0.2' }),
      ['6 error unknown-option'],
    ],
    [
      'a brace in a password',
      'it closes the block',
      instance('authentication {\nauth_type PASS\nauth_pass a{b}c\n}'),
      ['4 error unexpected-brace'],
    ],
    [
      'authentication in version 3',
      'ignored, rc 5',
      instance(`version 3\n${PASS}`),
      ['3 warning authentication-dropped'],
    ],
    ['advert_int 41 in version 3', '40.95', instance('version 3\nadvert_int 41'), ['3 error out-of-range']],
    ['advert_int 0.015 in version 3', '0.02', instance('version 3\nadvert_int 0.015'), ['3 warning rounded-value']],
    ['version 4', 'the default', instance('version 4'), ['2 error out-of-range']],
    [
      'both families',
      'the second is skipped',
      instance('', { address: `${IPV4}\n${IPV6}` }),
      ['7 warning mixed-families'],
    ],
    ['native_ipv6 before IPv4', 'the address is skipped', instance('native_ipv6'), ['2 warning does-not-count']],
    ['a group that is none', 'skipped', instance('mcast_dst_ip 10.0.0.20'), ['2 error bad-address']],
    ['a group beside unicast', 'ignored', instance(`mcast_dst_ip 224.0.0.20\n${PEER}`), ['2 warning does-not-count']],
    ['no peer', 'multicast, rc 5', instance('unicast_src_ip 10.0.0.2'), ['2 warning unicast-without-peers']],
    ['a peer of the other family', 'skipped', instance(`mcast_src_ip 10.0.0.2\n${PEER6}`), ['4 error bad-address']],
    ['a peer twice', 'accepted', instance(PEER.replace('\n}', '\n10.0.0.3\n}')), ['4 warning repeated-name']],
    [
      'no TTL is right',
      'all is dropped',
      instance(PEER.replace('.3', '.3 min_ttl 9 max_ttl 8')),
      ['3 error out-of-range'],
    ],
    ['vrf beside interface', 'ignored', instance('vrf red'), ['2 warning not-yet-supported']],
    ['no_accept of an owner', 'nothing is dropped', instance('priority 255\nno_accept'), ['3 warning does-not-count']],
    ['state master', 'BACKUP', instance('state master'), ['2 warning bad-value']],
    ['vrrp_garp_interval 0', 'invalid, ignored', `global_defs {\nvrrp_garp_interval 0\n}\n${instance('')}`, []],
  ];
  for (const [what, keepalived, text, vrrpd] of rows)
    t.strictSame(said(text), vrrpd, `${what}: keepalived: ${keepalived}`);
  t.end();
});

t.test('what is read all the same is read as keepalived reads it', (t) => {
  const first = (text: string) => read(text).config?.vrrpInstances[0];
  t.match(first(instance('notify_master "/x" \nnotify_master "/y"'))?.notify.master?.argv, ['/x'], 'the first counts');
  t.match(first(instance('notify_master /x arg1'))?.notify.master, { argv: ['/x'], runAs: { user: 'arg1' } });
  t.equal(first(instance('state MASTER'))?.priority, 255);
  t.equal(first(instance('state master'))?.state, 'BACKUP');
  t.end();
});

// Configurations from the grammar: each keyword of the reader's own tables with a value of its form, mostly a right one; and
// short texts of the grammar's pieces. An input may have several files: "=== NAME" begins the next one.

import { authenticationTable } from '../../src/config/authentication.js';
import { globalDefsTable } from '../../src/config/global-defs.js';
import type { Keywords } from '../../src/config/keyword.js';
import { rootTable } from '../../src/config/root.js';
import { syncGroupTable } from '../../src/config/sync-group.js';
import { trackFileTable } from '../../src/config/track-file.js';
import { trackProcessTable } from '../../src/config/track-process.js';
import { vrrpInstanceTable } from '../../src/config/vrrp-instance.js';
import { vrrpScriptTable } from '../../src/config/vrrp-script.js';
import type { Random } from '../../src/sim/random.js';
import { wordsOf } from './target.js';

const NAMES = ['A', 'B', 'chk', '"a b"', 'x.y', '"q\\"t"', 'näme', '$A', '${A}', '-x', 'include'] as const;
const INTERFACES = ['eth0', 'eth0', 'bond0.5', 'lo'] as const;
const COMMANDS = [
  ...['/bin/true', '"/bin/x a b"', '"/bin/x \'a b\' \\"c\\"" nobody', '/bin/x root adm', '"</dev/tcp/127.0.0.1/80"'],
  ...['"</run/x"', '"vrrpd probe http http://127.0.0.1/ --match ok"', '"vrrpd probe haproxy /run/x --frontend f"'],
] as const;
const ADDRESSES = [
  ...['10.0.0.1', '192.0.2.7/24', '10.0.0.300', '2001:db8::1/64', '224.0.0.18', '0.0.0.0', 'fe80::1', '10.0.0.9/24'],
  ...['ff02::12', '2001:db8::9'],
] as const;
/** What can be a source or a peer. */
const HOSTS = ['10.0.0.2', '10.0.0.3', '10.0.0.2', '10.0.0.3', '2001:db8::2', 'fe80::2', '224.0.0.18'] as const;
const GROUPS = ['224.0.0.18', '224.0.0.20', 'ff02::12', 'ff02::20', '10.0.0.1'] as const;
const ADDRESS_OPTIONS = [
  ...['dev eth0', 'dev bond0.5', 'label eth0:1', 'brd +', 'brd 10.0.0.255', 'scope link', 'scope 200', 'no_track'],
  ...['peer 10.9.9.9/24', 'preferred_lft 7', 'preferred_lft forever', '-nodad', 'home', 'noprefixroute'],
] as const;
const ROUTES = [
  ...['default via 10.0.0.254', '10.8.0.0/16 dev eth0 scope link table 100', 'blackhole 10.9.0.0/16 metric 5'],
  ...['src 10.0.0.1 to 10.1.0.0/16 via 10.0.0.2 dev eth0 onlink mtu 1300 tos 4 proto 5', '2001:db8::/32 via ::1'],
] as const;
const RULES = [
  ...['from 10.0.0.0/8 lookup 7', 'not to 10.0.0.0/8 iif eth0 goto 9 priority 3', 'fwmark 1/3 prohibit', 'inet6 nop'],
  'from 10.0.0.1 suppress_prefixlength 0 lookup main',
] as const;

type Line = (random: Random) => string;

const addressLine: Line = (random) =>
  [random.pick(ADDRESSES), ...random.list(2, () => random.pick(ADDRESS_OPTIONS))].join(' ');
const trackLine: Line = (random) =>
  `${random.pick(NAMES)}${random.chance(3) ? ` weight ${random.between(-300, 300)}${random.chance(3) ? ' reverse' : ''}` : ''}`;

/** Of the blocks that hold a list. */
const ENTRIES: Readonly<Record<string, Line>> = {
  virtual_ipaddress: addressLine,
  virtual_ipaddress_excluded: addressLine,
  static_ipaddress: addressLine,
  virtual_routes: (random) => random.pick(ROUTES),
  static_routes: (random) => random.pick(ROUTES),
  virtual_rules: (random) => random.pick(RULES),
  static_rules: (random) => random.pick(RULES),
  track_script: trackLine,
  track_file: trackLine,
  track_process: trackLine,
  track_interface: (random) => random.pick(INTERFACES),
  group: (random) => random.pick(NAMES),
  notification_email: () => 'a@example.org',
  interface_up_down_delays: (random) => `${random.pick(INTERFACES)} ${random.below(9) / 2} ${random.below(9)}`,
  unicast_peer: (random) =>
    `${random.pick(HOSTS)}${random.chance(4) ? ` ${random.pick(['min_ttl', 'max_ttl'])} ${random.between(0, 300)}` : ''}`,
};

/** A value of the form that the table tells of. */
function valueOf(form: string, random: Random): string {
  const [, from, to] = /^(-?\d+) to (-?\d+)/.exec(form) ?? [];
  if (from !== undefined) {
    const [least, most] = [Number(from), Math.min(Number(to), 400)];
    return random.chance(12) ? String(most + 1) : String(random.between(least, Math.max(least, most)));
  }
  if (form === '') return '';
  if (form.includes('`true`')) return random.pick(['', 'true', 'false', 'on', 'maybe']);
  if (form.includes('command')) return random.pick(COMMANDS);
  if (form.includes('interface')) return random.pick(INTERFACES);
  if (form.includes('multicast')) return random.pick(GROUPS);
  if (form.startsWith('address')) return `${random.pick(HOSTS)}${random.chance(4) ? ' track_src_ip' : ''}`;
  const words = [...form.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
  if (words.length > 0) return words[random.below(words.length)] ?? '';
  if (/address/i.test(form)) return random.pick(ADDRESSES);
  if (form.includes('path')) return random.pick(['/run/x', '"/a b"', '/run/y nobody adm']);
  return random.pick([...NAMES, '1', '0.5', 'nobody']);
}

function lineOf(name: string, keywords: Keywords, random: Random): string {
  const entry = ENTRIES[name];
  if (entry) return `${name} {\n${random.list(3, () => entry(random)).join('\n')}\n}`;
  if (name === 'authentication') return block('authentication', authenticationTable.keywords, random);
  return `${name} ${valueOf(keywords[name]?.value?.form ?? '', random)}`;
}

/** Most of them acted upon, since the others are little more than skipped. */
function block(title: string, keywords: Keywords, random: Random, needed: readonly string[] = []): string {
  const names = Object.keys(keywords);
  const acting = names.filter((name) => keywords[name]?.class === 'acted upon');
  const some = random.list(8, () => {
    const from = random.chance(6) ? names : acting;
    return lineOf(from[random.below(from.length)] ?? '', keywords, random);
  });
  return `${title} {\n${[...needed.filter(() => !random.chance(20)), ...some].join('\n')}\n}`;
}

const BLOCKS: readonly Line[] = [
  (random) => block('global_defs', globalDefsTable.keywords, random),
  (random) =>
    block(`vrrp_script ${random.pick(NAMES)}`, vrrpScriptTable.keywords, random, [`script ${random.pick(COMMANDS)}`]),
  (random) => block(`track_file ${random.pick(NAMES)}`, trackFileTable.keywords, random, ['file /run/x']),
  (random) =>
    block(`vrrp_track_process ${random.pick(NAMES)}`, trackProcessTable.keywords, random, ['process haproxy']),
  (random) => block(`vrrp_sync_group ${random.pick(NAMES)}`, syncGroupTable.keywords, random, ['group {\nA\nB\n}']),
  (random) => lineOf(random.pick(Object.keys(ENTRIES)), rootTable.keywords, random),
  (random) => lineOf(random.pick(Object.keys(rootTable.keywords)), rootTable.keywords, random),
];

const instance: Line = (random) =>
  block(`vrrp_instance ${random.pick(NAMES)}`, vrrpInstanceTable.keywords, random, [
    `interface ${random.pick(INTERFACES)}`,
    `virtual_router_id ${random.between(1, 20)}`,
    `virtual_ipaddress {\n${addressLine(random)}\n}`,
  ]);

const DIRECTIVES: readonly Line[] = [
  () => '$A=x',
  (random) => `$A=${random.pick(NAMES)}`,
  () => '$B=\\\nvrrp_instance B { \\\ninterface eth0 \\\nvirtual_router_id 9 \\\n}',
  () => '$B',
  (random) => `~SEQ(i, ${random.between(1, 4)}) static_ipaddress { 10.0.\${i}.1 dev eth0 }`,
  () => '~LST({a, b}, {x, 1}, {y, 2}) vrrp_script s${a} { script /bin/${b} }',
  (random) => `@${random.pick(['x', '^x', 'y'])} ${random.pick(BLOCKS)(random).replaceAll('\n', ' ')}`,
  (random) => `include ${random.pick(['main.conf', 'b.conf', '*.conf', '{b,c}.conf', 'none.conf'])}`,
];

/** Blocks and directives, in one file or more. */
export function randomConfiguration(random: Random): string {
  const parts = (most: number): string[] =>
    random.list(most, () =>
      random.chance(5) ? random.pick(DIRECTIVES)(random) : random.pick([...BLOCKS, instance])(random),
    );
  const files = [[...parts(4), instance(random)], ...random.list(1, () => ['=== b.conf', ...parts(2)])];
  return `${files.flat().join('\n')}\n`;
}

/** What a file is made of; short texts of nothing else find what no sensible file would. */
export const PIECES = [
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
  ],
  ...[
    '/',
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
  ],
  ...['include ', '*', '10.0.0.1', '/24', '-20', '300', '1.5', 'default', '\n=== b.conf\n', '$A=$A$A\n'],
  ...wordsOf(`vrrp_instance VI vrrp_script interface eth0 virtual_router_id virtual_ipaddress track_script script weight
    priority authentication auth_pass auth_type PASS global_defs static_routes via dev virtual_server notify
    vrrp_sync_group group track_file vrrp_track_process version 3 unicast_peer unicast_src_ip strict_mode no_accept`).map(
    (word) => `${word} `,
  ),
] as const;

export const randomPieces = (random: Random): string => random.list(25, () => random.pick(PIECES)).join('');

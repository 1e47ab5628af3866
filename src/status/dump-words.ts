// What the dump files of keepalived have in common: an address, a route, a rule, a command and a state in its words, and
// its counters. Laid out as keepalived 2.2.7 does, since other programs take the words apart. It writes no file.

import { outerState, type OuterState } from '../vrrp/state.js';
import { familyOf, formatPrefix, type IpAddress, type Prefix } from '../address.js';
import type { AddressFlag, Command, Config, Route, Rule, VirtualAddress } from '../config/model.js';
import { inSeconds, type Duration, type Instant } from '../time.js';
import type { Instance } from '../vrrp/instance.js';
import type { Statistics } from '../vrrp/statistics.js';

/** What a dump tells beside the router. */
export interface DumpFacts {
  readonly config: Config;
  readonly host: string;
  readonly wallTime: (at: Instant) => WallTime;
}

export interface WallTime {
  /** Since 1970, with microseconds. */
  readonly seconds: number;
  /** Local, in the manner of ctime(3): "Sat Nov 21 07:28:24.452494 2026". */
  readonly date: string;
}

/** Instead of a password: others read these files. */
export const MASKED = '********';

/** As keepalived counts most lengths of time; 0 where there is none. */
export const wholeSeconds = (duration: Duration | undefined): number =>
  duration === undefined ? 0 : Math.trunc(inSeconds(duration));

/** The state it is on its way to: an instance that waits for its checks begins as BACKUP. */
export function wantedState(instance: Instance): OuterState {
  const state = outerState(instance.state);
  return state === 'INIT' ? 'BACKUP' : state;
}

/** Each word in single quotes, as it is. */
export const commandWords = ({ argv }: Command): string => argv.map((word) => `'${word}'`).join(' ');

/** As in a list of `ip`: without the length when it is the whole one. */
function shortPrefix({ address, length }: Prefix): string {
  return length === (familyOf(address) === 'ipv4' ? 32 : 128) ? address : formatPrefix({ address, length });
}

type Words = readonly (readonly [keyword: string, value: string | number | undefined] | string)[];

const join = (words: Words): string =>
  words
    .flatMap((word) => {
      if (typeof word === 'string') return word === '' ? [] : [word];
      return word[1] === undefined ? [] : [`${word[0]} ${word[1]}`];
    })
    .join(' ');

const SCOPES = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
]);
const FLAGS: readonly AddressFlag[] = ['home', 'dad', 'mngtmpaddr', 'noprefixroute', 'autojoin'];

/** `set`: it is on the host by us; `nftable_set`: and what is sent to it is dropped. */
export function addressWords(address: VirtualAddress, mark: '' | 'set' | 'set nftable_set'): string {
  const { prefix, broadcast, dev, scope, label, peer, flags = [], noTrack } = address;
  return join([
    shortPrefix(prefix),
    ['brd', broadcast],
    ['dev', dev],
    ['scope', SCOPES.get(scope) ?? scope],
    ['label', label],
    ['peer', peer && formatPrefix(peer)],
    ...FLAGS.filter((flag) => flags.includes(flag)).map((flag) => (flag === 'dad' ? '-nodad' : flag)),
    noTrack ? 'no_track' : '',
    familyOf(prefix.address) === 'ipv6' ? preferredWords(address) : '',
    mark,
  ]);
}

/** Of an IPv6 address; unless it is written, a single one is never chosen as a source. */
function preferredWords({ prefix, preferredLft = prefix.length === 128 ? 0 : 'forever' }: VirtualAddress): string {
  return preferredLft === 0 ? 'deprecated' : `preferred_lft ${preferredLft}`;
}

/** The addresses of an instance, those that it has on the host marked. */
export function addressList(instance: Instance, addresses: readonly VirtualAddress[]): string[] {
  const { holds, missing, config } = instance;
  const mark = config.accept ? 'set' : 'set nftable_set';
  return addresses.map((address) => addressWords(address, holds && !missing.has(address) ? mark : ''));
}

/** Without an interface nobody could tell whether it is still there: keepalived says no_track. */
export function routeWords({ type, to, src, tos, via, dev, table, ...route }: Route): string {
  const { proto, scope, metric, onlink, mtu } = route;
  return join([
    type === 'unicast' ? 'prepend' : `add ${type}`,
    shortPrefix(to),
    ['src', src],
    ['tos', tos],
    ['via', via && `${inet(via)} ${via}`],
    ['dev', dev],
    ['table', table === 254 ? undefined : table],
    ['proto', proto],
    ['scope', scope],
    ['metric', metric],
    onlink ? 'onlink' : '',
    ['mtu', mtu],
    dev === undefined ? 'no_track' : '',
  ]);
}

const inet = (address: IpAddress): string => (familyOf(address) === 'ipv4' ? 'inet' : 'inet6');
const hexadecimal = (count: number): string => `0x${count.toString(16)}`;

export function ruleWords({ not, from, to, priority, tos = 0, fwmark, iif, oif, ...rule }: Rule): string {
  const { suppressPrefixlength, action } = rule;
  const mask = fwmark?.mask === undefined ? '' : `/${hexadecimal(fwmark.mask)}`;
  return join([
    not ? 'not' : '',
    ['from', from ? shortPrefix(from) : 'all'],
    ['to', to && shortPrefix(to)],
    ['priority', priority],
    ['tos', hexadecimal(tos)],
    ['fwmark', fwmark && `${hexadecimal(fwmark.mark)}${mask}`],
    ['iif', iif],
    ['oif', oif],
    ['suppress_prefixlen', suppressPrefixlength],
    ['protocol', 18],
    actionWords(action),
  ]);
}

function actionWords(action: Rule['action']): string {
  switch (action.kind) {
    case 'lookup':
      return `lookup ${action.table}`;
    case 'goto':
      return `goto ${action.priority}`;
    case 'nop':
      return 'nop';
    default:
      return `type ${action.kind}`;
  }
}

/** keepalived's counters by the names of its JSON. A list that differs counts, whether the advert is accepted or not. */
export const counters = (statistics: Statistics) => ({
  advert_rcvd: statistics.advertsHeard,
  advert_sent: statistics.advertsSent,
  become_master: statistics.becameMaster,
  release_master: statistics.releasedMaster,
  packet_len_err: statistics.dropped.length,
  advert_interval_err: statistics.dropped.interval,
  ip_ttl_err: statistics.dropped.ttl,
  invalid_type_rcvd: statistics.dropped.type,
  addr_list_err: statistics.dropped['address-list'] + statistics.addressListsDiffer,
  invalid_authtype: statistics.dropped['authentication-type'],
  authtype_mismatch: statistics.dropped['authentication-mismatch'],
  auth_failure: statistics.dropped.password,
  pri_zero_rcvd: statistics.priorityZeroHeard,
  pri_zero_sent: statistics.priorityZeroSent,
});

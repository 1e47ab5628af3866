// `virtual_routes { }` and `static_routes { }`: a line a route, in the words of ip-route(8). A route of which a word is not
// known here is left out as a whole, with a warning: one that is set half is worse than none.

import { familyOf, parseAddress, parsePrefix, type Family, type IpAddress, type Prefix } from '../address.js';
import { named, type Report } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { Route } from './model.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { list, parseInterface } from './value.js';
import { numberWord, put, readOptions, scopeWord, tableWord, Words } from './words.js';

export const routeList: Value<Route[]> = list({
  form: '`[blackhole|unreachable|prohibit|throw] PREFIX|default [via ADDRESS] [dev INTERFACE] [src ADDRESS] [table N] [metric N] [scope SCOPE] [proto N] [tos N] [mtu N] [onlink]` a line',
  isEntry: ([first]) => /^([0-9.]|.*:|default$|to$|src$)/.test(first?.text ?? '') || isType(first?.text ?? ''),
  read: readRoute,
});

const TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'] as const;
const isType = (text: string): text is Route['type'] => TYPES.some((type) => type === text);
/** keepalived's own number, RTPROT_KEEPALIVED. */
const KEEPALIVED = 18;
const PROTOCOLS: Readonly<Record<string, number>> = { kernel: 2, boot: 3, static: 4, ra: 9, keepalived: KEEPALIVED };
const MAIN_TABLE = 254;

/** Words that belong to routes and are not carried out. */
const RARE = [
  ...['nexthop', 'encap', 'advmss', 'rtt', 'rttvar', 'reordering', 'window', 'cwnd', 'initcwnd', 'ssthresh', 'realm'],
  ...[
    'realms',
    'rto_min',
    'hoplimit',
    'initrwnd',
    'features',
    'quickack',
    'congctl',
    'pref',
    'expires',
    'fastopen_no_cookie',
  ],
  ...[
    'ttl-propagate',
    'or',
    'local',
    'broadcast',
    'anycast',
    'multicast',
    'nat',
    'track_group',
    'lock',
    'as',
    'equalize',
  ],
];

type Draft = { -readonly [Name in keyof Route]?: Route[Name] };

function readRoute({ keyword, args }: Statement, report: Report): Route | undefined {
  const words = new Words([keyword, ...args], report);
  const draft: Draft = {};
  if (isType(words.peek)) draft.type = words.next()?.text as Route['type'];
  const readOne = (word: Word): boolean => readOption(draft, { word, words, report });
  return readOptions(words, { rare: RARE, what: 'route', readOne }) ? complete(draft, keyword, report) : undefined;
}

/** False when the route can't be read. */
function readOption(draft: Draft, { word, words, report }: { word: Word; words: Words; report: Report }): boolean {
  switch (word.text) {
    case 'via':
    case 'gw': {
      if (words.peek === 'inet' || words.peek === 'inet6') words.next();
      return put(draft, 'via', words.value(word, 'an address', addressWord));
    }
    case 'src':
      return put(draft, 'src', words.value(word, 'an address', addressWord));
    case 'dev':
    case 'oif':
      return put(draft, 'dev', words.value(word, 'an interface', parseInterface));
    case 'table':
      return put(draft, 'table', words.value(word, 'a table', tableWord));
    case 'metric':
    case 'priority':
    case 'preference':
      return put(draft, 'metric', words.value(word, 'a number', numberWord(0, 0xffffffff)));
    case 'scope':
      return put(draft, 'scope', words.value(word, 'a scope', scopeWord));
    case 'proto':
    case 'protocol':
      return put(draft, 'proto', words.value(word, 'a protocol', protocolWord));
    case 'tos':
    case 'dsfield':
      return put(draft, 'tos', words.value(word, 'a number', numberWord(0, 255)));
    case 'mtu':
      return put(draft, 'mtu', words.value(word, 'a number', numberWord(68, 65_535)));
    case 'onlink':
      return put(draft, 'onlink', true);
    case 'no_track':
      return put(draft, 'noTrack', true);
    case 'to':
      return put(draft, 'to', words.value(word, 'a destination', destinationWord));
    default:
      if (draft.to === undefined) return put(draft, 'to', destinationWord(word, report));
      report.error('unknown-option', word.span, `${named(word.text)} is not an option of a route`);
      return false;
  }
}

function complete({ type = 'unicast', to, ...rest }: Draft, keyword: Word, report: Report): Route | undefined {
  if (to === undefined) {
    report.error('missing-value', keyword.span, 'a route needs a destination: a prefix or default');
    return undefined;
  }
  const family = familyOf(rest.via ?? rest.src ?? to.address);
  const destination = to.length === 0 && family === 'ipv6' ? ANYWHERE.ipv6 : to;
  const odd = [rest.via, rest.src].find(
    (address) => address !== undefined && familyOf(address) !== familyOf(destination.address),
  );
  if (odd !== undefined) {
    report.error('bad-address', keyword.span, `${odd} and the destination are not of one family`);
    return undefined;
  }
  if (type === 'unicast' && rest.via === undefined && rest.dev === undefined) {
    report.error('missing-value', keyword.span, 'a route needs via or dev, or a type like blackhole');
    return undefined;
  }
  const { table = MAIN_TABLE, proto = KEEPALIVED } = rest;
  return { kind: 'route', type, to: destination, ...rest, table, proto, place: keyword.span.place };
}

const ANYWHERE: Readonly<Record<Family, Prefix>> = {
  ipv4: { address: '0.0.0.0' as IpAddress, length: 0 },
  ipv6: { address: '::' as IpAddress, length: 0 },
};

export function addressWord(word: Word, report: Report): IpAddress | undefined {
  const address = parseAddress(word.text);
  if (address === undefined) report.error('bad-address', word.span, `${named(word.text)} is not an address`);
  return address;
}

/** A prefix, or `default` (and `all` and `any`) for everything. */
export function destinationWord(word: Word, report: Report): Prefix | undefined {
  if (['default', 'all', 'any'].includes(word.text)) return ANYWHERE.ipv4;
  const prefix = parsePrefix(word.text);
  if (prefix === undefined) report.error('bad-address', word.span, `${named(word.text)} is not an address or a prefix`);
  return prefix?.length === 0 ? ANYWHERE[familyOf(prefix.address)] : prefix;
}

function protocolWord(word: Word, report: Report): number | undefined {
  return PROTOCOLS[word.text] ?? numberWord(0, 255)(word, report);
}

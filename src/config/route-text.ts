// A route or a rule as a line of keepalived.conf, for messages and for printing; what the line would mean anyway is left
// out. It reads nothing.

import { familyOf, formatPrefix, type Prefix } from '../address.js';
import type { Route, Rule } from './model.js';

export function describeRoute(entry: Route | Rule): string {
  const words = entry.kind === 'route' ? routeWords(entry) : ruleWords(entry);
  return words
    .flatMap(([keyword, value]) => (value === undefined ? [] : [`${keyword}${value === '' ? '' : ` ${value}`}`]))
    .join(' ');
}

type Words = (readonly [keyword: string, value: string | number | undefined])[];

function routeWords(route: Route): Words {
  const { type, to, via, dev, src, table, metric, scope, proto, tos, mtu, onlink, noTrack } = route;
  return [
    ...(type === 'unicast' ? [] : [[type, ''] as const]),
    [destination(to), ''],
    ['via', via],
    ['dev', dev],
    ['src', src],
    ['table', table === 254 ? undefined : table],
    ['metric', metric],
    ['scope', scope],
    ['proto', proto === 18 ? undefined : proto],
    ['tos', tos],
    ['mtu', mtu],
    ['onlink', onlink && ''],
    ['no_track', noTrack && ''],
  ];
}

const destination = (prefix: Prefix): string =>
  prefix.length === 0 && familyOf(prefix.address) === 'ipv4' ? 'default' : formatPrefix(prefix);

function ruleWords(rule: Rule): Words {
  const { not, family, from, to, iif, oif, priority, tos, fwmark, suppressPrefixlength, action, noTrack } = rule;
  const mark = fwmark && `${fwmark.mark}${fwmark.mask === undefined ? '' : `/${fwmark.mask}`}`;
  return [
    ['not', not && ''],
    ['inet6', family === 'ipv6' ? '' : undefined],
    ['from', from && formatPrefix(from)],
    ['to', to && formatPrefix(to)],
    ['iif', iif],
    ['oif', oif],
    ['tos', tos],
    ['fwmark', mark],
    ['suppress_prefixlength', suppressPrefixlength],
    ['priority', priority],
    action.kind === 'lookup'
      ? ['lookup', action.table]
      : action.kind === 'goto'
        ? ['goto', action.priority]
        : [action.kind, ''],
    ['no_track', noTrack && ''],
  ];
}

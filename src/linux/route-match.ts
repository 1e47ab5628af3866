// Whether a route or a rule that the kernel tells of is a certain one of the configuration. It reads one message and keeps
// nothing. rtnetlink(7); struct rtmsg, struct fib_rule_hdr.

import { parseRouteAttrs, parseRuleAttrs } from 'netlink/dist/rt/structs.js';
import { getU32 } from 'netlink/dist/structs.js';
import { addressOctets, familyOf, type IpAddress, type Prefix } from '../address.js';
import type { Route, Rule } from '../config/model.js';
import { FAMILY_NUMBERS, type IndexOf } from './addresses.js';
import { ACTIONS, TYPES } from './routes.js';

/** Of struct rtmsg and of struct fib_rule_hdr. */
export const ENTRY_HEADER = 12;
/** What the kernel makes of an IPv6 route without a metric. */
const IPV6_METRIC = 1024;
const FIB_RULE_INVERT = 2;
/** The kernel's words for "none" and "all bits". */
const ALL_ONES = 0xffffffff;

/** The body of RTM_NEWROUTE or RTM_DELROUTE beside a route: the very same one, one that takes its place, or another. */
export function compareRoute(entry: Route, body: Buffer, indexOf: IndexOf): 'same' | 'rival' | 'other' {
  const [family, length, , tos, shortTable, protocol, , type] = body;
  const attrs = parseRouteAttrs(body.subarray(ENTRY_HEADER));
  const usual = familyOf(entry.to.address) === 'ipv6' ? IPV6_METRIC : 0;
  const isRival =
    family === FAMILY_NUMBERS[familyOf(entry.to.address)] &&
    isPrefix(entry.to, attrs.dst, length) &&
    (attrs.table ?? shortTable) === entry.table &&
    tos === (entry.tos ?? 0) &&
    (attrs.priority ?? 0) === (entry.metric ?? usual);
  if (!isRival) return 'other';
  const isSame =
    type === TYPES[entry.type] &&
    protocol === entry.proto &&
    isAddress(entry.via, attrs.gateway) &&
    (entry.src === undefined || isAddress(entry.src, attrs.prefsrc)) &&
    (entry.dev === undefined || attrs.oif === indexOf(entry.dev, 'remove'));
  return isSame ? 'same' : 'rival';
}

/** The body of RTM_NEWRULE or RTM_DELRULE beside a rule. Without a priority in the file the kernel has chosen one. */
export function isRule(entry: Rule, body: Buffer): boolean {
  const { action, priority } = entry;
  const [family, toLength, fromLength, tos, shortTable, , , actionNumber] = body;
  const attrs = parseRuleAttrs(body.subarray(ENTRY_HEADER));
  const [limit = ALL_ONES] = attrs.suppressPrefixlen === undefined ? [] : [getU32(attrs.suppressPrefixlen)];
  return (
    family === FAMILY_NUMBERS[entry.family] &&
    actionNumber === ACTIONS[action.kind] &&
    isPrefix(entry.from, attrs.src, fromLength) &&
    isPrefix(entry.to, attrs.dst, toLength) &&
    tos === (entry.tos ?? 0) &&
    (action.kind !== 'lookup' || (attrs.table ?? shortTable) === action.table) &&
    (action.kind !== 'goto' || attrs.goto === action.priority) &&
    (priority === undefined || (attrs.priority ?? 0) === priority) &&
    ((getU32(body.subarray(8, ENTRY_HEADER)) & FIB_RULE_INVERT) !== 0) === (entry.not === true) &&
    attrs.iifname === entry.iif &&
    attrs.oifname === entry.oif &&
    (attrs.fwmark ?? 0) === (entry.fwmark?.mark ?? 0) &&
    (entry.fwmark === undefined || (attrs.fwmask ?? ALL_ONES) === (entry.fwmark.mask ?? ALL_ONES)) &&
    limit === (entry.suppressPrefixlength ?? ALL_ONES) &&
    // Words of a rule that a configuration of ours can't have.
    [attrs.ipProto, attrs.sportRange, attrs.dportRange, attrs.uidRange].every((word) => word === undefined)
  );
}

const isAddress = (address: IpAddress | undefined, octets: Buffer | undefined): boolean =>
  address === undefined || octets === undefined
    ? address === octets
    : Buffer.compare(addressOctets(address), octets) === 0;

/** Everything has length 0 and no address. */
const isPrefix = (prefix: Prefix | undefined, octets: Buffer | undefined, length = 0): boolean =>
  (prefix?.length ?? 0) === length && (length === 0 || isAddress(prefix?.address, octets));

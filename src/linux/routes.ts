// Sets routes and rules and takes them off: netlink requests, many in a datagram. It keeps no list of them and never decides
// which belongs where. rtnetlink(7), ip-route(8), ip-rule(8)

import { FlagsNew } from 'netlink/dist/constants.js';
import { formatRouteAttrs, formatRuleMessage, MessageType, RouteType, RuleAction } from 'netlink/dist/rt/structs.js';
import { AttrStream, putU32 } from 'netlink/dist/structs.js';
import { addressOctets, familyOf, type IpAddress } from '../address.js';
import type { Route, Rule } from '../config/model.js';
import { FAMILY_NUMBERS, type IndexOf } from './addresses.js';
import { refusal, type Refusal } from './native.js';
import type { Netlink, NetlinkRequest } from './netlink.js';

/** A route or rule that the kernel did not set or take off, and why. */
export interface RefusedRoute extends Refusal {
  readonly entry: Route | Rule;
}

const ENODEV = 19;
const SCOPE_GLOBAL = 0;
const SCOPE_LINK = 253;
const SCOPE_NOWHERE = 255;
/** Greater numbers of a table have room in an attribute only. */
const LARGEST_SHORT_TABLE = 255;
export const TYPES = {
  unicast: RouteType.UNICAST,
  blackhole: RouteType.BLACKHOLE,
  unreachable: RouteType.UNREACHABLE,
  prohibit: RouteType.PROHIBIT,
  throw: RouteType.THROW,
} as const;
export const ACTIONS = {
  lookup: RuleAction.toTbl,
  goto: RuleAction.goto,
  nop: RuleAction.nop,
  blackhole: RuleAction.blackhole,
  unreachable: RuleAction.unreachable,
  prohibit: RuleAction.prohibit,
} as const;

export class Routes {
  readonly #netlink: Netlink;
  readonly #indexOf: IndexOf;

  constructor(netlink: Netlink, indexOf: IndexOf) {
    this.#netlink = netlink;
    this.#indexOf = indexOf;
  }

  /** Sets all of them, in their order; one that is there already is fine. */
  add(entries: readonly (Route | Rule)[]): RefusedRoute[] {
    return this.#request(entries, { purpose: 'add', fine: ['EEXIST'] }, (entry) => ({
      type: entry.kind === 'route' ? MessageType.NEWROUTE : MessageType.NEWRULE,
      flags: FlagsNew.CREATE | (entry.kind === 'rule' ? FlagsNew.EXCL : 0),
      body: this.#bodyOf(entry, 'add'),
    }));
  }

  /** Takes all of them off; one that is not there, or went with its interface, is fine. */
  remove(entries: readonly (Route | Rule)[]): RefusedRoute[] {
    const fine = ['ESRCH', 'ENOENT', 'ENODEV', 'EADDRNOTAVAIL', 'ENETDOWN'];
    return this.#request(entries, { purpose: 'remove', fine }, (entry) => ({
      type: entry.kind === 'route' ? MessageType.DELROUTE : MessageType.DELRULE,
      flags: 0,
      body: this.#bodyOf(entry, 'remove'),
    })).filter(({ code }) => code !== 'ENODEV');
  }

  #request(
    entries: readonly (Route | Rule)[],
    { purpose, fine }: { purpose: 'add' | 'remove'; fine: readonly string[] },
    requestOf: (entry: Route | Rule) => NetlinkRequest,
  ): RefusedRoute[] {
    const lost = entries.filter((entry) => this.#lacksInterface(entry, purpose));
    const asked = entries.filter((entry) => !lost.includes(entry));
    const outcomes = this.#netlink.request(asked.map(requestOf));
    return [
      ...lost.map((entry) => ({ entry, ...refusal(ENODEV) })),
      ...asked.flatMap((entry, position) => {
        const outcome = outcomes[position];
        return outcome === undefined || fine.includes(outcome.code) ? [] : [{ entry, ...outcome }];
      }),
    ];
  }

  #lacksInterface(entry: Route | Rule, purpose: 'add' | 'remove'): boolean {
    return entry.kind === 'route' && entry.dev !== undefined && this.#indexOf(entry.dev, purpose) === undefined;
  }

  #bodyOf(entry: Route | Rule, purpose: 'add' | 'remove'): Uint8Array[] {
    const out = new AttrStream();
    if (entry.kind === 'rule') formatRule(entry, out);
    else {
      out.emit(headerOf(entry, purpose));
      this.#formatRoute(entry, purpose, out);
    }
    return out.bufs;
  }

  #formatRoute({ to, via, dev, src, table, metric, mtu }: Route, purpose: 'add' | 'remove', out: AttrStream): void {
    const index = dev === undefined ? undefined : this.#indexOf(dev, purpose);
    out.emit(
      formatRouteAttrs({
        table,
        ...(to.length > 0 && { dst: octetsOf(to.address) }),
        ...(via !== undefined && { gateway: octetsOf(via) }),
        ...(index !== undefined && { oif: index }),
        ...(src !== undefined && { prefsrc: octetsOf(src) }),
        ...(metric !== undefined && { priority: metric }),
        ...(mtu !== undefined && { metrics: { mtu: putU32(mtu) } }),
      }),
    );
  }
}

/** struct rtmsg. The package's own formatter takes only the protocols and scopes that it has names for. */
function headerOf({ type, to, via, table, scope, proto, tos, onlink }: Route, purpose: 'add' | 'remove'): Uint8Array {
  const family = familyOf(to.address);
  // ip-route(8): a destination without a gateway is on the link; one is taken off whatever its scope.
  const natural = type === 'unicast' && via === undefined ? SCOPE_LINK : SCOPE_GLOBAL;
  const usual = family === 'ipv6' ? SCOPE_GLOBAL : purpose === 'add' ? natural : SCOPE_NOWHERE;
  const octets = [
    FAMILY_NUMBERS[family],
    to.length,
    0,
    tos ?? 0,
    shortTable(table),
    proto,
    scope ?? usual,
    TYPES[type],
  ];
  return Buffer.concat([Buffer.from(octets), putU32(onlink ? RTNH_F_ONLINK : 0)]);
}

const RTNH_F_ONLINK = 4;
const FIB_RULE_INVERT = { invert: true } as const;
const octetsOf = (address: IpAddress): Buffer => Buffer.from(addressOctets(address));
export const shortTable = (table: number): number => (table > LARGEST_SHORT_TABLE ? 0 : table);

function formatRule(rule: Rule, out: AttrStream): void {
  const { family, not, from, to, iif, oif, priority, tos, fwmark, suppressPrefixlength, action } = rule;
  const table = action.kind === 'lookup' ? action.table : 0;
  formatRuleMessage(
    {
      kind: 'rule',
      data: {
        family: FAMILY_NUMBERS[family],
        srcLen: from?.length ?? 0,
        dstLen: to?.length ?? 0,
        tos: tos ?? 0,
        table: shortTable(table),
        action: ACTIONS[action.kind],
        ...(not && { flags: FIB_RULE_INVERT }),
      },
      attrs: {
        ...(table > 0 && { table }),
        ...(from && { src: octetsOf(from.address) }),
        ...(to && { dst: octetsOf(to.address) }),
        ...(iif !== undefined && { iifname: iif }),
        ...(oif !== undefined && { oifname: oif }),
        ...(priority !== undefined && { priority }),
        ...(fwmark && { fwmark: fwmark.mark, ...(fwmark.mask !== undefined && { fwmask: fwmark.mask }) }),
        ...(suppressPrefixlength !== undefined && { suppressPrefixlen: putU32(suppressPrefixlength) }),
        ...(action.kind === 'goto' && { goto: action.priority }),
      },
    },
    out,
  );
}

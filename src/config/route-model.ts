// What a configuration puts on interfaces and into routing tables: addresses, routes and rules, of instances and of the
// host. The part of the model that src/linux/ hands to the kernel. ip-address(8), ip-route(8), ip-rule(8).

import type { Family, IpAddress, Prefix } from '../address.js';
import type { Place } from './model.js';

/** One line of `virtual_ipaddress` or `virtual_ipaddress_excluded`. */
export interface VirtualAddress {
  readonly prefix: Prefix;
  /** The interface it is put on: `dev`, else the instance's. */
  readonly dev: string;
  /** rtnetlink scope number: 0 global, 200 site, 253 link, 254 host. */
  readonly scope: number;
  readonly label?: string;
  readonly broadcast?: IpAddress;
  /** The other end of a point-to-point link. */
  readonly peer?: Prefix;
  readonly flags?: readonly AddressFlag[];
  /** Seconds that it is chosen as a source, or for ever; absent: as the kernel has it. */
  readonly preferredLft?: number | 'forever';
  /** Its removal by somebody else is nobody's business. */
  readonly noTrack?: true;
  readonly place: Place;
}

/** Options of an address that are flags of the kernel: ip-address(8). `dad` is keepalived's -nodad. */
export type AddressFlag = 'home' | 'dad' | 'mngtmpaddr' | 'noprefixroute' | 'autojoin';

/** A line of `virtual_routes` or `static_routes`; ip-route(8). */
export interface Route {
  readonly kind: 'route';
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';
  /** The whole address space (length 0) for `default`. */
  readonly to: Prefix;
  readonly via?: IpAddress;
  readonly dev?: string;
  readonly src?: IpAddress;
  readonly table: number;
  readonly metric?: number;
  /** rtnetlink scope number; absent: link without a gateway, else global. */
  readonly scope?: number;
  /** rtnetlink protocol number; keepalived's own is 18. */
  readonly proto: number;
  readonly tos?: number;
  readonly mtu?: number;
  readonly onlink?: true;
  /** Its interface may be down without a fault, and its removal by somebody else is nobody's business. */
  readonly noTrack?: true;
  readonly place: Place;
}

/** A line of `virtual_rules` or `static_rules`; ip-rule(8). */
export interface Rule {
  readonly kind: 'rule';
  readonly family: Family;
  readonly not?: true;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly iif?: string;
  readonly oif?: string;
  readonly priority?: number;
  readonly tos?: number;
  readonly fwmark?: { readonly mark: number; readonly mask?: number };
  readonly suppressPrefixlength?: number;
  readonly action:
    | { readonly kind: 'lookup'; readonly table: number }
    | { readonly kind: 'goto'; readonly priority: number }
    | { readonly kind: 'nop' | 'blackhole' | 'unreachable' | 'prohibit' };
  /** Its removal by somebody else is nobody's business. */
  readonly noTrack?: true;
  readonly place: Place;
}

// The configuration as the rest of the program sees it: every field checked, completed with keepalived's defaults and
// in typed units. Field names are keepalived's keywords in camelCase. Plain data: it can be compared and printed.

import type { Family, IpAddress, Prefix } from '../address.js';
import type { Duration } from '../time.js';

/** Where a statement stands: file as it was named, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the keywords of a block stand, by keyword; only those that are written. */
export type Places = Readonly<Record<string, Place>>;

export interface Config {
  readonly global: GlobalDefs;
  readonly vrrpScripts: readonly VrrpScript[];
  readonly vrrpInstances: readonly VrrpInstance[];
  /** What the host has in any state: `static_ipaddress`, `static_routes`, `static_rules`. */
  readonly staticIpaddress: readonly VirtualAddress[];
  readonly staticRoutes: readonly Route[];
  readonly staticRules: readonly Rule[];
  /** Lines at the top level that are not acted upon, as they would be written; blocks whole. */
  readonly kept: readonly string[];
}

/** `global_defs`. Values that only complete an instance (vrrp_version, garp defaults) are already in the instances. */
export interface GlobalDefs {
  readonly routerId?: string;
  readonly scriptUser?: ScriptUser;
  readonly enableScriptSecurity: boolean;
  /** Lines that are not acted upon, as they would be written. */
  readonly kept: readonly string[];
}

/** A user and optionally a group, by name as written. */
export interface ScriptUser {
  readonly user: string;
  readonly group?: string;
}

/** A program with its arguments; run without a shell. argv[0] is the path as written. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly runAs?: ScriptUser;
  readonly place: Place;
}

/** `vrrp_script NAME { }` */
export interface VrrpScript {
  readonly name: string;
  readonly command: Command;
  readonly interval: Duration;
  /** Only when the file says so: without it an overrun is one failure at the interval and no signal is sent at once. */
  readonly timeout?: Duration;
  /** -253..253; 0: a failure is a FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
  readonly rise: number;
  readonly fall: number;
  readonly initFail: boolean;
  readonly place: Place;
  readonly places: Places;
}

/** `authentication { }`; the password as the 1 to 8 octets that go on the wire, without the padding, as latin1 text. */
export type Authentication = { readonly type: 'none' } | { readonly type: 'PASS'; readonly password: string };

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
  readonly place: Place;
}

export interface TrackScript {
  /** The name of a VrrpScript that exists. */
  readonly script: string;
  /** The instance's own weight where written, else the script's. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** Bursts of gratuitous ARP; a repeat is rounds over all addresses. */
export interface GarpSettings {
  readonly masterDelay: Duration;
  readonly masterRepeat: number;
  readonly lowerPrioDelay: Duration;
  readonly lowerPrioRepeat: number;
  /** A written garp_master_refresh: 0 none, else the period of bursts of `masterRefreshRepeat` rounds. */
  readonly masterRefresh?: Duration;
  readonly masterRefreshRepeat: number;
}

/** notify_master and its sisters; `notify` gets four words appended. */
export interface NotifyScripts {
  readonly master?: Command;
  readonly backup?: Command;
  readonly fault?: Command;
  readonly stop?: Command;
  readonly any?: Command;
}

/** `vrrp_instance NAME { }` */
export interface VrrpInstance {
  readonly name: string;
  /** What the file wants; it does not make the node start as master. */
  readonly state: 'MASTER' | 'BACKUP';
  readonly interface: string;
  /** 1..255 */
  readonly virtualRouterId: number;
  /** 1..255; 255 is the address owner. */
  readonly priority: number;
  readonly advertInt: Duration;
  readonly version: 2 | 3;
  readonly nopreempt: boolean;
  readonly preemptDelay: Duration;
  readonly downTimerAdverts: number;
  readonly authentication: Authentication;
  /** On the wire, in this order. */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** On the host, but not on the wire. */
  readonly excludedAddresses: readonly VirtualAddress[];
  /** Set after the addresses and taken off before them. */
  readonly virtualRoutes: readonly Route[];
  readonly virtualRules: readonly Rule[];
  readonly trackScripts: readonly TrackScript[];
  readonly dontTrackPrimary: boolean;
  readonly mcastSrcIp?: IpAddress;
  readonly garp: GarpSettings;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly notify: NotifyScripts;
  /** Lines that are not acted upon, as they would be written. */
  readonly kept: readonly string[];
  readonly place: Place;
  readonly places: Places;
}

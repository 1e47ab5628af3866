// The configuration as the rest of the program sees it: every field checked, completed with keepalived's defaults and
// in typed units. Field names are keepalived's keywords in camelCase. Plain data: it can be compared and printed.

import type { Family, IpAddress } from '../address.js';
import type { Duration } from '../time.js';
import type { GlobalDefs } from './global-model.js';
import type { Route, Rule, VirtualAddress } from './route-model.js';

export type { FifoSettings, GlobalDefs, LimitedCommand, MailSettings } from './global-model.js';
export type { AddressFlag, Route, Rule, VirtualAddress } from './route-model.js';

/** Where a statement stands: file as it was named, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the keywords of a block stand, by keyword; only those that are written. */
export type Places = Readonly<Record<string, Place>>;

export interface Config {
  /** The pid files are in a folder of their own. */
  readonly usePidDir: boolean;
  /** A part of the names of the pid files. */
  readonly instance?: string;
  readonly global: GlobalDefs;
  readonly vrrpScripts: readonly VrrpScript[];
  readonly trackFiles: readonly TrackFile[];
  readonly trackProcesses: readonly TrackProcess[];
  readonly interfaceDelays: readonly InterfaceDelay[];
  readonly syncGroups: readonly SyncGroup[];
  readonly vrrpInstances: readonly VrrpInstance[];
  /** What the host has in any state: `static_ipaddress`, `static_routes`, `static_rules`. */
  readonly staticIpaddress: readonly VirtualAddress[];
  readonly staticRoutes: readonly Route[];
  readonly staticRules: readonly Rule[];
  /** Lines at the top level that are not acted upon, as they would be written; blocks whole. */
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

/** `track_file NAME { }`: the number in the file, times the weight, is added to the priority. */
export interface TrackFile {
  readonly name: string;
  readonly file: string;
  /** 0: any other number than 0 is a FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Written at the start when there is no file, or in any case. */
  readonly initFile?: { readonly value: number; readonly overwrite: boolean };
  readonly place: Place;
  readonly places: Places;
}

/** `vrrp_track_process NAME { }`: up while as many processes run as it wants. */
export interface TrackProcess {
  readonly name: string;
  /** The program, then its parameters where they are to match too. */
  readonly command: readonly [string, ...string[]];
  /** initial: the last parameter may be longer; partial: more of them may follow. Absent: exactly these, if any is given. */
  readonly paramMatch?: 'initial' | 'partial' | 'exact';
  /** The program as in /proc/PID/cmdline, not as in /proc/PID/comm. */
  readonly fullCommand: boolean;
  readonly weight: number;
  readonly reverse: boolean;
  readonly quorum: number;
  readonly quorumMax?: number;
  /** It counts as up only after so long. */
  readonly forkDelay: Duration;
  /** It counts as down only after so long. */
  readonly terminateDelay: Duration;
  readonly place: Place;
  readonly places: Places;
}

/** A line of `interface_up_down_delays`: a change counts only when it has lasted so long. */
export interface InterfaceDelay {
  readonly interface: string;
  readonly down: Duration;
  readonly up: Duration;
}

/** Something that an instance or a group watches, by name: a vrrp_script, an interface, a track_file, a vrrp_track_process. */
export interface Track {
  readonly kind: TrackKind;
  readonly name: string;
  /** Its own weight where written, else that of the tracked thing. 0: a failure is a FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
}

export type TrackKind = 'interface' | 'script' | 'file' | 'process';

/** `vrrp_sync_group NAME { }`: instances that change their state together. */
export interface SyncGroup {
  readonly name: string;
  /** Names of instances that exist, each in one group only. */
  readonly members: readonly string[];
  /** They count for each member. */
  readonly tracks: readonly Track[];
  /** The own weights of the members count too. */
  readonly syncGroupTrackingWeight: boolean;
  readonly notify: NotifyScripts;
  /** A FIFO line for each change of the effective priority of a member. */
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
  /** Lines that are not acted upon, as they would be written. */
  readonly kept: readonly string[];
  readonly place: Place;
  readonly places: Places;
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
  /** A MASTER hears a lower priority. */
  readonly rxLowerPri?: Command;
  readonly deleted?: Command;
}

/** `unicast_peer { }` and what belongs to it. */
export interface UnicastSettings {
  /** In the order of the file; the host's own address may be among them. None: `unicast_fault_no_peer`. */
  readonly peers: readonly UnicastPeer[];
  /** `unicast_ttl`, 0..255 */
  readonly ttl: number;
  /** Adverts that come from nobody in `peers` do not count. */
  readonly checkSrc: boolean;
  /** How the checksum of version 3 on IPv4 is made: with the destination, with 224.0.0.18 as keepalived before 1.3.6, or as the peer does. */
  readonly oldChecksum: 'never' | 'always' | 'as-heard';
}

export interface UnicastPeer {
  readonly address: IpAddress;
  /** Limits of the TTL that it is heard with; any, where they are absent. */
  readonly minTtl?: number;
  readonly maxTtl?: number;
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
  /** Version 2: whole seconds; version 3: centiseconds, 10 ms to 40.95 s. */
  readonly advertInt: Duration;
  readonly version: 2 | 3;
  /** Of its adverts and of all `virtualAddresses`; excluded ones may be of the other. */
  readonly family: Family;
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
  readonly tracks: readonly Track[];
  readonly dontTrackPrimary: boolean;
  /** `mcast_src_ip` or `unicast_src_ip` */
  readonly srcIp?: IpAddress;
  /** FAULT while `srcIp` is not an address of the host. */
  readonly trackSrcIp: boolean;
  /** Where adverts go, and the only multicast ones that count: `mcast_dst_ip`, else `vrrp_mcast_group4` or `6`. */
  readonly mcastDstIp: IpAddress;
  /** Present: adverts go to each of its peers instead of the group. */
  readonly unicast?: UnicastSettings;
  /** Version 3 on IPv4: the checksum is sent without the pseudo header, as RFC 9568 has it. */
  readonly v3ChecksumAsV2: boolean;
  /** `no_accept`, or strict mode without being the owner: what is sent to its addresses is dropped on this host. */
  readonly accept: boolean;
  /** The setting of the interface of that name is switched on. */
  readonly promoteSecondaries: boolean;
  /** Octets that may wait on its socket, when more than vrrpd takes anyway. */
  readonly kernelRxBufSize?: number;
  readonly garp: GarpSettings;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  /** Connections to an address that leaves in a planned way, or for a better router, are reset: their clients notice at once. */
  readonly resetConnections: boolean;
  readonly notify: NotifyScripts;
  /** DELETED is said when a reload removes it; else FAULT, as keepalived does. */
  readonly notifyDeleted: boolean;
  /** A FIFO line for each change of the effective priority. */
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
  /** Lines that are not acted upon, as they would be written. */
  readonly kept: readonly string[];
  readonly place: Place;
  readonly places: Places;
}

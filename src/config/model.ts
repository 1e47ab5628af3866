// The configuration as the rest of the program sees it: every field checked, completed with keepalived's defaults and
// in typed units. Field names are keepalived's keywords in camelCase. Plain data: it can be compared and printed.

import type { IpAddress } from '../address.js';
import type { Duration } from '../time.js';
import type { Route, Rule, VirtualAddress } from './route-model.js';

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

/** `global_defs`. Values that only complete an instance (vrrp_version, garp defaults) are already in the instances. */
export interface GlobalDefs {
  readonly routerId?: string;
  readonly scriptUser?: ScriptUser;
  readonly enableScriptSecurity: boolean;
  /** Only with both `notification_email` and `smtp_server`: without one of them no mail is sent. */
  readonly mail?: MailSettings;
  /** `notify_fifo` gets all events and `vrrp_notify_fifo` those of VRRP, which are the same ones here. */
  readonly notifyFifo?: FifoSettings;
  readonly vrrpNotifyFifo?: FifoSettings;
  readonly fifoWriteVrrpStatesOnReload: boolean;
  readonly startupScript?: LimitedCommand;
  readonly shutdownScript?: LimitedCommand;
  readonly vrrpStartupDelay: Duration;
  readonly stateDumpFile?: string;
  readonly statsDumpFile?: string;
  readonly jsonDumpFile?: string;
  readonly jsonVersion: 1 | 2;
  /** What the process is called instead of keepalived. */
  readonly processName?: string;
  /** Lines that are not acted upon, as they would be written. */
  readonly kept: readonly string[];
}

/** `notification_email` and its sisters. */
export interface MailSettings {
  readonly to: readonly string[];
  /** Absent: the user at this host. */
  readonly from?: string;
  readonly server: { readonly host: string; readonly port: number };
  /** Absent: the name of this host. */
  readonly heloName?: string;
  readonly connectTimeout: Duration;
  /** `no_email_faults` */
  readonly withoutFaults: boolean;
}

/** A named pipe that gets a line for each event, and what reads it. */
export interface FifoSettings {
  readonly path: string;
  /** Whom it belongs to when it is made. */
  readonly owner?: ScriptUser;
  /** Gets the path as its last argument. */
  readonly script?: Command;
}

/** A command that is waited for. */
export interface LimitedCommand {
  readonly command: Command;
  readonly timeout: Duration;
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
  readonly tracks: readonly Track[];
  readonly dontTrackPrimary: boolean;
  readonly mcastSrcIp?: IpAddress;
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

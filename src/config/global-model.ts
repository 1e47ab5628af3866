// What `global_defs` says, checked and completed: the part of the model that is the daemon's, not an instance's.
// keepalived.conf(5): GLOBAL CONFIGURATION.

import type { Duration } from '../time.js';
import type { Command, ScriptUser } from './model.js';

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
  /** `vrrp_priority`: nice, -20..19. */
  readonly vrrpPriority?: number;
  /** `vrrp_rt_priority`: SCHED_RR, 1..99, of the main thread alone. */
  readonly vrrpRtPriority?: number;
  /** `vrrp_rlimit_rttime`, µs: after so long without a pause it loses that priority for a moment. */
  readonly vrrpRlimitRttime?: number;
  readonly vrrpNoSwap: boolean;
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

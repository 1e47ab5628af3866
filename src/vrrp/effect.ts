// Everything that a router asks its host to do, as plain values. The host performs them in list order before it hands
// in the next input; what the kernel refuses comes back as the input `failed`.

import type { Family, IpAddress, MacAddress } from '../address.js';
import type { Route, Rule, TrackFile, TrackProcess, VirtualAddress } from '../config/model.js';
import type { Advert, AdvertHeader } from '../packet/vrrp.js';
import type { Event } from './event.js';

export type Effect =
  /** Listen to one family on the interface, as a member of these groups and of no others; again with other groups, if need be. */
  | {
      readonly kind: 'open-link';
      readonly interface: string;
      readonly family: Family;
      readonly groups: readonly IpAddress[];
      /** Octets that may wait, where more are wanted than the host takes anyway. */
      readonly receiveBuffer?: number;
    }
  | { readonly kind: 'close-link'; readonly interface: string; readonly family: Family }
  | { readonly kind: 'send-advert'; readonly interface: string; readonly header: AdvertHeader; readonly advert: Advert }
  /** Gratuitous ARP: `rounds` times over all addresses, back to back. */
  | {
      readonly kind: 'send-garp';
      readonly interface: string;
      readonly mac: MacAddress;
      readonly addresses: readonly IpAddress[];
      readonly rounds: number;
    }
  /** Unsolicited neighbour advertisements, the same for IPv6 (RFC 4861 § 7.2.6). */
  | {
      readonly kind: 'send-na';
      readonly interface: string;
      readonly mac: MacAddress;
      readonly addresses: readonly IpAddress[];
      readonly rounds: number;
    }
  /** One ARP probe for the address (RFC 5227 § 2.1.1: sender 0.0.0.0), or a neighbour solicitation from :: for an IPv6 one; who answers comes back as a `claim`. */
  | {
      readonly kind: 'send-probe';
      readonly interface: string;
      readonly mac: MacAddress;
      readonly address: IpAddress;
    }
  /**
   * Reset the established TCP connections that have one of these local addresses, while those are still there, a few at a
   * time; `connections-reset` with the same addresses comes back when it is done, also where the kernel can't.
   */
  | { readonly kind: 'reset-connections'; readonly addresses: readonly IpAddress[] }
  | { readonly kind: 'add-address'; readonly address: VirtualAddress }
  | { readonly kind: 'remove-address'; readonly address: VirtualAddress }
  | { readonly kind: 'add-route'; readonly entry: Route | Rule }
  | { readonly kind: 'remove-route'; readonly entry: Route | Rule }
  /** Start a vrrp_script by name; its beginning and its end come back as inputs. */
  | { readonly kind: 'run-script'; readonly script: string }
  /** Signal the process group of a running vrrp_script. */
  | { readonly kind: 'signal-script'; readonly script: string; readonly signal: 'SIGTERM' | 'SIGKILL' }
  /** From now on look at these files and processes, and at no others; what is found comes back as `file` and `process`. */
  | { readonly kind: 'watch'; readonly files: readonly TrackFile[]; readonly processes: readonly TrackProcess[] }
  /** Tell those who want to know: notify scripts, FIFO and mail. */
  | { readonly kind: 'notify'; readonly event: Event }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string };

/** `debug` is what keepalived shows with -D only. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

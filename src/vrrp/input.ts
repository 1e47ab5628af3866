// Everything that can happen to a router, as plain JSON values: so it can be recorded, replayed and simulated.
// An input says what was observed; it never says what to do about it.

import type { Family, IpAddress, MacAddress, Prefix } from '../address.js';
import type { Config, Route, Rule } from '../config/model.js';
import type { Instant } from '../time.js';
import type { FileReading } from '../track/file.js';
import type { Left } from './note.js';
import type { ScriptOutcome } from '../track/script.js';
import type { ReceivedAdvert } from '../packet/vrrp.js';

/** A network interface as the kernel shows it now. */
export interface Link {
  /** Changes when the interface is deleted and made again. */
  readonly index: number;
  /** IFF_UP and IFF_RUNNING. */
  readonly up: boolean;
  readonly mac: MacAddress;
  readonly mtu: number;
  /** All addresses in the kernel's order, those of vrrpd included; an IPv6 one only when duplicate detection has let it pass. */
  readonly addresses: readonly Prefix[];
}

export type Input =
  /** The links are known: begin. `left` is what the process before this one noted, if it did not end in order. */
  | { readonly kind: 'start'; readonly left?: Left }
  /** Leave: say so to the peers, give the addresses up, end the scripts. */
  | { readonly kind: 'stop'; readonly cause: string }
  /** A new configuration, read and found good: go over to it. */
  | { readonly kind: 'reload'; readonly config: Config }
  /** The alarm that nextDeadline() asked for; early, late and spurious ones are harmless. */
  | { readonly kind: 'tick' }
  /** A packet of protocol 112 as it came in on an interface. */
  | { readonly kind: 'packet'; readonly interface: string; readonly packet: ReceivedAdvert }
  /**
   * An interface as it is now; `link` is absent when there is none of that name. `flapped`: it was up before too, but not in
   * between.
   */
  | { readonly kind: 'link'; readonly interface: string; readonly link?: Link; readonly flapped?: true }
  /** Somebody else removed an address from an interface. */
  | { readonly kind: 'address-removed'; readonly interface: string; readonly address: IpAddress }
  /** Somebody else removed a route or a rule. */
  | { readonly kind: 'route-removed'; readonly entry: Route | Rule }
  /**
   * ARP, or a neighbour advertisement, heard from another MAC address: an address is there. `isAnswer`: to a probe; else it
   * was announced unasked. Neighbour advertisements don't tell which: they count as unasked.
   */
  | {
      readonly kind: 'claim';
      readonly interface: string;
      readonly address: IpAddress;
      readonly mac: MacAddress;
      readonly isAnswer: boolean;
    }
  /** What `reset-connections` was asked to do is done: so many connections there were. */
  | { readonly kind: 'connections-reset'; readonly addresses: readonly IpAddress[]; readonly count: number }
  /** A check script that was asked for runs from now on. */
  | { readonly kind: 'script-begun'; readonly script: string }
  /** A check script ended, or could not be started. */
  | { readonly kind: 'script'; readonly script: string; readonly outcome: ScriptOutcome }
  /** What a track_file holds now. */
  | { readonly kind: 'file'; readonly name: string; readonly reading: FileReading }
  /** How many processes a vrrp_track_process finds now. */
  | { readonly kind: 'process'; readonly name: string; readonly count: number }
  /** An instance or a group is to give its addresses up once. */
  | { readonly kind: 'failover'; readonly name: string }
  /** This host is not to become MASTER, or may again. */
  | { readonly kind: 'maintenance'; readonly on: false }
  | { readonly kind: 'maintenance'; readonly on: true; readonly until?: Instant }
  | Failure;

/** The kernel refused an effect. */
export interface Failure {
  readonly kind: 'failed';
  readonly effect:
    | 'open-link'
    | 'send-advert'
    | 'send-garp'
    | 'send-na'
    | 'add-address'
    | 'remove-address'
    | 'add-route'
    | 'remove-route';
  /** Empty for a route or a rule without one. */
  readonly interface: string;
  /** Of open-link and send-advert; absent: whatever the family. */
  readonly family?: Family;
  /** Of add-address and remove-address. */
  readonly address?: IpAddress;
  /** Of add-route and remove-route. */
  readonly entry?: Route | Rule;
  /** In words that name the cause. */
  readonly error: string;
}

// VRRP adverts: octets <-> values. RFC 3768 § 5.1 and § 5.3 (version 2), RFC 5798 § 5 (version 3, foreseen in the types).
// Reports what is in the octets and judges nothing that needs a configuration; never throws on bad octets.

import type { IpAddress } from '../address.js';
import type { Duration } from '../time.js';

/** The authentication field of version 2; the password as latin1 text without its NUL padding. */
export type AdvertAuthentication =
  | { readonly type: 'none' }
  | { readonly type: 'PASS'; readonly password: string }
  | { readonly type: 'other'; readonly number: number };

/** An advert as it is sent. */
export type Advert =
  | {
      readonly version: 2;
      readonly virtualRouterId: number;
      readonly priority: number;
      /** Whole seconds, 0..255. */
      readonly interval: Duration;
      readonly authentication: AdvertAuthentication;
      readonly addresses: readonly IpAddress[];
    }
  | {
      readonly version: 3;
      readonly virtualRouterId: number;
      readonly priority: number;
      /** Centiseconds, 0..4095. */
      readonly interval: Duration;
      readonly addresses: readonly IpAddress[];
    };

/** A packet of protocol 112 as it was received. */
export type ReceivedAdvert =
  /** Nothing can be said of whose it is: the IP header or the first octets are missing or wrong. */
  | { readonly kind: 'unreadable'; readonly reason: 'ip-header' | 'too-short' }
  /** It names a virtual router, but cannot be taken apart: its version is unknown, or its length does not fit its count. */
  | {
      readonly kind: 'malformed';
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly ttl: number;
      readonly virtualRouterId: number;
      readonly reason: 'version' | 'length';
      /** What was found and what was expected, for the log: "length 28, expected 40". */
      readonly found: string;
    }
  | {
      readonly kind: 'advert';
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly ttl: number;
      /** 1 is an advertisement; there is no other. */
      readonly type: number;
      readonly checksumValid: boolean;
      readonly advert: Advert;
    };

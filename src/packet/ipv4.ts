// The IPv4 header in front of an advert: octets <-> value. RFC 791 § 3.1. Never throws on bad octets.

import type { IpAddress } from '../address.js';

/** The fields that vrrpd chooses or looks at; the others are constant (i.1 of the wire format: IHL 5, TOS 0xC0, no DF). */
export interface Ipv4Header {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  /** 16 bits, counted up per instance. */
  readonly identification: number;
}

// An advert on IPv4 as it is on an Ethernet: the frame with its two headers. RFC 3768 § 5.2, § 7.2.
// It chooses nothing: all fields are handed in.

import type { MacAddress } from '../address.js';
import { encodeEthernet, ETHERTYPE, groupMac } from './ethernet.js';
import type { Ipv4Header } from './ipv4.js';
import { encodeIpv4Advert, type Advert } from './vrrp.js';

/** The frame from this MAC address to that of the group. */
export function encodeAdvertFrame(
  source: MacAddress,
  { header, advert }: { readonly header: Ipv4Header; readonly advert: Advert },
): Buffer {
  const ethernet = { source, destination: groupMac(header.destination), etherType: ETHERTYPE.ipv4 };
  return encodeEthernet(ethernet, encodeIpv4Advert(header, advert));
}

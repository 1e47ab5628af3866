// An advert as it is on an Ethernet: the frame with its headers, and the IP packet in it, of either family. RFC 3768 § 5.2
// and § 7.2, RFC 5798 § 5.1. It chooses nothing: all fields are handed in.

import { familyOf, type MacAddress } from '../address.js';
import { encodeEthernet, ETHERTYPE, groupMac } from './ethernet.js';
import { INTERNETWORK_CONTROL, VRRP_PROTOCOL } from './ipv4.js';
import { encodeIpv6, readIpv6 } from './ipv6.js';
import {
  decodeIpv4Advert,
  decodeIpv6Advert,
  encodeIpv4Advert,
  encodeIpv6Advert,
  type Advert,
  type AdvertHeader,
  type ReceivedAdvert,
} from './vrrp.js';

/** The frame from this MAC address to another one: that of the group, unless told otherwise. */
export function encodeAdvertFrame(
  source: MacAddress,
  {
    header,
    advert,
    destination = groupMac(header.destination),
  }: { readonly header: AdvertHeader; readonly advert: Advert; readonly destination?: MacAddress },
): Buffer {
  const etherType = ETHERTYPE[familyOf(header.destination)];
  return encodeEthernet({ source, destination, etherType }, encodeAdvertPacket(header, advert));
}

/** The whole IP packet. */
export function encodeAdvertPacket(header: AdvertHeader, advert: Advert): Buffer {
  if (familyOf(header.destination) === 'ipv4') return encodeIpv4Advert(header, advert);
  const { source, destination, ttl: hopLimit } = header;
  const ip = { source, destination, hopLimit, trafficClass: INTERNETWORK_CONTROL, nextHeader: VRRP_PROTOCOL };
  return encodeIpv6(ip, encodeIpv6Advert(header, advert));
}

/** What a whole IP packet of either family says as an advert; padding behind it is ignored. It holds no part of the octets. */
export function decodeAdvertPacket(octets: Uint8Array): ReceivedAdvert {
  const ip = readIpv6(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  if (ip === undefined) return decodeIpv4Advert(octets);
  if (ip.nextHeader !== VRRP_PROTOCOL) return { kind: 'unreadable', reason: 'ip-header' };
  return decodeIpv6Advert(ip.payload, ip);
}

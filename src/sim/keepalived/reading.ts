// An IP packet as keepalived 2.2.7 reads it: as vrrpd does, but that version 3 on IPv4 has to have the pseudo header in its
// checksum (RFC 5798 § 5.2.8), be it that of a packet to 224.0.0.18. It judges nothing else.

import { familyOf } from '../../address.js';
import { decodeAdvertPacket } from '../../packet/advert-frame.js';
import { internetChecksum, pseudoHeaderSum } from '../../packet/checksum.js';
import { readIpv4, VRRP_PROTOCOL } from '../../packet/ipv4.js';
import type { ReceivedAdvert } from '../../packet/vrrp.js';

/** The checksum that RFC 9568 asks for (`v3_checksum_as_v2`) is a wrong one here. */
export function readAsKeepalived(octets: Uint8Array): ReceivedAdvert {
  const read = decodeAdvertPacket(octets);
  if (read.kind !== 'advert' || read.advert.version === 2 || read.hasOldChecksum) return read;
  return familyOf(read.source) === 'ipv6' || hasPseudoHeader(octets) ? read : { ...read, checksumValid: false };
}

function hasPseudoHeader(octets: Uint8Array): boolean {
  const ip = readIpv4(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  if (ip === undefined) return false;
  const { ends, payload } = ip;
  return internetChecksum(payload, pseudoHeaderSum(ends, { protocol: VRRP_PROTOCOL, length: payload.length })) === 0;
}

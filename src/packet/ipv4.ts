// The IPv4 header in front of an advert: octets <-> value. RFC 791 § 3.1, RFC 3768 § 5.2.
// Never throws on bad octets, and verifies no header checksum: the kernel drops packets with a wrong one.

import { addressOctets, type IpAddress } from '../address.js';
import { internetChecksum } from './checksum.js';

/** The fields that vrrpd chooses or looks at; the others are constant (IHL 5, TOS 0xC0, no DF, protocol 112). */
export interface Ipv4Header {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  /** 16 bits, counted up per instance. */
  readonly identification: number;
}

/** What the receiver of a packet of protocol 112 looks at. The payload is a view of the packet, not a copy. */
export interface ReceivedIpv4 {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  /** The octets of the source and, behind them, those of the destination: a view. */
  readonly ends: Buffer;
  /** Up to the header's total length: without the padding of short Ethernet frames. */
  readonly payload: Buffer;
}

/** RFC 3768 § 5.2.4 */
export const VRRP_PROTOCOL = 112;
/** In octets, without options. */
export const IPV4_HEADER_LENGTH = 20;
/** Precedence "internetwork control" (RFC 791 § 3.1), which routing protocols use. */
export const INTERNETWORK_CONTROL = 0xc0;

/** Writes a header into the first 20 octets of the packet, which are zero; the packet has its final length. */
export function writeIpv4Header(packet: Buffer, { source, destination, ttl, identification }: Ipv4Header): void {
  packet.writeUInt8(0x45, 0);
  packet.writeUInt8(INTERNETWORK_CONTROL, 1);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(identification & 0xffff, 4);
  packet.writeUInt8(ttl, 8);
  packet.writeUInt8(VRRP_PROTOCOL, 9);
  packet.set(addressOctets(source), 12);
  packet.set(addressOctets(destination), 16);
  packet.writeUInt16BE(internetChecksum(packet.subarray(0, IPV4_HEADER_LENGTH)), 10);
}

/** Takes a packet apart, options skipped; undefined when it is cut short, not IPv4 or not of protocol 112. */
export function readIpv4(packet: Buffer): ReceivedIpv4 | undefined {
  if (packet.length < IPV4_HEADER_LENGTH) return undefined;
  const first = packet.readUInt8(0);
  const headerLength = (first & 0x0f) * 4;
  const totalLength = packet.readUInt16BE(2);
  if (first >> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) return undefined;
  if (totalLength < headerLength || totalLength > packet.length) return undefined;
  if (packet.readUInt8(9) !== VRRP_PROTOCOL) return undefined;
  return {
    source: readIpv4Address(packet, 12),
    destination: readIpv4Address(packet, 16),
    ttl: packet.readUInt8(8),
    ends: packet.subarray(12, IPV4_HEADER_LENGTH),
    payload: packet.subarray(headerLength, totalLength),
  };
}

/** The address in the four octets from `offset` on, which must be there. Runs for each packet, so it builds no object. */
export function readIpv4Address(octets: Buffer, offset: number): IpAddress {
  const [a, b, c] = [octets.readUInt8(offset), octets.readUInt8(offset + 1), octets.readUInt8(offset + 2)];
  return `${a}.${b}.${c}.${octets.readUInt8(offset + 3)}` as IpAddress;
}

// The IPv6 header: octets <-> value. RFC 8200 § 3. The kernel makes it for adverts; whole packets are neighbour discovery,
// captures and simulations. Never throws on bad octets, knows no extension headers.

import { addressFromOctets, addressOctets, type IpAddress } from '../address.js';

/** The flow label is 0. */
export interface Ipv6Header {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
  readonly trafficClass: number;
  /** The protocol of the payload. */
  readonly nextHeader: number;
}

/** `ends` and the payload are views of the packet, not copies. */
export interface ReceivedIpv6 extends Ipv6Header {
  /** The octets of the source and, behind them, those of the destination. */
  readonly ends: Buffer;
  /** Up to the header's payload length: without the padding of short Ethernet frames. */
  readonly payload: Buffer;
}

export const IPV6_HEADER_LENGTH = 40;

/** The octets of both, one behind the other, as they are in a header. */
export const endsOf = (...ends: [source: IpAddress, destination: IpAddress]): Buffer =>
  Buffer.concat(ends.map(addressOctets));

/** A packet with at most 65,535 octets of payload. */
export function encodeIpv6(header: Ipv6Header, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(IPV6_HEADER_LENGTH + payload.length);
  packet.writeUInt16BE(0x6000 | (header.trafficClass << 4), 0);
  packet.writeUInt16BE(payload.length, 4);
  packet.writeUInt8(header.nextHeader, 6);
  packet.writeUInt8(header.hopLimit, 7);
  packet.set(endsOf(header.source, header.destination), 8);
  packet.set(payload, IPV6_HEADER_LENGTH);
  return packet;
}

/** Takes a packet apart; undefined when it is cut short or not IPv6. */
export function readIpv6(packet: Buffer): ReceivedIpv6 | undefined {
  if (packet.length < IPV6_HEADER_LENGTH || packet.readUInt8(0) >> 4 !== 6) return undefined;
  const end = IPV6_HEADER_LENGTH + packet.readUInt16BE(4);
  if (packet.length < end) return undefined;
  return {
    source: addressFromOctets(packet.subarray(8, 24)),
    destination: addressFromOctets(packet.subarray(24, IPV6_HEADER_LENGTH)),
    hopLimit: packet.readUInt8(7),
    trafficClass: (packet.readUInt16BE(0) >> 4) & 0xff,
    nextHeader: packet.readUInt8(6),
    ends: packet.subarray(8, IPV6_HEADER_LENGTH),
    payload: packet.subarray(IPV6_HEADER_LENGTH, end),
  };
}

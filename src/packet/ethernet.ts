// The Ethernet header in front of a packet. IEEE 802.3 § 3.2; RFC 1112 § 6.4 and RFC 2464 § 7 for the MAC addresses of groups.
// Knows no VLAN tags and no frame check sequence: the kernel and capture files show frames without either.

import { addressOctets, macFromOctets, macOctets, type IpAddress, type MacAddress } from '../address.js';

export const ETHERNET_HEADER_LENGTH = 14;
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff' as MacAddress;

export interface EthernetHeader {
  readonly source: MacAddress;
  readonly destination: MacAddress;
  readonly etherType: number;
}

/** Writes a header into the first 14 octets of a frame. */
export function writeEthernetHeader(frame: Buffer, { source, destination, etherType }: EthernetHeader): void {
  frame.set(macOctets(destination), 0);
  frame.set(macOctets(source), 6);
  frame.writeUInt16BE(etherType, 12);
}

/** A frame with this payload, as it comes out of a capture: without padding. */
export function encodeEthernet(header: EthernetHeader, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(ETHERNET_HEADER_LENGTH + payload.length);
  writeEthernetHeader(frame, header);
  frame.set(payload, ETHERNET_HEADER_LENGTH);
  return frame;
}

/** 01:00:5e and the low 23 bits of an IPv4 group (RFC 1112 § 6.4); 33:33 and the last 32 of an IPv6 one (RFC 2464 § 7). */
export function groupMac(group: IpAddress): MacAddress {
  const address = addressOctets(group);
  if (address.length === 16) return macFromOctets(Uint8Array.from([0x33, 0x33, ...address.subarray(12)]));
  const [, second = 0, third = 0, fourth = 0] = address;
  return macFromOctets(Uint8Array.from([0x01, 0x00, 0x5e, second & 0x7f, third, fourth]));
}

// Neighbour discovery over Ethernet: frames <-> values. RFC 4861 § 4.3, § 4.4, § 7.2.6; the unsolicited advertisement is for
// IPv6 what gratuitous ARP is for IPv4 (RFC 5798 § 6.4.1). Never throws on bad octets, knows no extension headers.

import {
  addressFromOctets,
  addressOctets,
  macFromOctets,
  macOctets,
  type IpAddress,
  type MacAddress,
} from '../address.js';
import { internetChecksum } from './checksum.js';
import { ETHERNET_HEADER_LENGTH, ETHERTYPE, groupMac, writeEthernetHeader } from './ethernet.js';

const IPV6_HEADER_LENGTH = 40;
const ICMPV6 = 58;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Type, code, checksum, flags, target. */
const FIXED_LENGTH = 24;
/** RFC 4861 § 4.6.1: type, length in units of 8 octets, six octets of the MAC address. */
const TARGET_LINK_LAYER_ADDRESS = 2;
const OPTION_LENGTH = 8;
const ROUTER = 0x80;
const OVERRIDE = 0x20;
/** RFC 4861 § 7.1: who forwards a packet makes it smaller. */
const HOP_LIMIT = 255;
const ALL_NODES = 'ff02::1' as IpAddress;
const NOBODY = '::' as IpAddress;

export interface Announced {
  readonly mac: MacAddress;
  readonly address: IpAddress;
  readonly isRouter?: boolean;
}

/** A neighbour advertisement taken apart, or why it is none. */
export type ReceivedAdvertisement =
  | {
      readonly kind: 'unreadable';
      readonly reason: 'too-short' | 'ethertype' | 'not-an-advertisement' | 'hop-limit' | 'checksum';
    }
  | {
      readonly kind: 'advertisement';
      readonly source: IpAddress;
      /** Whose address it is about, and where it is said to be: the target's option, else where the frame came from. */
      readonly target: { readonly address: IpAddress; readonly mac: MacAddress };
    };

/**
 * The Ethernet frame (86 octets) that tells everybody on the link that the IPv6 address is at this MAC address. `isRouter`:
 * the host forwards.
 */
export function encodeUnsolicitedAdvertisement({ mac, address, isRouter = false }: Announced): Buffer {
  const body = Buffer.alloc(FIXED_LENGTH + OPTION_LENGTH);
  body.writeUInt8(ADVERTISEMENT, 0);
  body.writeUInt8(OVERRIDE | (isRouter ? ROUTER : 0), 4);
  body.set(addressOctets(address), 8);
  body.writeUInt8(TARGET_LINK_LAYER_ADDRESS, FIXED_LENGTH);
  body.writeUInt8(1, FIXED_LENGTH + 1);
  body.set(macOctets(mac), FIXED_LENGTH + 2);
  return frameOf(body, { mac, source: address, destination: ALL_NODES });
}

/** The Ethernet frame (78 octets) that asks whether the IPv6 address is there, and tells nobody anything. RFC 4862 § 5.4.2 */
export function encodeNeighbourProbe({
  mac,
  address,
}: {
  readonly mac: MacAddress;
  readonly address: IpAddress;
}): Buffer {
  const body = Buffer.alloc(FIXED_LENGTH);
  body.writeUInt8(SOLICITATION, 0);
  body.set(addressOctets(address), 8);
  return frameOf(body, { mac, source: NOBODY, destination: solicitedNode(address) });
}

/** What an Ethernet frame says as a neighbour advertisement. The value holds no part of the octets. */
export function decodeAdvertisement(octets: Uint8Array): ReceivedAdvertisement {
  const frame = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const start = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH;
  if (frame.length < ETHERNET_HEADER_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  if (frame.readUInt16BE(12) !== ETHERTYPE.ipv6) return { kind: 'unreadable', reason: 'ethertype' };
  if (frame.length < start + FIXED_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  const header = frame.subarray(ETHERNET_HEADER_LENGTH, start);
  const length = header.readUInt16BE(4);
  const body = frame.subarray(start, start + length);
  if (header.readUInt8(6) !== ICMPV6 || body.length < length || body.readUInt8(0) !== ADVERTISEMENT)
    return { kind: 'unreadable', reason: 'not-an-advertisement' };
  if (header.readUInt8(7) !== HOP_LIMIT) return { kind: 'unreadable', reason: 'hop-limit' };
  const [source, destination] = [header.subarray(8, 24), header.subarray(24, 40)];
  if (internetChecksum(body, icmpSum({ source, destination, length })) !== 0)
    return { kind: 'unreadable', reason: 'checksum' };
  const option = body.subarray(FIXED_LENGTH);
  const isNamed = option.length >= OPTION_LENGTH && option[0] === TARGET_LINK_LAYER_ADDRESS && option[1] === 1;
  return {
    kind: 'advertisement',
    source: addressFromOctets(source),
    target: {
      address: addressFromOctets(body.subarray(8, 24)),
      mac: macFromOctets(isNamed ? option.subarray(2, 8) : frame.subarray(6, 12)),
    },
  };
}

/** ff02::1:ffXX:XXXX, RFC 4291 § 2.7.1 */
function solicitedNode(address: IpAddress): IpAddress {
  const octets = Uint8Array.from([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...addressOctets(address).subarray(13)]);
  return addressFromOctets(octets);
}

function frameOf(
  body: Buffer,
  { mac, source, destination }: { mac: MacAddress; source: IpAddress; destination: IpAddress },
): Buffer {
  const frame = Buffer.alloc(ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH + body.length);
  writeEthernetHeader(frame, { source: mac, destination: groupMac(destination), etherType: ETHERTYPE.ipv6 });
  const header = frame.subarray(ETHERNET_HEADER_LENGTH, ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(body.length, 4);
  header.writeUInt8(ICMPV6, 6);
  header.writeUInt8(HOP_LIMIT, 7);
  const ends = { source: addressOctets(source), destination: addressOctets(destination), length: body.length };
  header.set(ends.source, 8);
  header.set(ends.destination, 24);
  body.writeUInt16BE(internetChecksum(body, icmpSum(ends)), 2);
  frame.set(body, ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH);
  return frame;
}

/** The words of the pseudo header of RFC 8200 § 8.1, summed. */
function icmpSum({
  source,
  destination,
  length,
}: {
  source: Uint8Array;
  destination: Uint8Array;
  length: number;
}): number {
  let sum = length + ICMPV6;
  for (const octets of [source, destination])
    for (let index = 0; index < 16; index += 2) sum += ((octets[index] ?? 0) << 8) | (octets[index + 1] ?? 0);
  return sum;
}

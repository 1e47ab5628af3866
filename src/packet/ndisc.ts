// Neighbour discovery over Ethernet: frames <-> values. RFC 4861 § 4.3, § 4.4, § 7.2.6; the unsolicited advertisement is for
// IPv6 what gratuitous ARP is for IPv4 (RFC 5798 § 6.4.1). Never throws on bad octets, knows no extension headers.

import {
  addressFromOctets,
  addressOctets,
  isMulticast,
  macFromOctets,
  macOctets,
  type IpAddress,
  type MacAddress,
} from '../address.js';
import { internetChecksum, pseudoHeaderSum, wordSum } from './checksum.js';
import { encodeEthernet, ETHERNET_HEADER_LENGTH, ETHERTYPE, groupMac } from './ethernet.js';
import { encodeIpv6, endsOf, IPV6_HEADER_LENGTH, readIpv6 } from './ipv6.js';

export const ICMPV6 = 58;
export const [SOLICITATION, ADVERTISEMENT] = [135, 136];
/** Type, code, checksum, flags, target. */
export const FIXED_LENGTH = 24;
/** RFC 4861 § 4.6.1: type, length in units of 8 octets, six octets of the MAC address. */
export const [SOURCE_LINK_LAYER_ADDRESS, TARGET_LINK_LAYER_ADDRESS] = [1, 2];
const OPTION_UNIT = 8;
/** Offsets in the message. */
const [CHECKSUM, TARGET] = [2, 8];
/** Offsets in the frame. */
const SOURCE = ETHERNET_HEADER_LENGTH + 8;
const MESSAGE = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH;
const ROUTER = 0x80;
const OVERRIDE = 0x20;
/** RFC 4861 § 7.1: who forwards a packet makes it smaller. */
export const HOP_LIMIT = 255;
const ALL_NODES = 'ff02::1' as IpAddress;
const NOBODY = '::' as IpAddress;

/** Whose address is where. */
export interface Neighbour {
  readonly mac: MacAddress;
  readonly address: IpAddress;
}

/** A neighbour advertisement taken apart, or why it is none that counts (RFC 4861 § 7.1.2). */
export type ReceivedAdvertisement =
  | {
      readonly kind: 'unreadable';
      readonly reason:
        'too-short' | 'ethertype' | 'not-an-advertisement' | 'hop-limit' | 'checksum' | 'target' | 'option';
    }
  | {
      readonly kind: 'advertisement';
      readonly source: IpAddress;
      /** Where the address is said to be: in the target's option, else where the frame came from. */
      readonly target: Neighbour;
    };

/**
 * The Ethernet frame (86 octets) that tells everybody on the link that the IPv6 address is at this MAC address. `isRouter`:
 * the host forwards.
 */
export function encodeUnsolicitedAdvertisement({
  mac,
  address,
  isRouter = false,
}: Neighbour & { readonly isRouter?: boolean }): Buffer {
  const body = messageAbout(address, { type: ADVERTISEMENT, option: TARGET_LINK_LAYER_ADDRESS, mac });
  body.writeUInt8(OVERRIDE | (isRouter ? ROUTER : 0), 4);
  return encodeMessage(body, { mac, source: address, destination: ALL_NODES });
}

/** The same for each of many addresses: what they have in common is written and summed once. */
export function encodeUnsolicitedAdvertisements({
  mac,
  addresses,
  isRouter = false,
}: {
  readonly mac: MacAddress;
  readonly addresses: readonly IpAddress[];
  readonly isRouter?: boolean;
}): Buffer[] {
  const common = encodeUnsolicitedAdvertisement({ mac, address: NOBODY, isRouter });
  const sum = ~common.readUInt16BE(MESSAGE + CHECKSUM) & 0xffff;
  return addresses.map((address) => {
    const frame = Buffer.from(common);
    const octets = addressOctets(address);
    frame.set(octets, SOURCE);
    frame.set(octets, MESSAGE + TARGET);
    // The address is in the sum twice: as the target, and as the source in the pseudo header.
    frame.writeUInt16BE(internetChecksum(octets, sum + wordSum(octets)), MESSAGE + CHECKSUM);
    return frame;
  });
}

/** The Ethernet frame (78 octets) that asks whether the IPv6 address is there, and tells nobody anything. RFC 4862 § 5.4.2 */
export function encodeNeighbourProbe({ mac, address }: Neighbour): Buffer {
  const body = Buffer.alloc(FIXED_LENGTH);
  body.writeUInt8(SOLICITATION, 0);
  body.set(addressOctets(address), TARGET);
  return encodeMessage(body, { mac, source: NOBODY, destination: solicitedNode(address) });
}

/** What an Ethernet frame says as a neighbour advertisement. The value holds no part of the octets. */
export function decodeAdvertisement(octets: Uint8Array): ReceivedAdvertisement {
  const frame = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (frame.length < ETHERNET_HEADER_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  if (frame.readUInt16BE(12) !== ETHERTYPE.ipv6) return { kind: 'unreadable', reason: 'ethertype' };
  const ip = readIpv6(frame.subarray(ETHERNET_HEADER_LENGTH));
  if (ip === undefined) return { kind: 'unreadable', reason: 'too-short' };
  const { payload: body, ends } = ip;
  if (ip.nextHeader !== ICMPV6 || body[0] !== ADVERTISEMENT || body[1] !== 0)
    return { kind: 'unreadable', reason: 'not-an-advertisement' };
  if (body.length < FIXED_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  if (ip.hopLimit !== HOP_LIMIT) return { kind: 'unreadable', reason: 'hop-limit' };
  if (internetChecksum(body, pseudoHeaderSum(ends, { protocol: ICMPV6, length: body.length })) !== 0)
    return { kind: 'unreadable', reason: 'checksum' };
  const address = addressFromOctets(body.subarray(TARGET, FIXED_LENGTH));
  if (isMulticast(address)) return { kind: 'unreadable', reason: 'target' };
  const options = readOptions(body.subarray(FIXED_LENGTH));
  if (options === undefined) return { kind: 'unreadable', reason: 'option' };
  const { mac = macFromOctets(frame.subarray(6, 12)) } = options;
  return { kind: 'advertisement', source: ip.source, target: { mac, address } };
}

/** The MAC address of the target, if it is told; undefined when an option is cut short or has no length (RFC 4861 § 7.1.2). */
function readOptions(options: Buffer): { readonly mac?: MacAddress } | undefined {
  let mac: MacAddress | undefined;
  for (let start = 0; start < options.length;) {
    const length = OPTION_UNIT * (options[start + 1] ?? 0);
    const option = options.subarray(start, start + length);
    if (length === 0 || option.length < length) return undefined;
    if (option[0] === TARGET_LINK_LAYER_ADDRESS && length === OPTION_UNIT) mac ??= macFromOctets(option.subarray(2));
    start += length;
  }
  return mac === undefined ? {} : { mac };
}

/** ff02::1:ffXX:XXXX, RFC 4291 § 2.7.1 */
export function solicitedNode(address: IpAddress): IpAddress {
  const octets = Uint8Array.from([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...addressOctets(address).subarray(13)]);
  return addressFromOctets(octets);
}

/** A message whose flags and checksum are still zero. */
export function messageAbout(
  target: IpAddress,
  { type, option, mac }: { readonly type: number; readonly option: number; readonly mac: MacAddress },
): Buffer {
  const body = Buffer.alloc(FIXED_LENGTH + OPTION_UNIT);
  body.writeUInt8(type, 0);
  body.set(addressOctets(target), TARGET);
  body.writeUInt8(option, FIXED_LENGTH);
  body.writeUInt8(1, FIXED_LENGTH + 1);
  body.set(macOctets(mac), FIXED_LENGTH + 2);
  return body;
}

/** The frame of a message whose checksum is still zero. */
export function encodeMessage(
  body: Buffer,
  {
    mac,
    source,
    destination,
    to = groupMac(destination),
  }: { mac: MacAddress; source: IpAddress; destination: IpAddress; to?: MacAddress },
): Buffer {
  const start = pseudoHeaderSum(endsOf(source, destination), { protocol: ICMPV6, length: body.length });
  body.writeUInt16BE(internetChecksum(body, start), CHECKSUM);
  const packet = encodeIpv6({ source, destination, hopLimit: HOP_LIMIT, trafficClass: 0, nextHeader: ICMPV6 }, body);
  return encodeEthernet({ source: mac, destination: to, etherType: ETHERTYPE.ipv6 }, packet);
}

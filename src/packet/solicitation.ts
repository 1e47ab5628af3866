// Neighbour solicitations and the answers to them: what the kernels of a simulated network say to each other, where
// vrrpd itself only probes and announces (ndisc.ts). RFC 4861 § 4.3, § 7.2.2-7.2.4. Never throws on bad octets.

import { addressFromOctets, macFromOctets, type IpAddress, type MacAddress } from '../address.js';
import { ETHERNET_HEADER_LENGTH, ETHERTYPE } from './ethernet.js';
import { readIpv6 } from './ipv6.js';
import {
  ADVERTISEMENT,
  encodeMessage,
  FIXED_LENGTH,
  HOP_LIMIT,
  ICMPV6,
  messageAbout,
  SOLICITATION,
  solicitedNode,
  SOURCE_LINK_LAYER_ADDRESS,
  TARGET_LINK_LAYER_ADDRESS,
  type Neighbour,
} from './ndisc.js';

/** § 4.4: it answers, and what is in caches is to give way to it. */
const SOLICITED_OVERRIDE = 0x60;

/** Somebody asks where an address is. */
export interface Solicitation {
  /** :: when it is a probe, which nobody is to learn from. */
  readonly source: IpAddress;
  readonly mac: MacAddress;
  readonly target: IpAddress;
}

/** The Ethernet frame (86 octets) of one who has an address. */
export function encodeSolicitation({ source, mac, target }: Solicitation): Buffer {
  const body = messageAbout(target, { type: SOLICITATION, option: SOURCE_LINK_LAYER_ADDRESS, mac });
  return encodeMessage(body, { mac, source, destination: solicitedNode(target) });
}

/** The Ethernet frame (86 octets) to the one who asked that the address is here. § 7.2.4 */
export function encodeAnswer({ mac, address }: Neighbour, to: Pick<Solicitation, 'source' | 'mac'>): Buffer {
  const body = messageAbout(address, { type: ADVERTISEMENT, option: TARGET_LINK_LAYER_ADDRESS, mac });
  body.writeUInt8(SOLICITED_OVERRIDE, 4);
  return encodeMessage(body, { mac, source: address, destination: to.source, to: to.mac });
}

/** What an Ethernet frame asks; undefined when it is no solicitation. */
export function decodeSolicitation(octets: Uint8Array): Solicitation | undefined {
  const frame = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (frame.length < ETHERNET_HEADER_LENGTH || frame.readUInt16BE(12) !== ETHERTYPE.ipv6) return undefined;
  const ip = readIpv6(frame.subarray(ETHERNET_HEADER_LENGTH));
  if (ip?.nextHeader !== ICMPV6 || ip.hopLimit !== HOP_LIMIT) return undefined;
  const { payload: body, source } = ip;
  if (body.length < FIXED_LENGTH || body[0] !== SOLICITATION) return undefined;
  const target = addressFromOctets(body.subarray(8, FIXED_LENGTH));
  return { source, mac: macFromOctets(frame.subarray(6, 12)), target };
}

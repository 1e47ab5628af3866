// ARP for IPv4 over Ethernet: frames <-> values. RFC 826; the gratuitous request announces where an address lives now
// (RFC 3768 § 6.4.1, RFC 5227 § 3). Never throws on bad octets, knows no VLAN tags.

import { addressOctets, macFromOctets, macOctets, type IpAddress, type MacAddress } from '../address.js';
import { BROADCAST_MAC, ETHERNET_HEADER_LENGTH, ETHERTYPE, writeEthernetHeader } from './ethernet.js';
import { readIpv4Address } from './ipv4.js';

const FRAME_LENGTH = ETHERNET_HEADER_LENGTH + 28;
/** Hardware type 1 (Ethernet), protocol 0x0800 (IPv4), address lengths 6 and 4. */
const IPV4_OVER_ETHERNET = Buffer.from([0, 1, 8, 0, 6, 4]);
/** Offsets in the frame. */
const [SENDER_ADDRESS, TARGET_ADDRESS] = [28, 38];
const REQUEST = 1;
/** RFC 5227 § 1.1: what a probe has as its sender's address, and as the MAC address that it asks for. */
const NO_ADDRESS = '0.0.0.0' as IpAddress;
const NO_MAC = '00:00:00:00:00:00' as MacAddress;

/** An ARP frame taken apart, or why it is none. Gratuitous: sender and target have the same address. */
export type ReceivedArp =
  { readonly kind: 'unreadable'; readonly reason: 'too-short' | 'ethertype' | 'not-ipv4-over-ethernet' } | Arp;

export interface Arp {
  readonly kind: 'arp';
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly sender: ArpEnd;
  readonly target: ArpEnd;
}

export interface ArpEnd {
  readonly mac: MacAddress;
  readonly address: IpAddress;
}

/**
 * The Ethernet frame (42 octets) that tells everybody on the link that the IPv4 address is at this MAC address: a
 * broadcast request with the target MAC address ff:ff:ff:ff:ff:ff, as keepalived sends it.
 */
export const encodeGratuitousArp = ({ mac, address }: ArpEnd): Buffer =>
  encodeArp({ operation: REQUEST, sender: { mac, address }, target: { mac: BROADCAST_MAC, address } });

/** The same for each of many addresses: what they have in common is written once. */
export function encodeGratuitousArps({
  mac,
  addresses,
}: {
  mac: MacAddress;
  addresses: readonly IpAddress[];
}): Buffer[] {
  const common = encodeGratuitousArp({ mac, address: NO_ADDRESS });
  return addresses.map((address) => {
    const frame = Buffer.from(common);
    const octets = addressOctets(address);
    frame.set(octets, SENDER_ADDRESS);
    frame.set(octets, TARGET_ADDRESS);
    return frame;
  });
}

/**
 * The Ethernet frame (42 octets) that asks everybody on the link whether the IPv4 address is there, and tells nobody
 * anything: the sender has no address, so that no cache learns from it. RFC 5227 § 2.1.1.
 */
export const encodeArpProbe = ({ mac, address }: ArpEnd): Buffer =>
  encodeArp({
    operation: REQUEST,
    sender: { mac, address: NO_ADDRESS },
    target: { mac: NO_MAC, address },
    destination: BROADCAST_MAC,
  });

/** An ARP frame (42 octets) from the sender, to the MAC address of the target unless told otherwise. RFC 826. */
export function encodeArp(arp: Omit<Arp, 'kind'> & { readonly destination?: MacAddress }): Buffer {
  const { operation, sender, target, destination = target.mac } = arp;
  const frame = Buffer.alloc(FRAME_LENGTH);
  writeEthernetHeader(frame, { source: sender.mac, destination, etherType: ETHERTYPE.arp });
  frame.set(IPV4_OVER_ETHERNET, 14);
  frame.writeUInt16BE(operation, 20);
  frame.set(macOctets(sender.mac), 22);
  frame.set(addressOctets(sender.address), SENDER_ADDRESS);
  frame.set(macOctets(target.mac), 32);
  frame.set(addressOctets(target.address), TARGET_ADDRESS);
  return frame;
}

/** What an Ethernet frame says as ARP; padding behind it is ignored. The value holds no part of the octets. */
export function decodeArp(octets: Uint8Array): ReceivedArp {
  const frame = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (frame.length < ETHERNET_HEADER_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  if (frame.readUInt16BE(12) !== ETHERTYPE.arp) return { kind: 'unreadable', reason: 'ethertype' };
  if (frame.length < FRAME_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  if (!frame.subarray(14, 20).equals(IPV4_OVER_ETHERNET))
    return { kind: 'unreadable', reason: 'not-ipv4-over-ethernet' };
  return {
    kind: 'arp',
    operation: frame.readUInt16BE(20),
    sender: { mac: macFromOctets(frame.subarray(22, 28)), address: readIpv4Address(frame, SENDER_ADDRESS) },
    target: { mac: macFromOctets(frame.subarray(32, 38)), address: readIpv4Address(frame, TARGET_ADDRESS) },
  };
}

// Reads classic capture files (pcap, not pcapng) of Ethernet links as tcpdump -w writes them: both byte orders, stamps
// in µs or ns. Opens no file itself. The format: draft-ietf-opsawg-pcap.

import { instant, type Instant } from '../src/time.js';

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_IPV6 = 0x86dd;

/** One captured Ethernet frame; the octets are views of the file's. */
export interface Frame {
  /** Microseconds since 1970. */
  readonly at: Instant;
  readonly etherType: number;
  readonly octets: Buffer;
  /** What follows the 14 octets of the Ethernet header: the IP packet, with the frame's padding. */
  readonly payload: Buffer;
}

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const ETHERNET_HEADER_LENGTH = 14;
const LINK_TYPE_ETHERNET = 1;

/**
 * The frames of a capture file in its order. A last record that is cut short is left out: tcpdump may be writing it.
 * Throws on a file of another format or link type.
 */
export function readPcap(file: Buffer): Frame[] {
  if (file.length < FILE_HEADER_LENGTH) throw new Error(`a capture file of only ${file.length} octets`);
  const littleEndian = [MICROSECONDS, NANOSECONDS].includes(file.readUInt32LE(0));
  const number = (offset: number): number => (littleEndian ? file.readUInt32LE(offset) : file.readUInt32BE(offset));
  const magic = number(0);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) throw new Error(`no capture file: magic ${magic.toString(16)}`);
  if (number(20) !== LINK_TYPE_ETHERNET) throw new Error(`link type ${number(20)}, expected Ethernet`);

  const perMicrosecond = magic === NANOSECONDS ? 1_000 : 1;
  const frames: Frame[] = [];
  for (let offset = FILE_HEADER_LENGTH; offset + RECORD_HEADER_LENGTH <= file.length;) {
    const at = instant(number(offset) * 1_000_000 + number(offset + 4) / perMicrosecond);
    const start = offset + RECORD_HEADER_LENGTH;
    offset = start + number(offset + 8);
    if (offset > file.length) break;
    const octets = file.subarray(start, offset);
    if (octets.length < ETHERNET_HEADER_LENGTH) throw new Error(`a frame of only ${octets.length} octets`);
    frames.push({ at, etherType: octets.readUInt16BE(12), octets, payload: octets.subarray(ETHERNET_HEADER_LENGTH) });
  }
  return frames;
}

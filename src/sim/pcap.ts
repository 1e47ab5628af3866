// Writes classic capture files of simulated segments, so that Wireshark and tcpdump open a run. It opens no file.
// draft-ietf-opsawg-pcap; little-endian, stamps in microseconds, Ethernet.

import type { Instant } from '../time.js';

const MAGIC = 0xa1b2c3d4;
const [MAJOR, MINOR] = [2, 4];
const LINK_TYPE_ETHERNET = 1;
const SNAP_LENGTH = 65_535;

/** The 24 octets at the beginning of a file. */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(MAJOR, 4);
  header.writeUInt16LE(MINOR, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(LINK_TYPE_ETHERNET, 20);
  return header;
}

/** The record of a frame; the instant counts from 1970 there, so a simulated run begins in that year. */
export function pcapRecord(at: Instant, frame: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + frame.length);
  record.writeUInt32LE(Math.floor(at / 1_000_000), 0);
  record.writeUInt32LE(at % 1_000_000, 4);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  record.set(frame, 16);
  return record;
}

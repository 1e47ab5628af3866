// The capture reader: byte orders, stamps, a record that tcpdump is still writing, and files it must refuse.

import t from 'tap';
import { ETHERTYPE_ARP, readPcap } from './pcap.js';

/** A file with one frame of 20 octets, stamped 7 s and `fraction`. */
function capture(change: { magic?: number; bigEndian?: boolean; fraction?: number; linkType?: number } = {}): Buffer {
  const { magic = 0xa1b2c3d4, bigEndian = false, fraction = 500, linkType = 1 } = change;
  const frame = Buffer.alloc(20, 0xaa);
  frame.writeUInt16BE(ETHERTYPE_ARP, 12);
  const words = [magic, 0x00040002, 0, 0, 65_535, linkType, 7, fraction, frame.length, frame.length];
  const header = Buffer.alloc(40);
  words.forEach((word, index) =>
    bigEndian ? header.writeUInt32BE(word, index * 4) : header.writeUInt32LE(word, index * 4),
  );
  return Buffer.concat([header, frame]);
}

t.test('reads both byte orders and both stamps', (t) => {
  for (const bigEndian of [false, true])
    for (const [magic, fraction] of [
      [0xa1b2c3d4, 500],
      [0xa1b23c4d, 500_000],
    ] as const) {
      const [frame, ...others] = readPcap(capture({ magic, bigEndian, fraction }));
      t.equal(others.length, 0);
      t.equal(frame?.at, 7_000_500);
      t.equal(frame?.etherType, ETHERTYPE_ARP);
      t.same(frame?.payload, Buffer.alloc(6, 0xaa));
    }
  t.end();
});

t.test('a last record cut short is left out', (t) => {
  const two = Buffer.concat([capture(), capture().subarray(24)]);
  t.equal(readPcap(two).length, 2);
  t.equal(readPcap(two.subarray(0, -1)).length, 1);
  t.equal(readPcap(two.subarray(0, 24 + 36 + 10)).length, 1);
  t.end();
});

t.test('refuses what it cannot read', (t) => {
  t.throws(() => readPcap(capture({ magic: 0x0a0d0d0a })), /no capture file/);
  t.throws(() => readPcap(capture({ linkType: 113 })), /link type 113/);
  t.throws(() => readPcap(Buffer.alloc(10)), /only 10 octets/);
  t.end();
});

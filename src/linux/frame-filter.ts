// Programs of classic BPF that choose frames in the kernel, written as rows: of all frames of an ordinary segment, those
// that are turned away never wake the process. It attaches none. Linux Documentation/networking/filter.rst

import { putU16, putU32 } from 'netlink/dist/structs.js';

/** An instruction: its code, its operand, and the rows where it goes on, which is the next one if absent. */
export type Row = readonly [code: number, operand: number, yes?: number, no?: number];

/** Loads are at an offset from the start of the frame; one beyond its end turns it away. */
export const LOAD_WORD = 0x20;
export const LOAD_HALF = 0x28;
export const LOAD_OCTET = 0x30;
export const KEEP = 0x07;
export const IF_EQUAL = 0x15;
export const IF_EQUAL_KEPT = 0x1d;
export const IF_GREATER = 0x25;
export const IF_ANY_BIT = 0x45;
const RETURN = 0x06;
/** SKF_AD_OFF + SKF_AD_PKTTYPE: PACKET_HOST 0, _BROADCAST 1, _MULTICAST 2. */
const PACKET_TYPE = 0xfffff004;
const MULTICAST = 2;

/** Where a row goes to end it. */
export const TAKE = -1;
export const LEAVE = -2;
/** The first row that is the caller's. */
export const FIRST = 2;

/**
 * The program (struct sock_filter: code, how far to jump if true and if false, operand) of these rows, numbered from FIRST
 * on. Before them go frames that came in for this host or for a group it is in: those of a VLAN that has no interface here
 * are for others.
 */
export function filterOf(rows: readonly Row[]): Buffer {
  const take = FIRST + rows.length;
  const all: readonly Row[] = [
    [LOAD_OCTET, PACKET_TYPE],
    [IF_GREATER, MULTICAST, LEAVE, FIRST],
    ...rows,
    [RETURN, 0xffff],
    [RETURN, 0],
  ];
  return Buffer.concat(
    all.flatMap(([code, operand, yes = 0, no = 0], row) => {
      const far = (to: number): number => Math.max(0, (to < 0 ? take - 1 - to : to) - row - 1);
      return [putU16(code), Uint8Array.of(far(yes), far(no)), putU32(operand)];
    }),
  );
}

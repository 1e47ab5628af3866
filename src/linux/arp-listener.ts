// ARP that says where an address lives, heard on all interfaces: gratuitous ARP, and answers to probes. All other ARP is
// turned away by a filter in the kernel, so that the traffic of an ordinary segment never wakes the process. It doesn't
// judge whose address it is. RFC 5227 § 1.1, § 2.1.1; packet(7), socket(7)

import { getU32, putU16, putU32 } from 'netlink/dist/structs.js';
import type { IpAddress, MacAddress } from '../address.js';
import { decodeArp } from '../packet/arp.js';
import { AF_PACKET, setBuffer, SOCK_RAW, Socket } from './native.js';

/** Somebody says that an address is at a MAC address. */
export interface ArpClaim {
  readonly ifindex: number;
  readonly address: IpAddress;
  readonly mac: MacAddress;
  /** An answer to a probe; else gratuitous. */
  readonly isAnswer: boolean;
}

/** ETH_P_ARP in network order. */
const ARP = Uint8Array.of(8, 6);
const ARP_FRAME_LENGTH = 42;
/** About a thousand frames wait: so many say a MASTER of hundreds of addresses back to back. */
const RECEIVE_BUFFER = 1 << 20;
/** The most that one receive() reads, so that a flood does not keep adverts and timers waiting. */
const MOST_FRAMES = 64;

export class ArpListener {
  readonly #socket = new Socket(AF_PACKET, SOCK_RAW, 0);
  readonly #buffers = Array.from({ length: MOST_FRAMES }, () => Buffer.alloc(ARP_FRAME_LENGTH));

  /** `onReadable` is called when claims wait for receive(). Throws what the kernel refuses: EPERM without CAP_NET_RAW. */
  constructor(onReadable: () => void) {
    setBuffer(this.#socket, 'receive', RECEIVE_BUFFER);
    // The filter before the protocol: nothing that it turns away is ever queued.
    this.#socket.attachFilter(FILTER);
    const anyInterface = Buffer.concat([putU16(AF_PACKET), ARP, Buffer.alloc(16)]);
    this.#socket.bind(anyInterface);
    this.#socket.watch(onReadable);
  }

  /** The claims that are queued, in the order of their arrival; of many the first ones. */
  receive(): ArpClaim[] {
    return this.#socket.receiveMany(this.#buffers).flatMap(({ source, length }, position) => {
      const arp = decodeArp(this.#buffers[position]?.subarray(0, length) ?? Buffer.alloc(0));
      if (arp.kind !== 'arp') return [];
      const { sender, target } = arp;
      // sockaddr_ll: the index stands behind family and protocol.
      return [{ ...sender, ifindex: getU32(source.subarray(4, 8)), isAnswer: target.address !== sender.address }];
    });
  }

  close(): void {
    this.#socket.close();
  }
}

/** An instruction of classic BPF: its code, its operand, and the rows where it goes on, which is the next one if absent. */
type Row = readonly [code: number, operand: number, yes?: number, no?: number];

const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_OCTET = 0x30;
const KEEP = 0x07;
const IF_EQUAL = 0x15;
const IF_EQUAL_KEPT = 0x1d;
const IF_GREATER = 0x25;
const RETURN = 0x06;
/** SKF_AD_OFF + SKF_AD_PKTTYPE: PACKET_HOST 0, _BROADCAST 1, _MULTICAST 2. */
const PACKET_TYPE = 0xfffff004;
const MULTICAST = 2;
const TAKE = 17;
const LEAVE = 18;

/** A load beyond the end of the frame leaves it, and so do frames of a VLAN that has no interface here: they are OTHERHOST. */
const ROWS: readonly Row[] = [
  /*  0 */ [LOAD_OCTET, PACKET_TYPE],
  /*  1 */ [IF_GREATER, MULTICAST, LEAVE, 2],
  // Hardware type Ethernet, protocol IPv4, address lengths 6 and 4.
  /*  2 */ [LOAD_WORD, 14],
  /*  3 */ [IF_EQUAL, 0x00010800, 4, LEAVE],
  /*  4 */ [LOAD_HALF, 18],
  /*  5 */ [IF_EQUAL, 0x0604, 6, LEAVE],
  // Sender address: a probe has none, and claims nothing.
  /*  6 */ [LOAD_WORD, 28],
  /*  7 */ [IF_EQUAL, 0, LEAVE, 8],
  /*  8 */ [KEEP, 0],
  // Target address: the sender's own one is gratuitous; none is what a probe is answered with.
  /*  9 */ [LOAD_WORD, 38],
  /* 10 */ [IF_EQUAL_KEPT, 0, 14, 11],
  /* 11 */ [IF_EQUAL, 0, 12, LEAVE],
  // An answer is a reply (2); gratuitous is a request (1) too.
  /* 12 */ [LOAD_HALF, 20],
  /* 13 */ [IF_EQUAL, 2, TAKE, LEAVE],
  /* 14 */ [LOAD_HALF, 20],
  /* 15 */ [IF_EQUAL, 1, TAKE, 16],
  /* 16 */ [IF_EQUAL, 2, TAKE, LEAVE],
  /* 17 */ [RETURN, 0xffff],
  /* 18 */ [RETURN, 0],
];

/** struct sock_filter: code, how far to jump if true and if false, operand. */
const FILTER = Buffer.concat(
  ROWS.flatMap(([code, operand, yes = 0, no = 0], row) => {
    const far = (to: number): number => Math.max(0, to - row - 1);
    return [putU16(code), Uint8Array.of(far(yes), far(no)), putU32(operand)];
  }),
);

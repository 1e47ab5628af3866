// Frames that say where an address lives, heard on all interfaces: a socket for each kind of them. All others are turned
// away by a filter in the kernel, so that the traffic of an ordinary segment never wakes the process. It doesn't judge
// whose address it is. packet(7), socket(7)

import { getU32, putU16, putU16be } from 'netlink/dist/structs.js';
import type { IpAddress, MacAddress } from '../address.js';
import { AF_PACKET, setBuffer, SOCK_RAW, Socket } from './native.js';

/** Somebody says that an address is at a MAC address. */
export interface Claim {
  readonly ifindex: number;
  readonly address: IpAddress;
  readonly mac: MacAddress;
  /** Certainly an answer to a probe. */
  readonly isAnswer: boolean;
}

/** Frames of one protocol that claim something. */
export interface ClaimKind {
  readonly etherType: number;
  readonly filter: Buffer;
  /** What is behind so many octets of a frame is not wanted. */
  readonly longest: number;
  /** Undefined for one that passes the filter and claims nothing. */
  readonly read: (frame: Uint8Array) => Omit<Claim, 'ifindex'> | undefined;
}

/** About a thousand frames wait: so many say a MASTER of hundreds of addresses back to back. */
const RECEIVE_BUFFER = 1 << 20;
/** The most of a kind that one receive() reads, so that a flood does not keep adverts and timers waiting. */
const MOST_FRAMES = 64;

interface Open {
  readonly kind: ClaimKind;
  readonly socket: Socket;
  readonly first: Buffer;
  readonly others: readonly Buffer[];
}

export class ClaimListener {
  readonly #open: readonly Open[];

  /** `onReadable` is called when claims wait for receive(). Throws what the kernel refuses: EPERM without CAP_NET_RAW. */
  constructor(kinds: readonly ClaimKind[], onReadable: () => void) {
    this.#open = kinds.map((kind) => {
      const socket = new Socket(AF_PACKET, SOCK_RAW, 0);
      setBuffer(socket, 'receive', RECEIVE_BUFFER);
      // The filter before the protocol: nothing that it turns away is ever queued.
      socket.attachFilter(kind.filter);
      const anyInterface = Buffer.concat([putU16(AF_PACKET), putU16be(kind.etherType), Buffer.alloc(16)]);
      socket.bind(anyInterface);
      socket.watch(onReadable);
      const buffer = (): Buffer => Buffer.alloc(kind.longest);
      return { kind, socket, first: buffer(), others: Array.from({ length: MOST_FRAMES - 1 }, buffer) };
    });
  }

  /** The claims that are queued, of each kind in the order of their arrival; of many the first ones. */
  receive(): Claim[] {
    return this.#open.flatMap(({ kind, socket, first, others }) => {
      // By itself, since mostly there is none, and asking for many takes ten times as long.
      const one = socket.receive(first);
      if (one === undefined) return [];
      const more = socket.receiveMany(others);
      return [one, ...more].flatMap(({ source, length }, position) => {
        const claim = kind.read((others[position - 1] ?? first).subarray(0, length));
        // sockaddr_ll: the index stands behind family and protocol.
        return claim ? [{ ...claim, ifindex: getU32(source.subarray(4, 8)) }] : [];
      });
    });
  }

  close(): void {
    for (const { socket } of this.#open) socket.close();
  }
}

// Ready-made Ethernet frames out of an interface, many in one system call. It receives nothing and looks into no frame.
// packet(7)

import { putU16, putU32 } from 'netlink/dist/structs.js';
import { AF_PACKET, refusal, refusalOf, setBuffer, SOCK_RAW, Socket, type Refusal } from './native.js';

const EAGAIN = 11;
/** Room for the gratuitous ARPs of some thousand addresses on a card that sends them slowly. */
const SEND_BUFFER = 4 << 20;

export class FrameSocket {
  /** Protocol 0: nothing is ever queued for it. */
  readonly #socket = new Socket(AF_PACKET, SOCK_RAW, 0);

  /** Throws what the kernel refuses: EPERM without CAP_NET_RAW. */
  constructor() {
    setBuffer(this.#socket, 'send', SEND_BUFFER);
  }

  /** Sends the frames in order; the refusal of the first one that did not go, with the number of those that did. */
  send(ifindex: number, frames: readonly Uint8Array[]): (Refusal & { readonly sent: number }) | undefined {
    // sockaddr_ll: only the index counts, the frame has its own addresses.
    const destination = Buffer.concat([putU16(AF_PACKET), putU16(0), putU32(ifindex), Buffer.alloc(12)]);
    let sent = 0;
    try {
      while (sent < frames.length) {
        const went = this.#socket.sendMany(sent === 0 ? frames : frames.slice(sent), destination);
        if (went === 0) return { ...refusal(EAGAIN), sent };
        sent += went;
      }
      return undefined;
    } catch (error) {
      return { ...refusalOf(error), sent };
    }
  }

  close(): void {
    this.#socket.close();
  }
}

// The kernel's process connector: which processes begin, become another program, or end, told within a millisecond. Only
// the first network and process namespace of a machine has it; elsewhere it refuses. It looks at no process itself.
// linux/cn_proc.h, linux/connector.h

import { getU32, putU16, putU32 } from 'netlink/dist/structs.js';
import { AF_NETLINK, netlinkAddress, setBuffer, SOCK_DGRAM, Socket } from './native.js';

const NETLINK_CONNECTOR = 11;
/** CN_IDX_PROC, CN_VAL_PROC */
const PROCESSES = 1;
const PROC_CN_MCAST_LISTEN = 1;
const NLMSG_DONE = 3;
const NLMSG_HEADER = 16;
const CN_HEADER = 20;
/** proc_event: what, cpu, timestamp, then what belongs to it. */
const EVENT = NLMSG_HEADER + CN_HEADER;
const DATA = EVENT + 16;
const WHAT = { ack: 0, fork: 1, exec: 2, comm: 0x200, exit: 0x80000000 } as const;
/** One batch takes less than a millisecond. */
const BATCH = 64;
const DATAGRAM = 256;

/** What may have happened to a process. */
export interface ProcessEvent {
  readonly kind: 'changed' | 'ended';
  readonly pid: number;
}

export class ProcessEvents {
  readonly #socket: Socket;
  readonly #buffers = Array.from({ length: BATCH }, () => Buffer.alloc(DATAGRAM));

  /** Throws where there is no connector; `lost`: events were missed, or begin only now. */
  constructor(onEvent: (event: ProcessEvent) => void, lost: () => void) {
    this.#socket = new Socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR);
    setBuffer(this.#socket, 'receive', 1 << 20);
    this.#socket.bind(netlinkAddress(PROCESSES));
    this.#socket.watch(() => this.#receive(onEvent, lost));
    try {
      this.#socket.send(listenRequest());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket.close();
  }

  #receive(onEvent: (event: ProcessEvent) => void, lost: () => void): void {
    let count: number;
    try {
      const received = this.#socket.receiveMany(this.#buffers);
      count = received.length;
    } catch {
      // The queue ran over.
      lost();
      return;
    }
    for (const datagram of this.#buffers.slice(0, count)) {
      const event = parseEvent(datagram);
      if (event === 'acknowledged') lost();
      else if (event) onEvent(event);
    }
  }
}

const listenRequest = (): Uint8Array => {
  const operation = putU32(PROC_CN_MCAST_LISTEN);
  const connector = [putU32(PROCESSES), putU32(PROCESSES), putU32(0), putU32(0), putU16(operation.length), putU16(0)];
  const length = NLMSG_HEADER + CN_HEADER + operation.length;
  const header = [putU32(length), putU16(NLMSG_DONE), putU16(0), putU32(0), putU32(0)];
  return Buffer.concat([...header, ...connector, operation]);
};

/** Threads are passed over: only the first one of a process counts. */
function parseEvent(datagram: Buffer): ProcessEvent | 'acknowledged' | undefined {
  const word = (index: number): number => getU32(datagram.subarray(DATA + index * 4, DATA + index * 4 + 4));
  const what = getU32(datagram.subarray(EVENT, EVENT + 4));
  switch (what) {
    case WHAT.ack:
      return word(0) === 0 ? 'acknowledged' : undefined;
    case WHAT.fork:
      return word(2) === word(3) ? { kind: 'changed', pid: word(3) } : undefined;
    case WHAT.exec:
    case WHAT.comm:
      return word(0) === word(1) ? { kind: 'changed', pid: word(1) } : undefined;
    case WHAT.exit:
      return word(0) === word(1) ? { kind: 'ended', pid: word(1) } : undefined;
    default:
      return undefined;
  }
}

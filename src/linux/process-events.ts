// The kernel's process connector: which processes begin, become another program, or end, told within a millisecond. Only
// the first network, process and user namespace of a machine has it. It looks at no process itself.
// linux/cn_proc.h, linux/connector.h

import { getU32, putU16, putU32 } from 'netlink/dist/structs.js';
import { AF_NETLINK, netlinkAddress, refusalOf, setBuffer, SOCK_DGRAM, Socket } from './native.js';

const NETLINK_CONNECTOR = 11;
/** CN_IDX_PROC, CN_VAL_PROC */
const PROCESSES = 1;
const PROC_CN_MCAST_LISTEN = 1;
const PROC_CN_MCAST_IGNORE = 2;
const NLMSG_DONE = 3;
const NLMSG_HEADER = 16;
const CN_HEADER = 20;
/** proc_event: what, cpu, timestamp, then what belongs to it. */
const EVENT = NLMSG_HEADER + CN_HEADER;
const DATA = EVENT + 16;
const WHAT = { ack: 0, fork: 1, exec: 2, comm: 0x200, exit: 0x80000000 } as const;
/** So many are taken at once: looking at their processes takes about a millisecond. */
const BATCH = 32;
const DATAGRAM = 256;

/** What happened last to each process. */
export type ProcessEvents = ReadonlyMap<number, 'changed' | 'ended'>;

interface Handlers {
  readonly onEvents: (events: ProcessEvents) => void;
  /** Some were missed. */
  readonly onLoss: () => void;
}

export class ProcessConnector {
  readonly #socket = new Socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR);
  readonly #buffers = Array.from({ length: BATCH }, () => Buffer.alloc(DATAGRAM));

  /** Throws where there is none. */
  constructor({ onEvents, onLoss }: Handlers, { receiveBuffer = 1 << 20 }: { receiveBuffer?: number } = {}) {
    try {
      setBuffer(this.#socket, 'receive', receiveBuffer);
      this.#socket.bind(netlinkAddress(PROCESSES));
      this.#socket.send(request(PROC_CN_MCAST_LISTEN));
      // The kernel answers before send() returns, or never: in a namespace of processes it takes the request in silence.
      for (let events = this.#receive(); !events.some(isConsent); events = this.#receive())
        if (events.length === 0) throw new Error('the kernel tells of no processes here');
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#socket.watch(() => {
      let events: Buffer[];
      try {
        events = this.#receive();
      } catch (error) {
        // The queue ran over.
        refusalOf(error);
        onLoss();
        return;
      }
      onEvents(new Map(events.flatMap(parseEvent)));
    });
  }

  /** An older kernel goes on making events for nobody unless it is told. */
  close(): void {
    try {
      this.#socket.send(request(PROC_CN_MCAST_IGNORE));
    } catch (error) {
      refusalOf(error);
    }
    this.#socket.close();
  }

  #receive(): Buffer[] {
    return this.#buffers.slice(0, this.#socket.receiveMany(this.#buffers).length);
  }
}

const request = (operation: number): Uint8Array => {
  const data = putU32(operation);
  const connector = [putU32(PROCESSES), putU32(PROCESSES), putU32(0), putU32(0), putU16(data.length), putU16(0)];
  const length = NLMSG_HEADER + CN_HEADER + data.length;
  const header = [putU32(length), putU16(NLMSG_DONE), putU16(0), putU32(0), putU32(0)];
  return Buffer.concat([...header, ...connector, data]);
};

const wordAt = (datagram: Buffer, offset: number): number => getU32(datagram.subarray(offset, offset + 4));

const isConsent = (datagram: Buffer): boolean => wordAt(datagram, EVENT) === WHAT.ack && wordAt(datagram, DATA) === 0;

/** Threads are passed over: only the first one of a process counts. */
function parseEvent(datagram: Buffer): [number, 'changed' | 'ended'][] {
  const word = (index: number): number => wordAt(datagram, DATA + index * 4);
  const of = (pid: number, process: number, what: 'changed' | 'ended'): [number, typeof what][] =>
    pid === process ? [[pid, what]] : [];
  switch (wordAt(datagram, EVENT)) {
    case WHAT.fork:
      return of(word(2), word(3), 'changed');
    case WHAT.exec:
    case WHAT.comm:
      return of(word(0), word(1), 'changed');
    case WHAT.exit:
      return of(word(0), word(1), 'ended');
    default:
      return [];
  }
}

// Requests to the kernel's tables of links, addresses and sockets over an AF_NETLINK socket: the kernel carries them out
// within the call, and the answers are read at once, so nothing here waits. The package netlink formats and parses; its
// own socket is not used, since an overrun makes it end the process. netlink(7), rtnetlink(7), sock_diag(7)

import { Flags, FlagsAck, FlagsGet, MessageType } from 'netlink/dist/constants.js';
import {
  align,
  countLength,
  formatHeader,
  getString,
  getU32,
  HEADER_LENGTH,
  parseAttributes,
  parseError,
  parseMessages,
  type NetlinkMessage,
} from 'netlink/dist/structs.js';
import { AF_NETLINK, netlinkAddress, refusal, refusalOf, setBuffer, SOCK_RAW, Socket, type Refusal } from './native.js';

/** A message without its header; `flags` beside REQUEST and ACK. */
export interface NetlinkRequest {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array[];
}

const { NOOP, ERROR, DONE }: Record<keyof typeof MessageType, number> = MessageType;
export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
/** The attribute of an answer that says in words what was wrong. */
const NLMSGERR_ATTR_MSG = 1;
/** The kernel fills datagrams up to this in a dump. */
export const LARGEST_DATAGRAM = 1 << 16;
/** So many requests in a datagram take less than a millisecond and their answers always find room. */
const BATCH = 50;
const KERNEL = netlinkAddress(0);
const NO_ANSWER: Refusal = { code: 'ENOBUFS', message: 'no answer from the kernel' };

export class Netlink {
  /** The kernel marks with it what this socket caused. */
  readonly port: number;
  readonly #socket: Socket;
  readonly #buffer = Buffer.alloc(LARGEST_DATAGRAM);
  #sequence = 0;

  /** Throws what the kernel refuses. */
  constructor(protocol = NETLINK_ROUTE) {
    this.#socket = new Socket(AF_NETLINK, SOCK_RAW, protocol);
    setBuffer(this.#socket, 'receive', 1 << 20);
    this.#socket.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
    this.#socket.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
    this.#askForFilters();
    this.#socket.bind(KERNEL);
    this.port = getU32(this.#socket.localName().subarray(4, 8));
  }

  /** Carries out all requests in order, also after a refused one; for each its refusal, undefined when it was done. */
  request(requests: readonly NetlinkRequest[]): (Refusal | undefined)[] {
    const outcomes: (Refusal | undefined)[] = [];
    for (let from = 0; from < requests.length; from += BATCH)
      outcomes.push(...this.#batch(requests.slice(from, from + BATCH)));
    return outcomes;
  }

  /** Asks for nothing, and reads that it is done. */
  noop(): void {
    this.request([{ type: NOOP, flags: 0, body: [] }]);
  }

  /** All entries of a table that fit the body. Throws what the kernel refuses, and when the table does not come whole. */
  dump({ type, body }: { type: number; body: Uint8Array[] }): NetlinkMessage[] {
    for (let attempt = 1; ; attempt++) {
      const answers = [...this.dumpInParts({ type, body })].flat();
      // NLM_F_DUMP_INTR: the table changed meanwhile and the dump may lack an entry.
      if (attempt === 5 || !answers.some((answer) => (answer.flags & Flags.DUMP_INTR) !== 0)) return answers;
    }
  }

  /**
   * The same a datagram at a time, so that whoever reads a long table may pause between them; no other request meanwhile.
   * The table may change under it.
   */
  *dumpInParts({ type, body }: { type: number; body: Uint8Array[] }): Generator<NetlinkMessage[], void> {
    this.#socket.send(this.#format([{ type, body, flags: FlagsGet.DUMP }]), KERNEL);
    const sequence = this.#sequence;
    for (let answers = this.#receive(); answers !== undefined; answers = this.#receive()) {
      const own = answers.filter(({ seq }) => seq === sequence);
      for (const answer of own) {
        const refused = answer.type === ERROR ? refusalIn(answer) : undefined;
        if (refused !== undefined) throw Object.assign(new Error(`netlink: ${refused.message}`), refused);
      }
      yield own.filter(({ type }) => type !== DONE);
      if (own.some(({ type }) => type === DONE)) return;
    }
    throw new Error('netlink: a dump ended without its last message');
  }

  close(): void {
    this.#socket.close();
  }

  /** The kernel leaves out of a dump what is not asked for; one before Linux 4.20 tells all. */
  #askForFilters(): void {
    try {
      this.#socket.setOption(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    } catch (error) {
      if (refusalOf(error).code !== 'ENOPROTOOPT') throw error;
    }
  }

  /** The kernel answers each request that it refuses; the last one's answer, asked for, says that all are done. */
  #batch(requests: readonly NetlinkRequest[]): (Refusal | undefined)[] {
    const first = this.#sequence + 1;
    const last = first + requests.length - 1;
    const outcomes = requests.map((): Refusal | undefined => undefined);
    try {
      this.#socket.send(this.#format(requests, Flags.ACK), KERNEL);
      for (;;) {
        const answers = this.#receive();
        if (answers === undefined) return requests.map(() => NO_ANSWER);
        for (const answer of answers) {
          if (answer.type !== ERROR || answer.seq < first || answer.seq > last) continue;
          outcomes[answer.seq - first] = refusalIn(answer);
          if (answer.seq === last) return outcomes;
        }
      }
    } catch (error) {
      return requests.map(() => refusalOf(error));
    }
  }

  /** The messages of the next datagram, undefined when none is queued. */
  #receive(): NetlinkMessage[] | undefined {
    const received = this.#socket.receive(this.#buffer);
    const octets = received && Buffer.from(this.#buffer.subarray(0, received.length));
    return octets && (understood(() => parseMessages(octets)) ?? []);
  }

  /** One datagram, written in place: as many small buffers as there are attributes take four times as long. */
  #format(requests: readonly NetlinkRequest[], flagsOfLast = 0): Buffer {
    const size = requests.reduce((sum, { body }) => sum + HEADER_LENGTH + align(countLength(body)), 0);
    const datagram = Buffer.alloc(size);
    let offset = 0;
    for (const [index, { type, flags, body }] of requests.entries()) {
      const length = HEADER_LENGTH + countLength(body);
      const more = index === requests.length - 1 ? flagsOfLast : 0;
      this.#sequence = (this.#sequence + 1) >>> 0;
      const header = { length, type, flags: flags | more | Flags.REQUEST, seq: this.#sequence, port: this.port };
      datagram.set(formatHeader(header), offset);
      let at = offset + HEADER_LENGTH;
      for (const part of body) {
        datagram.set(part, at);
        at += part.length;
      }
      offset += align(length);
    }
    return datagram;
  }
}

/** What the package reads; undefined where it throws: octets that are cut short or have a wrong length inside. */
export function understood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}

function refusalIn(answer: NetlinkMessage): Refusal | undefined {
  const errno = understood(() => parseError(answer.data, answer.flags).errno);
  if (errno === undefined) return NO_ANSWER;
  if (errno === 0) return undefined;
  const { code, message } = refusal(errno);
  let detail: string | undefined;
  // With NETLINK_CAP_ACK the attributes follow the error number and the header of the request.
  if ((answer.flags & FlagsAck.ACK_TLVS) !== 0)
    understood(() =>
      parseAttributes(answer.data.subarray(20), ({ type, data }) => {
        if (type === NLMSGERR_ATTR_MSG) detail = getString(data);
      }),
    );
  return { code, message: detail ?? message };
}

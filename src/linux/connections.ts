// Resets the TCP connections that have one of some local addresses: their clients notice at once, instead of waiting for a
// host that has let go of the address. A few are done within the call, many in portions between which others get their
// turn; whoever waits shares the next look at the kernel's table. It doesn't look at ports or programs. sock_diag(7),
// linux/inet_diag.h

import { AttrStream, putU16, putU32, type NetlinkMessage } from 'netlink/dist/structs.js';
import { addressOctets, familyOf, type IpAddress } from '../address.js';
import { AF_INET, FAMILY_NUMBERS } from './addresses.js';
import { Netlink, NETLINK_SOCK_DIAG, type NetlinkRequest } from './netlink.js';
import { refusalOf } from './native.js';

/** A dump of both families at once, which the newer SOCK_DIAG_BY_FAMILY needs two for: an IPv6 listener has IPv4 clients. */
const TCPDIAG_GETSOCK = 18;
const SOCK_DESTROY = 21;
const IPPROTO_TCP = 6;
/**
 * ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT. In the other states either nobody waits, or the kernel
 * sends no RST.
 */
const STATES = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 8);
/** So many are looked at and reset within the call. */
const FEW = 64;
/** Of more, so many are reset in one go: about half a millisecond. */
const PORTION = 32;
/** With more addresses it is quicker to be told of all sockets than to let the kernel compare each with each. */
const MOST_CONDITIONS = 16;

/** One end of a connection, as the kernel tells of it and wants to be told of it. */
interface End {
  readonly family: number;
  /** struct inet_diag_sockid */
  readonly id: Buffer;
}

/** One that was found: at an address of the list of that number. */
interface FoundEnd extends End {
  readonly list: number;
}

/** Addresses that somebody wants to be told of together. */
type List = readonly IpAddress[];

interface Job {
  readonly lists: readonly List[];
  /** Goes on for a portion at a time; its value is how many connections there were, for each list. */
  readonly work: Iterator<unknown, readonly number[]>;
}

export class Connections {
  /** Why none is ever reset, in words; undefined: they are. */
  readonly refusal: string | undefined;
  readonly #netlink: Netlink | undefined;
  readonly #onReset: (addresses: List, count: number) => void;
  #job: Job | undefined;
  /** For the job after it. */
  #waiting: List[] = [];

  /** `onReset` gets what reset() had no answer to yet, not from within it. */
  constructor(onReset: (addresses: List, count: number) => void) {
    this.#onReset = onReset;
    try {
      this.#netlink = new Netlink(NETLINK_SOCK_DIAG);
      // There is no such connection, as a kernel that could reset it says.
      const [refused] = this.#netlink.request([destruction({ family: AF_INET, id: Buffer.alloc(48) })]);
      if (refused !== undefined && refused.code !== 'ENOENT') this.refusal = refused.message;
    } catch (error) {
      this.refusal = refusalOf(error).message;
    }
  }

  /**
   * How many connections to the addresses of each list have been reset, of which both ends may be here; undefined: onReset
   * will tell, list by list.
   */
  reset(lists: readonly List[]): readonly number[] | undefined {
    const netlink = this.#netlink;
    if (netlink === undefined || this.refusal !== undefined || lists.flat().length === 0) return lists.map(() => 0);
    if (this.#job) {
      this.#waiting.push(...lists);
      return undefined;
    }
    const work = resetAll(netlink, lists);
    const step = work.next();
    if (step.done === true) return step.value;
    this.#goOn(netlink, { lists, work });
    return undefined;
  }

  close(): void {
    [this.#job, this.#waiting] = [undefined, []];
    this.#netlink?.close();
  }

  /** One job after the other, since they share a socket. */
  #goOn(netlink: Netlink, job: Job): void {
    this.#job = job;
    setImmediate(() => {
      if (this.#job !== job) return;
      const { lists, work } = job;
      const step = work.next();
      if (step.done !== true) {
        this.#goOn(netlink, job);
        return;
      }
      const waiting = this.#waiting;
      [this.#job, this.#waiting] = [undefined, []];
      if (waiting.length > 0) this.#goOn(netlink, { lists: waiting, work: resetAll(netlink, waiting) });
      for (const [index, count] of step.value.entries()) this.#onReset(lists[index] ?? [], count);
    });
  }
}

/** First finds them all, since a dump that is going on may pass over something when others go. Never throws. */
function* resetAll(netlink: Netlink, lists: readonly List[]): Generator<undefined, readonly number[]> {
  const ends: FoundEnd[] = [];
  const selection = new Selection(lists);
  try {
    for (const messages of netlink.dumpInParts({ type: TCPDIAG_GETSOCK, body: dumpBody(lists.flat()) })) {
      ends.push(...messages.flatMap((message) => selection.endIn(message) ?? []));
      if (messages.length > FEW) yield;
    }
  } catch (error) {
    // Those that were found before the kernel refused to go on are reset all the same.
    if (error instanceof TypeError) throw error;
  }
  const counts = lists.map(() => 0);
  for (let from = 0; from < ends.length; from += PORTION) {
    if (from > 0 && ends.length > FEW) yield;
    const portion = ends.slice(from, from + PORTION);
    const outcomes = netlink.request(portion.map(destruction));
    for (const [index, { list }] of portion.entries())
      if (outcomes[index] === undefined) counts[list] = (counts[list] ?? 0) + 1;
  }
  return counts;
}

/** What is picked from a dump: the end at one of the addresses, and of a connection within this host the first one only. */
export class Selection {
  readonly #lists: ReadonlyMap<string, number>;
  readonly #seen = new Set<string>();

  constructor(lists: readonly List[]) {
    const entries = lists.flatMap((list, index) => list.map((address) => [keyOf(address), index] as const));
    this.#lists = new Map(entries);
  }

  /** struct inet_diag_msg: family, state, two octets, then the identity: ports, addresses, interface, cookie. */
  endIn({ data }: NetlinkMessage): FoundEnd | undefined {
    const family = data[0];
    const id = Buffer.from(data.subarray(4, 52));
    if (family === undefined || id.length < 48) return undefined;
    const local = addressIn(id.subarray(4, 20), family);
    const list = this.#lists.get(local);
    if (list === undefined) return undefined;
    const own = `${textOf(id.subarray(0, 2))} ${local}`;
    const far = `${textOf(id.subarray(2, 4))} ${addressIn(id.subarray(20, 36), family)}`;
    if (this.#seen.has(`${far} ${own}`)) return undefined;
    this.#seen.add(`${own} ${far}`);
    return { family, id, list };
  }
}

const MAPPED = textOf(Buffer.from('00000000000000000000ffff', 'hex'));

/** As text that can be compared; of an IPv4 connection that came to an IPv6 listener (::ffff:192.0.2.1) the IPv4 one. */
function addressIn(octets: Buffer, family: number): string {
  if (family === AF_INET) return textOf(octets.subarray(0, 4));
  const text = textOf(octets);
  return text.startsWith(MAPPED) ? text.slice(MAPPED.length) : text;
}

const keyOf = (address: IpAddress): string => textOf(Buffer.from(addressOctets(address)));

function textOf(octets: Buffer): string {
  return octets.toString('latin1');
}

/** struct inet_diag_req: nothing but the states counts; then the filter. */
function dumpBody(addresses: readonly IpAddress[]): Uint8Array[] {
  const request = Buffer.concat([Buffer.alloc(52), putU32(STATES), putU32(0)]);
  if (addresses.length > MOST_CONDITIONS) return [request];
  const filter = new AttrStream();
  filter.push(INET_DIAG_REQ_BYTECODE, anyOf(addresses));
  return [request, ...filter.bufs];
}

const INET_DIAG_REQ_BYTECODE = 1;
const JUMP = 1;
const LOCAL_ADDRESS = 7;
const ANY_PORT = 0xffffffff;

/**
 * The kernel's filter for sockets with one of these local addresses. An instruction is a code and how many octets it is
 * to the next one if true and if false; the end of the program takes a socket, four octets beyond it turn it away.
 */
function anyOf(addresses: readonly IpAddress[]): Buffer {
  return addresses.reduceRight((rest: Buffer, address) => {
    const octets = addressOctets(address);
    const condition = Buffer.concat([
      Uint8Array.of(FAMILY_NUMBERS[familyOf(address)], octets.length * 8, 0, 0),
      putU32(ANY_PORT),
      octets,
    ]);
    const length = 4 + condition.length;
    const isLast = rest.length === 0;
    const jump = isLast ? [] : [Uint8Array.of(JUMP, 4), putU16(4 + rest.length)];
    return Buffer.concat([Uint8Array.of(LOCAL_ADDRESS, length), putU16(length + 4), condition, ...jump, rest]);
  }, Buffer.alloc(0));
}

/** struct inet_diag_req_v2: family, protocol, two octets, states, identity. */
const destruction = ({ family, id }: End): NetlinkRequest => ({
  type: SOCK_DESTROY,
  flags: 0,
  body: [Buffer.concat([Uint8Array.of(family, IPPROTO_TCP, 0, 0), putU32(0), id])],
});

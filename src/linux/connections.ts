// Resets the TCP connections that have one of some local addresses: their clients notice at once, instead of waiting for a
// host that has let go of the address. A few are done within the call, many in portions between which others get their
// turn. It doesn't look at ports or programs. sock_diag(7), linux/inet_diag.h

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

interface Job {
  readonly addresses: readonly IpAddress[];
  /** Goes on for a portion at a time; its value is how many connections there were. */
  readonly work: Iterator<unknown, number>;
}

export class Connections {
  /** Why none is ever reset, in words; undefined: they are. */
  readonly refusal: string | undefined;
  readonly #netlink: Netlink | undefined;
  readonly #onReset: (addresses: readonly IpAddress[], count: number) => void;
  readonly #jobs: Job[] = [];

  /** `onReset` gets what reset() had no answer to yet, not from within it. */
  constructor(onReset: (addresses: readonly IpAddress[], count: number) => void) {
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

  /** How many connections to these addresses have been reset, of which both ends may be here; undefined: onReset will tell. */
  reset(addresses: readonly IpAddress[]): number | undefined {
    if (this.#netlink === undefined || this.refusal !== undefined || addresses.length === 0) return 0;
    const work = resetAll(this.#netlink, addresses);
    if (this.#jobs.length === 0) {
      const { done = false, value } = work.next();
      if (done) return Number(value);
    }
    this.#jobs.push({ addresses, work });
    if (this.#jobs.length === 1) this.#goOn();
    return undefined;
  }

  close(): void {
    this.#jobs.length = 0;
    this.#netlink?.close();
  }

  /** The jobs one after the other, since they share a socket. */
  #goOn(): void {
    setImmediate(() => {
      const [job] = this.#jobs;
      if (job === undefined) return;
      const { done = false, value } = job.work.next();
      if (done) {
        this.#jobs.shift();
        this.#onReset(job.addresses, Number(value));
      }
      if (this.#jobs.length > 0) this.#goOn();
    });
  }
}

/** First finds them all, since a dump that is going on may pass over something when others go. Never throws. */
function* resetAll(netlink: Netlink, addresses: readonly IpAddress[]): Generator<undefined, number> {
  const ends: End[] = [];
  const selection = new Selection(addresses);
  try {
    for (const messages of netlink.dumpInParts({ type: TCPDIAG_GETSOCK, body: dumpBody(addresses) })) {
      ends.push(...messages.flatMap((message) => selection.endIn(message) ?? []));
      if (messages.length > FEW) yield;
    }
  } catch (error) {
    // Those that were found before the kernel refused to go on are reset all the same.
    if (error instanceof TypeError) throw error;
  }
  let count = 0;
  for (let from = 0; from < ends.length; from += PORTION) {
    if (from > 0 && ends.length > FEW) yield;
    const outcomes = netlink.request(ends.slice(from, from + PORTION).map(destruction));
    count += outcomes.filter((refused) => refused === undefined).length;
  }
  return count;
}

/** What is picked from a dump: the end at one of the addresses, and of a connection within this host the first one only. */
export class Selection {
  readonly #addresses: ReadonlySet<string>;
  readonly #seen = new Set<string>();

  constructor(addresses: readonly IpAddress[]) {
    this.#addresses = new Set(addresses.map((address) => textOf(Buffer.from(addressOctets(address)))));
  }

  /** struct inet_diag_msg: family, state, two octets, then the identity: ports, addresses, interface, cookie. */
  endIn({ data }: NetlinkMessage): End | undefined {
    const family = data[0];
    const id = Buffer.from(data.subarray(4, 52));
    if (family === undefined || id.length < 48) return undefined;
    const local = addressIn(id.subarray(4, 20), family);
    if (!this.#addresses.has(local)) return undefined;
    const own = `${textOf(id.subarray(0, 2))} ${local}`;
    const far = `${textOf(id.subarray(2, 4))} ${addressIn(id.subarray(20, 36), family)}`;
    if (this.#seen.has(`${far} ${own}`)) return undefined;
    this.#seen.add(`${own} ${far}`);
    return { family, id };
  }
}

const MAPPED = textOf(Buffer.from('00000000000000000000ffff', 'hex'));

/** As text that can be compared; of an IPv4 connection that came to an IPv6 listener (::ffff:192.0.2.1) the IPv4 one. */
function addressIn(octets: Buffer, family: number): string {
  if (family === AF_INET) return textOf(octets.subarray(0, 4));
  const text = textOf(octets);
  return text.startsWith(MAPPED) ? text.slice(MAPPED.length) : text;
}

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

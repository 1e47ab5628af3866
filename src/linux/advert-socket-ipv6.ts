// IPv6 packets of protocol 112: one socket for each interface, which hears groups and unicast alike. The kernel makes and
// takes off the IP header, and tells what was in it; the checksum is in the octets, right or wrong, and is not looked at.
// RFC 5798 § 5.1.2, RFC 3542 § 6; ipv6(7), raw(7)

import { getU32, putU16, putU32 } from 'netlink/dist/structs.js';
import { addressFromOctets, addressOctets, isMulticast, VRRP_GROUPS, type IpAddress } from '../address.js';
import { FAMILY_NUMBERS } from './addresses.js';
import {
  attempt,
  deviceOf,
  MOST_PACKETS,
  PRIORITY,
  PROTOCOL,
  RECEIVE_BUFFER,
  SO_BINDTODEVICE,
  SO_PRIORITY,
  type Opening,
} from './advert-socket.js';
import { refusalOf, setBuffer, SOCK_RAW, Socket, SOL_SOCKET, type Control, type Received } from './native.js';

const AF_INET6 = FAMILY_NUMBERS.ipv6;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_JOIN_GROUP = 20;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;
const IPV6_TCLASS = 67;

/** As IPv4 has it: precedence "internetwork control". */
const TRAFFIC_CLASS = 0xc0;
/** RFC 5798 § 5.1: an advert is at most 8 + 255 x 16 octets long. */
const LONGEST_PACKET = 4096;

/** The fields of the IP header that vrrpd chooses or looks at. */
export interface Ends {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
}

interface Open {
  readonly socket: Socket;
  readonly opening: Opening;
}

export class Ipv6AdvertSockets {
  readonly #onReadable: () => void;
  readonly #open = new Map<string, Open>();
  readonly #buffer = Buffer.alloc(LONGEST_PACKET);

  /** `onReadable` is called, not from within any call of this object, when packets wait for receive(). */
  constructor(onReadable: () => void) {
    this.#onReadable = onReadable;
  }

  /** Listens to unicast and the groups. Throws an Error that names the option and the cause, and then leaves nothing open. */
  open(opening: Opening): void {
    const { name } = opening;
    this.close(name);
    const socket = attempt(`raw socket for ${name}`, () => new Socket(AF_INET6, SOCK_RAW, PROTOCOL));
    try {
      configure(socket, opening);
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#open.set(name, { socket, opening });
    // What came in from any interface before the socket was bound to this one.
    this.#drain({ socket, opening }, MOST_PACKETS, () => undefined);
    socket.watch(this.#onReadable);
    this.#warmUp(name);
  }

  close(name: string): void {
    this.#open.get(name)?.socket.close();
    this.#open.delete(name);
  }

  /** Sends what follows the IP header. Throws an Error that names the cause. */
  send(name: string, octets: Uint8Array, { source, destination, hopLimit }: Ends): void {
    const found = this.#open.get(name);
    if (found === undefined) throw new Error(`no IPv6 advert socket is open on ${name}`);
    const { socket, opening } = found;
    const scope = putU32(opening.index);
    const control: Control = [
      [IPPROTO_IPV6, IPV6_PKTINFO, Buffer.concat([addressOctets(source), scope])],
      [IPPROTO_IPV6, IPV6_HOPLIMIT, putU32(hopLimit)],
    ];
    // struct sockaddr_in6: family, port, flow information, address, scope.
    const to = Buffer.concat([putU16(AF_INET6), Buffer.alloc(6), addressOctets(destination), scope]);
    attempt(`sending on ${name}`, () => {
      if (transmit(source, () => socket.send(octets, to, control)) === undefined) throw new Error('the queue is full');
    });
  }

  /** Hands over what is queued on all interfaces. `octets` are overwritten by the next packet: decode them at once. */
  receive(handle: (name: string, octets: Uint8Array, ends: Ends) => void): void {
    let left = MOST_PACKETS;
    for (const [name, open] of this.#open)
      left -= this.#drain(open, left, (octets, ends) => handle(name, octets, ends));
  }

  closeAll(): void {
    for (const name of this.#open.keys()) this.close(name);
  }

  /** Walks the way of a packet once up to where the kernel refuses its hop limit: the first advert is in a hurry. */
  #warmUp(name: string): void {
    const group = VRRP_GROUPS.ipv6;
    try {
      this.send(name, Buffer.alloc(0), { source: group, destination: group, hopLimit: 256 });
    } catch {
      return; // As expected.
    }
  }

  /** Reads at most `most` packets; how many there were. Also those of groups that others on the host are in come to a raw socket. */
  #drain(
    { socket, opening: { groups } }: Open,
    most: number,
    handle: (octets: Uint8Array, ends: Ends) => void,
  ): number {
    for (let count = 0; count < most; count++) {
      const received = socket.receive(this.#buffer);
      if (received === undefined) return count;
      const ends = endsOf(received);
      if (ends && (!isMulticast(ends.destination) || groups.includes(ends.destination)))
        handle(this.#buffer.subarray(0, received.length), ends);
    }
    return most;
  }
}

/** The kernel calls a source that is not on the host, or not past its duplicate detection, an invalid argument. */
function transmit(source: IpAddress, send: () => number | undefined): number | undefined {
  try {
    return send();
  } catch (error) {
    if (refusalOf(error).code !== 'EINVAL') throw error;
    throw new Error(`${source} is not, or not yet, an address of this host`, { cause: error });
  }
}

/** Undefined only if the kernel did not tell what it was asked to tell. */
function endsOf({ source, control }: Received): Ends | undefined {
  const told = (wanted: number): Buffer | undefined => control.find(([, type]) => type === wanted)?.[2];
  const [info, limit] = [told(IPV6_PKTINFO), told(IPV6_HOPLIMIT)];
  if (!info || !limit) return undefined;
  return {
    // struct sockaddr_in6, struct in6_pktinfo.
    source: addressFromOctets(source.subarray(8, 24)),
    destination: addressFromOctets(info.subarray(0, 16)),
    hopLimit: getU32(limit),
  };
}

function configure(socket: Socket, { name, index, groups, receiveBuffer = 0 }: Opening): void {
  const set = (title: string, [level, option]: readonly [number, number], value: number | Buffer): void =>
    attempt(`${title} for ${name}`, () => socket.setOption(level, option, value));
  set('SO_BINDTODEVICE', [SOL_SOCKET, SO_BINDTODEVICE], deviceOf(name));
  set('SO_PRIORITY', [SOL_SOCKET, SO_PRIORITY], PRIORITY);
  set('IPV6_RECVPKTINFO', [IPPROTO_IPV6, IPV6_RECVPKTINFO], 1);
  set('IPV6_RECVHOPLIMIT', [IPPROTO_IPV6, IPV6_RECVHOPLIMIT], 1);
  set('IPV6_TCLASS', [IPPROTO_IPV6, IPV6_TCLASS], TRAFFIC_CLASS);
  set('IPV6_MULTICAST_LOOP', [IPPROTO_IPV6, IPV6_MULTICAST_LOOP], 0);
  // struct ipv6_mreq: group, interface.
  for (const group of groups)
    set('IPV6_JOIN_GROUP', [IPPROTO_IPV6, IPV6_JOIN_GROUP], Buffer.concat([addressOctets(group), putU32(index)]));
  setBuffer(socket, 'receive', Math.max(RECEIVE_BUFFER, receiveBuffer));
}

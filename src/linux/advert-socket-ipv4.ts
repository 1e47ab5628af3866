// IPv4 packets of protocol 112 through the package raw-socket: one socket for each interface, since the package does not
// tell which interface a packet came in on; it hears groups and unicast alike. It moves octets with their IP header and
// looks at none but the destination. RFC 3768 § 5.2, RFC 1112; ip(7), raw(7), socket(7).

import { putU32 } from 'netlink/dist/structs.js';
import raw from 'raw-socket';
import { addressOctets, VRRP_GROUPS } from '../address.js';
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
import { setBuffer, SOL_SOCKET } from './native.js';

type Wrap = ReturnType<typeof raw.createSocket>['wrap'];

const IPPROTO_IP = 0;
const IP_HDRINCL = 3;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
const IP_MULTICAST_ALL = 49;

/** RFC 3768 § 5.1: an advert is at most 20 + 8 + 255 x 4 + 8 octets long. */
const LONGEST_PACKET = 2048;

export class Ipv4AdvertSockets {
  readonly #onReadable: () => void;
  readonly #sockets = new Map<string, Wrap>();
  readonly #buffer = Buffer.alloc(LONGEST_PACKET);
  #announced = false;

  /** `onReadable` is called, not from within any call of this object, when packets wait for receive(). */
  constructor(onReadable: () => void) {
    this.#onReadable = onReadable;
  }

  /** Listens to unicast and the groups. Throws an Error that names the option and the cause, and then leaves nothing open. */
  open(opening: Opening): void {
    const { name } = opening;
    this.close(name);
    const wrap = attempt(`raw socket for ${name}`, () => raw.createSocket({ protocol: PROTOCOL, bufferSize: 1 }).wrap);
    wrap.removeAllListeners('recvReady');
    wrap.removeAllListeners('error');
    try {
      configure(wrap, opening);
    } catch (error) {
      wrap.close();
      throw error;
    }
    this.#sockets.set(name, wrap);
    // What came in from any interface before the socket was bound to this one.
    this.#drain(wrap, MOST_PACKETS, () => undefined);
    wrap.on('recvReady', () => this.#announce());
    // libuv stops watching a socket that has an error pending; a fresh one takes its place.
    wrap.on('error', () => this.open(opening));
    this.#warmUp(name);
  }

  close(name: string): void {
    this.#sockets.get(name)?.close();
    this.#sockets.delete(name);
  }

  /** Sends a packet that begins with its IP header to the destination named there. Throws an Error that names the cause. */
  send(name: string, octets: Buffer): void {
    this.#send(name, octets, octets.length);
  }

  #send(name: string, octets: Buffer, length: number): void {
    const wrap = this.#sockets.get(name);
    if (wrap === undefined) throw new Error(`no advert socket is open on ${name}`);
    const destination = octets.subarray(16, 20).join('.');
    attempt(`sending on ${name}`, () => wrap.send(octets, 0, length, destination, () => undefined));
  }

  /**
   * Hands over what is queued on all interfaces. `octets` are overwritten by the next packet: decode them at once.
   * `handle` must not open or close: raw-socket would read on from a fresh socket bound to no interface.
   */
  receive(handle: (name: string, octets: Uint8Array) => void): void {
    let left = MOST_PACKETS;
    for (const [name, wrap] of this.#sockets) left -= this.#drain(wrap, left, (octets) => handle(name, octets));
  }

  closeAll(): void {
    for (const name of this.#sockets.keys()) this.close(name);
  }

  /** Walks the way of a packet once up to where the kernel refuses one without a whole header: the first advert is in a hurry. */
  #warmUp(name: string): void {
    const noPacket = Buffer.alloc(20);
    noPacket.set(addressOctets(VRRP_GROUPS.ipv4), 16);
    try {
      this.#send(name, noPacket, 1);
    } catch {
      return; // As expected.
    }
  }

  /** Reads at most `most` packets; how many there were. */
  #drain(wrap: Wrap, most: number, handle: (octets: Uint8Array) => void): number {
    for (let count = 0; count < most; count++) {
      let length = 0;
      try {
        wrap.recv(this.#buffer, (_, received) => (length = received));
      } catch {
        // Nothing more is queued; any other error has been taken off the socket by this read.
        return count;
      }
      handle(this.#buffer.subarray(0, length));
    }
    return most;
  }

  /** raw-socket calls from outside any turn of Node's queues, where promises and nextTick stand still; an immediate does not. */
  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    setImmediate(() => {
      this.#announced = false;
      this.#onReadable();
    });
  }
}

type SocketOption = readonly [title: string, level: number, option: number, value: number | Buffer];

function configure(wrap: Wrap, { name, index, groups, receiveBuffer = 0 }: Opening): void {
  // struct ip_mreqn: group, local address, interface.
  const onLink = (group: Uint8Array): Buffer => Buffer.concat([group, Buffer.alloc(4), putU32(index)]);
  const options: SocketOption[] = [
    ['SO_BINDTODEVICE', SOL_SOCKET, SO_BINDTODEVICE, deviceOf(name)],
    ['IP_HDRINCL', IPPROTO_IP, IP_HDRINCL, 1],
    ...groups.map((group): SocketOption => [
      'IP_ADD_MEMBERSHIP',
      IPPROTO_IP,
      IP_ADD_MEMBERSHIP,
      onLink(addressOctets(group)),
    ]),
    ['IP_MULTICAST_IF', IPPROTO_IP, IP_MULTICAST_IF, onLink(Buffer.alloc(4))],
    ['IP_MULTICAST_LOOP', IPPROTO_IP, IP_MULTICAST_LOOP, 0],
    ['IP_MULTICAST_ALL', IPPROTO_IP, IP_MULTICAST_ALL, 0],
    ['SO_PRIORITY', SOL_SOCKET, SO_PRIORITY, PRIORITY],
  ];
  for (const [title, level, option, value] of options)
    attempt(`${title} for ${name}`, () =>
      typeof value === 'number'
        ? wrap.setOption(level, option, value)
        : wrap.setOption(level, option, value, value.length),
    );
  attempt(`SO_RCVBUF for ${name}`, () => setBuffer(wrap, 'receive', Math.max(RECEIVE_BUFFER, receiveBuffer)));
}

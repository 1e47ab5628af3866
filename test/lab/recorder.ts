// A program of its own that stands in for tcpdump: `recorder INTERFACE FILTER [FILE]` writes what comes in into a capture
// file, or without one a line for each echo, either way, in tcpdump's words. It knows the lab's filters and no others.

import { openSync, readFileSync, writeSync } from 'node:fs';
import { putU16, putU32 } from 'netlink/dist/structs.js';
import { addressFromOctets, type IpAddress } from '../../src/address.js';
import { AF_PACKET, setBuffer, SOCK_RAW, Socket, SOL_SOCKET } from '../../src/linux/native.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../pcap.js';

const [, , name = '', filter = '', path] = process.argv;
/** In network order. */
const ETH_P_ALL = 0x0300;
const SO_TIMESTAMPNS = 35;
/** sockaddr_ll, packet(7): where the type is, and that of what this host sends. */
const TYPE_AT = 10;
const PACKET_OUTGOING = 4;
const ROOM = 4 << 20;
const IP = 14;

const VRRP = 112;
/** Protocol and type. */
const ECHOES: Readonly<Record<string, string>> = {
  '1 8': 'request',
  '1 0': 'reply',
  '58 128': 'request',
  '58 129': 'reply',
};
const NEIGHBOUR_ADVERTISEMENT = '58 136';

const [, host] = /^echoes of (\S+)$/.exec(filter) ?? [];

interface Packet {
  readonly protocol: number;
  readonly ends: readonly IpAddress[];
  readonly body: Buffer;
}

/** Undefined for what is not IP; of IPv6 without extension headers, which nobody here sends. */
function packetIn(frame: Buffer): Packet | undefined {
  const etherType = frame.readUInt16BE(12);
  const ip = frame.subarray(IP);
  const ends = (from: number, length: number): IpAddress[] =>
    [0, length].map((at) => addressFromOctets(ip.subarray(from + at, from + at + length)));
  if (etherType === ETHERTYPE_IPV4)
    return { protocol: ip.readUInt8(9), ends: ends(12, 4), body: ip.subarray(4 * (ip.readUInt8(0) & 15)) };
  if (etherType === ETHERTYPE_IPV6) return { protocol: ip.readUInt8(6), ends: ends(8, 16), body: ip.subarray(40) };
  return undefined;
}

function wanted(frame: Buffer): boolean {
  const packet = packetIn(frame);
  if (packet === undefined) return frame.readUInt16BE(12) === ETHERTYPE_ARP && filter.includes('arp');
  const { protocol, ends, body } = packet;
  const type = `${protocol} ${body[0]}`;
  if (host !== undefined) return type in ECHOES && ends.some((end) => end === host);
  if (filter === 'icmp') return type in ECHOES;
  return protocol === VRRP || (type === NEIGHBOUR_ADVERTISEMENT && filter.includes('arp'));
}

const mac = (octets: Buffer): string => octets.toString('hex').replace(/..(?!$)/g, '$&:');

function tell(frame: Buffer, seconds: number, nanoseconds: number): void {
  const packet = packetIn(frame);
  if (packet === undefined) return;
  const { protocol, body } = packet;
  const at = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
  const numbers = `id ${body.readUInt16BE(4)}, seq ${body.readUInt16BE(6)},`;
  const kind = ECHOES[`${protocol} ${body[0]}`];
  console.log(`${at} ${mac(frame.subarray(6, 12))} > ${mac(frame.subarray(0, 6))}: ICMP echo ${kind}, ${numbers}`);
}

const numbers = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
const file = path === undefined ? undefined : openSync(path, 'w');
// Stamps in nanoseconds, version 2.4, Ethernet.
if (file !== undefined) writeSync(file, numbers(0xa1b23c4d, 0x00040002, 0, 0, 0xffff, 1));

const index = Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'));
const socket = new Socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
setBuffer(socket, 'receive', ROOM);
socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS, 1);
socket.bind(Buffer.concat([putU16(AF_PACKET), putU16(ETH_P_ALL), putU32(index), Buffer.alloc(12)]));
const into = Buffer.alloc(0x10000);
socket.watch(() => {
  for (let received; (received = socket.receive(into)) !== undefined;) {
    const { length, source, control } = received;
    const frame = into.subarray(0, length);
    const [seconds, nanoseconds] = stampOf(control);
    if (!wanted(frame)) continue;
    if (file === undefined) tell(frame, seconds, nanoseconds);
    else if (source[TYPE_AT] !== PACKET_OUTGOING)
      writeSync(file, Buffer.concat([numbers(seconds, nanoseconds, length, length), frame]));
  }
});
console.error(`listening on ${name}`);

/** The kernel's: struct timespec with two numbers of 64 bits. */
function stampOf(control: readonly (readonly [number, number, Buffer])[]): [seconds: number, nanoseconds: number] {
  const [, , stamp] = control.find(([, type]) => type === SO_TIMESTAMPNS) ?? [0, 0, Buffer.alloc(16)];
  return [Number(stamp.readBigInt64LE(0)), Number(stamp.readBigInt64LE(8))];
}

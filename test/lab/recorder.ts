// A program of its own that stands in for tcpdump: `recorder INTERFACE FILTER [FILE]` writes what comes in into a capture
// file, or without one a line for each echo, either way, in tcpdump's words. It knows the lab's filters and no others.

import { openSync, readFileSync, writeSync } from 'node:fs';
import { putU16, putU32 } from 'netlink/dist/structs.js';
import { AF_PACKET, setBuffer, SOCK_RAW, Socket, SOL_SOCKET } from '../../src/linux/native.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4 } from '../pcap.js';

const [, , name = '', filter = '', path] = process.argv;
/** In network order. */
const ETH_P_ALL = 0x0300;
const SO_TIMESTAMPNS = 35;
/** sockaddr_ll, packet(7): where the type is, and that of what this host sends. */
const TYPE_AT = 10;
const PACKET_OUTGOING = 4;
const ROOM = 4 << 20;
const IP = 14;

const [, host] = /^icmp and host (\S+)$/.exec(filter) ?? [];
const text = (octets: Buffer): string => octets.join('.');

function wanted(frame: Buffer): boolean {
  const etherType = frame.readUInt16BE(12);
  if (etherType !== ETHERTYPE_IPV4) return etherType === ETHERTYPE_ARP && filter.includes('arp');
  const protocol = frame[IP + 9];
  if (host === undefined) return protocol === (filter === 'icmp' ? 1 : 112);
  return (
    protocol === 1 && [frame.subarray(IP + 12, IP + 16), frame.subarray(IP + 16, IP + 20)].map(text).includes(host)
  );
}

const mac = (octets: Buffer): string => octets.toString('hex').replace(/..(?!$)/g, '$&:');

function tell(frame: Buffer, seconds: number, nanoseconds: number): void {
  const icmp = frame.subarray(IP + 4 * ((frame[IP] ?? 0) & 15));
  const kind = { 0: 'reply', 8: 'request' }[icmp[0] ?? -1];
  if (kind === undefined) return;
  const at = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
  const numbers = `id ${icmp.readUInt16BE(4)}, seq ${icmp.readUInt16BE(6)},`;
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

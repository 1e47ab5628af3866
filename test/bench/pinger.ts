// A program of its own: asks an address for its echo a thousand times a second and reads no answer, a capture does that.
// Each request carries its number; one that is late goes out late, after its predecessors. First of all it tells when
// number 0 is due, in milliseconds since 1970; number n is due n milliseconds later.

import { putU16 } from 'netlink/dist/structs.js';
import { addressOctets, type IpAddress } from '../../src/address.js';
import { Alarm, now } from '../../src/linux/clock.js';
import { setBuffer, Socket, SOCK_RAW } from '../../src/linux/native.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { after, instant, milliseconds } from '../../src/time.js';

const AF_INET = 2;
const IPPROTO_ICMP = 1;
const ECHO_REQUEST = 8;
/** RFC 792: type, code, checksum, identifier, sequence number; then 4 octets of our own, the number. */
const LENGTH = 12;

const target = addressOctets((process.argv[2] ?? '') as IpAddress);
const destination = Buffer.concat([putU16(AF_INET), Buffer.alloc(2), target, Buffer.alloc(8)]);
const socket = new Socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
// The answers that nobody reads.
setBuffer(socket, 'receive', 4_096);

const start = after(now(), milliseconds(1));
console.log(Date.now() + (start - now()) / 1_000);
let number = 0;
const alarm = new Alarm(() => {
  for (; dueAt(number) <= now(); number += 1) ask();
  alarm.set(dueAt(number));
});
alarm.set(start);

function dueAt(one: number) {
  return instant(start + one * 1_000);
}

function ask(): void {
  const packet = Buffer.alloc(LENGTH);
  packet[0] = ECHO_REQUEST;
  packet.writeUInt16BE(number & 0xffff, 6);
  packet.writeUInt32BE(number, 8);
  packet.writeUInt16BE(internetChecksum(packet), 2);
  try {
    socket.send(packet, destination);
  } catch {
    return; // No way to the address: it has had no answer.
  }
}

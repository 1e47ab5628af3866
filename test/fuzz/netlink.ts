// What the kernel tells over netlink, damaged: notifications of interfaces and addresses, dumps, acknowledgements. They go by
// real sockets, from this process to itself, as only root may send them. What can't be understood is read anew, so that
// the tables end up as they are. netlink(7), rtnetlink(7)

import { readFileSync } from 'node:fs';
import { formatMessage, putU16, putU32 } from 'netlink/dist/structs.js';
import { formatAddress, formatLink, MessageType } from 'netlink/dist/rt/structs.js';
import { Interfaces } from '../../src/linux/interfaces.js';
import { AF_NETLINK, netlinkAddress, SOCK_RAW, Socket } from '../../src/linux/native.js';
import { Netlink, NETLINK_ROUTE } from '../../src/linux/netlink.js';
import type { Random } from '../../src/sim/random.js';
import type { Input } from '../../src/vrrp/input.js';
import { must, mustEqual, type Target } from './target.js';

const LOOPBACK = 1;
const DONE = 3;
const ERROR = 2;
const MULTI = 2;
const NO_MESSAGE = Buffer.from([1, 0, 0, 0]);

/** The ports of the netlink sockets that follow interfaces and addresses: theirs is not told otherwise. */
const portsOfMonitors = (): string[] =>
  readFileSync('/proc/self/net/netlink', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, protocol, port = '', groups]) => (protocol === '0' && groups === '00000011' ? [port] : []));

const attribute = (type: number, data: Uint8Array): Buffer =>
  Buffer.concat([putU16(4 + data.length), putU16(type), data, Buffer.alloc(-data.length & 3)]);

const messageOf = (type: number, ...data: Uint8Array[]): Buffer =>
  Buffer.concat(formatMessage({ type, flags: MULTI, seq: 1, port: 0, data }));

function linkMessage(random: Random): Buffer {
  const index = random.pick([LOOPBACK, 2, 3, 70_000, -1]);
  const flags = random.pick([{}, { up: true }, { up: true, running: true }] as const);
  return messageOf(
    random.pick([MessageType.NEWLINK, MessageType.NEWLINK, MessageType.DELLINK]),
    formatLink({ family: random.chance(8) ? 7 : 0, index, flags }),
    attribute(3, Buffer.from(`${random.pick(['lo', 'eth0', 'a-name-of-15-let', ''])}\0`)),
    attribute(4, putU32(random.pick([0, 68, 1_500, 65_536]))),
    attribute(1, Buffer.alloc(random.pick([6, 6, 0, 20]), 2)),
  );
}

function addressMessage(random: Random): Buffer {
  const address = Buffer.from([10, 0, 0, random.below(5)]);
  return messageOf(
    random.pick([MessageType.NEWADDR, MessageType.DELADDR]),
    formatAddress({ family: 2, prefixlen: random.pick([8, 24, 32]), index: random.pick([LOOPBACK, 2, 3]) }),
    attribute(1, address),
    attribute(2, address),
    attribute(3, Buffer.from('lo:1\0')),
  );
}

const outcome = (random: Random): Buffer =>
  messageOf(
    random.pick([ERROR, ERROR, DONE]),
    Buffer.concat([
      putU32(random.pick([0, 0xffffffff, 0xffffffed])),
      Buffer.alloc(16),
      attribute(1, Buffer.from('no\0')),
    ]),
  );

const datagram = (random: Random): Buffer =>
  Buffer.concat([
    linkMessage(random),
    ...random.list(3, () => random.pick([linkMessage, addressMessage, outcome])(random)),
  ]);

const SEEDS = ['0600', 'ffff', '1400', '0000'].map((field) => Buffer.from(field, 'hex'));

interface Monitor {
  readonly interfaces: Interfaces;
  readonly netlink: Netlink;
  readonly port: number;
  /** The loopback as it is; others may come and go. */
  readonly loopback: unknown;
}
let monitor: Monitor | undefined;
let sender: Socket | undefined;

function send(octets: Buffer, port: number): void {
  sender ??= new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  const destination = Buffer.from(netlinkAddress(0));
  destination.writeUInt32LE(port >>> 0, 4);
  // The kernel does not take an empty one.
  sender.send(octets.length === 0 ? NO_MESSAGE : octets, destination);
}

function openMonitor(): Monitor {
  const before = portsOfMonitors();
  const netlink = new Netlink();
  const interfaces = new Interfaces(netlink, () => undefined);
  const [port] = portsOfMonitors().filter((one) => !before.includes(one));
  interfaces.receive();
  return { interfaces, netlink, port: Number(port), loopback: interfaces.find('lo') };
}

export function closeNetlink(): void {
  monitor?.interfaces.close();
  monitor?.netlink.close();
  sender?.close();
}

function checkInput(input: Input): void {
  if (input.kind === 'address-removed') {
    must(/^[\da-f.:]+$/.test(input.address), `an address: ${input.address}`);
    return;
  }
  must(input.kind === 'link', 'interfaces and addresses are what is told');
  const { link } = input;
  if (!link) return;
  must(Number.isInteger(link.index) && Number.isInteger(link.mtu), 'numbers are numbers');
  must(/^([\da-f]{2}:){5}[\da-f]{2}$/.test(link.mac), `a MAC address: ${link.mac}`);
  for (const { address, length } of link.addresses)
    must(/^[\da-f.:]+$/.test(address) && length >= 0 && length <= 255, `a prefix: ${address}/${length}`);
}

export const notifications: Target = {
  name: 'notifications',
  share: 1.5,
  seeds: SEEDS,
  words: [],
  input: datagram,
  check: (input) => {
    monitor ??= openMonitor();
    const { interfaces, port, loopback } = monitor;
    send(input, port);
    for (const one of interfaces.receive()) checkInput(one);
    // A message that is none: all is read anew.
    send(NO_MESSAGE, port);
    for (const one of interfaces.receive()) checkInput(one);
    mustEqual(interfaces.find('lo'), loopback, 'the loopback is as it is');
  },
};

export const replies: Target = {
  name: 'replies',
  share: 2,
  seeds: SEEDS,
  words: [],
  input: datagram,
  check: (input) => {
    const netlink = new Netlink();
    try {
      // Before the kernel's own: both are in the queue when the first one is read.
      send(input, netlink.port);
      const request = { type: MessageType.GETLINK, body: [formatLink({ index: LOOPBACK })] };
      if (input.length % 2 === 0) {
        const [refusal, ...more] = netlink.request([{ ...request, flags: 0 }]);
        must(more.length === 0, 'an outcome for each request');
        must(refusal === undefined || (refusal.code !== '' && refusal.message !== ''), 'a refusal has words');
        return;
      }
      for (const { type, data } of netlink.dump(request))
        must(Number.isInteger(type) && data.length < 65_536, 'a message');
    } catch (error) {
      must(error instanceof Error && error.message.startsWith('netlink: '), String(error));
    } finally {
      netlink.close();
    }
  },
};

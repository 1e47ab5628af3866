// What the kernel tells of interfaces and their addresses of both families, as inputs: a snapshot of every interface that changed, and
// every address that somebody else removed. After an overrun, or a message that can't be understood, all of it is read
// anew. It decides nothing about what is told. rtnetlink(7), netdevice(7)

import {
  formatAddress,
  formatLink,
  MessageType,
  parseAddressMessage,
  parseLink,
  type AddressFlags,
} from 'netlink/dist/rt/structs.js';
import {
  getObject,
  getString,
  getU32,
  parseMessages,
  type BaseObject,
  type NetlinkMessage,
} from 'netlink/dist/structs.js';
import {
  addressFromOctets,
  familyOf,
  formatPrefix,
  macFromOctets,
  type Family,
  type MacAddress,
  type Prefix,
} from '../address.js';
import type { Input, Link } from '../vrrp/input.js';
import { withAddress, withoutAddress, type KernelAddress } from './address-list.js';
import { FAMILY_NUMBERS, type IndexOf, type OnRemoved } from './addresses.js';
import { AF_NETLINK, MSG_TRUNC, netlinkAddress, refusalOf, setBuffer, SOCK_RAW, Socket } from './native.js';
import { LARGEST_DATAGRAM, NETLINK_ROUTE, understood, type Netlink } from './netlink.js';

const { NEWLINK, DELLINK, GETLINK, NEWADDR, DELADDR, GETADDR }: Record<keyof typeof MessageType, number> = MessageType;
/** Bits of the groups RTNLGRP_LINK (1), RTNLGRP_IPV4_IFADDR (5) and RTNLGRP_IPV6_IFADDR (9). */
const GROUPS = (1 << 0) | (1 << 4) | (1 << 8);
const RECEIVE_BUFFER = 8 << 20;
const LINK_HEADER = 16;
const NO_MAC = '00:00:00:00:00:00' as MacAddress;

/** An interface by its index; `snapshot` is made when it is asked for and dropped when something changes. */
interface Interface {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mac: MacAddress;
  readonly mtu: number;
  addresses: KernelAddress[];
  snapshot: Link | undefined;
}

interface Removal {
  readonly index: number;
  readonly prefix: Prefix;
}

export class Interfaces {
  readonly #netlink: Netlink;
  readonly #socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  readonly #buffer = Buffer.alloc(LARGEST_DATAGRAM);
  #interfaces = new Map<number, Interface>();
  #told: ReadonlyMap<string, Link> = new Map();
  /** Names that are gone, with the index of the interface that has another name since. */
  readonly #renamed = new Map<string, number>();
  /** How often this process removed an address since the last receive(): for IPv6 the kernel doesn't say whose doing it is. */
  readonly #ownRemovals = new Map<string, number>();
  /** By their index: those that were not up at some time since the last receive(). */
  readonly #fallen = new Set<number>();
  #stale = true;

  /** `onReadable` is called when something waits for receive(); the first receive() tells of every interface there is. */
  constructor(netlink: Netlink, onReadable: () => void, { receiveBuffer = RECEIVE_BUFFER } = {}) {
    this.#netlink = netlink;
    setBuffer(this.#socket, 'receive', receiveBuffer);
    this.#socket.bind(netlinkAddress(GROUPS));
    this.#socket.watch(onReadable);
  }

  /** The interface as the inputs so far have told of it. */
  find(name: string): Link | undefined {
    return this.#told.get(name);
  }

  /** The name of an interface by its number. */
  nameOf(index: number): string | undefined {
    return this.#interfaces.get(index)?.name;
  }

  /** The kernel's number of an interface; to remove something also of one that has been given another name. */
  readonly indexOf: IndexOf = (name, purpose) =>
    this.find(name)?.index ?? (purpose === 'remove' ? this.#renamed.get(name) : undefined);

  /** This process removed an address just now: receive() won't tell of it. */
  readonly removedHere: OnRemoved = (index, prefix) => {
    const removal = keyOf({ index, prefix });
    this.#ownRemovals.set(removal, (this.#ownRemovals.get(removal) ?? 0) + 1);
  };

  /** Reads all that is queued; the inputs show the end of it, and what flapped: interfaces first, removed addresses after them. */
  receive(): Input[] {
    const removals: Removal[] = [];
    for (const message of this.#messages()) {
      const applied = understood(() => ({ removal: this.#apply(message) }));
      if (applied === undefined) this.#stale = true;
      if (applied?.removal) removals.push(applied.removal);
    }
    if (this.#stale) removals.push(...this.#readAnew());
    const foreign = removals.filter((removal) => !this.#isOwn(removal));
    this.#ownRemovals.clear();
    return [...this.#changes(), ...foreign.flatMap((removal) => this.#inputOf(removal))];
  }

  close(): void {
    this.#socket.close();
  }

  /** All that is queued; `stale` when something was lost. */
  *#messages(): Generator<NetlinkMessage> {
    for (;;) {
      try {
        const received = this.#socket.receive(this.#buffer);
        if (received === undefined) return;
        const octets = this.#buffer.subarray(0, received.length);
        const messages = (received.flags & MSG_TRUNC) === 0 ? understood(() => parseMessages(octets)) : undefined;
        if (messages === undefined) this.#stale = true;
        else yield* messages;
      } catch (error) {
        if (refusalOf(error).code !== 'ENOBUFS') throw error;
        this.#stale = true;
      }
    }
  }

  /** Takes a message into the tables; the address that it takes away, if any. */
  #apply({ type, data }: NetlinkMessage): Removal | undefined {
    if (type === NEWLINK || type === DELLINK) this.#applyLink(type, data);
    if (type !== NEWADDR && type !== DELADDR) return undefined;
    const { data: header, attrs } = parseAddressMessage(data);
    const octets = attrs.local ?? attrs.address;
    const found = this.#interfaces.get(header.index ?? 0);
    if (octets === undefined || found === undefined) return undefined;
    const prefix = { address: addressFromOctets(octets), length: header.prefixlen ?? 0 };
    const { scope = 0, flags = {} } = header;
    found.addresses =
      type === NEWADDR
        ? withAddress(found.addresses, { prefix, scope, ...flagsOf(familyOf(prefix.address), flags) })
        : withoutAddress(found.addresses, prefix);
    found.snapshot = undefined;
    return type === DELADDR ? { index: found.index, prefix } : undefined;
  }

  #applyLink(type: number, data: Buffer): void {
    const { family, index = 0, flags } = parseLink(data.subarray(0, LINK_HEADER));
    // A bridge tells of its ports under its own family: a port that leaves it is not an interface that goes.
    if (family !== 0) return;
    if (type === DELLINK) {
      this.#interfaces.delete(index);
      return;
    }
    const { name = '', mac = NO_MAC, mtu = 0 } = linkAttributes(data.subarray(LINK_HEADER));
    const addresses = this.#interfaces.get(index)?.addresses ?? [];
    const up = flags?.up === true && flags.running === true;
    if (!up) this.#fallen.add(index);
    this.#interfaces.set(index, { index, name, up, mac, mtu, addresses, snapshot: undefined });
  }

  /** Dumps the tables; the addresses that are gone from interfaces that are still there. */
  #readAnew(): Removal[] {
    const before = this.#interfaces;
    this.#interfaces = new Map();
    for (const message of this.#netlink.dump({ type: GETLINK, body: [formatLink({})] })) this.#apply(message);
    for (const message of this.#dumpAddresses('ipv4')) this.#apply(message);
    // Whatever comes is put before what is there.
    for (const message of this.#dumpAddresses('ipv6').reverse()) this.#apply(message);
    this.#stale = false;
    return [...before.values()].flatMap(({ index, addresses }) => {
      const left = new Set(this.#interfaces.get(index)?.addresses.map(({ prefix }) => formatPrefix(prefix)));
      return addresses.filter(({ prefix }) => !left.has(formatPrefix(prefix))).map(({ prefix }) => ({ index, prefix }));
    });
  }

  #dumpAddresses(family: Family): NetlinkMessage[] {
    return this.#netlink.dump({ type: GETADDR, body: [formatAddress({ family: FAMILY_NUMBERS[family] })] });
  }

  /** True once for each time. */
  #isOwn(removal: Removal): boolean {
    const times = this.#ownRemovals.get(keyOf(removal)) ?? 0;
    this.#ownRemovals.set(keyOf(removal), times - 1);
    return times > 0;
  }

  /** What differs from what has been told: names that are gone, then interfaces that are new or other. */
  #changes(): Input[] {
    const told = this.#told;
    const present = new Map<string, Link>();
    for (const one of this.#interfaces.values()) present.set(one.name, (one.snapshot ??= snapshotOf(one)));
    this.#told = present;
    const gone = [...told.keys()].filter((name) => !present.has(name));
    for (const name of [...gone, ...this.#renamed.keys()]) {
      const index = told.get(name)?.index ?? this.#renamed.get(name);
      if (index !== undefined && this.#interfaces.has(index) && !present.has(name)) this.#renamed.set(name, index);
      else this.#renamed.delete(name);
    }
    const inputs = gone.map((name): Input => ({ kind: 'link', interface: name }));
    for (const [name, link] of present) {
      const before = told.get(name);
      const flapped = link.up && before?.up === true && before.index === link.index && this.#fallen.has(link.index);
      if (flapped || !sameLink(before, link))
        inputs.push({ kind: 'link', interface: name, link, ...(flapped && { flapped }) });
    }
    this.#fallen.clear();
    return inputs;
  }

  /** Nothing for an interface that is gone: its own input says that. */
  #inputOf({ index, prefix }: Removal): Input[] {
    const name = this.#interfaces.get(index)?.name;
    return name === undefined ? [] : [{ kind: 'address-removed', interface: name, address: prefix.address }];
  }
}

const keyOf = ({ index, prefix }: Removal): string => `${index} ${formatPrefix(prefix)}`;

/** For IPv6 the flag of secondary ones means temporary. RFC 4862 § 5.4: one that is tentative is nobody's yet. */
function flagsOf(
  family: Family,
  { secondary, tentative, optimistic, dadfailed }: AddressFlags,
): Pick<KernelAddress, 'secondary' | 'usable'> {
  if (family === 'ipv4') return { secondary: secondary === true, usable: true };
  return { secondary: false, usable: dadfailed !== true && (tentative !== true || optimistic === true) };
}

interface LinkAttributes extends BaseObject {
  mac?: MacAddress;
  name?: string;
  mtu?: number;
}

/** IFLA_ADDRESS (1), IFLA_IFNAME (3) and IFLA_MTU (4); the others are of no interest and not parsed. */
const linkAttributes = (octets: Buffer): LinkAttributes =>
  getObject<LinkAttributes>(octets, {
    1: (data, link) => {
      if (data.length === 6) link.mac = macFromOctets(data);
    },
    3: (data, link) => (link.name = getString(data)),
    4: (data, link) => (link.mtu = getU32(data)),
  });

const snapshotOf = ({ index, up, mac, mtu, addresses }: Interface): Link => ({
  index,
  up,
  mac,
  mtu,
  addresses: addresses.filter(({ usable }) => usable).map(({ prefix }) => prefix),
});

function sameLink(one: Link | undefined, other: Link): boolean {
  if (one === other) return true;
  return (
    one?.index === other.index &&
    one.up === other.up &&
    one.mac === other.mac &&
    one.mtu === other.mtu &&
    one.addresses.length === other.addresses.length &&
    one.addresses.every(
      (prefix, position) => formatPrefix(prefix) === formatPrefix(other.addresses[position] ?? prefix),
    )
  );
}

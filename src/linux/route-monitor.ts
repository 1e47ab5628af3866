// Sets routes and rules and takes them off, and tells which of those set somebody else removed or replaced. It listens only while there are some, and looks
// no further into a message than to its destination unless that is one of ours: on a host with the routes of the whole
// Internet thousands change in a second. It puts nothing back. rtnetlink(7)

import { MessageType } from 'netlink/dist/rt/structs.js';
import { putU32, readU16, readU32 } from 'netlink/dist/structs.js';
import { addressOctets, familyOf } from '../address.js';
import type { Route, Rule } from '../config/model.js';
import { after, seconds, type Instant } from '../time.js';
import type { Input } from '../vrrp/input.js';
import { FAMILY_NUMBERS, type IndexOf } from './addresses.js';
import { now } from './clock.js';
import { AF_NETLINK, netlinkAddress, refusalOf, setBuffer, SOCK_RAW, Socket } from './native.js';
import { NETLINK_ROUTE, SOL_NETLINK, understood, type Netlink } from './netlink.js';
import { compareRoute, ENTRY_HEADER, isRule } from './route-match.js';
import { Routes, shortTable, type RefusedRoute } from './routes.js';

const { NEWROUTE, DELROUTE, GETROUTE, DELRULE, GETRULE }: Record<keyof typeof MessageType, number> = MessageType;
const GROUPS = { route: { ipv4: 7, ipv6: 11 }, rule: { ipv4: 8, ipv6: 19 } } as const;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_DROP_MEMBERSHIP = 2;
const NLM_F_REPLACE = 0x100;
const NETLINK_HEADER = 16;
const RTA_DST = 1;
const RTA_TABLE = 15;
/** Longer messages are of routes with many ways, of which a configuration has none. */
const DATAGRAM = 2048;
const BATCH = 64;
/** The most batches that one receive() reads, so that a flood does not keep the timers waiting. */
const MOST_BATCHES = 4;
const RECEIVE_BUFFER = 8 << 20;
/** After an overrun the tables are read once in this time. */
const READING = seconds(1);

type Entry = Route | Rule;

export class RouteMonitor {
  readonly #netlink: Netlink;
  readonly #indexOf: IndexOf;
  readonly #kernel: Routes;
  readonly #socket = new Socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  readonly #buffers = Array.from({ length: BATCH }, () => Buffer.alloc(DATAGRAM));
  readonly #watched = new Map<string, Entry>();
  /** By what `keyOf` makes of their destination. */
  #routes: ReadonlyMap<number, readonly Route[]> = new Map();
  #rules: readonly Rule[] = [];
  readonly #groups = new Set<number>();
  #isStale = false;
  #readAt: Instant | undefined;

  /** `onReadable` is called when something waits for receive(); `indexOf` gives the kernel's number of an interface. */
  constructor(
    netlink: Netlink,
    { indexOf, onReadable }: { indexOf: IndexOf; onReadable: () => void },
    { receiveBuffer = RECEIVE_BUFFER } = {},
  ) {
    this.#netlink = netlink;
    this.#indexOf = indexOf;
    this.#kernel = new Routes(netlink, indexOf);
    setBuffer(this.#socket, 'receive', receiveBuffer);
    this.#socket.bind(netlinkAddress(0));
    this.#socket.watch(onReadable);
  }

  /** As Routes.add; from now on their removal by somebody else is told. */
  add(entries: readonly Entry[]): RefusedRoute[] {
    for (const entry of entries) this.#watched.set(nameOf(entry), entry);
    this.#listen();
    return this.#kernel.add(entries);
  }

  /** As Routes.remove; nobody else can remove them from now on. */
  remove(entries: readonly Entry[]): RefusedRoute[] {
    for (const entry of entries) this.#watched.delete(nameOf(entry));
    this.#listen();
    return this.#kernel.remove(entries);
  }

  /** What was removed since the last time, each once; of a flood a part, then `onReadable` is called again. */
  receive(): Input[] {
    const removed = new Set<Entry>();
    let isEmpty = false;
    for (let batch = 0; batch < MOST_BATCHES && !isEmpty; batch += 1) {
      const messages = this.#receive(batch === 0 ? 1 : BATCH);
      for (const message of messages) for (const entry of this.#removedIn(message)) removed.add(entry);
      isEmpty = messages.length === 0;
    }
    // Until its queue is empty the kernel does not say again that it had no room.
    const isTime = this.#readAt === undefined || after(this.#readAt, READING) <= now();
    if (this.#isStale && isEmpty && isTime) for (const entry of this.#absent()) removed.add(entry);
    return [...removed].map((entry) => ({ kind: 'route-removed', entry }));
  }

  close(): void {
    this.#socket.close();
  }

  /** Joins the groups that are needed and leaves the others. */
  #listen(): void {
    const routes = new Map<number, Route[]>();
    const [rules, wanted] = [new Array<Rule>(), new Set<number>()];
    for (const entry of this.#watched.values()) {
      wanted.add(GROUPS[entry.kind][familyOfEntry(entry)]);
      if (entry.kind === 'rule') rules.push(entry);
      else routes.set(routeKey(entry), [...(routes.get(routeKey(entry)) ?? []), entry]);
    }
    [this.#routes, this.#rules] = [routes, rules];
    for (const group of wanted) if (!this.#groups.has(group)) this.#setMembership(NETLINK_ADD_MEMBERSHIP, group);
    for (const group of this.#groups) if (!wanted.has(group)) this.#setMembership(NETLINK_DROP_MEMBERSHIP, group);
  }

  #setMembership(option: typeof NETLINK_ADD_MEMBERSHIP | typeof NETLINK_DROP_MEMBERSHIP, group: number): void {
    this.#socket.setOption(SOL_NETLINK, option, group);
    if (option === NETLINK_ADD_MEMBERSHIP) this.#groups.add(group);
    else this.#groups.delete(group);
  }

  /** In the buffers, until the next call; none when the queue is empty, which one buffer finds out ten times as fast. */
  #receive(most: number): readonly Buffer[] {
    for (;;) {
      try {
        return this.#socket
          .receiveMany(this.#buffers.slice(0, most))
          .flatMap(({ length }, index) => this.#buffers[index]?.subarray(0, length) ?? []);
      } catch (error) {
        if (refusalOf(error).code !== 'ENOBUFS') throw error;
        this.#isStale = true;
      }
    }
  }

  /** A notification is a datagram of its own. What we caused ourselves is no removal. */
  #removedIn(message: Buffer): readonly Entry[] {
    const type = readU16.call(message, 4);
    const isReplacing = type === NEWROUTE && (readU16.call(message, 6) & NLM_F_REPLACE) !== 0;
    if (type !== DELROUTE && type !== DELRULE && !isReplacing) return [];
    if (readU32.call(message, 12) === this.#netlink.port) return [];
    const body = message.subarray(NETLINK_HEADER);
    if (type === DELRULE) return this.#rules.filter((rule) => understood(() => isRule(rule, body)) === true);
    // Another route in the place of ours took it; one that was removed beside ours did not.
    const meant = isReplacing ? 'rival' : 'same';
    return (this.#routes.get(destinationKey(message)) ?? []).filter(
      (route) => understood(() => compareRoute(route, body, this.#indexOf)) === meant,
    );
  }

  /** Reads the tables in which there should be some; those that are not there. */
  #absent(): Entry[] {
    [this.#isStale, this.#readAt] = [false, now()];
    const bodies = new Map<string, Buffer[]>();
    const table = (type: number, body: Uint8Array[]): Buffer[] => {
      const key = `${type} ${Buffer.concat(body).toString('hex')}`;
      const known = bodies.get(key) ?? this.#dump(type, body);
      bodies.set(key, known);
      return known;
    };
    const rules = this.#rules.filter((rule) => {
      const family = FAMILY_NUMBERS[rule.family];
      return !table(GETRULE, [headerOf([family])]).some((body) => understood(() => isRule(rule, body)) === true);
    });
    const routes = [...this.#routes.values()].flat().filter((route) => {
      const header = headerOf([FAMILY_NUMBERS[familyOfEntry(route)], 0, 0, 0, shortTable(route.table), route.proto]);
      const attribute = Buffer.concat([Buffer.from(new Uint16Array([8, RTA_TABLE]).buffer), putU32(route.table)]);
      const isSame = (body: Buffer): boolean => understood(() => compareRoute(route, body, this.#indexOf)) === 'same';
      return !table(GETROUTE, [header, attribute]).some(isSame);
    });
    return [...rules, ...routes];
  }

  /** The bodies of its entries; none when there is no such table. */
  #dump(type: number, body: Uint8Array[]): Buffer[] {
    try {
      return this.#netlink.dump({ type, body }).map(({ data }) => data);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }
}

/** Equal entries have the same one, wherever and in whatever order they were written. */
function nameOf(entry: Entry): string {
  const words = Object.entries(entry).filter(([name]) => name !== 'place');
  return words
    .map((word) => JSON.stringify(word))
    .sort()
    .join(' ');
}

const familyOfEntry = (entry: Entry) => (entry.kind === 'rule' ? entry.family : familyOf(entry.to.address));

const headerOf = (octets: readonly number[]): Buffer => Buffer.concat([Buffer.from(octets)], ENTRY_HEADER);

/** A number for family, length and the first four octets of a destination: enough to pass over nearly all others. */
const keyOf = (family: number, length: number, start: number): number => (family * 256 + length) * 2 ** 32 + start;

function routeKey({ to }: Route): number {
  const octets = addressOctets(to.address);
  const start = to.length === 0 ? 0 : new DataView(octets.buffer, octets.byteOffset).getUint32(0);
  return keyOf(FAMILY_NUMBERS[familyOf(to.address)], to.length, start);
}

/** Of a message about a route; everything has no destination in it. */
function destinationKey(message: Buffer): number {
  const [family = 0, length = 0] = message.subarray(NETLINK_HEADER, NETLINK_HEADER + 2);
  for (let at = NETLINK_HEADER + ENTRY_HEADER; at + 8 <= message.length;) {
    const size = readU16.call(message, at);
    if (readU16.call(message, at + 2) === RTA_DST) return keyOf(family, length, message.readUInt32BE(at + 4));
    if (size < 4) break;
    at += (size + 3) & ~3;
  }
  return keyOf(family, length, 0);
}

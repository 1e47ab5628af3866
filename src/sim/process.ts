// The daemon of a simulated host while it runs: the daemon's own loop, driven by events of the network instead of a
// kernel's. It ends with its process: what was due to it afterwards comes to nobody.

import { familyOf, isMulticast, type Family, type IpAddress } from '../address.js';
import type { VirtualAddress } from '../config/model.js';
import { Loop, type Core, type Host as LoopHost } from '../daemon/loop.js';
import type { ArpEnd } from '../packet/arp.js';
import { decodeAdvertPacket } from '../packet/advert-frame.js';
import { inMilliseconds, microseconds, milliseconds, type Instant } from '../time.js';
import type { ScriptOutcome } from '../track/script.js';
import type { Effect } from '../vrrp/effect.js';
import type { Failure, Input } from '../vrrp/input.js';
import type { Left } from '../vrrp/note.js';
import type { Host } from './host.js';
import { KeepalivedPeer } from './keepalived-peer.js';
import { readAsKeepalived } from './keepalived/reading.js';

const RUN_TIME = milliseconds(10);
/** What the kernel takes for a few connections. */
const RESET_TIME = microseconds(300);
const EXIT_CODE = { succeeds: 0, fails: 1 } as const;
/** How many packets, and how many claims, wait for a daemon that stands still: about what fits its receive buffers. */
const MOST_WAITING = 1000;
/** What waits is taken in queue after queue, as the daemon empties its sockets: netlink, adverts, ARP, all else. */
const QUEUES: Readonly<Partial<Record<Input['kind'], number>>> = { link: 0, 'address-removed': 0, packet: 1, claim: 2 };
const keyOf = (name: string, family: Family): string => `${name} ${family}`;
const queueOf = ({ kind }: Input): number => QUEUES[kind] ?? 3;

export class Process implements LoopHost {
  isStalled = false;
  readonly #loop: Loop<Core>;
  #arrived: Input[] = [];
  readonly #waiting = { packet: 0, claim: 0 };
  /** By interface and family the groups that it has joined there. */
  readonly #open = new Map<string, readonly IpAddress[]>();
  /** The present run of each check. */
  readonly #runs = new Map<string, object>();
  #alarmAt: Instant | undefined;
  #hasEnded = false;

  constructor(
    readonly host: Host,
    readonly core: Core,
  ) {
    this.#loop = new Loop(core, this);
  }

  /** `left` is what the process before it noted, if that did not end in order. */
  start(left?: Left): void {
    for (const [name, { link }] of this.host.interfaces) this.#arrived.push({ kind: 'link', interface: name, link });
    this.arrive({ kind: 'start', ...(left && { left }) });
  }

  end(): void {
    this.#hasEnded = true;
  }

  wake(): void {
    if (this.#hasEnded || this.isStalled || this.host.isFrozen) return;
    this.#loop.wake();
    if (this.core.hasStopped) this.host.ended();
  }

  /** It waits, like a packet, while the daemon stands still. */
  arrive(input: Input): void {
    this.#arrived.push(input);
    this.wake();
  }

  packetArrived(interfaceName: string, packet: Uint8Array): void {
    const read = this.core instanceof KeepalivedPeer ? readAsKeepalived(packet) : decodeAdvertPacket(packet);
    // Who sends to an address of another interface means somebody else.
    if (read.kind === 'unreadable' || !this.#listens(interfaceName, read.destination) || !this.#hasRoom('packet'))
      return;
    this.arrive({ kind: 'packet', interface: interfaceName, packet: read });
  }

  #listens(name: string, destination: IpAddress): boolean {
    const groups = this.#open.get(keyOf(name, familyOf(destination)));
    if (!groups || isMulticast(destination)) return groups?.includes(destination) === true;
    return this.host.interfaces.get(name)?.has(destination) === true;
  }

  /** Not of this host's own interfaces, which hear each other where two are on one segment. */
  claimArrived(interfaceName: string, { mac, address }: ArpEnd, isAnswer: boolean): void {
    const isOwn = [...this.host.interfaces.values()].some(({ plan }) => plan.mac === mac);
    if (isOwn || !this.#hasRoom('claim')) return;
    this.arrive({ kind: 'claim', interface: interfaceName, address, mac, isAnswer });
  }

  /** For one more that waits, if there is. */
  #hasRoom(queue: 'packet' | 'claim'): boolean {
    if (this.#waiting[queue] === MOST_WAITING) return false;
    this.#waiting[queue] += 1;
    return true;
  }

  now(): Instant {
    return this.host.world.now();
  }

  receive(): Input[] {
    const arrived = this.#arrived;
    this.#arrived = [];
    this.#waiting.packet = this.#waiting.claim = 0;
    if (arrived.length === 1) return arrived;
    const told = this.core instanceof KeepalivedPeer ? arrived : withLastLinks(arrived);
    return told.toSorted((one, other) => queueOf(one) - queueOf(other));
  }

  setAlarm(at: Instant | undefined): void {
    if (at === this.#alarmAt) return;
    this.#alarmAt = at;
    if (at === undefined) return;
    this.host.world.at(at, () => {
      if (this.#alarmAt !== at) return;
      this.#alarmAt = undefined;
      this.wake();
    });
  }

  perform(effects: readonly Effect[]): Failure[] {
    const failures: Failure[] = [];
    for (const effect of effects) {
      const failure = this.#one(effect);
      if (failure) failures.push(failure);
      this.host.world.did(this.host, effect);
    }
    return failures;
  }

  #one(effect: Effect): Failure | undefined {
    switch (effect.kind) {
      case 'open-link':
        this.#open.set(keyOf(effect.interface, effect.family), effect.groups);
        return undefined;
      case 'close-link':
        this.#open.delete(keyOf(effect.interface, effect.family));
        return undefined;
      case 'send-advert':
        this.host.interfaces.get(effect.interface)?.sendAdvert(effect.header, effect.advert);
        return undefined;
      case 'send-garp':
      case 'send-na':
        this.#announce(effect);
        return undefined;
      case 'send-probe':
        this.host.interfaces.get(effect.interface)?.probe(effect.address);
        return undefined;
      case 'reset-connections':
        this.#reset(effect.addresses);
        return undefined;
      case 'add-address':
      case 'remove-address':
        return this.#change(effect.kind, effect.address);
      case 'run-script':
        this.#run(effect.script);
        return undefined;
      case 'signal-script':
        this.#end(effect.script, { kind: 'signalled', signal: effect.signal, milliseconds: 0, output: '' });
        return undefined;
      case 'watch':
        this.#watch(effect);
        return undefined;
      case 'add-route':
      case 'remove-route':
      case 'notify':
      case 'log':
        return undefined;
    }
  }

  #announce({ interface: name, addresses, rounds }: Extract<Effect, { kind: 'send-garp' | 'send-na' }>): void {
    for (let round = 0; round < rounds; round += 1)
      for (const address of addresses) this.host.interfaces.get(name)?.announce(address);
  }

  #reset(addresses: readonly IpAddress[]): void {
    const count = this.host.world.reset(this.host, addresses);
    this.host.world.later(RESET_TIME, () => {
      if (!this.#hasEnded) this.arrive({ kind: 'connections-reset', addresses, count });
    });
  }

  #change(kind: 'add-address' | 'remove-address', { dev, prefix, flags }: VirtualAddress): Failure | undefined {
    const found = this.host.interfaces.get(dev);
    const { address } = prefix;
    if (!found) return { kind: 'failed', effect: kind, interface: dev, address, error: `there is no ${dev}` };
    const isDetected = familyOf(address) === 'ipv6' && flags?.includes('dad') === true;
    const changed = kind === 'add-address' ? found.add(prefix, { isDetected }) : found.remove(address);
    if (!changed) return undefined;
    this.host.world.changed();
    this.#later(() => this.host.seeLink(found));
    return undefined;
  }

  #run(script: string): void {
    const run = {};
    this.#runs.set(script, run);
    this.#later(() => this.arrive({ kind: 'script-begun', script }));
    this.host.world.later(RUN_TIME, () => {
      const end = this.host.checks.get(script) ?? 'succeeds';
      if (end === 'hangs' || this.#runs.get(script) !== run) return;
      this.#end(script, { kind: 'exited', code: EXIT_CODE[end], milliseconds: inMilliseconds(RUN_TIME), output: '' });
    });
  }

  #end(script: string, outcome: ScriptOutcome): void {
    if (!this.#runs.delete(script)) return;
    this.#later(() => this.arrive({ kind: 'script', script, outcome }));
  }

  #watch({ files, processes }: Extract<Effect, { kind: 'watch' }>): void {
    for (const { name, initFile } of files)
      this.#later(() => {
        const value = this.host.files.get(name) ?? initFile?.value ?? 0;
        this.arrive({ kind: 'file', name, reading: { kind: 'number', value } });
      });
    for (const { name, quorum } of processes)
      this.#later(() => this.arrive({ kind: 'process', name, count: this.host.processes.get(name) ?? quorum }));
  }

  /** In this instant still, but not inside this turn of the loop. */
  #later(action: () => void): void {
    this.host.world.at(this.now(), () => {
      if (!this.#hasEnded) action();
    });
  }
}

/** vrrpd reads the kernel's messages to the last: what an interface is by now, and that it was down meanwhile. */
function withLastLinks(inputs: readonly Input[]): Input[] {
  const last = new Map(inputs.map((input) => [nameOf(input), input]));
  const fallen = new Set(inputs.filter((input) => input.kind === 'link' && !input.link?.up).map(nameOf));
  return inputs.flatMap((input): Input[] => {
    if (input.kind !== 'link') return [input];
    if (last.get(input.interface) !== input) return [];
    return input.link?.up && fallen.has(input.interface) ? [{ ...input, flapped: true }] : [input];
  });
}

const nameOf = (input: Input): string | undefined => (input.kind === 'link' ? input.interface : undefined);

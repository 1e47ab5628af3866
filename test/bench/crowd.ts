// One host that is to be MASTER of many virtual routers, or of one with many addresses: its interfaces, each at a switch of
// its own, what it puts on the wire there, and what its kernel tells of addresses. It acts and looks; what is good is
// said elsewhere.

import { setTimeout as sleep } from 'node:timers/promises';
import { formatPrefix, type IpAddress } from '../../src/address.js';
import { ETHERTYPE_ARP } from '../pcap.js';
import type { Capture } from '../lab/capture.js';
import { daemonCommand, type Daemon } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import { Host } from '../lab/host.js';
import type { Job } from '../lab/job.js';
import { Namespace } from '../lab/namespace.js';
import { Switch } from '../lab/switch.js';
import { clock } from './stage.js';

const OWN_LENGTH = 16;

/** Something that was seen, and when, in milliseconds since 1970. */
export interface Seen {
  readonly at: number;
  /** "eth1 7" for the VRID of an advert, an address for the rest. */
  readonly who: string;
}

/** What was seen of one run, each list in order. */
export interface Sightings {
  readonly adverts: readonly Seen[];
  readonly farewells: readonly Seen[];
  readonly announcements: readonly Seen[];
}

/** A stop, in milliseconds since 1970: the signal, the first farewell of the last one, and the last address that went. */
export interface Stop {
  readonly at: number;
  readonly farewells: number;
  readonly gone: number;
}

export class Crowd {
  /** The moment of the last start(), in milliseconds since 1970. */
  startedAt = NaN;
  #job: Job | undefined;
  readonly #monitor: Job;

  private constructor(
    readonly host: Host,
    private readonly switches: readonly Switch[],
    private readonly captures: ReadonlyMap<string, Capture>,
  ) {
    this.#monitor = host.namespace.start(['ip', '-ts', '-o', 'monitor', 'address']);
  }

  /** Interfaces eth1, eth2 and so on, with 10.255.0.1/16, 10.254.0.1/16 and so on. */
  static async open(interfaces: number): Promise<Crowd> {
    const namespace = await Namespace.open('many');
    // keepalived asks for the host's name at its start, and the machine's name server may be out of reach by 10.255/16.
    await namespace.write('/etc/hosts', '127.0.0.1 localhost many\n');
    const switches: Switch[] = [];
    const captures = new Map<string, Capture>();
    let first: Host | undefined;
    for (let number = 1; number <= interfaces; number += 1) {
      const name = `eth${number}`;
      const network = await Switch.open();
      switches.push(network);
      const host = new Host(namespace, { interface: name, mac: await network.connect(namespace, name) });
      first ??= host;
      const prefix = { address: `10.${256 - number}.0.1` as IpAddress, length: OWN_LENGTH };
      await namespace.ip('address', 'add', formatPrefix(prefix), 'dev', name);
      await namespace.ip('link', 'set', name, 'up');
      captures.set(name, await network.capture(host, 'vrrp or arp'));
    }
    if (!first) throw new Error('a host without an interface');
    return new Crowd(first, switches, captures);
  }

  async start(daemon: Daemon, configuration: string): Promise<Job> {
    await this.host.namespace.write('/etc/keepalived/keepalived.conf', configuration);
    // Without -D, whose lines cost it half a millisecond each.
    const command = (await daemonCommand(this.host, daemon)).filter((word) => word !== '-D');
    this.startedAt = clock();
    return (this.#job = this.host.namespace.start(command));
  }

  /** When the daemon wrote it, to 2 ms. */
  async logged(words: string): Promise<number> {
    const isSaid = (): boolean => this.#job?.log.some((line) => line.includes(words)) === true;
    for (let tries = 0; tries < 5_000 && !isSaid(); tries += 1) await sleep(2);
    if (!isSaid()) throw new Error(`never said: ${words}`);
    return clock();
  }

  /** Sends SIGTERM and waits for the end, and for what the kernel has to tell. */
  async stop(): Promise<Stop> {
    const pid = await this.#job?.pid();
    if (pid === undefined) throw new Error('the daemon has ended');
    const at = clock();
    process.kill(pid, 'SIGTERM');
    await this.#job?.ended;
    await this.#quiet();
    const last = firstOfEach((await this.sightings(at)).farewells).at(-1);
    return { at, farewells: last?.at ?? NaN, gone: this.addresses('went', at).at(-1)?.at ?? NaN };
  }

  /** Adverts, farewells and gratuitous ARPs from this moment on. */
  async sightings(from: number): Promise<Sightings> {
    const adverts: Seen[] = [];
    const farewells: Seen[] = [];
    const announcements: Seen[] = [];
    for (const [name, capture] of this.captures)
      for (const { at: microseconds, etherType, payload } of await capture.frames()) {
        const at = microseconds / 1_000;
        if (at < from) continue;
        if (etherType === ETHERTYPE_ARP) {
          const [sender, target] = [payload.subarray(14, 18).join('.'), payload.subarray(24, 28).join('.')];
          if (sender === target) announcements.push({ at, who: sender });
        } else (payload[22] === 0 ? farewells : adverts).push({ at, who: `${name} ${payload[21] ?? 0}` });
      }
    const inOrder = (list: Seen[]): Seen[] => list.sort((one, other) => one.at - other.at);
    return {
      adverts: inOrder(adverts),
      farewells: inOrder(farewells),
      announcements: inOrder(announcements),
    };
  }

  /** When the kernel told of addresses that came, or went, since this moment. */
  addresses(kind: 'came' | 'went', from: number): Seen[] {
    return this.#monitor.log.flatMap((line) => {
      const [, stamp = '', deleted, who = ''] = /^\[(\S+)\] (Deleted )?.* inet ([\d.]+)/.exec(line) ?? [];
      const at = Date.parse(stamp.slice(0, 23)) + Number(stamp.slice(23)) / 1_000;
      return at >= from && (deleted === undefined) === (kind === 'came') ? [{ at, who }] : [];
    });
  }

  /** Waits until so many different ones have been seen since the start. */
  async spoken(count: number): Promise<Sightings> {
    const seen = async (): Promise<number> =>
      new Set((await this.sightings(this.startedAt)).adverts.map(({ who }) => who)).size;
    await eventually(`${count} speak`, async () => (await seen()) >= count);
    return this.sightings(this.startedAt);
  }

  async close(): Promise<void> {
    await this.host.namespace.close();
    for (const one of this.switches) await one.close();
  }

  /** Returns when nothing comes any more from the kernel. */
  async #quiet(): Promise<void> {
    for (let lines = -1; lines !== this.#monitor.log.length;) {
      lines = this.#monitor.log.length;
      await sleep(200);
    }
  }
}

/** Of each one what was seen of it first, in order. */
export function firstOfEach(seen: readonly Seen[]): Seen[] {
  const first = new Map<string, Seen>();
  for (const one of seen) if (!first.has(one.who)) first.set(one.who, one);
  return [...first.values()];
}

/** Milliseconds between two that follow each other of the same one. */
export function gapsOfEach(seen: readonly Seen[]): number[] {
  const last = new Map<string, number>();
  const gaps: number[] = [];
  for (const { at, who } of seen) {
    const before = last.get(who);
    if (before !== undefined) gaps.push(at - before);
    last.set(who, at);
  }
  return gaps;
}

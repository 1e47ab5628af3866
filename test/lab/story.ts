// Plays a story with real daemons: each segment a switch, each host a namespace. It tells what was done and what the
// daemons told, with the moments at which it really happened, so that the same can be played on a simulated network.

import { setTimeout as sleep } from 'node:timers/promises';
import { VRRP_GROUPS, type MacAddress } from '../../src/address.js';
import { encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { inMilliseconds } from '../../src/time.js';
import type { Command, ForeignAdvert } from '../../src/sim/story.js';
import { ETHERTYPE_ARP } from '../pcap.js';
import type { Capture } from './capture.js';
import type { Cast } from './cast.js';
import { Host } from './host.js';
import { Machine } from './machine.js';
import { Namespace } from './namespace.js';
import { Stranger } from './stranger.js';
import { Switch } from './switch.js';

/** Milliseconds since the beginning of the story. */
export interface Done {
  readonly at: number;
  readonly command: Command;
}

export interface Told {
  readonly at: number;
  readonly host: string;
  /** A line of the FIFO: `INSTANCE "VI_1" MASTER 150`. */
  readonly words: string;
}

/** What a host sent: "advert 91 150" or "garp 192.168.1.190". */
export type Sent = Told;

export interface Played {
  /** Without `run`; one that takes time stands where it had its effect. */
  readonly done: readonly Done[];
  readonly told: readonly Told[];
  readonly sent: readonly Sent[];
  readonly length: number;
  /** What the daemons wrote. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

type Deed = Exclude<Command, { kind: 'run' }>;

export class StoryLab {
  readonly #switches = new Map<string, Switch>();
  readonly #machines = new Map<string, Machine>();
  readonly #strangers = new Map<string, Stranger>();
  readonly #captures: [host: string, capture: Capture][] = [];
  readonly #others: Namespace[] = [];
  readonly #told: Told[] = [];
  readonly #cuts: [from: Machine, to: Machine][] = [];
  #began = 0;

  private constructor(readonly cast: Cast) {}

  static async open(cast: Cast): Promise<StoryLab> {
    const lab = new StoryLab(cast);
    await lab.#build();
    return lab;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#machines.values()].map(({ namespace }) => namespace.close()));
    for (const namespace of [...this.#others, ...this.#switches.values()]) await namespace.close();
  }

  /** The whole story, from its first line to its last. */
  async play(): Promise<Played> {
    this.#began = performance.now();
    const clock = Date.now() - performance.now() + this.#began;
    const done: Done[] = [];
    let due = this.#began;
    let hasStarted = false;
    const wait = (): Promise<void> => sleep(Math.max(0, due - performance.now()));
    for (const { command } of this.cast.lines) {
      if (command.kind === 'run') due += inMilliseconds(command.duration);
      else {
        await wait();
        const what = await this.#do(command);
        done.push(...what.map((one) => ({ ...one, at: one.at - this.#began })));
        // A start takes as long as it takes: what follows keeps its place between the adverts of the first one.
        if (command.kind === 'start' && hasStarted) while (due < performance.now()) due += 1_000;
        else if (command.kind === 'start') due = Math.max(...what.map(({ at }) => at));
        hasStarted ||= command.kind === 'start';
      }
    }
    await wait();
    const length = performance.now() - this.#began;
    const sent = (await Promise.all(this.#captures.map((one) => sentOf(one, clock)))).flat();
    const isInside = ({ at }: Told): boolean => at <= length;
    return {
      done: done.toSorted((a, b) => a.at - b.at),
      told: this.#told.filter(isInside),
      sent: sent.filter(isInside),
      length,
      logs: new Map([...this.#machines].map(([name, { log }]) => [name, log] as const)),
    };
  }

  async #build(): Promise<void> {
    const { hosts, texts, lines } = this.cast;
    const segments = [...new Set(hosts.flatMap(({ interfaces }) => interfaces.map(({ segment }) => segment)))];
    for (const segment of segments) this.#switches.set(segment, await Switch.open());
    const networkOf = (segment: string): Switch => found(this.#switches, segment);
    for (const plan of hosts) {
      const onEvent = (words: string, at: number): unknown =>
        this.#told.push({ at: at - this.#began, host: plan.name, words });
      const machine = await Machine.open(plan, { text: texts.get(plan.name) ?? '', networkOf, onEvent });
      this.#machines.set(plan.name, machine);
      for (const { host, network } of machine.ports.values())
        this.#captures.push([plan.name, await network.capture(host, 'vrrp or arp')]);
    }
    const speaks = lines.some(({ command }) => command.kind === 'advert');
    for (const [segment, network] of speaks ? this.#switches : []) {
      const namespace = await Namespace.open('stranger');
      this.#others.push(namespace);
      const mac: MacAddress = await network.connect(namespace, 'eth0');
      await namespace.ip('link', 'set', 'eth0', 'up');
      this.#strangers.set(segment, await Stranger.on(new Host(namespace, { interface: 'eth0', mac })));
    }
  }

  /** With the moment of performance.now() at which it had its effect; `start` of all is one command for each of them. */
  async #do(command: Deed): Promise<Done[]> {
    if (command.kind === 'start') {
      const { host, daemon } = command;
      const names = host === undefined ? [...this.#machines.keys()] : [host];
      return Promise.all(
        names.map(async (name) => {
          const machine = this.#machine(name);
          await machine.start(daemon);
          return { at: machine.begunAt, command: { ...command, host: name } };
        }),
      );
    }
    return [{ at: await this.#carryOut(command), command }];
  }

  /** Gives the moment at which it had its effect. */
  async #carryOut(command: Exclude<Deed, { kind: 'start'; host?: string }>): Promise<number> {
    if (command.kind === 'crash') return this.#machine(command.host).crash();
    await this.#change(command);
    return performance.now();
  }

  async #change(command: Exclude<Deed, { kind: 'start' | 'crash'; host?: string }>): Promise<void> {
    switch (command.kind) {
      case 'stop':
        return this.#machine(command.host).job?.signal('SIGTERM');
      case 'kill':
        return this.#machine(command.host).job?.kill();
      case 'freeze':
      case 'stall':
        return this.#machine(command.host).job?.freeze();
      case 'thaw':
      case 'resume':
        return this.#machine(command.host).job?.thaw();
      case 'link': {
        const { host, network } = found(this.#machine(command.host).ports, command.interface);
        return command.up ? network.plug(host) : network.unplug(host);
      }
      case 'cut':
        await this.#cut(command.from, command.to);
        return command.oneWay ? undefined : this.#cut(command.to, command.from);
      case 'heal':
        for (const [from, to] of this.#cuts.splice(0)) await to.ignore(from, false);
        return;
      case 'check':
        return this.#machine(command.host).check(command.script, command.end);
      case 'file':
        return this.#machine(command.host).setFile(command.name, command.value);
      case 'delete':
        return this.#machine(command.host).deleteAddress(command.address);
      case 'advert':
        this.#say(command.advert);
        return;
      default:
        throw new Error(`the lab does not know how to ${command.kind}`);
    }
  }

  async #cut(from: string, to: string): Promise<void> {
    this.#cuts.push([this.#machine(from), this.#machine(to)]);
    await this.#machine(to).ignore(this.#machine(from), true);
  }

  #say({ segment, ...said }: ForeignAdvert): void {
    const { source, ttl, virtualRouterId, priority, interval, password, addresses } = said;
    const [first] = this.#strangers.values();
    const stranger = segment === undefined ? first : this.#strangers.get(segment);
    const authentication = password === undefined ? ({ type: 'none' } as const) : ({ type: 'PASS', password } as const);
    const header = { source, destination: VRRP_GROUPS.ipv4, ttl, identification: 1 };
    const advert = { version: 2, virtualRouterId, priority, interval, authentication, addresses } as const;
    stranger?.say(encodeIpv4Advert(header, advert));
  }

  #machine(name = ''): Machine {
    return found(this.#machines, name);
  }
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** `clock` is the machine's time at the beginning, in milliseconds. */
async function sentOf([host, capture]: [string, Capture], clock: number): Promise<Sent[]> {
  await capture.stop();
  const adverts = (await capture.adverts()).flatMap(({ at, received }) => {
    if (received.kind !== 'advert') return [];
    const { virtualRouterId, priority } = received.advert;
    return [{ at: at / 1_000 - clock, host, words: `advert ${virtualRouterId} ${priority}` }];
  });
  const announced = (await capture.frames()).flatMap(({ at, etherType, payload }) => {
    const [sender, target] = [payload.subarray(14, 18).join('.'), payload.subarray(24, 28).join('.')];
    if (etherType !== ETHERTYPE_ARP || sender !== target) return [];
    return [{ at: at / 1_000 - clock, host, words: `garp ${sender}` }];
  });
  return [...adverts, ...announced].toSorted((a, b) => a.at - b.at);
}

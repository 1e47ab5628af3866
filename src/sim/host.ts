// A simulated host: a machine with interfaces, and on it the daemon while that runs. It may lose its power, stand still,
// lose its daemon. It decides nothing: the daemon is the Router that runs elsewhere too, or a model of keepalived.

import type { IpAddress, Prefix } from '../address.js';
import type { Config } from '../config/model.js';
import type { Core } from '../daemon/loop.js';
import type { ArpEnd } from '../packet/arp.js';
import type { Duration, Instant } from '../time.js';
import { behavioursOf } from '../vrrp/behaviour.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input } from '../vrrp/input.js';
import { leftOf, takeNote, type Behaviours, type Left, type Note } from '../vrrp/note.js';
import { Router } from '../vrrp/router.js';
import type { StateKind } from '../vrrp/state.js';
import { KeepalivedPeer } from './keepalived-peer.js';
import { NetworkInterface, type InterfacePlan, type Listener } from './network-interface.js';
import { Process } from './process.js';
import type { Segment } from './segment.js';

/** What speaks VRRP on a host. */
export type DaemonKind = 'vrrpd' | 'keepalived';

export interface HostPlan {
  readonly name: string;
  readonly daemon: DaemonKind;
  readonly config: Config;
  readonly interfaces: readonly InterfacePlan[];
}

/** How the runs of a check end from now on. */
export type CheckEnd = 'succeeds' | 'fails' | 'hangs';

/** What a host needs of the network. */
export interface World {
  readonly now: () => Instant;
  later(wait: Duration, action: () => void): void;
  at(instant: Instant, action: () => void): void;
  /** Something that a client may notice has changed. */
  readonly changed: () => void;
  /** This host resets the connections to these addresses; returns how many there were. */
  reset(host: Host, addresses: readonly IpAddress[]): number;
  /** The daemon of this host has done this. */
  readonly did: (host: Host, effect: Effect) => void;
}

export class Host implements Listener {
  readonly interfaces: ReadonlyMap<string, NetworkInterface>;
  readonly checks = new Map<string, CheckEnd>();
  /** What a track_file holds, and how many processes a vrrp_track_process finds; by name. */
  readonly files = new Map<string, number>();
  readonly processes = new Map<string, number>();
  config: Config;
  isOn = false;
  isFrozen = false;
  #process: Process | undefined;
  #daemon: DaemonKind;
  /** It was told to stop: it may need its time for that. */
  #isStopping = false;
  /** To be started once the present one has stopped. */
  #next: DaemonKind | undefined;
  /** What a killed daemon had noted, and what it was about. */
  #noted: { readonly note: Note; readonly behaviours: Behaviours } | undefined;

  constructor(
    readonly plan: HostPlan,
    segmentOf: (plan: InterfacePlan) => Segment,
    readonly world: World,
  ) {
    this.config = plan.config;
    this.#daemon = plan.daemon;
    const interfaces = plan.interfaces.map(
      (one, index) => [one.name, new NetworkInterface(one, index + 1, segmentOf(one), this)] as const,
    );
    this.interfaces = new Map(interfaces);
  }

  get name(): string {
    return this.plan.name;
  }

  get answers(): boolean {
    return this.isOn && !this.isFrozen;
  }

  /** What speaks VRRP here; undefined while no daemon runs. */
  get core(): Core | undefined {
    return this.#process?.core;
  }

  /** The same as a Router; undefined while none runs, and for keepalived. */
  get router(): Router | undefined {
    return this.core instanceof Router ? this.core : undefined;
  }

  /** State and effective priority of an instance; undefined while no daemon runs. */
  standingOf(name: string): { readonly state: StateKind; readonly priority: number } | undefined {
    if (this.core instanceof KeepalivedPeer) return this.core.routerOf(name);
    const instance = this.router?.instances.get(name);
    return instance && { state: instance.state.kind, priority: instance.priority };
  }

  /** True while the machine is on and has the address on one of its interfaces. */
  has(address: IpAddress): boolean {
    return this.isOn && [...this.interfaces.values()].some((one) => one.has(address));
  }

  /** Its daemon stands still, the machine does not. */
  get isStalled(): boolean {
    return this.#process?.isStalled === true;
  }

  /**
   * Switches the machine on where it is off, and starts the daemon where none runs: this one from now on. One that is
   * about to stop is waited for, as systemd does.
   */
  start(daemon = this.#daemon): void {
    this.isOn = true;
    if (this.#process) {
      if (this.#isStopping) this.#next = daemon;
      return;
    }
    this.#daemon = daemon;
    this.#process = new Process(this, this.#newCore());
    this.#process.start(daemon === 'vrrpd' ? this.#takeLeft() : undefined);
    this.world.changed();
  }

  /** SIGTERM. It takes effect when the daemon says that it has stopped. */
  stop(): void {
    this.#isStopping = this.#process !== undefined;
    this.give({ kind: 'stop', cause: 'stopped' });
  }

  /** The daemon ends without a word, and leaves all as it is, with its note beside. */
  kill(): void {
    const { router } = this;
    const note = router && takeNote(router);
    if (router) this.#noted = note && { note, behaviours: behavioursOf(router.config) };
    this.ended();
  }

  /** A note is for the first process that starts after it. */
  #takeLeft(): Left | undefined {
    const noted = this.#noted;
    this.#noted = undefined;
    return noted && leftOf(noted.note, { then: noted.behaviours, now: behavioursOf(this.config) });
  }

  /** Its process has ended. */
  ended(): void {
    this.#process?.end();
    this.#process = undefined;
    this.#isStopping = false;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.start(next);
  }

  /** Power loss. */
  crash(): void {
    this.#next = undefined;
    this.#noted = undefined;
    this.ended();
    this.isOn = false;
    this.isFrozen = false;
    for (const one of this.interfaces.values()) one.reset();
    this.world.changed();
  }

  /** The whole machine stands still: nothing is answered, no timer runs, packets wait. */
  freeze(frozen: boolean): void {
    this.isFrozen = frozen;
    this.world.changed();
    if (!frozen) this.#process?.wake();
  }

  /** The daemon alone stands still (SIGSTOP). */
  stall(stalled: boolean): void {
    if (!this.#process) return;
    this.#process.isStalled = stalled;
    this.#process.wake();
  }

  /** Goes to the daemon where one runs; while that stands still it waits, like a signal. */
  give(input: Input): void {
    this.#process?.arrive(input);
  }

  reload(config: Config): void {
    this.config = config;
    this.give({ kind: 'reload', config });
  }

  /** Pulls or plugs a cable. */
  setLink(name: string, up: boolean): void {
    const found = this.#interface(name);
    if (found.up === up) return;
    found.up = up;
    this.world.changed();
    this.seeLink(found);
  }

  /** Somebody deletes an address, or adds it. */
  deleteAddress(address: IpAddress): void {
    for (const [name, one] of this.interfaces)
      if (one.remove(address)) {
        this.world.changed();
        this.give({ kind: 'address-removed', interface: name, address });
        this.seeLink(one);
      }
  }

  addAddress(name: string, prefix: Prefix): void {
    this.#interface(name).add(prefix);
    this.world.changed();
    this.seeLink(this.#interface(name));
  }

  setFile(name: string, value: number): void {
    this.files.set(name, value);
    this.give({ kind: 'file', name, reading: { kind: 'number', value } });
  }

  setProcesses(name: string, count: number): void {
    this.processes.set(name, count);
    this.give({ kind: 'process', name, count });
  }

  packetArrived(interfaceName: string, packet: Uint8Array): void {
    if (this.isOn) this.#process?.packetArrived(interfaceName, packet);
  }

  claimArrived(interfaceName: string, owner: ArpEnd, isAnswer: boolean): void {
    if (this.isOn) this.#process?.claimArrived(interfaceName, owner, isAnswer);
  }

  addressPassed(one: NetworkInterface): void {
    this.world.changed();
    this.seeLink(one);
  }

  /** The kernel tells of the interface as it is now. */
  seeLink({ plan, link }: NetworkInterface): void {
    this.give({ kind: 'link', interface: plan.name, link });
  }

  #newCore(): Core {
    if (this.#daemon === 'keepalived') return new KeepalivedPeer(this.config);
    return new Router(this.config, this.world.now());
  }

  #interface(name: string): NetworkInterface {
    const found = this.interfaces.get(name);
    if (!found) throw new Error(`${this.name} has no interface ${name}`);
    return found;
  }
}

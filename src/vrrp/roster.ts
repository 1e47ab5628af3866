// Who there is in a router, and how an input finds those it concerns: by interface, by virtual router, by what they track.
// A reload replaces all of it at once. It knows no state and has no opinion.

import { familyOf, isMulticast, type Family, type IpAddress } from '../address.js';
import type { Config, TrackKind } from '../config/model.js';
import { Group } from './group.js';
import type { Instance } from './instance.js';

/** Between whom a received packet goes. */
interface Ends {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

export class Roster {
  readonly instances = new Map<string, Instance>();
  readonly groups = new Map<string, Group>();
  /** Not in the configuration any more; there until their addresses have gone. */
  readonly leaving = new Set<Instance>();
  /** Those that need an address which may be on any interface. */
  sourceTrackers: readonly Instance[] = [];
  readonly #byInterface = new Map<string, Instance[]>();
  readonly #byAddress = new Map<string, Instance[]>();
  readonly #bySocket = new Map<string, Instance[]>();
  readonly #byVirtualRouter = new Map<string, Instance[]>();
  readonly #byTrack = new Map<string, Instance[]>();

  /** From now on these, in this order, in the groups of this configuration, and nobody else. */
  set(instances: readonly Instance[], { syncGroups }: Pick<Config, 'syncGroups'>): void {
    this.instances.clear();
    for (const instance of instances) this.instances.set(instance.config.name, instance);
    for (const instance of this.all) instance.group = undefined;
    this.#setGroups(syncGroups);
    this.#indexAll();
  }

  /** Those of the configuration, then those that leave. */
  get all(): readonly Instance[] {
    return [...this.instances.values(), ...this.leaving];
  }

  /** One that left may have gone in this very turn: it does not begin again. */
  present(instances: readonly Instance[]): readonly Instance[] {
    return instances.filter((one) => one.state.kind !== 'INIT' || !this.leaving.has(one));
  }

  /** Whether it is one that left, which has gone now. */
  forget(instance: Instance): boolean {
    const hasLeft = this.leaving.delete(instance);
    if (hasLeft) this.#indexAll();
    return hasLeft;
  }

  /** Those that speak on the interface, have an address there or track it. */
  onInterface(name: string): readonly Instance[] {
    return this.#byInterface.get(name) ?? [];
  }

  /** Those that send and hear adverts of the family on the interface. */
  speakersOn(name: string, family: Family): readonly Instance[] {
    return this.#bySocket.get(`${name} ${family}`) ?? [];
  }

  /** Whom a packet is for. Of several with one VRID: who speaks with its source, or to its group. */
  virtualRouter(interfaceName: string, id: number, { source, destination }: Ends): Instance | undefined {
    const all = this.#byVirtualRouter.get(`${interfaceName} ${familyOf(source)} ${id}`) ?? [];
    const isMeant = ({ config: { unicast, mcastDstIp } }: Instance): boolean =>
      unicast
        ? !isMulticast(destination) && unicast.peers.some(({ address }) => address === source)
        : destination === mcastDstIp;
    return all.length > 1 ? (all.find(isMeant) ?? all[0]) : all[0];
  }

  /** Those that have this address on this interface, or would as MASTER. */
  withAddress(interfaceName: string, address: IpAddress): readonly Instance[] {
    return this.#byAddress.get(`${interfaceName} ${address}`) ?? [];
  }

  /** Those that it counts for. */
  tracking(kind: TrackKind, name: string): readonly Instance[] {
    return this.#byTrack.get(`${kind} ${name}`) ?? [];
  }

  /** A group keeps what it has told, by its name. */
  #setGroups(configs: Config['syncGroups']): void {
    const former = new Map(this.groups);
    this.groups.clear();
    for (const config of configs) {
      const group = former.get(config.name) ?? new Group(config);
      group.config = config;
      group.members = config.members.flatMap((name) => this.instances.get(name) ?? []);
      for (const member of group.members) member.group = group;
      this.groups.set(config.name, group);
    }
  }

  #indexAll(): void {
    for (const index of [this.#byInterface, this.#bySocket, this.#byAddress, this.#byVirtualRouter, this.#byTrack])
      index.clear();
    for (const instance of this.all) this.#index(instance);
    this.sourceTrackers = this.all.filter(({ neededSource }) => neededSource !== undefined);
  }

  #index(instance: Instance): void {
    const { config, tracks } = instance;
    const socket = `${config.interface} ${config.family}`;
    append(this.#bySocket, socket, instance);
    append(this.#byVirtualRouter, `${socket} ${config.virtualRouterId}`, instance);
    for (const name of instance.interfaces) append(this.#byInterface, name, instance);
    for (const { dev, prefix } of instance.addresses) append(this.#byAddress, `${dev} ${prefix.address}`, instance);
    if (this.leaving.has(instance)) return;
    for (const { kind, name } of tracks) append(this.#byTrack, `${kind} ${name}`, instance);
  }
}

function append(index: Map<string, Instance[]>, key: string, instance: Instance): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [instance]);
  else list.push(instance);
}

// From the configurations of hosts to a network that they fit in: which interfaces there are, which of them are on one
// segment, what a file does not say made up: MAC addresses and the interfaces' own addresses, ascending with the hosts,
// link-local ones from the MAC addresses, and those that unicast peers send to.

import {
  addressFromOctets,
  addressOctets,
  familyOf,
  isLinkLocal,
  macOctets,
  type IpAddress,
  type MacAddress,
  type Prefix,
} from '../address.js';
import type { Config, VirtualAddress, VrrpInstance } from '../config/model.js';
import type { ClientPlan } from './client.js';
import type { DaemonKind, HostPlan } from './host.js';
import type { InterfacePlan } from './network-interface.js';
import type { NetworkPlan } from './network.js';

/** A host as its operator names it. */
export interface NamedHost {
  readonly name: string;
  readonly daemon: DaemonKind;
  readonly config: Config;
}

type SegmentedClient = NonNullable<NetworkPlan['clients']>[number];

/** The made-up addresses of segment n are in 198.18.n.0/24, where no virtual address gives a network. RFC 2544. */
const BENCHMARK_NETWORK = [198, 18] as const;
/** The last octet of the made-up address of a host is at most this; the client's is greater. */
const LAST_OF_HOSTS = 250;

/** Hosts and, for each segment with virtual addresses, a client of them. */
export function planNetwork(hosts: readonly NamedHost[]): Pick<NetworkPlan, 'hosts' | 'clients'> {
  const segments = segmentsOf(hosts);
  const names = [...new Set(segments.values())];
  const taken = new Set(hosts.flatMap(({ config }) => writtenAddressesOf(config)));
  const hasIpv6 = hosts.some(
    ({ config }) =>
      config.vrrpInstances.some(({ family }) => family === 'ipv6') ||
      virtualAddressesOf(config).some(({ prefix }) => familyOf(prefix.address) === 'ipv6'),
  );
  const segmentOf = (host: number, name: string): string => segments.get(keyOf(host, name)) ?? name;
  const plans = hosts.map((host, number): HostPlan => {
    const interfaces = interfacesOf(host.config).map((name, index): InterfacePlan => {
      const segment = segmentOf(number, name);
      const mac = macOf(number + 1, index);
      const others = hosts.flatMap(({ config }) => (config === host.config ? [] : config.vrrpInstances));
      const network = names.indexOf(segment);
      const addresses = ownAddresses({ config: host.config, name, mac, number, taken, network, others, hasIpv6 });
      for (const { address } of addresses) taken.add(address);
      return { name, segment, mac, addresses };
    });
    return { ...host, interfaces };
  });
  const clients = names.flatMap((segment, index): SegmentedClient[] => {
    const targets = hosts.flatMap(({ config }, host) =>
      virtualAddressesOf(config).flatMap(({ dev, prefix }) =>
        segmentOf(host, dev) === segment ? [prefix.address] : [],
      ),
    );
    if (targets.length === 0) return [];
    return [{ ...clientOf(index), segment, targets: [...new Set(targets)] }];
  });
  return { hosts: plans, clients };
}

const keyOf = (host: number, name: string): string => `${host} ${name}`;

/** The interfaces that a configuration names. */
function interfacesOf({ vrrpInstances, interfaceDelays, syncGroups }: Config): string[] {
  const tracks = [...vrrpInstances, ...syncGroups].flatMap((one) => one.tracks);
  return [
    ...new Set([
      ...vrrpInstances.map((one) => one.interface),
      ...vrrpInstances.flatMap((one) => [...one.virtualAddresses, ...one.excludedAddresses].map(({ dev }) => dev)),
      ...tracks.flatMap(({ kind, name }) => (kind === 'interface' ? [name] : [])),
      ...interfaceDelays.map((one) => one.interface),
    ]),
  ];
}

/** Those that a made-up one must not be. */
const writtenAddressesOf = (config: Config): IpAddress[] => [
  ...virtualAddressesOf(config).map(({ prefix }) => prefix.address),
  ...config.vrrpInstances.flatMap(({ srcIp }) => srcIp ?? []),
];

const virtualAddressesOf = ({ vrrpInstances }: Config): VirtualAddress[] =>
  vrrpInstances.flatMap((one) => [...one.virtualAddresses, ...one.excludedAddresses]);

/**
 * By host and interface, the name of its segment: interfaces of one name are on one segment; one whose name the first
 * host does not have is on that of the first interface which serves one of its virtual addresses under the same VRID.
 */
function segmentsOf(hosts: readonly NamedHost[]): ReadonlyMap<string, string> {
  const segments = new Map<string, string>();
  const byAddress = new Map<string, string>();
  const [first] = hosts;
  const known = new Set(first ? interfacesOf(first.config) : []);
  for (const [host, { config }] of hosts.entries())
    for (const name of interfacesOf(config)) {
      const served = config.vrrpInstances
        .filter((one) => one.interface === name)
        .flatMap((one) => one.virtualAddresses.map(({ prefix }) => `${one.virtualRouterId} ${prefix.address}`));
      const same = served.map((one) => byAddress.get(one)).find((one) => one !== undefined);
      const segment = known.has(name) ? name : (same ?? name);
      segments.set(keyOf(host, name), segment);
      for (const one of served) if (!byAddress.has(one)) byAddress.set(one, segment);
    }
  return segments;
}

interface Wanted {
  readonly config: Config;
  readonly name: string;
  readonly mac: MacAddress;
  readonly number: number;
  readonly taken: ReadonlySet<IpAddress>;
  readonly network: number;
  /** The virtual routers of the other hosts. */
  readonly others: readonly VrrpInstance[];
  /** Somebody has something on IPv6. */
  readonly hasIpv6: boolean;
}

/** What the file and the peers' files write, and what the families that are spoken there need beside. */
function ownAddresses(wanted: Wanted): Prefix[] {
  const { config, name, mac, taken, others, hasIpv6 } = wanted;
  const here = config.vrrpInstances.filter((one) => one.interface === name);
  const written = new Set(here.flatMap(({ srcIp }) => srcIp ?? []));
  const spoken = new Set(here.map(({ family }) => family));
  for (const instance of here) {
    const known = instance.unicast && !instance.srcIp ? knownAs(instance, others, taken) : undefined;
    if (known !== undefined) written.add(known);
  }
  const addresses = [...written];
  const has = (isSuch: (address: IpAddress) => boolean): boolean => addresses.some(isSuch);
  const isIpv4 = (address: IpAddress): boolean => familyOf(address) === 'ipv4';
  if ((spoken.has('ipv4') || !spoken.has('ipv6')) && !has(isIpv4)) addresses.push(madeUp(here, wanted));
  if (hasIpv6 && !has(isLinkLocal)) addresses.push(linkLocalOf(mac));
  return addresses.map((address) => ({ address, length: isIpv4(address) ? 24 : 64 }));
}

/** What the others send to, and nobody else has: where all have the same list, each in its turn. */
function knownAs(
  { virtualRouterId, family, unicast }: VrrpInstance,
  others: readonly VrrpInstance[],
  taken: ReadonlySet<IpAddress>,
): IpAddress | undefined {
  const isSame = (one: VrrpInstance): boolean => one.virtualRouterId === virtualRouterId && one.family === family;
  const named = others.filter(isSame).flatMap((one) => one.unicast?.peers.map(({ address }) => address) ?? []);
  const free = named.filter((address) => !taken.has(address));
  return free.find((address) => !unicast?.peers.some((peer) => peer.address === address)) ?? free[0];
}

/** In the network of the virtual addresses of the interface, where there is room. */
function madeUp(here: readonly VrrpInstance[], { name, number, taken, network }: Wanted): IpAddress {
  const virtual = here.flatMap((one) => one.virtualAddresses).map(({ prefix }) => prefix.address);
  const [near] = virtual.filter((one) => familyOf(one) === 'ipv4');
  const spare = [...BENCHMARK_NETWORK, network];
  const networks = near === undefined ? [spare] : [[...addressOctets(near).subarray(0, 3)], spare];
  const candidates = networks.flatMap((octets) =>
    Array.from({ length: LAST_OF_HOSTS - number }, (_, index) =>
      addressFromOctets(Uint8Array.from([...octets, number + 1 + index])),
    ),
  );
  const free = candidates.find((address) => !taken.has(address));
  if (free === undefined) throw new Error(`no address is left for ${name} of host ${number + 1}`);
  return free;
}

/** RFC 4291 § 2.5.1: ff:fe in the middle of the MAC address, and its universal bit turned. */
function linkLocalOf(mac: MacAddress): IpAddress {
  const [first = 0, ...rest] = macOctets(mac);
  const identifier = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return addressFromOctets(Uint8Array.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...identifier]));
}

/** Locally administered; host and interface can be read from it. */
const macOf = (host: number, index: number): MacAddress =>
  `02:00:00:00:${hexadecimal(index)}:${hexadecimal(host)}` as MacAddress;
const hexadecimal = (octet: number): string => (octet & 0xff).toString(16).padStart(2, '0');

function clientOf(segment: number): Omit<ClientPlan, 'targets'> {
  const mac = macOf(0xff, segment);
  const ipv4 = addressFromOctets(Uint8Array.from([...BENCHMARK_NETWORK, segment, 254]));
  return { name: 'client', mac, addresses: { ipv4, ipv6: linkLocalOf(mac) } };
}

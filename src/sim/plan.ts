// From the configurations of hosts to a network that they fit in: which interfaces there are, which of them are on one
// segment, what a file does not say made up: MAC addresses and the interfaces' own addresses, ascending with the hosts.

import {
  addressFromOctets,
  addressOctets,
  familyOf,
  type IpAddress,
  type MacAddress,
  type Prefix,
} from '../address.js';
import type { Config, VirtualAddress } from '../config/model.js';
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
  const segmentOf = (host: number, name: string): string => segments.get(keyOf(host, name)) ?? name;
  const plans = hosts.map((host, number): HostPlan => {
    const interfaces = interfacesOf(host.config).map((name, index): InterfacePlan => {
      const segment = segmentOf(number, name);
      const own = ownAddress({ config: host.config, name, number, taken, network: names.indexOf(segment) });
      taken.add(own.address);
      return { name, segment, mac: macOf(number + 1, index), addresses: [own] };
    });
    return { ...host, interfaces };
  });
  const clients = names.flatMap((segment, index): SegmentedClient[] => {
    const targets = hosts.flatMap(({ config }, host) =>
      virtualAddressesOf(config).flatMap(({ dev, prefix }) =>
        segmentOf(host, dev) === segment && familyOf(prefix.address) === 'ipv4' ? [prefix.address] : [],
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
  readonly number: number;
  readonly taken: ReadonlySet<IpAddress>;
  readonly network: number;
}

/** As mcast_src_ip says; else made up, in the network of the virtual addresses of the interface. */
function ownAddress({ config, name, number, taken, network }: Wanted): Prefix {
  const here = config.vrrpInstances.filter((one) => one.interface === name);
  const written = here.map((one) => one.srcIp).find((one) => one !== undefined);
  if (written !== undefined) return { address: written, length: 24 };
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
  return { address: free, length: 24 };
}

/** Locally administered; host and interface can be read from it. */
const macOf = (host: number, index: number): MacAddress =>
  `02:00:00:00:${hexadecimal(index)}:${hexadecimal(host)}` as MacAddress;
const hexadecimal = (octet: number): string => (octet & 0xff).toString(16).padStart(2, '0');

const clientOf = (segment: number): Omit<ClientPlan, 'targets'> => ({
  name: 'client',
  mac: macOf(0xff, segment),
  address: addressFromOctets(Uint8Array.from([...BENCHMARK_NETWORK, segment, 254])),
});

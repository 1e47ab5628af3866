// Two configurations that are to serve the same virtual routers: what must be equal and is not, what must differ and does
// not, and what the election then does. It judges the two files together; each by itself is judged by src/config/.

import { formatPrefix, type IpAddress } from '../address.js';
import { virtualRouterOf } from '../config/diff.js';
import type { Config, VirtualAddress, VrrpInstance } from '../config/model.js';
import { placesOf, type Finding, type Instances } from './finding.js';
import { judgeGroups } from './groups.js';
import { compareAdverts } from './pair-adverts.js';
import { pairOf, playStories, type Outcome } from './stories.js';
import { judgeWeights } from './weights.js';

/** A virtual router that both files have, and what becomes of it. */
export interface PairedInstance {
  readonly instances: readonly [VrrpInstance, VrrpInstance];
  readonly outcomes: readonly Outcome[];
}

export interface PairReport {
  readonly paired: readonly PairedInstance[];
  readonly findings: readonly Finding[];
}

/** `names` are those of the hosts as the operator is to read them. */
export function comparePair(configs: readonly [Config, Config], names: readonly [string, string]): PairReport {
  const [first, second] = configs;
  const findings = compareHosts(configs);
  const paired = first.vrrpInstances.flatMap((one): PairedInstance[] => {
    const other = partnerOf(one, second);
    if (other === undefined) return [];
    const instances = [one, other] as const;
    findings.push(...compareInstances(instances));
    const outcomes = playStories(pairOf(configs, instances));
    findings.push(...judgeWeights({ configs, instances, outcomes, names }));
    return [{ instances, outcomes }];
  });
  const alone = [...withoutPartner(first, second), ...withoutPartner(second, first)];
  return { paired, findings: [...findings, ...judgeGroups(configs, paired), ...alone] };
}

/** The same VRID is the same router on both hosts; the interfaces may be called differently. */
function keyOf(instance: VrrpInstance): string {
  const { virtualRouterId, family } = virtualRouterOf(instance);
  return `${virtualRouterId} ${family}`;
}

/** With unicast there may be several: the one of that name, if there is one. */
function partnerOf(instance: VrrpInstance, { vrrpInstances }: Config): VrrpInstance | undefined {
  const partners = vrrpInstances.filter((one) => keyOf(one) === keyOf(instance));
  return partners.find(({ name }) => name === instance.name) ?? partners[0];
}

function withoutPartner(config: Config, other: Config): Finding[] {
  const known = new Set(other.vrrpInstances.map(keyOf));
  const [elsewhere] = other.vrrpInstances;
  const file = elsewhere?.place.file ?? 'the other file';
  return config.vrrpInstances
    .filter((instance) => !known.has(keyOf(instance)))
    .map(({ name, virtualRouterId, family, place, places }) => {
      const isThere = other.vrrpInstances.some((one) => one.virtualRouterId === virtualRouterId);
      const of = isThere ? ` of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}` : '';
      return {
        severity: 'warning',
        code: 'pair-instance',
        words: `${name} has VRID ${virtualRouterId}${of}, which no instance of ${file} has: nobody takes over`,
        places: [places.virtual_router_id ?? place],
      };
    });
}

function compareHosts([{ global: one }, { global: other }]: readonly [Config, Config]): Finding[] {
  if (one.routerId === undefined || one.routerId !== other.routerId) return [];
  const words = `both hosts have the router_id ${one.routerId}: mails and logs don't tell them apart`;
  return [{ severity: 'hint', code: 'pair-router-id', words, places: [] }];
}

function compareInstances(instances: Instances): Finding[] {
  return [
    ...compareAdverts(instances),
    ...compareAccept(instances),
    ...comparePriorities(instances),
    ...compareAddresses(instances),
  ];
}

function compareAccept(instances: Instances): Finding[] {
  const [one, other] = instances;
  if (one.accept === other.accept) return [];
  const keyword = [one, other].some(({ places }) => places.no_accept) ? 'no_accept' : 'strict_mode';
  const dropping = one.accept ? other : one;
  const words = `what clients send to the addresses is dropped on the host of ${dropping.place.file} only`;
  return [{ severity: 'warning', code: 'pair-accept', words, places: placesOf(instances, keyword) }];
}

function comparePriorities(instances: Instances): Finding[] {
  const [one, other] = instances;
  if (one.priority !== other.priority) return [];
  const places = placesOf(instances, 'priority');
  const words =
    one.priority === 255
      ? 'both own the address (priority 255): give one of them a lower priority'
      : `both have priority ${one.priority}: the host with the higher address wins`;
  return [{ severity: one.priority === 255 ? 'error' : 'warning', code: 'pair-priority', words, places }];
}

/** Each address that one file has and the other has not, with the place in the one and the list of the other. */
function compareAddresses(instances: Instances): Finding[] {
  const [one, other] = instances;
  const ipsOf = ({ virtualAddresses }: VrrpInstance): IpAddress[] =>
    virtualAddresses.map(({ prefix }) => prefix.address);
  const [ours, theirs] = [ipsOf(one), ipsOf(other)];
  const disjoint = ours.length > 0 && theirs.length > 0 && !ours.some((address) => theirs.includes(address));
  const lists = ['virtualAddresses', 'excludedAddresses'] as const;
  return lists.flatMap((list) =>
    [[one, other] as const, [other, one] as const].flatMap(([having, lacking]): Finding[] =>
      having[list]
        .filter(({ prefix }) => !lacking[list].some((entry) => entry.prefix.address === prefix.address))
        .map((address) => missing(address, { lacking, onWire: list === 'virtualAddresses', disjoint })),
    ),
  );
}

function missing(
  { prefix, place }: VirtualAddress,
  { lacking, onWire, disjoint }: { lacking: VrrpInstance; onWire: boolean; disjoint: boolean },
): Finding {
  const keyword = onWire ? 'virtual_ipaddress' : 'virtual_ipaddress_excluded';
  const there = lacking.places[keyword] ?? lacking.place;
  const what = !onWire
    ? 'it is not served when this host has the others'
    : disjoint
      ? 'no address is in both lists: each takes the other for another pair, and both become MASTER'
      : 'keepalived up to 2.3.2 rejects adverts whose list differs: both become MASTER';
  return {
    severity: disjoint && onWire ? 'error' : 'warning',
    code: 'pair-address-list',
    words: `${formatPrefix(prefix)} is missing in the ${keyword} of ${there.file}: ${what}`,
    places: [place, there],
  };
}

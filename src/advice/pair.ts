// Two configurations that are to serve the same virtual routers: what must be equal and is not, what must differ and does
// not, and what the election then does. It judges the two files together; each by itself is judged by src/config/.

import { formatPrefix, type IpAddress } from '../address.js';
import { virtualRouterOf } from '../config/diff.js';
import type { Code, Severity } from '../config/diagnostic.js';
import type { Config, Place, VirtualAddress, VrrpInstance } from '../config/model.js';
import { inSeconds } from '../time.js';
import { judgeGroups } from './groups.js';
import { pairOf, playStories, type Outcome } from './stories.js';
import { judgeWeights } from './weights.js';

/** A message about both files. */
export interface Finding {
  readonly severity: Severity;
  readonly code: Code;
  readonly words: string;
  /** One or two, the place in the first file first. */
  readonly places: readonly Place[];
}

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
  const partners = new Map(second.vrrpInstances.map((instance) => [keyOf(instance), instance]));
  const findings = compareHosts(configs);
  const paired = first.vrrpInstances.flatMap((one): PairedInstance[] => {
    const other = partners.get(keyOf(one));
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

function withoutPartner(config: Config, other: Config): Finding[] {
  const known = new Set(other.vrrpInstances.map(keyOf));
  const [elsewhere] = other.vrrpInstances;
  return config.vrrpInstances
    .filter((instance) => !known.has(keyOf(instance)))
    .map(({ name, virtualRouterId, place, places }) => ({
      severity: 'warning',
      code: 'pair-instance',
      words: `${name} has VRID ${virtualRouterId}, which no instance of ${elsewhere?.place.file ?? 'the other file'} has: nobody takes over`,
      places: [places.virtual_router_id ?? place],
    }));
}

function compareHosts([{ global: one }, { global: other }]: readonly [Config, Config]): Finding[] {
  if (one.routerId === undefined || one.routerId !== other.routerId) return [];
  const words = `both hosts have the router_id ${one.routerId}: mails and logs don't tell them apart`;
  return [{ severity: 'hint', code: 'pair-router-id', words, places: [] }];
}

type Instances = readonly [VrrpInstance, VrrpInstance];

const placesOf = (instances: Instances, keyword: string): Place[] =>
  instances.map(({ places, place }) => places[keyword] ?? place);

function compareInstances(instances: Instances): Finding[] {
  const [one, other] = instances;
  const error = (code: Code, keyword: string, words: string): Finding => ({
    severity: 'error',
    code,
    words,
    places: placesOf(instances, keyword),
  });
  const findings: Finding[] = [];
  if (one.version === 2 && one.advertInt !== other.advertInt) {
    const times = `every ${inSeconds(one.advertInt)} s and every ${inSeconds(other.advertInt)} s`;
    findings.push(error('pair-interval', 'advert_int', `${times}: adverts are rejected and both become MASTER`));
  }
  const secrets = compareSecrets(instances);
  if (secrets !== undefined)
    findings.push(
      error('pair-authentication', 'authentication', `${secrets}: adverts are rejected and both become MASTER`),
    );
  if (one.srcIp !== undefined && one.srcIp === other.srcIp)
    findings.push(error('pair-source', 'mcast_src_ip', `both send from ${one.srcIp}: each takes the other for itself`));
  return [...findings, ...comparePriorities(instances), ...compareAddresses(instances)];
}

function compareSecrets([{ authentication: one }, { authentication: other }]: Instances): string | undefined {
  if (one.type !== other.type) return `authentication ${one.type} and ${other.type}`;
  return one.type === 'PASS' && other.type === 'PASS' && one.password !== other.password
    ? 'different passwords'
    : undefined;
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

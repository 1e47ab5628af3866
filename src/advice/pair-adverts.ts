// Whether the adverts of each of two hosts get to the other, and count there: version, group or peers, TTL, checksum, interval,
// password. It knows what the files say alone: a source that no file names is not judged.

import { VRRP_GROUPS } from '../address.js';
import type { Code, Severity } from '../config/diagnostic.js';
import type { UnicastSettings, VrrpInstance } from '../config/model.js';
import { nearest } from '../config/spelling.js';
import { inSeconds } from '../time.js';
import { placesOf, type Finding, type Instances } from './finding.js';

const BOTH = 'both become MASTER';

/** Where only one of the two does not hear the other. */
const takesAnyway = ({ place }: VrrpInstance): string =>
  `the host of ${place.file} takes the addresses while the other has them`;

export function compareAdverts(instances: Instances): Finding[] {
  const [one, other] = instances;
  const told = (severity: Severity, code: Code, keyword: string, words: string): Finding => ({
    ...{ severity, code, words },
    places: placesOf(instances, keyword),
  });
  const findings: Finding[] = [];
  if (one.version !== other.version) {
    const words = `version ${one.version} and version ${other.version}: neither counts the other's adverts, and ${BOTH}`;
    findings.push(told('error', 'pair-version', 'version', words));
  } else if (one.advertInt !== other.advertInt) {
    const times = `every ${inSeconds(one.advertInt)} s and every ${inSeconds(other.advertInt)} s`;
    findings.push(
      one.version === 2
        ? told('error', 'pair-interval', 'advert_int', `${times}: adverts are rejected and ${BOTH}`)
        : told(
            'hint',
            'pair-interval',
            'advert_int',
            `${times}: the one that is MASTER tells how long the other waits`,
          ),
    );
  }
  const secrets = compareSecrets(instances);
  if (secrets !== undefined)
    findings.push(
      told('error', 'pair-authentication', 'authentication', `${secrets}: adverts are rejected and ${BOTH}`),
    );
  if (one.srcIp !== undefined && one.srcIp === other.srcIp)
    findings.push(
      told('error', 'pair-source', sourceKeyword(one), `both send from ${one.srcIp}: each takes the other for itself`),
    );
  return [...findings, ...compareChecksums(instances), ...compareDestinations(instances)];
}

/** Version 3 on IPv4 alone has several. */
function compareChecksums(instances: Instances): Finding[] {
  const [one, other] = instances;
  const told = (severity: Severity, keyword: string, words: string): Finding[] => [
    { severity, code: 'pair-checksum', words, places: placesOf(instances, keyword) },
  ];
  const isOld = ({ unicast, v3ChecksumAsV2 }: VrrpInstance): boolean =>
    unicast?.oldChecksum === 'always' && !v3ChecksumAsV2;
  const refusing = [one, other].find(({ unicast }) => unicast?.oldChecksum === 'never');
  if (one.version !== other.version || one.version === 2 || one.family === 'ipv6') return [];
  if (refusing !== undefined && (isOld(one) || isOld(other))) {
    const words = `one host makes the checksum of old_unicast_checksum and the other never takes it: ${takesAnyway(refusing)}`;
    return told('error', 'old_unicast_checksum', words);
  }
  if (one.v3ChecksumAsV2 === other.v3ChecksumAsV2) return [];
  const words = 'v3_checksum_as_v2 on one host only: keepalived without it rejects the adverts of the other';
  return told('warning', 'v3_checksum_as_v2', words);
}

const sourceKeyword = ({ places }: VrrpInstance): string =>
  places.unicast_src_ip === undefined ? 'mcast_src_ip' : 'unicast_src_ip';

function compareSecrets([{ authentication: one }, { authentication: other }]: Instances): string | undefined {
  if (one.type !== other.type) return `authentication ${one.type} and ${other.type}`;
  return one.type === 'PASS' && other.type === 'PASS' && one.password !== other.password
    ? 'different passwords'
    : undefined;
}

function compareDestinations(instances: Instances): Finding[] {
  const [one, other] = instances;
  const unheard = (keyword: string, words: string): Finding[] => [
    {
      severity: 'error',
      code: 'pair-destination',
      words: `${words}, and ${BOTH}`,
      places: placesOf(instances, keyword),
    },
  ];
  if (one.unicast === undefined && other.unicast === undefined)
    return one.mcastDstIp === other.mcastDstIp
      ? []
      : unheard('mcast_dst_ip', `groups ${groupOf(one)} and ${groupOf(other)}: neither hears the other`);
  if (one.unicast === undefined || other.unicast === undefined)
    return unheard('unicast_peer', 'one speaks unicast and the other multicast: neither counts the other');
  if (isCopied(one, other)) {
    const words = `both files have the one peer ${one.unicast.peers[0]?.address ?? ''}: one of the hosts speaks to itself`;
    return unheard('unicast_peer', words);
  }
  return [
    ...comparePeers({ from: one, to: other, unicast: other.unicast }),
    ...comparePeers({ from: other, to: one, unicast: one.unicast }),
  ];
}

/** One that is not written in the instance stands in global_defs, or nowhere. */
function groupOf({ mcastDstIp, family, places }: VrrpInstance): string {
  if (places.mcast_dst_ip !== undefined || mcastDstIp === VRRP_GROUPS[family]) return mcastDstIp;
  return `${mcastDstIp} (vrrp_mcast_group${family === 'ipv4' ? 4 : 6})`;
}

/** Without sources: whoever of the two it is, the other is not among its peers. */
function isCopied(one: VrrpInstance, other: VrrpInstance): boolean {
  const [[ours, ...more] = [], [theirs, ...others] = []] = [one.unicast?.peers, other.unicast?.peers];
  const isAlone = more.length === 0 && others.length === 0 && ours !== undefined;
  return isAlone && one.srcIp === undefined && other.srcIp === undefined && ours.address === theirs?.address;
}

/** What `to` has for the source that `from` names; the own address of `to` in its list is nothing to tell of. */
function comparePeers({
  from,
  to,
  unicast,
}: {
  from: VrrpInstance;
  to: VrrpInstance;
  unicast: UnicastSettings;
}): Finding[] {
  const { srcIp } = from;
  const ttl = from.unicast?.ttl ?? 255;
  if (srcIp === undefined || unicast.peers.length === 0) return [];
  const places = [...placesOf([from], sourceKeyword(from)), ...placesOf([to], 'unicast_peer')];
  const told = (severity: Severity, words: string): Finding[] => [
    { severity, code: 'pair-destination', words, places },
  ];
  const peer = unicast.peers.find(({ address }) => address === srcIp);
  if (peer === undefined) {
    const others = unicast.peers.map(({ address }) => address).filter((address) => address !== to.srcIp);
    const meant = nearest(srcIp, others);
    const slip = meant === undefined ? '' : ` (it has ${meant})`;
    return told(
      'error',
      `${srcIp} is no peer in ${to.place.file}${slip}: nothing is sent there, and ${takesAnyway(from)}`,
    );
  }
  const { minTtl = 0, maxTtl = 255 } = peer;
  if (ttl < minTtl)
    return told('error', `unicast_ttl ${ttl} is under the min_ttl ${minTtl} of ${to.place.file}: ${takesAnyway(to)}`);
  return ttl > maxTtl
    ? told(
        'warning',
        `unicast_ttl ${ttl} is over the max_ttl ${maxTtl} of ${to.place.file}, unless routers are between`,
      )
    : [];
}

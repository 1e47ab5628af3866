// Where the adverts of an instance come from and go to: its source address, its group, or the peers of unicast; and how their
// checksum is made. Which of the keywords count beside each other is told. It opens no socket and knows no host.

import { familyOf, VRRP_GROUPS, type Family, type IpAddress } from '../address.js';
import type { Report, Span } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import type { UnicastPeer, UnicastSettings, VrrpInstance } from './model.js';
import type { PeerEntry } from './unicast.js';
import type { InstanceDraft } from './vrrp-instance.js';

type Advertising = Pick<VrrpInstance, 'srcIp' | 'trackSrcIp' | 'mcastDstIp' | 'unicast' | 'v3ChecksumAsV2'>;

interface Surroundings {
  readonly global: GlobalDraft;
  readonly family: Family;
  readonly version: VrrpInstance['version'];
  readonly report: Report;
}

export function completeAdvertising(written: InstanceDraft, surroundings: Surroundings): Advertising {
  const { global, family, version, report } = surroundings;
  const source = completeSource(written, surroundings);
  const unicast = completeUnicast(written, surroundings);
  const group = written.mcastDstIp;
  if (group?.value !== undefined && unicast !== undefined) {
    const words = 'mcast_dst_ip does not count with unicast, in keepalived neither';
    report.warning('does-not-count', group.statement.keyword.span, words);
  }
  const written_ = group?.value === undefined ? undefined : ofFamily(group.value, wordOf(group), surroundings);
  const usual = family === 'ipv4' ? global.vrrpMcastGroup4?.value : global.vrrpMcastGroup6?.value;
  const asked = written.v3ChecksumAsV2?.value ?? global.v3ChecksumAsV2?.value ?? false;
  return {
    ...source,
    mcastDstIp: (unicast === undefined ? (written_ ?? usual) : undefined) ?? VRRP_GROUPS[family],
    ...(unicast && { unicast }),
    v3ChecksumAsV2: asked && version === 3 && family === 'ipv4',
  };
}

const wordOf = ({ statement }: { statement: { keyword: { span: Span }; args: readonly { span: Span }[] } }): Span =>
  statement.args[0]?.span ?? statement.keyword.span;

/** keepalived passes over one of the other family; its adverts would have another source or go elsewhere then. */
function ofFamily(address: IpAddress, span: Span, { family, report }: Surroundings): IpAddress | undefined {
  if (familyOf(address) === family) return address;
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
  report.error('bad-address', span, `${address} is not ${name}, which the first address of this instance is`);
  return undefined;
}

/** The two keywords mean the same: the one that stands last counts. */
function completeSource(written: InstanceDraft, surroundings: Surroundings): Pick<Advertising, 'srcIp' | 'trackSrcIp'> {
  const { mcastSrcIp, unicastSrcIp, trackSrcIp } = written;
  const { report } = surroundings;
  const isLast = (field: keyof InstanceDraft, other: keyof InstanceDraft): boolean => {
    const fields = Object.keys(written);
    return fields.indexOf(field) > fields.indexOf(other);
  };
  const mcast = mcastSrcIp && { address: mcastSrcIp.value, isTracked: false, span: wordOf(mcastSrcIp) };
  const unicast = unicastSrcIp && {
    address: unicastSrcIp.value?.address,
    isTracked: unicastSrcIp.value?.isTracked ?? false,
    span: wordOf(unicastSrcIp),
  };
  const last = isLast('mcastSrcIp', 'unicastSrcIp') ? (mcast ?? unicast) : (unicast ?? mcast);
  if (mcast && unicast && last && mcast.address !== unicast.address)
    report.warning(
      'repeated-keyword',
      last.span,
      'mcast_src_ip and unicast_src_ip are the same thing: this one counts',
    );
  if (trackSrcIp !== undefined && last === undefined) {
    const words = 'track_src_ip does not count without unicast_src_ip or mcast_src_ip: nothing is tracked';
    report.warning('does-not-count', trackSrcIp.statement.keyword.span, words);
  }
  const address = last?.address && ofFamily(last.address, last.span, surroundings);
  if (last === undefined || address === undefined) return { trackSrcIp: false };
  return { srcIp: address, trackSrcIp: last.isTracked || trackSrcIp !== undefined };
}

function completeUnicast(written: InstanceDraft, surroundings: Surroundings): UnicastSettings | undefined {
  const peers = completePeers(written.unicastPeer?.value ?? [], surroundings);
  if (peers.length === 0 && written.unicastFaultNoPeer === undefined) {
    reportNoPeers(written, surroundings.report);
    return undefined;
  }
  const hasLimits = peers.some(({ minTtl, maxTtl }) => minTtl !== undefined || maxTtl !== undefined);
  const { checkUnicastSrc } = written;
  if (hasLimits && checkUnicastSrc?.value === false) {
    const words = 'check_unicast_src false does not count: a peer has a limit of its TTL';
    surroundings.report.warning('does-not-count', checkUnicastSrc.statement.keyword.span, words);
  }
  const usual = surroundings.global.vrrpCheckUnicastSrc?.value ?? false;
  return {
    peers,
    ttl: written.unicastTtl?.value ?? 255,
    checkSrc: hasLimits || (checkUnicastSrc?.value ?? usual),
    oldChecksum: written.oldUnicastChecksum?.value ?? 'as-heard',
  };
}

function completePeers(entries: readonly PeerEntry[], surroundings: Surroundings): UnicastPeer[] {
  const peers = new Map<IpAddress, UnicastPeer>();
  for (const { peer, span } of entries) {
    if (ofFamily(peer.address, span, surroundings) === undefined) continue;
    const words = `${peer.address} is a peer already: the first entry counts`;
    if (peers.has(peer.address)) surroundings.report.warning('repeated-name', span, words);
    else peers.set(peer.address, peer);
  }
  return [...peers.values()];
}

/** As in keepalived, which calls it deprecated. */
function reportNoPeers(written: InstanceDraft, report: Report): void {
  const { unicastPeer, unicastSrcIp, unicastTtl, checkUnicastSrc, oldUnicastChecksum } = written;
  const asked = [unicastPeer, unicastSrcIp, unicastTtl, checkUnicastSrc, oldUnicastChecksum].find(Boolean);
  // One that cannot be read is an error already.
  if (asked === undefined || (unicastPeer?.statement.block?.length ?? 0) > 0) return;
  const words = 'there is no unicast_peer: adverts go to the multicast group';
  const note = { note: 'with unicast_fault_no_peer it is a FAULT' };
  report.warning('unicast-without-peers', asked.statement.keyword.span, words, note);
}

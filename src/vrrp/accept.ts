// Whether a received advert counts: RFC 3768 § 7.1, in keepalived's order, a named reason for each drop.
// A dropped advert changes nothing: no timer, no state. Lists of addresses: RFC 9568 § 7.1, see `compareLists`.

import { isMulticast, type IpAddress } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import type { Advert, ReceivedAdvert } from '../packet/vrrp.js';
import { inSeconds } from '../time.js';
import type { DropReason } from './statistics.js';

/** A received packet that names a virtual router. */
export type NamedAdvert = Exclude<ReceivedAdvert, { kind: 'unreadable' }>;

type Received = Extract<NamedAdvert, { kind: 'advert' }>;

export type Verdict =
  | { readonly kind: 'accepted'; readonly advert: Advert; readonly listsDiffer?: string }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly detail: string };

const drop = (reason: DropReason, detail: string): Verdict => ({ kind: 'dropped', reason, detail });

/** What an instance compares an advert with. */
export interface Own {
  readonly config: VrrpInstance;
  /** The address that it sends from. */
  readonly source: IpAddress | undefined;
  /** The addresses that its own adverts list. */
  readonly advertised: readonly IpAddress[];
}

/** Judges a packet for an instance that listens. */
export function accept({ config, source, advertised }: Own, packet: NamedAdvert): Verdict {
  if (packet.kind === 'malformed' && packet.reason === 'length') return drop('length', packet.found);
  const far = checkTtl(config, packet);
  if (far) return far;
  if (packet.kind === 'malformed') return drop('version', packet.found);
  const { advert } = packet;
  if (advert.version !== config.version) return drop('version', `version ${advert.version}, ours ${config.version}`);
  if (packet.source === source) return drop('own-source', 'it has our own source address: another host uses it');
  const fault =
    checkAuthentication(config, advert) ??
    checkInterval(config, advert) ??
    (packet.type === 1 ? undefined : drop('type', `packet type ${packet.type}, expected 1`)) ??
    checkChecksum(config, packet) ??
    checkDestination(config, packet);
  if (fault) return fault;
  const verdict = checkAddresses(advertised, advert);
  return verdict.kind === 'accepted' ? (checkPeer(config, packet) ?? verdict) : verdict;
}

/** RFC 3768 § 7.1: nobody has forwarded it. A unicast one may have been, as far as its peer's limits go. */
function checkTtl({ unicast }: VrrpInstance, { ttl, source }: NamedAdvert): Verdict | undefined {
  const peer = unicast?.peers.find(({ address }) => address === source);
  const { minTtl: least = 0, maxTtl: most = 255 } = unicast ? { ...peer } : { minTtl: 255 };
  if (ttl >= least && ttl <= most) return undefined;
  return drop('ttl', `TTL ${ttl}, expected ${least === most ? least : `${least} to ${most}`}`);
}

function checkChecksum({ unicast }: VrrpInstance, packet: Received): Verdict | undefined {
  if (!packet.checksumValid) return drop('checksum', 'wrong checksum');
  if (!packet.hasOldChecksum || unicast?.oldChecksum !== 'never') return undefined;
  return drop('checksum', 'the checksum of keepalived before 1.3.6 (old_unicast_checksum never)');
}

/** Who speaks to the group does not hear unicast adverts, and the other way round. */
function checkDestination({ unicast, mcastDstIp }: VrrpInstance, { destination }: Received): Verdict | undefined {
  const isRight = unicast ? !isMulticast(destination) : destination === mcastDstIp;
  return isRight
    ? undefined
    : drop('destination', `sent to ${destination}, expected ${unicast ? 'unicast' : mcastDstIp}`);
}

function checkPeer({ unicast }: VrrpInstance, { source }: Received): Verdict | undefined {
  if (!unicast?.checkSrc || unicast.peers.some(({ address }) => address === source)) return undefined;
  return drop('unicast-source', `${source} is not one of its unicast peers`);
}

/** RFC 2338 § 5.3.6: keepalived and others still speak it; RFC 3768 left only the field. */
function checkAuthentication({ authentication: ours }: VrrpInstance, advert: Advert): Verdict | undefined {
  if (advert.version === 3) return undefined;
  const theirs = advert.authentication;
  if (theirs.type === 'other') return drop('authentication-type', `unknown authentication type ${theirs.number}`);
  if (theirs.type !== ours.type)
    return drop('authentication-mismatch', `authentication ${theirs.type}, ours ${ours.type}`);
  if (theirs.type === 'PASS' && ours.type === 'PASS' && theirs.password !== ours.password)
    return drop('password', 'wrong password');
  return undefined;
}

/** RFC 3768 § 7.1: in version 2 the intervals must be equal; RFC 9568 § 7.1: in version 3 it is learned, and is not 0. */
function checkInterval({ advertInt }: VrrpInstance, advert: Advert): Verdict | undefined {
  if (advert.version === 3 ? advert.interval > 0 : advert.interval === advertInt) return undefined;
  return drop('interval', `advert_int ${inSeconds(advert.interval)} s, ours ${inSeconds(advertInt)} s`);
}

/** Lists that share an address are one pair's, at different stages of an edit; disjoint ones are two pairs with one VRID. */
function checkAddresses(ours: readonly IpAddress[], advert: Advert): Verdict {
  const theirs = new Set(advert.addresses);
  const missing = ours.filter((address) => !theirs.has(address));
  if (missing.length === 0 && theirs.size === ours.length) return { kind: 'accepted', advert };
  const extra = [...theirs].filter((address) => !ours.includes(address));
  if (missing.length === ours.length) return drop('address-list', `it lists ${list(extra)}, we have ${list(ours)}`);
  const words = [
    ...(extra.length > 0 ? [`it has ${list(extra)} more`] : []),
    ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
  ];
  return { kind: 'accepted', advert, listsDiffer: words.join(', ') };
}

const list = (addresses: readonly IpAddress[]): string =>
  addresses.length === 0 ? 'no address' : addresses.slice(0, 5).join(', ') + (addresses.length > 5 ? ' ...' : '');

// What keepalived 2.2.7 has against a packet of its virtual router, in its order and its words. A differing address list
// is one of them (accepted since 2.3.3). It judges; what a rejected packet does all the same is virtual-router.ts's.

import type { IpAddress } from '../../address.js';
import type { UnicastPeer, UnicastSettings, VrrpInstance } from '../../config/model.js';
import type { Advert, ReceivedAdvert } from '../../packet/vrrp.js';
import { inSeconds } from '../../time.js';

/** A received packet that names a virtual router. */
export type Named = Exclude<ReceivedAdvert, { kind: 'unreadable' }>;

/** Why the packet is rejected; undefined when it is a good advert. */
export function objection(config: VrrpInstance, packet: Named): string | undefined {
  if (packet.kind === 'malformed' && packet.reason === 'length')
    return `vrrp packet has a wrong length: ${packet.found}`;
  const { unicast } = config;
  if (!unicast && packet.ttl !== 255) return `invalid TTL/HL. Received ${packet.ttl} and expect 255`;
  const version = packet.kind === 'malformed' ? packet.found : packet.advert.version;
  if (packet.kind === 'malformed' || version !== config.version)
    return `wrong version. Received ${version} and expect ${config.version}`;
  const { advert } = packet;
  return (
    authenticationObjection(config, advert) ??
    intervalObjection(config, advert) ??
    (packet.type === 1 ? undefined : `Invalid packet type. ${packet.type} and expect 1`) ??
    (packet.checksumValid ? undefined : `Invalid VRRPv${advert.version} checksum`) ??
    addressObjection(config, advert) ??
    (unicast && unicastObjection(unicast, packet))
  );
}

function authenticationObjection({ authentication: ours }: VrrpInstance, advert: Advert): string | undefined {
  if (advert.version === 3) return undefined;
  const { authentication: theirs } = advert;
  if (theirs.type !== ours.type) return `received a ${theirs.type} auth, expecting ${ours.type}!`;
  if (theirs.type === 'PASS' && ours.type === 'PASS' && theirs.password !== ours.password)
    return 'received an invalid passwd!';
  return undefined;
}

/** Version 3 learns the master's. */
function intervalObjection({ advertInt }: VrrpInstance, { version, interval }: Advert): string | undefined {
  if (version === 3 || interval === advertInt) return undefined;
  return `advertisement interval mismatch mine=${inSeconds(advertInt)} sec rcv'd=${inSeconds(interval)} sec`;
}

/** In any order, but the same ones. */
function addressObjection({ virtualAddresses }: VrrpInstance, { addresses }: Advert): string | undefined {
  const count = virtualAddresses.length;
  if (addresses.length !== count)
    return `received an unexpected ip number count ${addresses.length}, expected ${count}!`;
  const missing = virtualAddresses.find(({ prefix }) => !addresses.includes(prefix.address));
  return missing && `ip address ${missing.prefix.address} not present in MASTER advert`;
}

/** A limit of the TTL makes the sender have to be in the list. */
function unicastObjection(
  { peers, checkSrc }: UnicastSettings,
  { source, ttl }: { readonly source: IpAddress; readonly ttl: number },
): string | undefined {
  const isLimited = ({ minTtl, maxTtl }: UnicastPeer): boolean => minTtl !== undefined || maxTtl !== undefined;
  if (!checkSrc && !peers.some(isLimited)) return undefined;
  const peer = peers.find(({ address }) => address === source);
  if (!peer) return `unicast source address ${source} not a unicast peer`;
  const { minTtl = 0, maxTtl = 255 } = peer;
  return ttl < minTtl || ttl > maxTtl ? `TTL/HL ${ttl} not in range [${minTtl}, ${maxTtl}]` : undefined;
}

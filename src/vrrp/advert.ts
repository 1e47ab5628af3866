// The advert that an instance sends. RFC 3768 § 5.1-5.3, § 7.2, RFC 5798 § 5; wire order of the addresses is the file's.
// It neither sends nor decides when: an effect is all that comes out.

import type { IpAddress } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import type { Advert, AdvertHeader } from '../packet/vrrp.js';
import type { Duration } from '../time.js';
import type { Effect } from './effect.js';

/** What differs from advert to advert of one instance. */
export interface AdvertFields {
  /** 0 when it leaves. */
  readonly priority: number;
  readonly interval: Duration;
  readonly source: IpAddress;
  /** The group, or a peer. */
  readonly destination: IpAddress;
  /** The destination makes its checksums as keepalived did before 1.3.6. */
  readonly hasOldChecksum: boolean;
  /** 16 bits, counted up. */
  readonly identification: number;
  readonly addresses: readonly IpAddress[];
}

/** The effect that sends one advert of the instance to one destination. */
export function sendAdvert(
  config: VrrpInstance,
  { priority, interval, addresses, hasOldChecksum, ...ends }: AdvertFields,
): Effect {
  const common = { virtualRouterId: config.virtualRouterId, priority, interval, addresses };
  const advert: Advert =
    config.version === 2 ? { version: 2, authentication: config.authentication, ...common } : { version: 3, ...common };
  const checksum = checksumOf(config, hasOldChecksum);
  const header = { ...ends, ttl: config.unicast?.ttl ?? 255, ...(checksum && { checksum }) };
  return { kind: 'send-advert', interface: config.interface, header, advert };
}

/** Only version 3 on IPv4 has more than one way, and the destination of the packet in it where nothing else is asked for. */
function checksumOf(
  { version, family, v3ChecksumAsV2, unicast }: VrrpInstance,
  hasOldChecksum: boolean,
): AdvertHeader['checksum'] {
  if (version === 2 || family === 'ipv6') return undefined;
  if (v3ChecksumAsV2) return 'plain';
  const isOld = unicast?.oldChecksum === 'always' || (unicast?.oldChecksum === 'as-heard' && hasOldChecksum);
  return isOld ? 'group' : undefined;
}

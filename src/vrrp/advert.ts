// The advert that an instance sends. RFC 3768 § 5.1-5.3, § 7.2; wire order of the addresses is the file's.
// It neither sends nor decides when: an effect is all that comes out.

import type { IpAddress } from '../address.js';
import { VRRP_GROUPS } from '../address.js';
import type { VrrpInstance } from '../config/model.js';
import type { Advert } from '../packet/vrrp.js';
import type { Effect } from './effect.js';

/** What differs from advert to advert of one instance. */
export interface AdvertFields {
  /** 0 when it leaves. */
  readonly priority: number;
  readonly source: IpAddress;
  /** 16 bits, counted up. */
  readonly identification: number;
  readonly addresses: readonly IpAddress[];
}

/** The effect that sends one advert of the instance to the group. */
export function sendAdvert(
  config: VrrpInstance,
  { priority, source, identification, addresses }: AdvertFields,
): Effect {
  const common = {
    virtualRouterId: config.virtualRouterId,
    priority,
    interval: config.advertInt,
    addresses,
  };
  const advert: Advert =
    config.version === 2 ? { version: 2, authentication: config.authentication, ...common } : { version: 3, ...common };
  return {
    kind: 'send-advert',
    interface: config.interface,
    header: { source, destination: VRRP_GROUPS.ipv4, ttl: 255, identification },
    advert,
  };
}

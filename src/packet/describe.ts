// One line a person can read for a packet: in the words of tcpdump for the log and for tests, and briefly for a
// transcript. It is never parsed again, and it does not show the password.

import { familyOf, type IpAddress } from '../address.js';
import { inCentiseconds, inSeconds, seconds } from '../time.js';
import { ADVERTISEMENT, type Advert, type AdvertAuthentication, type ReceivedAdvert } from './vrrp.js';

/** RFC 3768 § 5.2.3, RFC 5798 § 5.1.2.3: what every advert to a group has. */
const FULL_TTL = 255;

/** "192.168.1.191 > 224.0.0.18: VRRPv2, vrid 91, prio 120, authtype none, intvl 1s, addrs: 192.168.1.190" */
export function describeAdvert(received: ReceivedAdvert): string {
  if (received.kind === 'unreadable') return `VRRP, unreadable: ${received.reason}`;
  const ends = `${received.source} > ${received.destination}`;
  if (received.kind === 'malformed')
    return `${ends}: VRRP, vrid ${received.virtualRouterId}, ${received.found}${describeTtl(received)}`;
  return `${ends}: ${describeFields(received.advert)}${describeFaults(received)}`;
}

/** Of a received one: "192.168.1.191: vrid 91 prio 120 (192.168.1.190)", and what is wrong with it. */
export function describeHeard(received: ReceivedAdvert): string {
  if (received.kind === 'unreadable') return `unreadable: ${received.reason}`;
  if (received.kind === 'malformed')
    return `${received.source}: vrid ${received.virtualRouterId}, ${received.found}${describeTtl(received)}`;
  return `${received.source}: ${describeBriefly(received.advert)}${describeFaults(received)}`;
}

/** Nothing for a full one. In tcpdump's words it is a `hlim` on IPv6. */
function describeTtl({ source, ttl }: { readonly source: IpAddress; readonly ttl: number }): string {
  return ttl === FULL_TTL ? '' : `, ${familyOf(source) === 'ipv4' ? 'ttl' : 'hlim'} ${ttl}`;
}

function describeFaults(received: Extract<ReceivedAdvert, { kind: 'advert' }>): string {
  const type = received.type === ADVERTISEMENT ? '' : `, type ${received.type}`;
  const oldChecksum = received.hasOldChecksum ? ', old checksum' : '';
  const checksum = received.checksumValid ? oldChecksum : ', bad checksum';
  return `${type}${describeTtl(received)}${checksum}`;
}

/** "vrid 91 prio 120 (192.168.1.190)"; an interval other than a second too, and how many addresses more there are. */
export function describeBriefly({ version, virtualRouterId, priority, interval, addresses }: Advert): string {
  const [first = 'no address', ...others] = addresses;
  const every = interval === seconds(1) ? '' : ` each ${inSeconds(interval)} s`;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `vrid ${virtualRouterId} prio ${priority}${version === 3 ? ' v3' : ''}${every} (${first}${more})`;
}

function describeFields(advert: Advert): string {
  const router = `VRRPv${advert.version}, vrid ${advert.virtualRouterId}, prio ${advert.priority}`;
  const addresses = `addrs: ${advert.addresses.join(',') || 'none'}`;
  if (advert.version === 3) return `${router}, intvl ${inCentiseconds(advert.interval)}cs, ${addresses}`;
  const authentication = `authtype ${describeAuthentication(advert.authentication)}`;
  return `${router}, ${authentication}, intvl ${inSeconds(advert.interval)}s, ${addresses}`;
}

const describeAuthentication = (authentication: AdvertAuthentication): string =>
  authentication.type === 'other' ? String(authentication.number) : authentication.type;

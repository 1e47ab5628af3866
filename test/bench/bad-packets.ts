// What a neighbour with another configuration, or with bad intent, says to the virtual router of layout 1: each packet
// would win the election, and each is to be dropped. RFC 3768 § 7.1

import type { IpAddress } from '../../src/address.js';
import { IPV4_HEADER_LENGTH, writeIpv4Header, type Ipv4Header } from '../../src/packet/ipv4.js';
import { encodeIpv4Advert, type Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';

/** What layout 1 has. */
export const ADVERT: Extract<Advert, { version: 2 }> = {
  version: 2,
  virtualRouterId: 91,
  priority: 200,
  interval: seconds(1),
  authentication: { type: 'PASS', password: '1111' },
  addresses: ['192.168.1.190' as IpAddress],
};
export const HEADER: Ipv4Header = {
  source: '192.168.1.193' as IpAddress,
  destination: '224.0.0.18' as IpAddress,
  ttl: 255,
  identification: 1,
};
const GOOD = encodeIpv4Advert(HEADER, ADVERT).subarray(IPV4_HEADER_LENGTH);

/** The octets behind a good IP header, which tells their length. */
function packetOf(vrrp: Uint8Array): Buffer {
  const packet = Buffer.concat([Buffer.alloc(IPV4_HEADER_LENGTH), vrrp]);
  writeIpv4Header(packet, HEADER);
  return packet;
}

/** With one octet another one; the checksum is that of the good advert, so it is wrong too where it is looked at first. */
function changed(at: number, octet: number): Buffer {
  const vrrp = Buffer.from(GOOD);
  vrrp[at] = octet;
  return packetOf(vrrp);
}

const said = (change: Partial<typeof ADVERT>): Buffer => encodeIpv4Advert(HEADER, { ...ADVERT, ...change });

export const BAD_PACKETS: Readonly<Record<string, Buffer>> = {
  'wrong checksum': changed(6, (GOOD[6] ?? 0) ^ 0xff),
  'TTL 254': encodeIpv4Advert({ ...HEADER, ttl: 254 }, ADVERT),
  'cut to 8 octets': packetOf(GOOD.subarray(0, 8)),
  'cut to 16 octets': packetOf(GOOD.subarray(0, 16)),
  'four octets more': packetOf(Buffer.concat([GOOD, Buffer.alloc(4)])),
  'wrong password': said({ authentication: { type: 'PASS', password: '2222' } }),
  'no authentication': said({ authentication: { type: 'none' } }),
  'interval of 2 s': said({ interval: seconds(2) }),
  'other addresses': said({ addresses: ['192.168.1.199' as IpAddress] }),
  'version 3': encodeIpv4Advert(HEADER, { ...ADVERT, version: 3 }),
  'type 2': changed(0, 0x22),
  'a count of 255': changed(3, 255),
};

// VRRP adverts: octets <-> values. RFC 3768 § 5.1 and § 5.3 (version 2), RFC 5798 § 5 and RFC 9568 § 5 (version 3).
// Reports what is in the octets and judges nothing that needs a configuration; never throws on bad octets.

import { addressFromOctets, addressOctets, isMulticast, VRRP_GROUPS, type IpAddress } from '../address.js';
import { centiseconds, inCentiseconds, inSeconds, seconds, type Duration } from '../time.js';
import { internetChecksum, pseudoHeaderSum } from './checksum.js';
import {
  IPV4_HEADER_LENGTH,
  readIpv4,
  readIpv4Address,
  VRRP_PROTOCOL,
  writeIpv4Header,
  type Ipv4Header,
} from './ipv4.js';
import { endsOf } from './ipv6.js';

/** The authentication field of version 2; the password as latin1 text without its NUL padding. */
export type AdvertAuthentication =
  | { readonly type: 'none' }
  | { readonly type: 'PASS'; readonly password: string }
  | { readonly type: 'other'; readonly number: number };

/** What an advert is sent with; on IPv6 the hop limit is `ttl`, and there is no identification. */
export interface AdvertHeader extends Ipv4Header {
  /**
   * How version 3 on IPv4 makes its checksum when not with the pseudo header of the packet (RFC 5798 § 5.2.8): without one
   * (RFC 9568 § 5.2.8), or with that of a packet to 224.0.0.18 (keepalived before 1.3.6, unicast).
   */
  readonly checksum?: 'plain' | 'group';
}

/** An advert as it is sent. */
export type Advert =
  | {
      readonly version: 2;
      readonly virtualRouterId: number;
      readonly priority: number;
      /** Whole seconds, 0..255. */
      readonly interval: Duration;
      readonly authentication: AdvertAuthentication;
      readonly addresses: readonly IpAddress[];
    }
  | {
      readonly version: 3;
      readonly virtualRouterId: number;
      readonly priority: number;
      /** Centiseconds, 0..4095. */
      readonly interval: Duration;
      readonly addresses: readonly IpAddress[];
    };

/** A packet of protocol 112 as it was received; on IPv6 `ttl` is its hop limit. */
export type ReceivedAdvert =
  /** Nothing can be said of whose it is: the IP header or the first octets are missing or wrong. */
  | { readonly kind: 'unreadable'; readonly reason: 'ip-header' | 'too-short' }
  /** It names a virtual router, but cannot be taken apart: its version is unknown, or its length does not fit its count. */
  | {
      readonly kind: 'malformed';
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly ttl: number;
      readonly virtualRouterId: number;
      readonly reason: 'version' | 'length';
      /** What was found and what was expected, for the log: "length 28, expected 40". */
      readonly found: string;
    }
  | {
      readonly kind: 'advert';
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly ttl: number;
      /** 1 is an advertisement; there is no other. */
      readonly type: number;
      readonly checksumValid: boolean;
      /** It is valid with the pseudo header of a packet to 224.0.0.18 only: keepalived before 1.3.6, unicast. */
      readonly hasOldChecksum?: true;
      readonly advert: Advert;
    };

/** RFC 3768 § 5.3.2: the only type. */
export const ADVERTISEMENT = 1;
const FIXED_LENGTH = 8;
/** RFC 3768 § 5.3.10: the authentication data, there in version 2 whatever its type. */
const AUTHENTICATION_LENGTH = 8;
/** RFC 2338 § 5.3.6; RFC 3768 keeps the number 1 reserved, keepalived calls it PASS. */
const NO_AUTHENTICATION = 0;
const SIMPLE_TEXT_PASSWORD = 1;
/** In octets. */
const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
type AddressLength = 4 | 16;

/** keepalived's version 2 on IPv6, which no RFC knows, has no authentication data. */
const authenticationLength = (version: 2 | 3, addressLength: AddressLength): number =>
  version === 2 && addressLength === IPV4_LENGTH ? AUTHENTICATION_LENGTH : 0;

const expectedLength = (version: 2 | 3, { count, length }: { count: number; length: AddressLength }): number =>
  FIXED_LENGTH + count * length + authenticationLength(version, length);

/** Each second one of each instance: out of the pool it leaves nothing of its own to collect. */
const zeros = (length: number): Buffer => Buffer.allocUnsafe(length).fill(0);

/** The whole IPv4 packet of an advert with at most 255 IPv4 addresses, both checksums included. */
export function encodeIpv4Advert(header: AdvertHeader, advert: Advert): Buffer {
  const vrrpLength = expectedLength(advert.version, { count: advert.addresses.length, length: IPV4_LENGTH });
  const packet = zeros(IPV4_HEADER_LENGTH + vrrpLength);
  writeIpv4Header(packet, header);
  const vrrp = packet.subarray(IPV4_HEADER_LENGTH);
  writeAdvert(vrrp, advert, IPV4_LENGTH);
  const ends = packet.subarray(12, IPV4_HEADER_LENGTH);
  const hasPseudoHeader = advert.version === 3 && header.checksum !== 'plain';
  const start = hasPseudoHeader ? startFor(vrrp, header.checksum === 'group' ? toGroup(ends) : ends) : 0;
  vrrp.writeUInt16BE(internetChecksum(vrrp, start), 6);
  return packet;
}

/** The payload of an IPv6 packet of protocol 112: an advert with at most 255 IPv6 addresses, its checksum included. */
export function encodeIpv6Advert(
  { source, destination }: Pick<AdvertHeader, 'source' | 'destination'>,
  advert: Advert,
): Buffer {
  const vrrp = zeros(expectedLength(advert.version, { count: advert.addresses.length, length: IPV6_LENGTH }));
  writeAdvert(vrrp, advert, IPV6_LENGTH);
  vrrp.writeUInt16BE(internetChecksum(vrrp, startFor(vrrp, endsOf(source, destination))), 6);
  return vrrp;
}

/** Those of a packet to 224.0.0.18 instead. */
const toGroup = (ends: Buffer): Buffer =>
  Buffer.concat([ends.subarray(0, IPV4_LENGTH), addressOctets(VRRP_GROUPS.ipv4)]);

const startFor = (vrrp: Buffer, ends: Buffer): number =>
  pseudoHeaderSum(ends, { protocol: VRRP_PROTOCOL, length: vrrp.length });

/** All but the checksum, into octets that are zero. */
function writeAdvert(vrrp: Buffer, advert: Advert, addressLength: AddressLength): void {
  const { version, virtualRouterId, priority, interval, addresses } = advert;
  vrrp.writeUInt8((version << 4) | ADVERTISEMENT, 0);
  vrrp.writeUInt8(virtualRouterId, 1);
  vrrp.writeUInt8(priority, 2);
  vrrp.writeUInt8(addresses.length, 3);
  for (const [index, address] of addresses.entries())
    vrrp.set(addressOctets(address), FIXED_LENGTH + index * addressLength);
  if (version === 2) {
    writeAuthentication(vrrp, advert.authentication, authenticationLength(version, addressLength));
    vrrp.writeUInt8(inSeconds(interval), 5);
  } else {
    vrrp.writeUInt16BE(inCentiseconds(interval), 4);
  }
}

function writeAuthentication(vrrp: Buffer, authentication: AdvertAuthentication, length: number): void {
  switch (authentication.type) {
    case 'none':
      return;
    case 'PASS':
      vrrp.writeUInt8(SIMPLE_TEXT_PASSWORD, 4);
      vrrp.write(authentication.password, vrrp.length - length, length, 'latin1');
      return;
    case 'other':
      vrrp.writeUInt8(authentication.number, 4);
  }
}

/**
 * What a received IPv4 packet of protocol 112 says; octets beyond the total length of its IP header are ignored. The
 * value holds no part of the octets, so their buffer may be used again.
 */
export function decodeIpv4Advert(octets: Uint8Array): ReceivedAdvert {
  const packet = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const ip = readIpv4(packet);
  if (ip === undefined) return { kind: 'unreadable', reason: 'ip-header' };
  const { source, destination, ttl, ends, payload } = ip;
  return decodeAdvert(payload, { ends, addressLength: IPV4_LENGTH, from: { source, destination, ttl } });
}

/** What the payload of an IPv6 packet of protocol 112 says, of which the kernel tells the rest. It holds no part of the octets. */
export function decodeIpv6Advert(
  octets: Uint8Array,
  {
    source,
    destination,
    hopLimit,
  }: { readonly source: IpAddress; readonly destination: IpAddress; readonly hopLimit: number },
): ReceivedAdvert {
  const payload = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const ends = endsOf(source, destination);
  return decodeAdvert(payload, { ends, addressLength: IPV6_LENGTH, from: { source, destination, ttl: hopLimit } });
}

interface Arrival {
  readonly ends: Buffer;
  readonly addressLength: AddressLength;
  readonly from: Pick<AdvertHeader, 'source' | 'destination' | 'ttl'>;
}

function decodeAdvert(vrrp: Buffer, arrival: Arrival): ReceivedAdvert {
  if (vrrp.length < FIXED_LENGTH) return { kind: 'unreadable', reason: 'too-short' };
  const { from, addressLength } = arrival;
  const version = vrrp.readUInt8(0) >> 4;
  const malformed = { kind: 'malformed', ...from, virtualRouterId: vrrp.readUInt8(1) } as const;
  if (version !== 2 && version !== 3) return { ...malformed, reason: 'version', found: `version ${version}` };
  const expected = expectedLength(version, { count: vrrp.readUInt8(3), length: addressLength });
  if (vrrp.length !== expected)
    return { ...malformed, reason: 'length', found: `length ${vrrp.length}, expected ${expected}` };

  return {
    kind: 'advert',
    ...from,
    type: vrrp.readUInt8(0) & 0x0f,
    ...judgeChecksum(vrrp, { ...arrival, version }),
    advert: readAdvert(vrrp, { version, addressLength }),
  };
}

/**
 * RFC 9568 § 5.2.8 leaves the pseudo header of IPv4 out, RFC 5798 has it in: version 3 is valid either way. On IPv6 it is
 * always there: keepalived's version 2 on IPv6, which no RFC knows, has it too.
 */
function judgeChecksum(
  vrrp: Buffer,
  { version, ends, addressLength, from }: Arrival & { readonly version: 2 | 3 },
): { readonly checksumValid: boolean; readonly hasOldChecksum?: true } {
  const isValid = (start: number): boolean => internetChecksum(vrrp, start) === 0;
  if (addressLength === IPV6_LENGTH) return { checksumValid: isValid(startFor(vrrp, ends)) };
  if (version === 3 && isValid(startFor(vrrp, ends))) return { checksumValid: true };
  if (version === 3 && !isMulticast(from.destination) && isValid(startFor(vrrp, toGroup(ends))))
    return { checksumValid: true, hasOldChecksum: true };
  return { checksumValid: isValid(0) };
}

/** The fields of a VRRP part whose length fits its version and count. */
function readAdvert(
  vrrp: Buffer,
  { version, addressLength }: { readonly version: 2 | 3; readonly addressLength: AddressLength },
): Advert {
  const virtualRouterId = vrrp.readUInt8(1);
  const priority = vrrp.readUInt8(2);
  const addresses = new Array<IpAddress>(vrrp.readUInt8(3));
  for (let index = 0, start = FIXED_LENGTH; index < addresses.length; index += 1, start += addressLength)
    addresses[index] =
      addressLength === IPV4_LENGTH
        ? readIpv4Address(vrrp, start)
        : addressFromOctets(vrrp.subarray(start, start + IPV6_LENGTH));
  if (version === 2) {
    const interval = seconds(vrrp.readUInt8(5));
    const authentication = readAuthentication(vrrp, authenticationLength(version, addressLength));
    return { version, virtualRouterId, priority, interval, authentication, addresses };
  }
  // RFC 5798 § 5.2.6: the four bits above the interval are reserved and ignored.
  const interval = centiseconds(vrrp.readUInt16BE(4) & 0x0fff);
  return { version, virtualRouterId, priority, interval, addresses };
}

function readAuthentication(vrrp: Buffer, length: number): AdvertAuthentication {
  const number = vrrp.readUInt8(4);
  if (number === NO_AUTHENTICATION) return { type: 'none' };
  if (number !== SIMPLE_TEXT_PASSWORD) return { type: 'other', number };
  const start = vrrp.length - length;
  let end = vrrp.length;
  while (end > start && vrrp[end - 1] === 0) end -= 1;
  return { type: 'PASS', password: vrrp.toString('latin1', start, end) };
}

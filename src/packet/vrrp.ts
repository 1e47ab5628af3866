// VRRP adverts: octets <-> values. RFC 3768 § 5.1 and § 5.3 (version 2), RFC 5798 § 5 (version 3).
// Reports what is in the octets and judges nothing that needs a configuration; never throws on bad octets.

import { addressOctets, type IpAddress } from '../address.js';
import { centiseconds, inCentiseconds, inSeconds, seconds, type Duration } from '../time.js';
import { internetChecksum } from './checksum.js';
import {
  IPV4_HEADER_LENGTH,
  pseudoHeaderSum,
  readIpv4,
  readIpv4Address,
  writeIpv4Header,
  type Ipv4Header,
} from './ipv4.js';

/** The authentication field of version 2; the password as latin1 text without its NUL padding. */
export type AdvertAuthentication =
  | { readonly type: 'none' }
  | { readonly type: 'PASS'; readonly password: string }
  | { readonly type: 'other'; readonly number: number };

/** What an advert is sent with. */
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

/** A packet of protocol 112 as it was received. */
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
const IPV4_LENGTH = 4;
/** RFC 2338 § 5.3.6; RFC 3768 keeps the number 1 reserved, keepalived calls it PASS. */
const NO_AUTHENTICATION = 0;
const SIMPLE_TEXT_PASSWORD = 1;

const expectedLength = (version: 2 | 3, count: number): number =>
  FIXED_LENGTH + count * IPV4_LENGTH + (version === 2 ? AUTHENTICATION_LENGTH : 0);

/** The whole IPv4 packet of an advert with at most 255 IPv4 addresses, both checksums included. */
export function encodeIpv4Advert(header: Ipv4Header, advert: Advert): Buffer {
  const { version, virtualRouterId, priority, interval, addresses } = advert;
  // Each second one of each instance: out of the pool it leaves nothing of its own to collect.
  const packet = Buffer.allocUnsafe(IPV4_HEADER_LENGTH + expectedLength(version, addresses.length)).fill(0);
  writeIpv4Header(packet, header);
  const vrrp = packet.subarray(IPV4_HEADER_LENGTH);
  vrrp.writeUInt8((version << 4) | ADVERTISEMENT, 0);
  vrrp.writeUInt8(virtualRouterId, 1);
  vrrp.writeUInt8(priority, 2);
  vrrp.writeUInt8(addresses.length, 3);
  for (const [index, address] of addresses.entries())
    vrrp.set(addressOctets(address), FIXED_LENGTH + index * IPV4_LENGTH);
  if (version === 2) {
    writeAuthentication(vrrp, advert.authentication);
    vrrp.writeUInt8(inSeconds(interval), 5);
  } else {
    vrrp.writeUInt16BE(inCentiseconds(interval), 4);
  }
  const start = version === 2 ? 0 : pseudoHeaderSum(packet, vrrp.length);
  vrrp.writeUInt16BE(internetChecksum(vrrp, start), 6);
  return packet;
}

function writeAuthentication(vrrp: Buffer, authentication: AdvertAuthentication): void {
  switch (authentication.type) {
    case 'none':
      return;
    case 'PASS':
      vrrp.writeUInt8(SIMPLE_TEXT_PASSWORD, 4);
      vrrp.write(authentication.password, vrrp.length - AUTHENTICATION_LENGTH, AUTHENTICATION_LENGTH, 'latin1');
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
  const { source, destination, ttl, payload: vrrp } = ip;
  if (vrrp.length < FIXED_LENGTH) return { kind: 'unreadable', reason: 'too-short' };

  const version = vrrp.readUInt8(0) >> 4;
  const virtualRouterId = vrrp.readUInt8(1);
  const malformed = { kind: 'malformed', source, destination, ttl, virtualRouterId } as const;
  if (version !== 2 && version !== 3) return { ...malformed, reason: 'version', found: `version ${version}` };
  const expected = expectedLength(version, vrrp.readUInt8(3));
  if (vrrp.length !== expected)
    return { ...malformed, reason: 'length', found: `length ${vrrp.length}, expected ${expected}` };

  return {
    kind: 'advert',
    source,
    destination,
    ttl,
    type: vrrp.readUInt8(0) & 0x0f,
    checksumValid: checksumValid({ packet, vrrp, version }),
    advert: readAdvert(vrrp, version),
  };
}

/** RFC 9568 § 5.2.8 leaves the pseudo header of IPv4 out, RFC 5798 has it in: version 3 is valid either way. */
function checksumValid({ packet, vrrp, version }: { packet: Buffer; vrrp: Buffer; version: 2 | 3 }): boolean {
  if (version === 3 && internetChecksum(vrrp, pseudoHeaderSum(packet, vrrp.length)) === 0) return true;
  return internetChecksum(vrrp) === 0;
}

/** The fields of a VRRP part whose length fits its version and count. */
function readAdvert(vrrp: Buffer, version: 2 | 3): Advert {
  const virtualRouterId = vrrp.readUInt8(1);
  const priority = vrrp.readUInt8(2);
  const addresses = new Array<IpAddress>(vrrp.readUInt8(3));
  for (let index = 0; index < addresses.length; index += 1)
    addresses[index] = readIpv4Address(vrrp, FIXED_LENGTH + index * IPV4_LENGTH);
  if (version === 2) {
    const interval = seconds(vrrp.readUInt8(5));
    return { version, virtualRouterId, priority, interval, authentication: readAuthentication(vrrp), addresses };
  }
  // RFC 5798 § 5.2.6: the four bits above the interval are reserved and ignored.
  const interval = centiseconds(vrrp.readUInt16BE(4) & 0x0fff);
  return { version, virtualRouterId, priority, interval, addresses };
}

function readAuthentication(vrrp: Buffer): AdvertAuthentication {
  const number = vrrp.readUInt8(4);
  if (number === NO_AUTHENTICATION) return { type: 'none' };
  if (number !== SIMPLE_TEXT_PASSWORD) return { type: 'other', number };
  const start = vrrp.length - AUTHENTICATION_LENGTH;
  let end = vrrp.length;
  while (end > start && vrrp[end - 1] === 0) end -= 1;
  return { type: 'PASS', password: vrrp.toString('latin1', start, end) };
}

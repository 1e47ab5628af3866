// IP addresses, prefixes and MAC addresses as canonical text, so that equal addresses are equal strings and an input
// can be written down as JSON. Parsing and printing lean on ipaddr.js; nothing here throws on bad text.
// RFC 5952 (the canonical text of an IPv6 address; its § 5, dots in mapped addresses, is left out: always hexadecimal).

import ipaddr from 'ipaddr.js';

/** Canonical text of an IPv4 or IPv6 address: "192.168.1.190", "2001:db8::1". */
export type IpAddress = string & { readonly form: 'ip address' };
/** Six octets in lower-case hexadecimal: "00:00:5e:00:01:5b". */
export type MacAddress = string & { readonly form: 'mac address' };
export type Family = 'ipv4' | 'ipv6';
/** An address with the length of its network part in bits. */
export interface Prefix {
  readonly address: IpAddress;
  readonly length: number;
}

/** The multicast groups of VRRP: RFC 3768 § 5.2.2, RFC 5798 § 5.1.2.2. */
export const VRRP_GROUPS: Readonly<Record<Family, IpAddress>> = {
  ipv4: '224.0.0.18' as IpAddress,
  ipv6: 'ff02::12' as IpAddress,
};

/** The address in canonical text; undefined for anything that is not a full dotted-decimal or IPv6 address. */
export function parseAddress(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString() as IpAddress;
  const last = text.slice(text.lastIndexOf(':') + 1);
  if (last.includes('.') && !ipaddr.IPv4.isValidFourPartDecimal(last)) return undefined;
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String() as IpAddress;
}

/** "A/len" or "A" (then the whole length: 32 or 128); undefined when it is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const [before = '', length, ...rest] = text.split('/');
  const address = parseAddress(before);
  if (address === undefined || rest.length > 0) return undefined;
  const whole = familyOf(address) === 'ipv4' ? 32 : 128;
  if (length === undefined) return { address, length: whole };
  if (!/^\d{1,3}$/.test(length) || Number(length) > whole) return undefined;
  return { address, length: Number(length) };
}

export const familyOf = (address: IpAddress): Family => (address.includes(':') ? 'ipv6' : 'ipv4');
/** fe80::/10, RFC 4291 § 2.5.6 */
export const isLinkLocal = (address: IpAddress): boolean => /^fe[89ab][0-9a-f]:/.test(address);
/** 224.0.0.0/4 or ff00::/8 */
export const isMulticast = (address: IpAddress): boolean => /^(22[4-9]|23\d)\.|^ff[0-9a-f]{2}:/.test(address);
/** Whether they are one network, as it is called on an interface: 10.0.0.1/24 and 10.0.0.2/24, but not 10.0.0.2/32. */
export function sameNetwork(one: Prefix, other: Prefix): boolean {
  if (one.length !== other.length || familyOf(one.address) !== familyOf(other.address)) return false;
  const [a, b] = [addressOctets(one.address), addressOctets(other.address)];
  return a.every((octet, index) => {
    const bits = Math.min(8, Math.max(0, one.length - 8 * index));
    return ((octet ^ (b[index] ?? 0)) & (0xff00 >> bits)) === 0;
  });
}
export const formatPrefix = ({ address, length }: Prefix): string => `${address}/${String(length)}`;

const [DOT, ZERO, COLON] = ['.'.charCodeAt(0), '0'.charCodeAt(0), ':'.charCodeAt(0)];
/** What is subtracted from a hexadecimal letter. */
const TEN = 'a'.charCodeAt(0) - 10;

/** The 4 or 16 octets in network order. Runs for each packet: canonical text is read as it stands. */
export function addressOctets(address: IpAddress): Uint8Array {
  if (familyOf(address) === 'ipv6') return ipv6Octets(address);
  const octets = new Uint8Array(4);
  for (let index = 0, octet = 0; index < address.length; index += 1) {
    const letter = address.charCodeAt(index);
    if (letter === DOT) octet += 1;
    else octets[octet] = (octets[octet] ?? 0) * 10 + letter - ZERO;
  }
  return octets;
}

function ipv6Octets(address: IpAddress): Uint8Array {
  const octets = new Uint8Array(16);
  let end = 0;
  let gap = 16;
  let group = 0;
  for (let index = 0; index <= address.length; index += 1) {
    const letter = address.charCodeAt(index);
    if (letter >= ZERO && letter !== COLON) {
      group = group * 16 + letter - (letter < COLON ? ZERO : TEN);
      continue;
    }
    // At a colon, and behind the last letter, which is no number.
    octets[end] = group >> 8;
    octets[end + 1] = group;
    end += 2;
    group = 0;
    if (letter !== COLON || address.charCodeAt(index + 1) !== COLON) continue;
    gap = end;
    index += 1;
  }
  // What is behind the two colons stands at the end.
  const start = 16 - (end - gap);
  octets.copyWithin(start, gap, end);
  return octets.fill(0, gap, start);
}

/** The address of 4 or 16 octets in network order. Runs for each packet too. */
export function addressFromOctets(octets: Uint8Array): IpAddress {
  if (octets.length === 4) return octets.join('.') as IpAddress;
  const groupAt = (index: number): number => ((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0);
  // RFC 5952 § 4.2: the longest run of zeros, the first of equally long ones, and never a single one.
  let [start, length] = [8, 1];
  for (let index = 0, run = 0; index < 8; index += 1) {
    run = groupAt(index) === 0 ? run + 1 : 0;
    if (run > length) [start, length] = [index + 1 - run, run];
  }
  let text = '';
  for (let index = 0; index < 8; index += index === start ? length : 1) {
    if (index === start) text += '::';
    else text += `${index === 0 || index === start + length ? '' : ':'}${groupAt(index).toString(16)}`;
  }
  return text as IpAddress;
}

/** Below, equal to or above zero, by unsigned numbers in network order (RFC 3768 § 6.4.3); IPv4 before IPv6. */
export function compareAddresses(one: IpAddress, other: IpAddress): number {
  const [a, b] = [addressOctets(one), addressOctets(other)];
  if (a.length !== b.length) return a.length - b.length;
  for (const [index, octet] of a.entries()) if (octet !== b[index]) return octet - (b[index] ?? 0);
  return 0;
}

/** The MAC address in lower case; undefined when the text is not six octets with colons. */
export function parseMac(text: string): MacAddress | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? (text.toLowerCase() as MacAddress) : undefined;
}

export function macOctets(mac: MacAddress): Uint8Array {
  const octets = new Uint8Array(6);
  for (let index = 0; index < 6; index += 1) octets[index] = parseInt(mac.substring(3 * index, 3 * index + 2), 16);
  return octets;
}

/** By octet, its two hexadecimal digits. */
const HEXADECIMAL = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** The MAC address of six octets. */
export function macFromOctets(octets: Uint8Array): MacAddress {
  let mac = '';
  for (const octet of octets) mac += `${mac === '' ? '' : ':'}${HEXADECIMAL[octet] ?? ''}`;
  return mac as MacAddress;
}

/** RFC 5798 § 7.3: the MAC address of a virtual router, for those who use it; its VRID is 1..255. */
export const virtualMac = (family: Family, virtualRouterId: number): MacAddress =>
  macFromOctets(Uint8Array.from([0, 0, 0x5e, 0, family === 'ipv4' ? 1 : 2, virtualRouterId]));

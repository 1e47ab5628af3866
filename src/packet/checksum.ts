// The Internet checksum: the 16-bit one's complement of the one's complement sum of 16-bit words. RFC 1071.
// Used by the IPv4 header (RFC 791 § 3.1), VRRP (RFC 3768 § 5.3.8, RFC 5798 § 5.2.8) and ICMPv6 (RFC 4443 § 2.3).

/** The sum of the 16-bit words of the octets, carries and all. An odd last octet counts as the high half of a word. */
export function wordSum(octets: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < octets.length; index += 2) sum += ((octets[index] ?? 0) << 8) + (octets[index + 1] ?? 0);
  return sum;
}

/**
 * The checksum of the octets; 0 over octets that contain their own right checksum. `start` is the sum of words that are not
 * in the octets (a pseudo header).
 */
export function internetChecksum(octets: Uint8Array, start = 0): number {
  let sum = start + wordSum(octets);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * The sum of the words of a pseudo header, for `start`. `ends` are the octets of the source and, behind them, those of the
 * destination; `length` is that of what follows the IP header, below 65,536. RFC 8200 § 8.1, RFC 5798 § 5.2.8 for IPv4.
 */
export const pseudoHeaderSum = (
  ends: Uint8Array,
  { protocol, length }: { readonly protocol: number; readonly length: number },
): number => wordSum(ends) + protocol + length;

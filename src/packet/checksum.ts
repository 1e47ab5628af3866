// The Internet checksum: the 16-bit one's complement of the one's complement sum of 16-bit words. RFC 1071.
// Used by the IPv4 header (RFC 791 § 3.1) and by VRRP (RFC 3768 § 5.3.8, RFC 5798 § 5.2.8).

/**
 * The checksum of the octets; 0 over octets that contain their own right checksum. An odd last octet counts as the high
 * half of a word. `start` is the sum of words that are not in the octets (a pseudo header).
 */
export function internetChecksum(octets: Uint8Array, start = 0): number {
  let sum = start;
  for (let index = 0; index < octets.length; index += 2) sum += ((octets[index] ?? 0) << 8) + (octets[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

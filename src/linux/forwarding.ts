// Whether this host forwards what comes in on an interface, as neighbour advertisements have to say. The kernel tells of
// changes to nobody who does not ask for more, so it is looked at. RFC 4861 § 4.4; Linux Documentation/networking/ip-sysctl.rst

import { readFileSync } from 'node:fs';

/** Not, where there is no such interface or no IPv6. About 20 µs. */
export function isForwarding(name: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${name}/forwarding`, 'latin1').trim() !== '0';
  } catch {
    return false;
  }
}

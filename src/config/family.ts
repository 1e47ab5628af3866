// Which family and which version of the protocol an instance speaks: keepalived's rules, by what its block says first.
// It judges no address by itself. RFC 3768 § 2 (version 2 is of IPv4), RFC 5798 § 1.

import type { Family, IpAddress } from '../address.js';
import { familyOf } from '../address.js';
import type { Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import type { VrrpInstance } from './model.js';
import type { InstanceDraft } from './vrrp-instance.js';

/** That of the address that stands first in the block, on the wire or as an end of adverts; else native_ipv6 says it. */
export function completeFamily(written: InstanceDraft, report: Report): Family {
  const native = written.nativeIpv6;
  const family = familyOfFirst(written);
  if (native !== undefined && family === 'ipv4') {
    const words = 'native_ipv6 does not count: the first address of the instance is IPv4';
    report.warning('does-not-count', native.statement.keyword.span, words);
  }
  return family ?? (native === undefined ? 'ipv4' : 'ipv6');
}

function familyOfFirst(written: InstanceDraft): Family | undefined {
  const addresses = new Map<string, IpAddress | undefined>(
    Object.entries({
      virtualIpaddress: written.virtualIpaddress?.value?.[0]?.address.prefix.address,
      unicastPeer: written.unicastPeer?.value?.[0]?.peer.address,
      mcastSrcIp: written.mcastSrcIp?.value,
      unicastSrcIp: written.unicastSrcIp?.value?.address,
      mcastDstIp: written.mcastDstIp?.value,
    }),
  );
  // The fields of a draft are in the order of the file.
  for (const field of Object.keys(written)) {
    const address = addresses.get(field);
    if (address !== undefined) return familyOf(address);
  }
  return undefined;
}

/** IPv6 is version 3, whatever vrrp_version says; a written version 2 there is keepalived's own invention. */
export function completeVersion(
  { version }: InstanceDraft,
  { family, global, report }: { family: Family; global: GlobalDraft; report: Report },
): VrrpInstance['version'] {
  if (version?.value === 2 && family === 'ipv6') {
    const words = 'version 2 has no IPv6: keepalived sends something of its own then, which nobody else reads';
    const note = 'version 3, on all hosts at once, or leave it out: IPv6 is version 3';
    report.error('refused', version.statement.args[0]?.span ?? version.statement.keyword.span, words, { note });
  }
  return version?.value ?? (family === 'ipv6' ? 3 : (global.vrrpVersion?.value ?? 2));
}

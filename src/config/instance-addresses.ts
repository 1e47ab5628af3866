// The addresses of an instance: those on the wire, which are of one family and fit in an advert, and the others that it has on
// the host. It reads no text, and knows no interface but the instance's own.

import { familyOf, type Family } from '../address.js';
import type { Report } from './diagnostic.js';
import type { VirtualAddress, VrrpInstance } from './model.js';
import type { AddressEntry } from './virtual-address.js';
import type { InstanceDraft } from './vrrp-instance.js';

/**
 * The count of addresses is an octet (RFC 3768 § 5.3.5), and an advert is one packet: in 1500 octets IPv4 has room for all
 * of them; of IPv6 keepalived sends so many, and the lists of a pair must be equal.
 */
const MOST_ADDRESSES: Readonly<Record<Family, number>> = { ipv4: 255, ipv6: 89 };
const NAMES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

export function completeAddresses(
  written: InstanceDraft,
  { dev, family, report }: { dev: string; family: Family; report: Report },
): Pick<VrrpInstance, 'virtualAddresses' | 'excludedAddresses'> {
  const { virtualIpaddress: sent, virtualIpaddressExcluded: excluded } = written;
  const seen = new Set<string>();
  const unique = (entries: readonly AddressEntry[]) =>
    entries.filter(({ address: { prefix }, span }) => {
      const again = seen.has(prefix.address);
      seen.add(prefix.address);
      const words = `${prefix.address} is in this instance already: the first entry counts`;
      if (again) report.warning('repeated-name', span, words);
      return !again;
    });
  const all = unique(sent?.value ?? []);
  const rest = unique(excluded?.value ?? []);
  const isNative = ({ address }: AddressEntry): boolean => familyOf(address.prefix.address) === family;
  const [native, foreign] = [all.filter(isNative), all.filter((entry) => !isNative(entry))];
  reportForeign(foreign, { family, report });
  const most = MOST_ADDRESSES[family];
  const first = native[most];
  if (first !== undefined) {
    const words = `an advert holds ${most} ${NAMES[family]} addresses: from here on they are set but not sent, as if excluded`;
    report.warning('too-many-addresses', first.span, words);
  }
  const onInterface = (entries: readonly AddressEntry[]): VirtualAddress[] =>
    entries.map(({ address }) => ({ dev, ...address }));
  return {
    virtualAddresses: onInterface(native.slice(0, most)),
    excludedAddresses: onInterface([...native.slice(most), ...foreign, ...rest]),
  };
}

/** One message for all of them: an advert is of one family (RFC 5798 § 5.2.9). */
function reportForeign(foreign: readonly AddressEntry[], { family, report }: { family: Family; report: Report }): void {
  const [first] = foreign;
  if (first === undefined) return;
  const names = foreign.slice(0, 3).map(({ address }) => address.prefix.address);
  const more = foreign.length > names.length ? ` and ${foreign.length - names.length} more` : '';
  const words = `this instance sends ${NAMES[family]}: ${names.join(', ')}${more} set but not sent, as if excluded; keepalived leaves them out`;
  const note = { note: 'in virtual_ipaddress_excluded both daemons set them' };
  report.warning('mixed-families', first.span, words, note);
}

// The addresses of one interface in the kernel's own order, those of IPv4 first, kept up to date from its notifications,
// since the order tells which one is the primary address. It asks the kernel nothing. Linux net/ipv4/devinet.c,
// __inet_insert_ifa; net/ipv6/addrconf.c, ipv6_link_dev_addr.

import { familyOf, type Prefix } from '../address.js';

/** An address as the kernel tells of it. */
export interface KernelAddress {
  readonly prefix: Prefix;
  readonly scope: number;
  /** Another address of the same network came before it; it goes when that one goes. */
  readonly secondary: boolean;
  /** It is this host's; not while others are asked whether it is theirs, and not if it is. */
  readonly usable: boolean;
}

const samePrefix = (one: Prefix, other: Prefix): boolean =>
  one.address === other.address && one.length === other.length;

/** The list with `added` in its place; an address that is there already stays where it is unless its rank changed. */
export function withAddress(list: readonly KernelAddress[], added: KernelAddress): KernelAddress[] {
  const present = list.findIndex(({ prefix }) => samePrefix(prefix, added.prefix));
  if (list[present]?.secondary === added.secondary) return list.with(present, added);
  const rest = present === -1 ? list : list.toSpliced(present, 1);
  return rest.toSpliced(placeOf(added, rest), 0, added);
}

function placeOf(added: KernelAddress, list: readonly KernelAddress[]): number {
  if (isIpv6(added)) {
    // Before those of the same or a narrower scope.
    const place = list.findIndex((one) => isIpv6(one) && added.scope <= one.scope);
    return place === -1 ? list.length : place;
  }
  if (added.secondary) return list.findLastIndex((one) => !isIpv6(one)) + 1;
  // Behind the last primary address of the same or a narrower scope.
  return list.findLastIndex((one) => !isIpv6(one) && !one.secondary && added.scope <= one.scope) + 1;
}

const isIpv6 = ({ prefix }: KernelAddress): boolean => familyOf(prefix.address) === 'ipv6';

export const withoutAddress = (list: readonly KernelAddress[], removed: Prefix): KernelAddress[] =>
  list.filter(({ prefix }) => !samePrefix(prefix, removed));

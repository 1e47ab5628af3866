// The IPv4 addresses of one interface in the kernel's own order, kept up to date from its notifications, since the order
// tells which one is the primary address. It asks the kernel nothing. Linux net/ipv4/devinet.c, __inet_insert_ifa.

import type { Prefix } from '../address.js';

/** An address as the kernel tells of it. */
export interface KernelAddress {
  readonly prefix: Prefix;
  readonly scope: number;
  /** Another address of the same network came before it; it goes when that one goes. */
  readonly secondary: boolean;
}

const samePrefix = (one: Prefix, other: Prefix): boolean =>
  one.address === other.address && one.length === other.length;

/** The list with `added` in its place; an address that is there already stays where it is unless its rank changed. */
export function withAddress(list: readonly KernelAddress[], added: KernelAddress): KernelAddress[] {
  const present = list.findIndex(({ prefix }) => samePrefix(prefix, added.prefix));
  if (list[present]?.secondary === added.secondary) return list.with(present, added);
  const rest = present === -1 ? list : list.toSpliced(present, 1);
  if (added.secondary) return [...rest, added];
  // Behind the last primary address of the same or a narrower scope.
  const place = rest.findLastIndex(({ secondary, scope }) => !secondary && added.scope <= scope) + 1;
  return rest.toSpliced(place, 0, added);
}

export const withoutAddress = (list: readonly KernelAddress[], removed: Prefix): KernelAddress[] =>
  list.filter(({ prefix }) => !samePrefix(prefix, removed));

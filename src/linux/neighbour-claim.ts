// Neighbour advertisements that say unasked where an IPv6 address lives, or answer a probe, which nobody can tell apart:
// both go to everybody. What answers an ordinary solicitation has a flag for that and is none of it.
// It doesn't judge whose address it is. RFC 4861 § 4.4, § 7.2.4, § 7.2.6

import { ETHERTYPE } from '../packet/ethernet.js';
import { decodeAdvertisement } from '../packet/ndisc.js';
import type { ClaimKind } from './claim-listener.js';
import { filterOf, IF_ANY_BIT, IF_EQUAL, LEAVE, LOAD_HALF, LOAD_OCTET, TAKE, type Row } from './frame-filter.js';

const SOLICITED = 0x40;

const ROWS: readonly Row[] = [
  // ICMPv6 right behind the IP header, with the hop limit of a neighbour.
  /*  2 */ [LOAD_HALF, 20],
  /*  3 */ [IF_EQUAL, (58 << 8) | 255, 4, LEAVE],
  // Type and code.
  /*  4 */ [LOAD_HALF, 54],
  /*  5 */ [IF_EQUAL, 136 << 8, 6, LEAVE],
  /*  6 */ [LOAD_OCTET, 58],
  /*  7 */ [IF_ANY_BIT, SOLICITED, LEAVE, TAKE],
];

export const NEIGHBOUR_CLAIM: ClaimKind = {
  etherType: ETHERTYPE.ipv6,
  // The option that is of interest, and others that its sender may have.
  longest: 256,
  filter: filterOf(ROWS),
  read: (frame) => {
    const received = decodeAdvertisement(frame);
    return received.kind === 'advertisement' ? { ...received.target, isAnswer: false } : undefined;
  },
};

// ARP that says where an address lives: gratuitous ARP, and answers to probes; all other ARP is none of it.
// It doesn't judge whose address it is. RFC 5227 § 1.1, § 2.1.1

import { decodeArp } from '../packet/arp.js';
import { ETHERTYPE } from '../packet/ethernet.js';
import type { ClaimKind } from './claim-listener.js';
import {
  filterOf,
  IF_EQUAL,
  IF_EQUAL_KEPT,
  KEEP,
  LEAVE,
  LOAD_HALF,
  LOAD_WORD,
  TAKE,
  type Row,
} from './frame-filter.js';

const ROWS: readonly Row[] = [
  // Hardware type Ethernet, protocol IPv4, address lengths 6 and 4.
  /*  2 */ [LOAD_WORD, 14],
  /*  3 */ [IF_EQUAL, 0x00010800, 4, LEAVE],
  /*  4 */ [LOAD_HALF, 18],
  /*  5 */ [IF_EQUAL, 0x0604, 6, LEAVE],
  // Sender address: a probe has none, and claims nothing.
  /*  6 */ [LOAD_WORD, 28],
  /*  7 */ [IF_EQUAL, 0, LEAVE, 8],
  /*  8 */ [KEEP, 0],
  // Target address: the sender's own one is gratuitous; none is what a probe is answered with.
  /*  9 */ [LOAD_WORD, 38],
  /* 10 */ [IF_EQUAL_KEPT, 0, 14, 11],
  /* 11 */ [IF_EQUAL, 0, 12, LEAVE],
  // An answer is a reply (2); gratuitous is a request (1) too.
  /* 12 */ [LOAD_HALF, 20],
  /* 13 */ [IF_EQUAL, 2, TAKE, LEAVE],
  /* 14 */ [LOAD_HALF, 20],
  /* 15 */ [IF_EQUAL, 1, TAKE, 16],
  /* 16 */ [IF_EQUAL, 2, TAKE, LEAVE],
];

export const ARP_CLAIM: ClaimKind = {
  etherType: ETHERTYPE.arp,
  longest: 42,
  filter: filterOf(ROWS),
  read: (frame) => {
    const arp = decodeArp(frame);
    if (arp.kind !== 'arp') return undefined;
    return { ...arp.sender, isAnswer: arp.target.address !== arp.sender.address };
  },
};

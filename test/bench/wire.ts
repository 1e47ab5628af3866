// What a capture at a host's port of the switch says of it: the moments of its adverts and announcements, in milliseconds
// since 1970.

import { decodeArp } from '../../src/packet/arp.js';
import { decodeIpv4Advert } from '../../src/packet/vrrp.js';
import { ETHERTYPE_IPV4, type Frame } from '../pcap.js';

export interface Said {
  readonly at: number;
  readonly priority: number;
}

/** All adverts that can be read, farewells among them. */
export const advertsIn = (frames: readonly Frame[]): Said[] =>
  frames.flatMap(({ at, etherType, payload }) => {
    if (etherType !== ETHERTYPE_IPV4 || payload[9] !== 112) return [];
    const received = decodeIpv4Advert(payload);
    return received.kind === 'advert' ? [{ at: at / 1_000, priority: received.advert.priority }] : [];
  });

/** Those of a router that is, or becomes, MASTER. */
export const claimsIn = (frames: readonly Frame[]): Said[] => advertsIn(frames).filter(({ priority }) => priority > 0);

export const farewellsIn = (frames: readonly Frame[]): Said[] =>
  advertsIn(frames).filter(({ priority }) => priority === 0);

/** Gratuitous ARPs. */
export const announcementsIn = (frames: readonly Frame[]): number[] =>
  frames.flatMap((frame) => {
    const arp = decodeArp(frame.octets);
    return arp.kind === 'arp' && arp.sender.address === arp.target.address ? [frame.at / 1_000] : [];
  });

/** The first that came at this moment or later; NaN when there is none. */
export const firstAfter = (moments: readonly number[], from: number): number => moments.find((at) => at >= from) ?? NaN;

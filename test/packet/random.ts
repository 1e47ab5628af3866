// Random headers and adverts from a seed, so that a failure can be played again.

import { addressFromOctets, type Family, type IpAddress } from '../../src/address.js';
import type { Advert, AdvertAuthentication, AdvertHeader } from '../../src/packet/vrrp.js';
import { centiseconds, seconds } from '../../src/time.js';

/** A whole number from 0 up to, but without, `limit`. */
export type Random = (limit: number) => number;

/** The generator mulberry32: equal seeds give equal sequences. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

export const randomOctets = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random(256)));

/** Half of the groups of an IPv6 address are zeros, so that runs of them are of all lengths. */
export function randomAddress(random: Random, family: Family = 'ipv4'): IpAddress {
  if (family === 'ipv4') return addressFromOctets(randomOctets(random, 4));
  const groups = Array.from({ length: 8 }, () => (random(2) === 0 ? Buffer.alloc(2) : randomOctets(random, 2)));
  return addressFromOctets(Buffer.concat(groups));
}

export function randomHeader(random: Random, family: Family = 'ipv4'): AdvertHeader {
  return {
    source: randomAddress(random, family),
    destination: randomAddress(random, family),
    ttl: random(256),
    identification: random(0x10000),
  };
}

function randomAuthentication(random: Random): AdvertAuthentication {
  const kind = random(3);
  if (kind === 0) return { type: 'none' };
  if (kind === 1) return { type: 'other', number: 2 + random(254) };
  // All octets may occur; a NUL at the end would be taken for padding.
  const password = randomOctets(random, random(9)).toString('latin1').replace(/\0+$/, '');
  return { type: 'PASS', password };
}

/** Mostly a few addresses, sometimes none or 255. On IPv6 it is of version 3, the only one that is sent there. */
export function randomAdvert(random: Random, family: Family = 'ipv4'): Advert {
  const count = random(20) === 0 ? 255 : random(5);
  const common = {
    virtualRouterId: random(256),
    priority: random(256),
    addresses: Array.from({ length: count }, () => randomAddress(random, family)),
  };
  return family === 'ipv4' && random(2) === 0
    ? { version: 2, ...common, interval: seconds(random(256)), authentication: randomAuthentication(random) }
    : { version: 3, ...common, interval: centiseconds(random(4096)) };
}

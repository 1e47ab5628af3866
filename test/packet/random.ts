// Random headers and adverts from a seed, so that a failure can be played again.

import { addressFromOctets, type IpAddress } from '../../src/address.js';
import type { Ipv4Header } from '../../src/packet/ipv4.js';
import type { Advert, AdvertAuthentication } from '../../src/packet/vrrp.js';
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

const randomAddress = (random: Random): IpAddress => addressFromOctets(randomOctets(random, 4));

export function randomHeader(random: Random): Ipv4Header {
  return {
    source: randomAddress(random),
    destination: randomAddress(random),
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

/** Mostly a few addresses, sometimes none or 255. */
export function randomAdvert(random: Random): Advert {
  const count = random(20) === 0 ? 255 : random(5);
  const common = {
    virtualRouterId: random(256),
    priority: random(256),
    addresses: Array.from({ length: count }, () => randomAddress(random)),
  };
  return random(2) === 0
    ? { version: 2, ...common, interval: seconds(random(256)), authentication: randomAuthentication(random) }
    : { version: 3, ...common, interval: centiseconds(random(4096)) };
}

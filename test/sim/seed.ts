// Seeds in a row give storms in a row that have nothing in common: each one's bits are spread before they are used.

/** The finalizer of MurmurHash3: a permutation of the 32-bit numbers. */
export function spread(seed: number): number {
  let mixed = seed >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

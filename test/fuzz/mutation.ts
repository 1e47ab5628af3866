// Damages octets in the ways in which files, packets and answers are damaged: flipped bits, wrong lengths, cuts, splices,
// lines that come twice or not at all, numbers out of range, endless nesting. It knows no format.

import type { Random } from '../../src/sim/random.js';

/** In octets; whatever grows ends here. */
const LONGEST = 1 << 14;

export interface Material {
  /** Words of the format. */
  readonly words: readonly string[];
  /** Another input, of which parts are taken. */
  readonly other: Buffer;
}

type Mutation = (octets: Buffer, random: Random, material: Material) => Buffer;

/** Replaces `length` octets at `at`. */
const replace = (octets: Buffer, { at, length }: { at: number; length: number }, by: Buffer | string): Buffer =>
  Buffer.concat([octets.subarray(0, at), Buffer.from(by), octets.subarray(at + length)]);

/** Short ones are more probable than long ones. */
function stretchOf(octets: Buffer, random: Random): { at: number; length: number } {
  const at = random.below(octets.length + 1);
  const most = random.pick([1, 2, 4, 8, 32, octets.length]);
  return { at, length: random.below(Math.min(most, octets.length - at) + 1) };
}

const NUMBERS = [
  ...['0', '-1', '1', '255', '256', '65535', '65536', '2147483648', '4294967296', '99999999999999999999'],
  ...['-0', '+5', '0x10', '010', '1e9', '1.5', '.5', '1e400', 'NaN', '0.0000001', '9'.repeat(400)],
];
const ODD = [
  Buffer.from([0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3]),
  Buffer.from([0xed, 0xa0, 0x80]),
  ...['\n', '\r\n', '\t', ' ', '\x1b[2J', '"', '\\', '\u2028', '\ufeff', 'ü', '節', '\u0301'].map((text) =>
    Buffer.from(text),
  ),
];

/** Where a line begins, and its length with its end. */
function lineOf(octets: Buffer, random: Random): { at: number; length: number } {
  const somewhere = random.below(octets.length + 1);
  const at = somewhere === 0 ? 0 : octets.lastIndexOf(10, somewhere - 1) + 1;
  const end = octets.indexOf(10, at);
  return { at, length: (end < 0 ? octets.length : end + 1) - at };
}

const cut = (octets: Buffer, { at, length }: { at: number; length: number }): Buffer =>
  octets.subarray(at, at + length);

const MUTATIONS: readonly Mutation[] = [
  // One bit.
  (octets, random) => {
    const changed = Buffer.from(octets);
    const at = random.below(Math.max(1, octets.length));
    if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
  // One octet.
  (octets, random) => {
    const octet = random.pick([0, 1, 0x7f, 0x80, 0xff, octets.length & 0xff, random.below(256)]);
    return replace(octets, { at: random.below(octets.length + 1), length: 1 }, Buffer.from([octet]));
  },
  // A length field.
  (octets, random) => {
    const at = random.below(octets.length + 1);
    const value = random.pick([0, 1, 3, octets.length, octets.length - at, octets.length + 1, 0xffff, 0x7fffffff]);
    const field = Buffer.alloc(random.pick([2, 4]));
    const low = field.length === 2 ? value & 0xffff : value;
    if (random.chance(2)) field.writeUIntBE(low, 0, field.length);
    else field.writeUIntLE(low, 0, field.length);
    return replace(octets, { at, length: field.length }, field);
  },
  // Cut short, or a part left out.
  (octets, random) => octets.subarray(0, random.below(octets.length + 1)),
  (octets, random) => replace(octets, stretchOf(octets, random), ''),
  // A part twice, or many times.
  (octets, random) => {
    const stretch = stretchOf(octets, random);
    return replace(octets, { ...stretch, length: 0 }, cut(octets, stretch));
  },
  (octets, random) => {
    const stretch = stretchOf(octets, random);
    const times = Math.min(random.pick([3, 9, 65, 1_025]), Math.ceil(LONGEST / Math.max(1, stretch.length)));
    const part = cut(octets, stretch);
    return replace(octets, { ...stretch, length: 0 }, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  // A part of another input, or its end behind our beginning.
  (octets, random, { other }) => replace(octets, stretchOf(octets, random), cut(other, stretchOf(other, random))),
  (octets, random, { other }) =>
    Buffer.concat([
      octets.subarray(0, random.below(octets.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]),
  // Words, numbers, octets that are no text.
  (octets, random, { words }) =>
    words.length === 0 ? octets : replace(octets, stretchOf(octets, random), random.pick(words)),
  (octets, random) => replace(octets, stretchOf(octets, random), random.pick(ODD)),
  (octets, random) => {
    const numbers = [...octets.toString('latin1').matchAll(/\d+/g)];
    const number = numbers[random.below(numbers.length)];
    if (number === undefined) return replace(octets, stretchOf(octets, random), random.pick(NUMBERS));
    return replace(octets, { at: number.index, length: number[0].length }, random.pick(NUMBERS));
  },
  // A line twice, away, or in another place.
  (octets, random) => {
    const line = lineOf(octets, random);
    return replace(octets, { ...line, length: 0 }, cut(octets, line));
  },
  (octets, random) => replace(octets, lineOf(octets, random), ''),
  (octets, random) =>
    replace(octets, { at: lineOf(octets, random).at, length: 0 }, cut(octets, lineOf(octets, random))),
  // Nesting, and a long line.
  (octets, random) => {
    const bracket = random.pick(['{', '}', '[', '(', '"', '{\n', 'a {\n', '\\', ' ']);
    const times = random.pick([2, 8, 33, 700]);
    return replace(octets, { at: random.below(octets.length + 1), length: 0 }, bracket.repeat(times));
  },
];

/** One or more damages, few being more probable. */
export function mutate(octets: Buffer, random: Random, material: Material): Buffer {
  let mutated = octets;
  do mutated = random.pick(MUTATIONS)(mutated, random, material).subarray(0, LONGEST);
  while (!random.chance(3));
  return mutated;
}

// What the kernel tells of TCP sockets, damaged: whatever it is, an end is picked only at one of the addresses, and only with
// its whole identity. linux/inet_diag.h

import { addressFromOctets } from '../../src/address.js';
import { Selection } from '../../src/linux/connections.js';
import type { Random } from '../../src/sim/random.js';
import { must, type Target } from './target.js';

const IDENTITY = 48;
const MESSAGE = 72;
const wanted = Buffer.of(192, 0, 2, 10);
const wanted6 = Buffer.from('20010db8000000000000000000000010', 'hex');
const mapped = Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), wanted]);
const addresses = [wanted, wanted6].map((octets) => addressFromOctets(octets));

/** Good, or nearly: each family with each form of a local address. */
function message(random: Random): Buffer {
  const octets = Buffer.alloc(MESSAGE);
  octets[0] = random.pick([2, 10, 10, 0]);
  random.pick([wanted, wanted6, mapped]).copy(octets, 8);
  octets[4] = random.below(3);
  return random.chance(4) ? octets.subarray(0, random.below(MESSAGE)) : octets;
}

export const sockets: Target = {
  name: 'sockets',
  share: 4,
  seeds: [Buffer.concat([Buffer.of(2, 1, 0, 0, 0, 80, 4, 0), wanted, Buffer.alloc(MESSAGE - 12)])],
  words: [],
  input: message,
  check: (input) => {
    const selection = new Selection([addresses]);
    const end = selection.endIn({ type: 18, flags: 0, seq: 1, port: 0, data: input });
    if (end === undefined) return;
    must(end.id.length === IDENTITY && end.id.equals(input.subarray(4, 4 + IDENTITY)), 'the whole identity');
    must(end.family === input[0], 'its family');
    const local = end.id.subarray(4, 20);
    const isWanted =
      end.family === 2 ? local.subarray(0, 4).equals(wanted) : [mapped, wanted6].some((one) => local.equals(one));
    must(isWanted, 'one of the addresses');
  },
};

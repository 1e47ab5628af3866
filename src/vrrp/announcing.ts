// What an instance says of its addresses to the hosts on the link: gratuitous ARP, for IPv6 unsolicited neighbour
// advertisements (RFC 5798 § 6.4.1), and the question whether somebody else has the first one. It turns the instance's data
// into effects and changes no state; when it is time for it is garp.ts's, patrol.ts's and refresh.ts's.

import { familyOf, type Family, type IpAddress } from '../address.js';
import type { VirtualAddress } from '../config/model.js';
import type { Effect } from './effect.js';
import type { Instance } from './instance.js';
import type { Turn } from './turn.js';

const ANNOUNCEMENTS: Readonly<Record<Family, { kind: 'send-garp' | 'send-na'; words: string }>> = {
  ipv4: { kind: 'send-garp', words: 'gratuitous ARP' },
  ipv6: { kind: 'send-na', words: 'unsolicited Neighbour Advert' },
};

/** `rounds` bursts, and a line for each address. */
export function announce(instance: Instance, rounds: number, turn: Turn, addresses = instance.addresses): void {
  sendAnnouncements(instance, { rounds, addresses }, turn);
  for (const { dev, prefix } of addresses) {
    const { words } = ANNOUNCEMENTS[familyOf(prefix.address)];
    if (instance.links.get(dev)?.up)
      turn.log('debug', `(${instance.config.name}) Sending ${words} on ${dev} for ${prefix.address}`);
  }
}

/** Each round over all addresses of an interface; where there are both families, each one once before any a second time. */
export function sendAnnouncements(
  instance: Instance,
  { rounds, addresses }: { rounds: number; addresses: readonly VirtualAddress[] },
  turn: Turn,
): void {
  const bursts = burstsOf(instance, addresses);
  const isMixed = bursts.some(({ kind }) => kind !== bursts[0]?.kind);
  const shares = isMixed && rounds > 1 ? [1, rounds - 1] : [rounds];
  for (const share of shares) turn.do(...bursts.map((burst) => ({ ...burst, rounds: share })));
  instance.announcedAt = turn.now;
}

type Burst = Extract<Effect, { kind: 'send-garp' | 'send-na' }> & { readonly addresses: IpAddress[] };

/** One round, where there is a link to say it on. */
function burstsOf({ links }: Instance, addresses: readonly VirtualAddress[]): Burst[] {
  const bursts = new Map<string, Burst>();
  for (const { dev, prefix } of addresses) {
    const link = links.get(dev);
    if (!link?.up) continue;
    const { kind } = ANNOUNCEMENTS[familyOf(prefix.address)];
    const burst = bursts.get(`${kind} ${dev}`);
    if (burst) burst.addresses.push(prefix.address);
    else bursts.set(`${kind} ${dev}`, { kind, interface: dev, mac: link.mac, addresses: [prefix.address], rounds: 1 });
  }
  return [...bursts.values()];
}

/** After an advert: what refresh.ts allows, usually each address once. Each second, so nothing is logged. */
export function refresh(instance: Instance, turn: Turn): void {
  const { surroundings, addresses } = instance;
  for (const dev of new Set(addresses.map((address) => address.dev))) {
    if (instance.links.get(dev)?.up !== true) continue;
    for (const share of surroundings.refresh.take(dev, instance, turn.now))
      sendAnnouncements(share.instance, { rounds: 1, addresses: share.addresses }, turn);
  }
}

/** Asks whether somebody else has the first address (RFC 5227 § 2.1.1); not where a network answers for hosts elsewhere. */
export function probe({ addresses, links, config }: Instance, turn: Turn): void {
  const [first] = addresses;
  const link = first && links.get(first.dev);
  if (first && link?.up && config.unicast === undefined)
    turn.do({ kind: 'send-probe', interface: first.dev, mac: link.mac, address: first.prefix.address });
}

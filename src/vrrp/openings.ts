// What is listened on: each interface once for each family, for all instances that speak there, as soon as it is there and
// up; as a member of the groups that they hear. It knows no packet: the host opens the sockets.

import type { Family, IpAddress } from '../address.js';
import { isEqual } from '../config/diff.js';
import type { Failure, Link } from './input.js';
import type { Roster } from './roster.js';
import type { Turn } from './turn.js';

interface Opening {
  readonly interface: string;
  readonly family: Family;
  readonly groups: readonly IpAddress[];
  readonly receiveBuffer?: number;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const keyOf = (name: string, family: Family): string => `${name} ${family}`;

export class Openings {
  readonly #open = new Map<string, Opening>();

  constructor(readonly roster: Roster) {}

  /** Of those that an instance speaks on, what is not open yet; true when it is tried now. */
  open(name: string, link: Link, turn: Turn): boolean {
    const closed = link.up ? FAMILIES.filter((family) => !this.#open.has(keyOf(name, family))) : [];
    const wanted = closed.flatMap((family) => this.#wanted(name, family) ?? []);
    for (const opening of wanted) this.#do(opening, turn);
    return wanted.length > 0;
  }

  close(name: string, turn: Turn): void {
    for (const opening of this.#open.values()) if (opening.interface === name) this.#close(opening, turn);
  }

  /** Those who speak are others: what nobody speaks on any more is closed, what is to be heard otherwise opened again. */
  update(turn: Turn): void {
    for (const opening of this.#open.values()) {
      const wanted = this.#wanted(opening.interface, opening.family);
      if (!wanted) this.#close(opening, turn);
      else if (!isEqual(wanted, opening)) this.#do(wanted, turn);
    }
  }

  closeAll(turn: Turn): void {
    for (const opening of this.#open.values()) this.#close(opening, turn);
  }

  get memory(): readonly Opening[] {
    return [...this.#open.values()];
  }

  recall(memory: Openings['memory']): void {
    for (const opening of memory) this.#open.set(keyOf(opening.interface, opening.family), opening);
  }

  /** The kernel refused it: the next change of the link is another try. */
  refused({ interface: name, family }: Failure): void {
    for (const one of FAMILIES) if (family === undefined || family === one) this.#open.delete(keyOf(name, one));
  }

  /** What those who speak there need; undefined when nobody does. */
  #wanted(name: string, family: Family): Opening | undefined {
    const configs = this.roster.speakersOn(name, family).map(({ config }) => config);
    if (configs.length === 0) return undefined;
    const groups = configs.flatMap(({ unicast, mcastDstIp }) => (unicast ? [] : [mcastDstIp]));
    const receiveBuffer = Math.max(...configs.map(({ kernelRxBufSize = 0 }) => kernelRxBufSize));
    return {
      interface: name,
      family,
      groups: [...new Set(groups)].sort(),
      ...(receiveBuffer > 0 && { receiveBuffer }),
    };
  }

  #do(opening: Opening, turn: Turn): void {
    const { interface: name, family } = opening;
    for (const instance of this.roster.speakersOn(name, family)) instance.openError = undefined;
    this.#open.set(keyOf(name, family), opening);
    turn.do({ kind: 'open-link', ...opening });
  }

  #close({ interface: name, family }: Opening, turn: Turn): void {
    this.#open.delete(keyOf(name, family));
    turn.do({ kind: 'close-link', interface: name, family });
  }
}

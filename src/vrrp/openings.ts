// The interfaces that are listened on: each one once, for all instances that speak there, as soon as it is there and
// up. It knows no packet: the host opens the sockets.

import { VRRP_GROUPS } from '../address.js';
import type { Link } from './input.js';
import type { Roster } from './roster.js';
import type { Turn } from './turn.js';

export class Openings {
  readonly #open = new Set<string>();

  constructor(readonly roster: Roster) {}

  /** Of those that an instance speaks on, what is not open yet; true when it is tried now. */
  open(name: string, link: Link, turn: Turn): boolean {
    if (this.#open.has(name) || !link.up) return false;
    const speakers = this.roster.speakersOn(name);
    if (speakers.length === 0) return false;
    for (const instance of speakers) instance.openError = undefined;
    this.#open.add(name);
    turn.do({ kind: 'open-link', interface: name, family: 'ipv4', groups: [VRRP_GROUPS.ipv4] });
    return true;
  }

  close(name: string, turn: Turn): void {
    if (this.#open.delete(name)) turn.do({ kind: 'close-link', interface: name, family: 'ipv4' });
  }

  /** Those that nobody speaks on any more. */
  closeUnused(turn: Turn): void {
    for (const name of this.#open) if (this.roster.speakersOn(name).length === 0) this.close(name, turn);
  }

  closeAll(turn: Turn): void {
    for (const name of this.#open) this.close(name, turn);
  }

  get memory(): readonly string[] {
    return [...this.#open];
  }

  recall(memory: Openings['memory']): void {
    for (const name of memory) this.#open.add(name);
  }

  /** The kernel refused it: the next change of the link is another try. */
  refused(name: string): void {
    this.#open.delete(name);
  }
}

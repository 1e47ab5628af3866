// Somebody else who has, or says that he has, an address of a MASTER: an answer to a probe, a gratuitous ARP, or adverts of
// our VRID that are dropped for a reason of configuration and list an address of ours. Kept for the status, told as an error
// with the address and the MAC that are known. It decides only what is news, not what is done about it.

import { familyOf, type IpAddress, type MacAddress } from '../address.js';
import { after, between, milliseconds, seconds, times, type Duration, type Instant } from '../time.js';

export interface SecondOwner {
  /** Known from ARP. */
  readonly mac?: MacAddress;
  /** Where its adverts come from. */
  readonly source?: IpAddress;
  /** Which address of ours. */
  readonly address: IpAddress;
  /** In words: "answers an ARP probe". */
  readonly how: string;
  readonly since: Instant;
  readonly lastAt: Instant;
  readonly times: number;
  /** How often the addresses were announced against it since an advert of our VRID was heard. */
  readonly reactions: number;
}

/** At most one reaction in this. */
const REACTS_EACH = milliseconds(200);
/** One that is still there after so many, without an advert, is left-over or a proxy: no word will move it. */
const MOST_REACTIONS = 10;
/** Probes come with each tenth advert: silence for longer means that it has gone. */
const KEPT_FOR_ADVERTS = 12;
const KEPT_AT_LEAST = seconds(12);
/** More at once than this are somebody's flood: the oldest makes room. */
const MOST_KNOWN = 16;

export class SecondOwners {
  readonly #known = new Map<string, SecondOwner>();
  #reactedAt: Instant | undefined;

  /** Seen at `now`; the one that is known now, and whether it is news. */
  see(
    { mac, source, address, how }: Pick<SecondOwner, 'mac' | 'source' | 'address' | 'how'>,
    { now, advertInt }: { now: Instant; advertInt: Duration },
  ): { readonly owner: SecondOwner; readonly isNew: boolean } {
    const key = mac ?? source ?? '';
    const before = this.#present(key, { now, advertInt });
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size === MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    const owner: SecondOwner = {
      ...(mac !== undefined && { mac }),
      ...(source !== undefined && { source }),
      address,
      how,
      since: before?.since ?? now,
      lastAt: now,
      times: (before?.times ?? 0) + 1,
      reactions: before?.reactions ?? 0,
    };
    this.#known.set(key, owner);
    return { owner, isNew: before === undefined };
  }

  /** Whether the addresses are to be announced against it; counts that they will be. */
  reacts(owner: SecondOwner, now: Instant): boolean {
    if (this.#reactedAt !== undefined && after(this.#reactedAt, REACTS_EACH) > now) return false;
    if (isStubborn(owner)) return false;
    this.#reactedAt = now;
    this.#known.set(owner.mac ?? owner.source ?? '', { ...owner, reactions: owner.reactions + 1 });
    return true;
  }

  /** Another router of our VRID speaks: whoever is there may yet be moved. */
  heardAdvert(): void {
    for (const [key, owner] of this.#known) this.#known.set(key, { ...owner, reactions: 0 });
  }

  /** Those who were seen lately, the latest first. */
  present({ now, advertInt }: { now: Instant; advertInt: Duration }): SecondOwner[] {
    return [...this.#known.keys()]
      .flatMap((key) => this.#present(key, { now, advertInt }) ?? [])
      .sort((one, other) => other.lastAt - one.lastAt);
  }

  /** It is not MASTER any more: others may have the addresses. */
  clear(): void {
    this.#known.clear();
    this.#reactedAt = undefined;
  }

  get memory() {
    return { known: [...this.#known], reactedAt: this.#reactedAt };
  }

  recall({ known, reactedAt }: SecondOwners['memory']): void {
    for (const [key, owner] of known) this.#known.set(key, owner);
    this.#reactedAt = reactedAt;
  }

  #present(key: string, { now, advertInt }: { now: Instant; advertInt: Duration }): SecondOwner | undefined {
    const owner = this.#known.get(key);
    const kept = Math.max(KEPT_AT_LEAST, times(KEPT_FOR_ADVERTS, advertInt));
    return owner && between({ from: owner.lastAt, to: now }) <= kept ? owner : undefined;
  }
}

/** Left behind by a daemon that is gone, or a device that answers for others. */
export const isStubborn = ({ reactions }: SecondOwner): boolean => reactions >= MOST_REACTIONS;

/** "A second owner of 192.168.1.190: 02:00:00:00:00:07 answers an ARP probe for it" */
export function describeSecondOwner(owner: SecondOwner): string {
  const { mac, source, address, how } = owner;
  const who = [source, mac].filter((part) => part !== undefined).join(', ');
  const proxy = familyOf(address) === 'ipv4' ? 'proxy ARP' : 'an NDP proxy';
  const hint = isStubborn(owner) ? `; it sends no adverts: left over from a daemon that is gone, or ${proxy}` : '';
  return `A second owner of ${address}: ${who} ${how}${hint}`;
}

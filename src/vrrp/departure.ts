// The addresses of a router that gives them up: each stays, and is answered for, until its heir is known to have it. Taken
// off at the heir's advert already, a client whose ARP cache is still old would find nobody; kept for long after, two would
// answer. Plain values: it says what is to go when, and takes nothing off itself. It knows no priority but 1.

import type { IpAddress } from '../address.js';
import type { VirtualAddress } from '../config/model.js';
import { after, earliest, milliseconds, microseconds, sum, times, type Instant } from '../time.js';

export interface Departure {
  /** Nobody else has announced these. */
  readonly staying: readonly VirtualAddress[];
  /** The heir has announced these, or checks them for duplicates: they go now. */
  readonly claimed: readonly VirtualAddress[];
  /** The connections of these are being reset; they go when that is done, at the latest at `until`. */
  readonly clearing: readonly { readonly address: VirtualAddress; readonly until: Instant }[];
  /** The first advert of another router that counts. */
  readonly heirAt?: Instant;
  /** When the heir was last known to have one of the addresses. */
  readonly claimedAt?: Instant;
  /** Has said priority 1 once: an heir of that priority, or one who gives way too. */
  readonly faint?: IpAddress;
  /** All are to go, whether somebody is heard or not. */
  readonly given?: true;
  /** How many connections have been reset so far. */
  readonly connections: number;
}

/** An heir announces within this after its advert; each address takes it a little longer. */
const ANNOUNCES_WITHIN = milliseconds(10);
const FOR_EACH_ADDRESS = microseconds(50);
/** However slowly it announces. */
const LONGEST = milliseconds(300);
/** What resetting connections may hold an address up. */
const CLEARING = milliseconds(30);

export const depart = (addresses: readonly VirtualAddress[]): Departure => ({
  staying: addresses,
  claimed: [],
  clearing: [],
  connections: 0,
});

/**
 * A valid advert of another router. A single priority 1 may be the farewell of one that gives way too, so it takes a
 * second one. A farewell (0) is not for this.
 */
export function hearOther(
  departure: Departure,
  { source, priority, now }: { source: IpAddress; priority: number; now: Instant },
): Departure {
  if (departure.heirAt !== undefined) return departure;
  if (priority === 1 && departure.faint !== source) return { ...departure, faint: source };
  const checked = departure.staying.filter(isChecked);
  return { ...departure, heirAt: now, ...(checked.length > 0 && claimed(departure, checked, now)) };
}

/** An heir that checks it for duplicates (RFC 4862 § 5.4) does without it when it hears us answer: it goes at the advert. */
const isChecked = ({ flags }: VirtualAddress): boolean => flags?.includes('dad') === true;

/** Somebody else has announced an address; one that is not among those that stay changes nothing. */
export function hearClaim(departure: Departure, address: IpAddress, now: Instant): Departure {
  const those = departure.staying.filter(({ prefix }) => prefix.address === address);
  return those.length === 0 ? departure : { ...departure, ...claimed(departure, those, now) };
}

const claimed = (departure: Departure, those: readonly VirtualAddress[], now: Instant) => ({
  staying: departure.staying.filter((one) => !those.includes(one)),
  claimed: [...departure.claimed, ...those],
  claimedAt: now,
});

/** Another router is there to serve, by its advert or by what it announced. */
export const isAnswered = ({ heirAt, claimedAt }: Departure): boolean =>
  heirAt !== undefined || claimedAt !== undefined;

/** When those that stay go: soon after the heir's last announcement, or after its advert when it announces nothing. */
function leaveAt({ heirAt, claimedAt, staying }: Departure): Instant | undefined {
  if (heirAt === undefined) return undefined;
  if (claimedAt === undefined) return after(heirAt, sum(ANNOUNCES_WITHIN, times(staying.length, FOR_EACH_ADDRESS)));
  return earliest(later(after(claimedAt, ANNOUNCES_WITHIN), heirAt), after(heirAt, LONGEST));
}

const later = (one: Instant, other: Instant): Instant => (one > other ? one : other);

/** When take() has something to do. */
export function departureDeadline(departure: Departure): Instant | undefined {
  const { claimed, clearing, claimedAt } = departure;
  return earliest(
    claimed.length > 0 ? claimedAt : undefined,
    isWaiting(departure) ? leaveAt(departure) : undefined,
    ...clearing.map(({ until }) => until),
  );
}

/** Without any address it is only waited for the heir to be there. */
const isWaiting = (departure: Departure): boolean => departure.staying.length > 0 || stillThere(departure).length === 0;

/** What goes now: `leaving` is to be cleared of its connections first, `gone` has been waited for long enough. */
export function take(
  departure: Departure,
  now: Instant,
): { readonly leaving: readonly VirtualAddress[]; readonly gone: readonly VirtualAddress[]; readonly rest: Departure } {
  const goes = isEveryone(departure, now);
  const leaving = [...departure.claimed, ...(goes ? departure.staying : [])];
  const gone = departure.clearing.filter(({ until }) => until <= now).map(({ address }) => address);
  return {
    leaving,
    gone,
    rest: {
      ...departure,
      staying: goes ? [] : departure.staying,
      claimed: [],
      clearing: departure.clearing.filter(({ until }) => until > now),
    },
  };
}

function isEveryone(departure: Departure, now: Instant): boolean {
  const at = leaveAt(departure);
  return departure.given === true || (at !== undefined && at <= now);
}

/** The connections of these are being reset from now on. */
export const clear = (departure: Departure, addresses: readonly VirtualAddress[], now: Instant): Departure => ({
  ...departure,
  clearing: [...departure.clearing, ...addresses.map((address) => ({ address, until: after(now, CLEARING) }))],
});

/** They have been reset: these go. */
export function cleared(
  departure: Departure,
  { addresses, count }: { addresses: readonly IpAddress[]; count: number },
): { readonly gone: readonly VirtualAddress[]; readonly rest: Departure } {
  const isDone = ({ address }: { address: VirtualAddress }): boolean => addresses.includes(address.prefix.address);
  const gone = departure.clearing.filter(isDone).map(({ address }) => address);
  const clearing = departure.clearing.filter((one) => !isDone(one));
  return { gone, rest: { ...departure, clearing, connections: departure.connections + count } };
}

/** Without those that are off for another reason: somebody removed them, or a reload did. */
export function without(departure: Departure, isOff: (address: VirtualAddress) => boolean): Departure {
  return {
    ...departure,
    staying: departure.staying.filter((one) => !isOff(one)),
    claimed: departure.claimed.filter((one) => !isOff(one)),
    clearing: departure.clearing.filter(({ address }) => !isOff(address)),
  };
}

/** Those that have not gone yet. */
export const stillThere = ({ staying, claimed, clearing }: Departure): readonly VirtualAddress[] => [
  ...staying,
  ...claimed,
  ...clearing.map(({ address }) => address),
];

/** None is left. */
export function isOver(departure: Departure, now: Instant): boolean {
  return stillThere(departure).length === 0 && (departure.claimedAt !== undefined || isEveryone(departure, now));
}

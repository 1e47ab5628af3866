// What the sockets for adverts of both families have in common: how an interface is opened, and the numbers of raw sockets.
// It opens none. RFC 3768 § 5.2, RFC 5798 § 5.1; raw(7), socket(7)

import type { IpAddress } from '../address.js';
import { refusalOf } from './native.js';

/** An interface that is to be listened to, as a member of these groups and of no others. */
export interface Opening {
  readonly name: string;
  readonly index: number;
  readonly groups: readonly IpAddress[];
  /** Octets that may wait, where it is more than RECEIVE_BUFFER. */
  readonly receiveBuffer?: number;
}

/** RFC 3768 § 5.2.4, RFC 5798 § 5.1.1.4 */
export const PROTOCOL = 112;
export const SO_PRIORITY = 12;
export const SO_BINDTODEVICE = 25;
/** Internetwork control, the highest that needs no further capability. */
export const PRIORITY = 6;
/** A thousand adverts may wait while the process stands still. */
export const RECEIVE_BUFFER = 1 << 20;
/** The most that one receive() reads, so that a flood does not keep the timers waiting. */
export const MOST_PACKETS = 1024;

/** struct ifreq begins with it; the name ends with a NUL. */
export const deviceOf = (name: string): Buffer => Buffer.from(`${name}\0`);

/** What is thrown says what, not where. */
export function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${what}: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'errno' in error ? refusalOf(error).message : error.message;
}

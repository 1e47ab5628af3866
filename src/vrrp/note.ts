// What a router notes down for the process after it, in case this one does not end in order: what it holds, when it last
// spoke, and what its checks have found out. Plain values; who writes them where is the host's business.

import type { IpAddress } from '../address.js';
import type { Instant } from '../time.js';

export interface Note {
  /** Those that hold their addresses; nobody else is in it. */
  readonly instances: readonly NotedInstance[];
  /** When routers of this host went on as MASTER after a crash, lately. */
  readonly resumes: readonly Instant[];
}

export interface NotedInstance {
  readonly name: string;
  /** Of its last advert that was sent. */
  readonly lastAdvertAt: Instant;
  readonly addresses: readonly { readonly dev: string; readonly address: IpAddress }[];
}

/** A note of this boot as the next process finds it. */
export interface Left extends Note {
  readonly instances: readonly (NotedInstance & {
    /** The configuration that the instance has now is the one that it had then. */
    readonly isSameConfiguration: boolean;
  })[];
}

// What the database client behind the demo saw: its requests by the time they began, and the node that the last status
// page named. It judges nothing.

import path from 'node:path';
import { projectRoot } from '../lab/daemon.js';
import type { Host } from '../lab/host.js';
import type { Mark } from '../lab/prober.js';
import type { Outcome } from './customer.js';

export class Service {
  readonly #requests: { readonly at: Mark; readonly ok: boolean }[] = [];
  /** undefined before the first page. */
  node: string | undefined;

  /** Starts the client. */
  constructor(client: Host) {
    client.namespace.start([process.execPath, path.join(projectRoot(), 'dist/customer.js')], (line) => {
      const outcome = JSON.parse(line) as Outcome;
      if (outcome.kind === 'page') this.node = outcome.node;
      else this.#requests.push(outcome);
    });
  }

  get count(): number {
    return this.#requests.length;
  }

  failedSince(from: Mark): number {
    return this.#requests.filter(({ at, ok }) => at >= from && !ok).length;
  }

  /** Whether there were requests between the marks and each had its answer. */
  works({ from, to }: { from: Mark; to: Mark }): boolean {
    const inside = this.#requests.filter(({ at }) => at >= from && at < to);
    return inside.length > 0 && inside.every(({ ok }) => ok);
  }

  /** Milliseconds: the longest time between the marks from a request that failed to the next one that did not. */
  longestOutage({ from, to }: { from: Mark; to: Mark }): number {
    let longest = 0;
    let begin: Mark | undefined;
    const end = (at: Mark): void => {
      if (begin !== undefined) longest = Math.max(longest, at - begin);
      begin = undefined;
    };
    const inside = this.#requests.filter(({ at }) => at >= from && at < to);
    for (const { at, ok } of inside.sort((one, other) => one.at - other.at))
      if (ok) end(at);
      else begin ??= at;
    end(to);
    return longest;
  }
}

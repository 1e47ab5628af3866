// A vrrp_track_process: whether as many processes run as are wanted, after the delays that hide a restart.
// keepalived.conf(5): VRRP track processes. It looks at no process: it is told how many there are.

import type { TrackProcess } from '../config/model.js';
import { after, type Instant } from '../time.js';
import type { Standing } from './standing.js';

export class ProcessTracker {
  /** How many match now; undefined until somebody has looked. */
  count: number | undefined;
  /** Undefined until the first count, which decides at once. */
  up: boolean | undefined;
  /** When what is the case by then counts. */
  #changesAt: Instant | undefined;

  /** With `former`, what that one found out holds until there is a new count. */
  constructor(
    public config: TrackProcess,
    former?: ProcessTracker,
  ) {
    this.up = former?.up;
  }

  get standing(): Standing {
    return this.up === undefined ? { kind: 'unknown' } : { kind: this.up ? 'up' : 'down' };
  }

  nextDeadline(): Instant | undefined {
    return this.#changesAt;
  }

  /** A new count. */
  counted(count: number, now: Instant): void {
    this.count = count;
    const { isEnough } = this;
    this.up ??= isEnough;
    if (isEnough === this.up) this.#changesAt = undefined;
    else this.#changesAt ??= after(now, isEnough ? this.config.forkDelay : this.config.terminateDelay);
    this.due(now);
  }

  /** The delay may be over. */
  due(now: Instant): void {
    if (this.#changesAt === undefined || this.#changesAt > now) return;
    this.#changesAt = undefined;
    this.up = this.isEnough;
  }

  get memory() {
    return { name: this.config.name, count: this.count, up: this.up, changesAt: this.#changesAt };
  }

  recall({ count, up, changesAt }: Omit<ProcessTracker['memory'], 'name'>): void {
    [this.count, this.up, this.#changesAt] = [count, up, changesAt];
  }

  /** Whether there were enough; see ScriptTracker. */
  get findings() {
    return this.up === undefined ? undefined : { name: this.config.name, up: this.up };
  }

  /** A count that says otherwise counts after its delay. */
  takeFindings({ up }: Omit<ProcessFindings, 'name'>): void {
    this.up = up;
  }

  /** "2 haproxy run, 3 are wanted" */
  get words(): string {
    const { command, quorum, quorumMax } = this.config;
    const wanted = quorumMax === undefined || quorumMax === quorum ? `${quorum}` : `${quorum} to ${quorumMax}`;
    return `${this.count ?? 'unknown'} ${command[0]} running, ${wanted} wanted`;
  }

  private get isEnough(): boolean {
    const { quorum, quorumMax } = this.config;
    return this.count !== undefined && this.count >= quorum && (quorumMax === undefined || this.count <= quorumMax);
  }
}

export type ProcessFindings = NonNullable<ProcessTracker['findings']>;

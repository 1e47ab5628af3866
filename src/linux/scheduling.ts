// How the kernel treats the main thread: its real-time and its nice priority; child processes and other threads are ordinary
// ones. What the kernel refuses is told of, and the daemon goes on without it. It locks no memory: Node.js gives pages back
// by madvise(2), and takes its refusal for locked ones as the end of the world.
// keepalived.conf(5): vrrp_rt_priority, vrrp_rlimit_rttime, vrrp_priority, vrrp_no_swap. sched(7), getrlimit(2), proc(5).

import { readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import type { GlobalDefs } from '../config/model.js';
import { limitRealTime, refusalOf, setRealTime } from './native.js';

export type SchedulingSettings = Pick<
  GlobalDefs,
  'vrrpPriority' | 'vrrpRtPriority' | 'vrrpRlimitRttime' | 'vrrpNoSwap'
>;

/** In µs. keepalived has 10 ms: so long may a garbage collection take on a busy machine. */
const USUAL_LIMIT = 100_000;
/** So long it is an ordinary thread after it has reached its limit. */
const REST_MILLISECONDS = 100;
const TELL_EACH_MILLISECONDS = 60_000;

export class Scheduling {
  readonly #warn: (text: string) => void;
  readonly #firstNice = getPriority();
  #settings: SchedulingSettings = { vrrpNoSwap: false };
  #isResting = false;
  #hasTold = false;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Goes over to these at once; one line for each that the kernel refuses. */
  apply(settings: SchedulingSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const { vrrpPriority = this.#firstNice, vrrpRtPriority = 0, vrrpRlimitRttime, vrrpNoSwap } = settings;
    if (vrrpRtPriority !== (before.vrrpRtPriority ?? 0) || vrrpRlimitRttime !== before.vrrpRlimitRttime)
      this.#attempt(`vrrp_rt_priority ${vrrpRtPriority}`, () => this.#setRealTime());
    if (vrrpPriority !== (before.vrrpPriority ?? this.#firstNice))
      this.#attempt(`vrrp_priority ${vrrpPriority}`, () => {
        // Its children do not inherit the nice value then.
        if (vrrpRtPriority === 0) setRealTime(0);
        setPriority(vrrpPriority);
      });
    if (vrrpNoSwap && !before.vrrpNoSwap && mayBeSwapped())
      this.#warn('vrrp_no_swap is not in effect: the unit needs MemorySwapMax=0 (vrrpd(8), PRIORITY)');
  }

  /** SIGXCPU: it has run for as long as it may and is an ordinary thread now; others have the processor for a while. */
  overran(): void {
    const { vrrpRtPriority = 0, vrrpRlimitRttime = USUAL_LIMIT } = this.#settings;
    if (vrrpRtPriority === 0 || this.#isResting) return;
    this.#isResting = true;
    setTimeout(() => {
      this.#isResting = false;
      this.#setRealTime();
    }, REST_MILLISECONDS).unref();
    if (this.#hasTold) return;
    this.#hasTold = true;
    setTimeout(() => (this.#hasTold = false), TELL_EACH_MILLISECONDS).unref();
    const words = `The process ran for ${vrrpRlimitRttime / 1_000} ms without a pause (vrrp_rlimit_rttime)`;
    this.#warn(`${words}: without its real-time priority for ${REST_MILLISECONDS} ms`);
  }

  /** The kernel moves the limit whenever it is reached. */
  #setRealTime(): void {
    const { vrrpRtPriority = 0, vrrpRlimitRttime = USUAL_LIMIT } = this.#settings;
    limitRealTime(vrrpRtPriority === 0 ? 0 : vrrpRlimitRttime);
    setRealTime(vrrpRtPriority);
  }

  #attempt(setting: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#warn(`${setting} is not in effect: ${refusalOf(error).message} (vrrpd(8), PRIORITY, tells what it needs)`);
    }
  }
}

/** cgroups(7): without a limit of its own a group may use all the swap of the host. */
function mayBeSwapped(): boolean {
  const [, ...swaps] = readFileSync('/proc/swaps', 'utf8').trimEnd().split('\n');
  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (swaps.length === 0 || group === undefined) return swaps.length > 0;
  try {
    return readFileSync(`/sys/fs/cgroup${group}/memory.swap.max`, 'utf8') !== '0\n';
  } catch {
    return true;
  }
}

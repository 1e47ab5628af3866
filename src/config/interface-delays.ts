// `interface_up_down_delays { }`: how long a change of an interface lasts before it counts. keepalived.conf(5): Interface
// up/down status change debouncing. What it does is in src/vrrp/link-delay.ts.

import { describeDuration, times, type Duration } from '../time.js';
import type { CompletedInstance } from './complete.js';
import type { Report, Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { InterfaceDelay } from './model.js';
import { list, parseInterface, parseSeconds } from './value.js';

const MOST_SECONDS = 255;

interface Entry {
  readonly delay: InterfaceDelay;
  readonly span: Span;
}

/** `IF down_delay [up_delay]`, in seconds; the second is by default the first. */
export const delayList: Value<Entry[]> = list({
  form: '`INTERFACE DOWN_DELAY [UP_DELAY]` a line',
  isEntry: ([first]) => first !== undefined,
  read({ keyword, args }, report) {
    const name = parseInterface(keyword, report);
    const [first, second] = args;
    const range = { from: 0, to: MOST_SECONDS, decimals: 6, report };
    if (first === undefined) report.error('missing-value', keyword.span, `${keyword.text} needs a delay in seconds`);
    const down = first && parseSeconds(first, range);
    const up = second === undefined ? down : parseSeconds(second, range);
    if (name === undefined || down === undefined || up === undefined) return undefined;
    return { delay: { interface: name, down, up }, span: keyword.span };
  },
});

/** Of two lines for one interface the last counts; none is so long that a peer takes over before it is over. */
export function completeDelays(
  entries: readonly Entry[],
  { instances, report }: { instances: readonly CompletedInstance[]; report: Report },
): InterfaceDelay[] {
  const byName = new Map(entries.map((entry) => [entry.delay.interface, entry]));
  return [...byName.values()].map(({ delay, span }) => {
    const longest = longestFor(delay.interface, instances);
    if (longest === undefined || Math.max(delay.down, delay.up) <= longest) return delay;
    const words = `a peer would take over meanwhile: at most ${describeDuration(longest)} counts, as in keepalived`;
    report.warning('rounded-value', span, words);
    const shorter = (one: Duration): Duration => Math.min(one, longest) as Duration;
    return { ...delay, down: shorter(delay.down), up: shorter(delay.up) };
  });
}

/** keepalived's limit for those that speak there: one interval less than they wait, and the shortest skew time less. */
function longestFor(name: string, instances: readonly CompletedInstance[]): Duration | undefined {
  const limits = instances
    .filter(({ instance }) => instance.interface === name)
    .map(({ instance: { advertInt, downTimerAdverts } }) => times(downTimerAdverts - 1 - 1 / 256, advertInt));
  return limits.length === 0 ? undefined : (Math.max(0, Math.min(...limits)) as Duration);
}

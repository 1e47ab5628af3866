// What an operator checks in layout 1, in this order (the README of the layout): each step does something to a host, waits
// for what has to follow, and is judged by the witnesses. The fifth check is looked at before and after every step.

import { setTimeout as sleep } from 'node:timers/promises';
import { Prober, type Mark } from '../lab/prober.js';
import type { Layout } from './layout.js';
import type { HaproxyNode } from './node.js';

/** Milliseconds of hole that a shared machine may cause where the protocol needs none, and on top of what it needs. */
const TOLERANCE = 150;
/** Longer than a router would take to claim an address that is not claimed by another: Master_Down_Interval and more. */
const LONG_ENOUGH = 5_000;

export interface Step {
  readonly title: string;
  /** Acts and waits; the milliseconds for which the address may be unanswered, and what is not as it has to be. */
  play(layout: Layout): Promise<{ readonly allowed: number; readonly wrong: readonly string[] }>;
}

/** How a step went. */
export interface Verdict {
  readonly wrong: readonly string[];
  /** Milliseconds: the longest time without an echo from the address, and its limit. */
  readonly hole: number;
  readonly limit: number;
  /** Milliseconds: the longest time in which the database client got no service; it has no limit. */
  readonly outage: number;
}

export const STEPS: readonly Step[] = [
  {
    title: 'haproxy stopped on 01: restarted by the check, address stays',
    play: async (layout) => {
      const [first] = layout.nodes;
      await first.stopHaproxy();
      await layout.until('haproxy is gone or back', () => first.haproxyRuns);
      await sleep(LONG_ENOUGH);
      return {
        allowed: 0,
        wrong: [...holdsAlone(layout, first), ...(first.haproxyRuns ? [] : ['haproxy is not back'])],
      };
    },
  },
  {
    title: 'vrrpd stopped on 01: address moves to 02',
    play: async (layout) => {
      const [first, second] = layout.nodes;
      await first.stopVrrpd();
      await moved(layout, second);
      return { allowed: 0, wrong: holdsAlone(layout, second) };
    },
  },
  {
    title: 'vrrpd started on 01: address stays on 02',
    play: async (layout) => {
      const [first, second] = layout.nodes;
      await first.startVrrpd();
      await layout.until('01 is BACKUP', () => first.instance?.state === 'BACKUP');
      await sleep(LONG_ENOUGH);
      return { allowed: 0, wrong: holdsAlone(layout, second) };
    },
  },
  {
    title: 'haproxy broken on 02: killall, address moves back to 01',
    play: async (layout) => {
      const [first, second] = layout.nodes;
      await second.breakHaproxy();
      await moved(layout, first);
      await layout.until('vrrpd has ended on 02', () => second.vrrpd?.running === false);
      const code = second.vrrpd?.ending?.code;
      const failed = code === 0 ? [] : [`vrrpd on 02 ended with exit code ${code ?? 'of a signal'}`];
      return { allowed: 0, wrong: [...holdsAlone(layout, first), ...failed] };
    },
  },
];

/** Plays a step between two looks at the database client; what it throws is what was waited for in vain. */
export async function judge(step: Step, layout: Layout): Promise<Verdict & { readonly servedAround: boolean }> {
  const before = await served(layout);
  const from: Mark = Prober.mark();
  const { allowed, wrong } = await step
    .play(layout)
    .catch((error: unknown) => ({ allowed: 0, wrong: [error instanceof Error ? error.message : String(error)] }));
  const to = Prober.mark();
  const { longestHole } = await layout.prober.report({ from, to });
  const limit = Math.round(allowed + TOLERANCE);
  return {
    wrong: longestHole <= limit ? wrong : [...wrong, `nobody answered for ${longestHole} ms`],
    hole: longestHole,
    limit,
    outage: layout.service.longestOutage({ from, to }),
    servedAround: before && (await served(layout)),
  };
}

const served = (layout: Layout): Promise<boolean> =>
  layout.served().then(
    () => true,
    () => false,
  );

async function moved(layout: Layout, to: HaproxyNode): Promise<void> {
  await layout.until(`${to.name} answers`, () => layout.prober.latest?.mac === to.host.mac);
  await layout.until(`only ${to.name} holds the address`, () => holdsAlone(layout, to).length === 0);
  await layout.until(`the status page is that of ${to.name}`, () => layout.service.node === to.name);
}

/** What contradicts that this node, and no other, holds the address, by its kernel and by the client's replies. */
function holdsAlone(layout: Layout, node: HaproxyNode): string[] {
  const holders = layout.nodes.filter(({ holdsAddress }) => holdsAddress).map(({ name }) => name);
  const answers = layout.prober.latest?.mac === node.host.mac;
  return [
    ...(holders.length === 1 && holders[0] === node.name ? [] : [`held by ${holders.join(' and ') || 'nobody'}`]),
    ...(answers ? [] : [`${node.name} does not answer`]),
  ];
}

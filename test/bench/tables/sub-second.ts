// Version 3 with an advert each 100 ms and each 10 ms: take-over, stop and rhythm, and how often a router takes over from
// one that is there. RFC 5798 § 6.1

import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../lab/eventually.js';
import { longestHole, Probes } from '../probes.js';
import { rhythmOf } from '../rhythm.js';
import { clock, masterDownInterval, preempting, skewTime, Stage, version3, VIP, type Router } from '../stage.js';
import { together, type Contestant, type Figure, type Round, type Row, type Table } from '../table.js';
import { claimsIn, farewellsIn, firstAfter } from '../wire.js';

/** ms */
const INTERVALS = [100, 10] as const;
type Interval = (typeof INTERVALS)[number];
const IDLE_SECONDS = 60;
const BUSY_SECONDS = 24;
const LOOPS = 2;

const rowsOf = (interval: Interval): Row[] => [
  { key: `${interval}-silence`, title: 'silence over Master_Down_Interval', unit: 'ms', limit: 0, target: 1 },
  { key: `${interval}-hole`, title: 'planned stop: longest hole at the client', unit: 'ms', limit: 0, target: 5 },
  { key: `${interval}-skew`, title: 'priority 0 to the first advert, over the skew', unit: 'ms', limit: 0, target: 1 },
  { key: `${interval}-drift`, title: 'the interval is longer by', unit: 'ppm', limit: 0, target: 20 },
  { key: `${interval}-p99`, title: '99 % of the intervals are off by at most', unit: 'ms', limit: 0 },
  { key: `${interval}-idle`, title: `false take-overs in ${IDLE_SECONDS} s`, unit: '', limit: 0, target: 0 },
  { key: `${interval}-busy`, title: `false take-overs in ${BUSY_SECONDS} busy s`, unit: '', limit: 0 },
];

export const subSecond: Table = {
  name: 'sub-second',
  title: 'An advert each 100 ms, and each 10 ms',
  about:
    'The daemon of the master of a pair of version 3 is killed, started again, and when it has taken its place, stopped by ' +
    `SIGTERM. Then pairs of both intervals are left alone for ${IDLE_SECONDS} seconds, and for ${BUSY_SECONDS} more there are ` +
    `${LOOPS} endless loops of the same priority beside them. Ten rounds are ten minutes alone. A take-over is false when the master is ` +
    'there: its adverts came, or went, too late.',
  rows: INTERVALS.flatMap((interval) =>
    rowsOf(interval).map((row) => ({ ...row, title: `${interval} ms: ${row.title}` })),
  ),
  play: async (daemon) => {
    const rounds: Round[] = [];
    for (const interval of INTERVALS) rounds.push(await changes(daemon, interval));
    const rest = await withBoth(daemon, '', async (all, keepBusy) => {
      const from = clock();
      await all((pair) => pair.leaveAlone());
      const span = { from, to: clock() };
      keepBusy();
      await all((pair) => pair.beBusy());
      return span;
    });
    return together(...rounds, rest);
  },
};

const RT_PRIORITY = 50;

export const subSecondUrgent: Table = {
  name: 'sub-second-urgent',
  title: 'The same on a busy machine, with real-time priority',
  about:
    `Pairs as before whose files have "vrrp_rt_priority ${RT_PRIORITY}", which vrrpd and keepalived both know, beside ` +
    `${LOOPS} endless loops of ordinary priority for ${BUSY_SECONDS} seconds.`,
  rows: INTERVALS.map((interval) => ({
    key: `${interval}-busy`,
    title: `${interval} ms: false take-overs in ${BUSY_SECONDS} busy s`,
    unit: '',
    limit: 0,
    target: 0,
  })),
  play: (daemon) =>
    withBoth(daemon, `global_defs {\n    vrrp_rt_priority ${RT_PRIORITY}\n}\n`, async (all, keepBusy) => {
      const from = clock();
      keepBusy();
      await all((pair) => pair.beBusy());
      return { from, to: clock() };
    }),
};

type All = (work: (pair: Watched) => Promise<void>) => Promise<unknown>;

const planOf = (daemon: Contestant, interval: Interval, lines = '') => ({
  a: daemon,
  b: daemon,
  // Who preempts is master again after a moment in which the other one was.
  edit: (text: string) => `${lines}${preempting(version3(interval)(text))}`,
  isQuiet: true as const,
});

/** The pair of one interval, which has the machine for itself. */
function changes(daemon: Contestant, interval: Interval): Promise<Round> {
  return Stage.with(planOf(daemon, interval), async (stage) => {
    const pair = new Watched(stage, interval);
    await stage.begin();
    const from = clock();
    await pair.kill();
    await pair.stop();
    return { figures: pair.figures, span: { from, to: clock() } };
  });
}

/** A pair of each interval, their files with these lines beside; `story` tells when a quiet machine was wanted. */
function withBoth(
  daemon: Contestant,
  lines: string,
  story: (all: All, keepBusy: () => void) => Promise<NonNullable<Round['span']>>,
): Promise<Round> {
  const [slow, quick] = INTERVALS;
  return Stage.with(planOf(daemon, slow, lines), (one) =>
    Stage.with(planOf(daemon, quick, lines), async (other) => {
      const pairs = [new Watched(one, slow), new Watched(other, quick)];
      const all: All = (work) => Promise.all(pairs.map(work));
      await all((pair) => pair.stage.begin());
      const span = await story(all, () => {
        for (let loop = 0; loop < LOOPS; loop += 1)
          one.client.namespace.start(['timeout', String(BUSY_SECONDS), 'sh', '-c', 'while :; do :; done']);
      });
      return { figures: Object.assign({}, ...pairs.map(({ figures }) => figures)) as Round['figures'], span };
    }),
  );
}

/** A pair and what was found out about it so far. */
class Watched {
  readonly figures: Record<string, Figure> = {};

  constructor(
    readonly stage: Stage,
    private readonly interval: number,
  ) {}

  async leaveAlone(): Promise<void> {
    const { a, b } = this.stage;
    const from = clock();
    const before = takeOvers(b);
    await sleep(IDLE_SECONDS * 1_000);
    this.tell('idle', takeOvers(b) - before);
    const adverts = (await a.capture.adverts()).filter(({ at }) => at / 1_000 >= from);
    const { drift, p99 } = rhythmOf(adverts, this.interval);
    this.tell('drift', drift);
    this.tell('p99', p99);
  }

  async kill(): Promise<void> {
    const { a, b } = this.stage;
    const [from, before] = [clock(), takeOvers(b)];
    await a.job?.kill();
    await becomesMaster(b, before);
    const [last, first] = [claimsIn(await a.capture.frames()).at(-1), claimsIn(await b.capture.frames())];
    const silence = (first.find(({ at }) => at >= from)?.at ?? NaN) - (last?.at ?? NaN);
    this.tell('silence', silence - masterDownInterval(b.priority, this.interval));
  }

  async stop(): Promise<void> {
    const { stage } = this;
    const { a, b } = stage;
    await this.bringBack();
    const probes = await Probes.start(stage.client, VIP);
    await sleep(500 + 500 * Math.random());
    const [from, before] = [clock(), takeOvers(b)];
    const ended = a.job?.stop();
    await becomesMaster(b, before);
    await sleep(300);
    this.tell('hole', longestHole(await probes.stop({ from, to: clock() })));
    const farewell = farewellsIn(await a.capture.frames()).find(({ at }) => at >= from)?.at ?? NaN;
    const claims = claimsIn(await b.capture.frames()).map(({ at }) => at);
    this.tell('skew', firstAfter(claims, farewell) - farewell - skewTime(b.priority, this.interval));
    await ended;
    await this.bringBack();
  }

  async beBusy(): Promise<void> {
    const { b } = this.stage;
    const before = takeOvers(b);
    await sleep(BUSY_SECONDS * 1_000);
    this.tell('busy', takeOvers(b) - before);
  }

  /** The better one is master again. */
  private async bringBack(): Promise<void> {
    const { a } = this.stage;
    await this.stage.start(a);
    await becomesMaster(a, 0);
  }

  /** NaN is no figure: on a busy machine the other one may have taken over before it was to. */
  private tell(key: string, figure: number): void {
    if (!Number.isNaN(figure)) this.figures[`${this.interval}-${key}`] = figure;
  }
}

const takeOvers = ({ job }: Router): number =>
  job?.log.filter((line) => line.includes('Entering MASTER STATE')).length ?? 0;

/** Once more than so many times; returns when its adverts are in the capture too. */
async function becomesMaster(router: Router, before: number): Promise<void> {
  await eventually(`${router.host.name} takes over`, () => takeOvers(router) > before);
  await sleep(200);
}

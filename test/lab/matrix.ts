// Every pair of routers that meet, in every dialect that both know, as data; and the story that each pair plays: who is
// MASTER, priority 0, the return with preemption. RFC 3768 § 6.4, RFC 5798 § 6.4. The client and tshark judge.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.js';
import { COMMON_DIALECTS, KEEPALIVED_DIALECTS, type Dialect } from './dialect.js';
import { Pair, type Router } from './pair.js';
import { Prober, type Mark } from './prober.js';

export interface Encounter {
  readonly a: Daemon;
  readonly b: Daemon;
  readonly dialect: Dialect;
}

export const nameOf = ({ a, b, dialect }: Encounter): string => `${a} and ${b}, ${dialect.name}`;

const meet = (routers: readonly Daemon[], dialects: readonly Dialect[]): Encounter[] =>
  dialects.flatMap((dialect) => routers.flatMap((a) => routers.map((b) => ({ a, b, dialect }))));

/** Without FRR beside itself, which on IPv6 at times does not reach the client with its one announcement. */
export const MATRIX: readonly Encounter[] = [
  ...meet(['vrrpd', 'keepalived', 'frr'], COMMON_DIALECTS).filter(({ a, b }) => a !== 'frr' || b !== 'frr'),
  ...meet(['vrrpd', 'keepalived'], KEEPALIVED_DIALECTS),
];

/** Where vrrpd is one of the two and the other one is another program; version 2 with keepalived has tests of its own. */
export const SAMPLE = MATRIX.filter(
  ({ a, b, dialect }) => a !== b && [a, b].includes('vrrpd') && (dialect.version === 3 || [a, b].includes('frr')),
);

/** ms. A shared machine may be late by that much. */
const SLACK = 1_000;
/** ms. FRR and the clocks of captures round. */
const EARLY = 30;
const PRIORITIES = { a: 120, b: 110 } as const;

/** RFC 5798 § 6.1, of b, in ms. */
const skewTime = ({ interval }: Dialect): number => ((256 - PRIORITIES.b) * interval) / 256;
const masterDown = (dialect: Dialect): number => 4 * dialect.interval;

/** Plays it; what was wrong, nothing if nothing was. Throws with both logs when it does not come to its end. */
export async function play(encounter: Encounter): Promise<string[]> {
  const pair = await Pair.open({ ...encounter, nopreempt: false });
  try {
    return [...(await begin(pair)), ...(await stop(pair)), ...(await comeBack(pair)), ...(await judgeCaptures(pair))];
  } catch (error) {
    const logs = [pair.a, pair.b].map(({ host, job }) => `${host.name}: ${job?.log.join('\n') ?? 'never started'}`);
    throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
  } finally {
    await pair.close();
  }
}

/** A sentence for what is not so. */
const unless = (isSo: boolean, wrong: string): string[] => (isSo ? [] : [wrong]);

interface Word {
  readonly at: Mark;
  readonly priority: number;
}

async function wordsOf({ capture }: Router, from: Mark): Promise<Word[]> {
  const verdicts = await capture.tshark();
  return verdicts.map(({ at, priority }) => ({ at: at / 1_000, priority })).filter(({ at }) => at >= from);
}

/** Three intervals, in which only this one answers and speaks: farewells have been said. */
async function serves(pair: Pair, router: Router): Promise<string[]> {
  const other = router === pair.a ? pair.b : pair.a;
  const from = Prober.mark();
  await sleep(3 * pair.dialect.interval);
  const { answeredBy, lost, sent } = await pair.prober.report({ from });
  const [own, foreign] = [await wordsOf(router, from), await wordsOf(other, from)];
  const { name } = router.host;
  return [
    ...unless(answeredBy.join() === router.host.mac, `${answeredBy.join(' and ') || 'nobody'} answers for ${name}`),
    ...unless(lost <= sent / 10, `${lost} of ${sent} requests had no answer by ${name}`),
    ...unless(own.length >= 2, `${name} says ${own.length} adverts in three intervals`),
    ...unless(foreign.length === 0, `${other.host.name} says ${foreign.length} adverts beside ${name}`),
  ];
}

async function begin(pair: Pair): Promise<string[]> {
  await pair.start(pair.a);
  await pair.answeredBy(pair.a, masterDown(pair.dialect) + 5 * SLACK);
  await pair.start(pair.b);
  return serves(pair, pair.a);
}

/** SIGTERM: the one says priority 0, and the other one takes over after its skew. */
async function stop(pair: Pair): Promise<string[]> {
  const { a, b, dialect } = pair;
  const from = Prober.mark();
  const ended = await a.job?.stop();
  await pair.answeredBy(b, skewTime(dialect) + 5 * SLACK);
  const wrong = await serves(pair, b);
  const farewell = (await wordsOf(a, from)).find(({ priority }) => priority === 0);
  const first = (await wordsOf(b, from))[0];
  if (farewell === undefined || first === undefined) return [...wrong, 'no priority 0, or no advert after it'];
  const silence = first.at - farewell.at;
  const due = skewTime(dialect);
  // FRR announces the address in time, and its first advert on IPv6 comes an interval later.
  const most = due + SLACK + (b.daemon === 'frr' && dialect.family === 'ipv6' ? dialect.interval : 0);
  return [
    ...wrong,
    ...unless(ended?.code === 0, `a ends with ${ended?.code}`),
    ...unless(
      silence > due - EARLY && silence < most,
      `b speaks ${silence.toFixed(1)} ms after it, its skew is ${due}`,
    ),
  ];
}

/** It preempts, and b gives way. */
async function comeBack(pair: Pair): Promise<string[]> {
  await pair.start(pair.a);
  await pair.answeredBy(pair.a, masterDown(pair.dialect) + 5 * SLACK);
  await sleep(pair.dialect.interval);
  return serves(pair, pair.a);
}

/** tshark has nothing against any packet, and each says what is configured, or a farewell. */
async function judgeCaptures(pair: Pair): Promise<string[]> {
  const wrong = [pair.a, pair.b].map(async ({ capture, host }) => {
    await capture.stop();
    const verdicts = await capture.tshark();
    const due = PRIORITIES[host.name as 'a' | 'b'];
    const others = verdicts.filter(
      ({ valid, version, priority }) =>
        !valid || version !== pair.dialect.version || (priority > 1 && priority !== due),
    );
    return [
      ...unless(verdicts.length > 0, `nothing was seen of ${host.name}`),
      ...others.map(({ line }) => `tshark on ${host.name}: ${line}`),
    ];
  });
  return (await Promise.all(wrong)).flat();
}

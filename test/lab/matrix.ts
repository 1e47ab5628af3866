// Every pair of routers that meet, in every dialect that both know, as data; and the story that each pair plays: who is
// MASTER, priority 0, the return with preemption. RFC 3768 § 6.4, RFC 5798 § 6.4. The client and tshark judge.

import { setTimeout as sleep } from 'node:timers/promises';
import type { MacAddress } from '../../src/address.js';
import type { TsharkVerdict } from './capture.js';
import type { Daemon } from './daemon.js';
import { COMMON_DIALECTS, KEEPALIVED_DIALECTS, type Dialect } from './dialect.js';
import type { Ending } from './job.js';
import { Pair, type Router } from './pair.js';
import { Prober, type Mark, type ProbeReport } from './prober.js';

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
    const begun = await begin(pair);
    const stopped = await stop(pair);
    const returned = await begin(pair, { isAlone: false });
    const words = { a: await wordsOf(pair.a), b: await wordsOf(pair.b) };
    return [
      ...[begun, stopped, returned].flatMap((reign) => judgeReign(reign, words, encounter.dialect)),
      ...judgeStop(stopped, words, encounter),
      ...NAMES.flatMap((name) => judgeWords(name, words[name], encounter.dialect)),
    ];
  } catch (error) {
    const logs = [pair.a, pair.b].map(({ host, job }) => `${host.name}: ${job?.log.join('\n') ?? 'never started'}`);
    throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
  } finally {
    await pair.close();
  }
}

const NAMES = ['a', 'b'] as const;
type Words = Readonly<Record<(typeof NAMES)[number], readonly TsharkVerdict[]>>;

/** Three intervals in which one router alone is to serve. */
interface Reign {
  readonly by: (typeof NAMES)[number];
  readonly mac: MacAddress;
  readonly from: Mark;
  readonly to: Mark;
  readonly report: ProbeReport;
}

async function reign(pair: Pair, by: Reign['by']): Promise<Reign> {
  const from = Prober.mark();
  await sleep(3 * pair.dialect.interval);
  const to = Prober.mark();
  return { by, mac: pair[by].host.mac, from, to, report: await pair.prober.report({ from, to }) };
}

/** The better one is started, at first before the other one; when it comes back it preempts, and farewells are said. */
async function begin(pair: Pair, { isAlone = true } = {}): Promise<Reign> {
  await pair.start(pair.a);
  await pair.answeredBy(pair.a, masterDown(pair.dialect) + 5 * SLACK);
  if (isAlone) await pair.start(pair.b);
  else await sleep(pair.dialect.interval);
  return reign(pair, 'a');
}

interface Stop extends Reign {
  readonly stoppedAt: Mark;
  readonly ending: Ending | undefined;
}

/** SIGTERM: the one says priority 0, and the other one takes over after its skew. */
async function stop(pair: Pair): Promise<Stop> {
  const stoppedAt = Prober.mark();
  const ending = await pair.a.job?.stop();
  await pair.answeredBy(pair.b, skewTime(pair.dialect) + 5 * SLACK);
  return { ...(await reign(pair, 'b')), stoppedAt, ending };
}

/** All that tshark has seen of it. */
async function wordsOf({ capture }: Router): Promise<TsharkVerdict[]> {
  await capture.stop();
  return capture.tshark();
}

/** A sentence for what is not so. */
const unless = (isSo: boolean, wrong: string): string[] => (isSo ? [] : [wrong]);

function judgeReign({ by, mac, from, to, report }: Reign, words: Words, { interval }: Dialect): string[] {
  const other = by === 'a' ? 'b' : 'a';
  const said = (name: typeof by): number =>
    words[name].filter(({ at }) => at / 1_000 >= from && at / 1_000 < to).length;
  const { answeredBy, lost, sent } = report;
  return [
    ...unless(answeredBy.join() === mac, `${answeredBy.join(' and ') || 'nobody'} answers for ${by}`),
    ...unless(lost <= sent / 10, `${lost} of ${sent} requests had no answer by ${by}`),
    ...unless(said(by) >= 2, `${by} says ${said(by)} adverts in ${3 * interval} ms`),
    ...unless(said(other) === 0, `${other} says ${said(other)} adverts beside ${by}`),
  ];
}

function judgeStop({ stoppedAt, ending }: Stop, words: Words, { b, dialect }: Encounter): string[] {
  const farewell = words.a.find(({ at, priority }) => at / 1_000 >= stoppedAt && priority === 0);
  const first = words.b[0];
  if (farewell === undefined || first === undefined) return ['no priority 0, or no advert after it'];
  const silence = (first.at - farewell.at) / 1_000;
  const due = skewTime(dialect);
  // FRR announces the address in time, and its first advert on IPv6 comes an interval later.
  const most = due + SLACK + (b === 'frr' && dialect.family === 'ipv6' ? dialect.interval : 0);
  return [
    ...unless(ending?.code === 0, `a ends with ${ending?.code}`),
    ...unless(silence > due - EARLY && silence < most, `b speaks ${silence} ms after it, its skew is ${due}`),
  ];
}

/** tshark has nothing against any packet, and each says what is configured, or a farewell. */
function judgeWords(name: (typeof NAMES)[number], verdicts: readonly TsharkVerdict[], { version }: Dialect): string[] {
  const isRight = (one: TsharkVerdict): boolean =>
    one.valid && one.version === version && (one.priority <= 1 || one.priority === PRIORITIES[name]);
  return verdicts.filter((one) => !isRight(one)).map(({ line }) => `tshark on ${name}: ${line}`);
}

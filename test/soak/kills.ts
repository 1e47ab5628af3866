// The daemons of a pair are killed at random moments, also while they start, and each is started again at once as its unit does;
// between the kills there are failovers, reloads and addresses that somebody deletes. After each kill one host has the address
// within an interval and half a second, and the client has missed nothing. Seeded, and bounded by its count.

import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/sim/random.js';
import { daemonCommand } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import { childrenOf, type Job } from '../lab/job.js';
import { ask, linesOf } from '../lab/lone-host.js';
import { Pair, VIP, type Router } from '../lab/pair.js';
import { Prober } from '../lab/prober.js';

const CONFIGURATION = '/etc/keepalived/keepalived.conf';
/** ms. An interval and half a second. */
const ONE_OWNER = 1_500;
/** Requests without an answer, one each 11 to 20 ms, after a kill. */
const LOST = 2;
/** ms. A move of the address that is under way has two owners, or none, for so long at most. */
const MOMENT = 400;
/** As Restart=on-failure: an ordinary end is the end. */
const SUPERVISOR = 'until "$@"; do echo "ended by $?, started again"; done';
/** Kills for which a prober counts; its sequence numbers begin again after a quarter of an hour. */
const MOST = 250;

type Say = (line: string) => void;

interface Supervised {
  readonly router: Router;
  readonly supervisor: Job;
}

type Both = readonly [Supervised, Supervised];

/** How many kills had another end than they should. */
export async function soakKills({ kills, seed, say }: { kills: number; seed: number; say: Say }): Promise<number> {
  const random = new Random(seed);
  const pair = await Pair.open({ a: 'vrrpd', b: 'vrrpd', nopreempt: false });
  try {
    const both = [await supervise(pair.a), await supervise(pair.b)] as const;
    await eventually('one serves', async () => (await pair.holders()).length === 1 && pair.prober.latest !== undefined);
    let failures = 0;
    for (let number = 1; number <= Math.min(kills, MOST); number += 1) {
      const marks = both.map(({ supervisor }) => supervisor.log.length);
      await disturb(random, both);
      await sleep(random.below(2_000));
      const wrong = await kill(random, pair, both);
      if (wrong.length === 0) continue;
      failures += 1;
      say(`kill ${number} of seed ${seed}: ${wrong.join('; ')}`);
      for (const [index, { router, supervisor }] of both.entries())
        for (const line of supervisor.log.slice(marks[index])) say(`  ${router.host.name}: ${line}`);
    }
    say(summary(both));
    const left = await stop(both);
    for (const line of left) say(line);
    return failures + left.length;
  } finally {
    await pair.close();
  }
}

async function supervise(router: Router): Promise<Supervised> {
  const { host } = router;
  await host.namespace.write(CONFIGURATION, router.configuration);
  const command = await daemonCommand(host, 'vrrpd');
  const supervisor = host.namespace.start(['sh', '-c', SUPERVISOR, 'sh', ...command]);
  router.job = supervisor;
  await eventually('it listens', () => supervisor.log.some((line) => line.includes('Entering BACKUP STATE')));
  return { router, supervisor };
}

/** What operators and others do; who is just starting does not hear it. */
async function disturb(random: Random, both: Both): Promise<void> {
  const { router, supervisor } = random.pick(both);
  const { namespace } = router.host;
  switch (random.below(5)) {
    case 0:
      await ask(namespace, { command: 'failover', name: 'VI_1' }).catch(() => undefined);
      return;
    case 1:
      // One that is only starting would end by the signal, as it may.
      if (supervisor.log.at(-1)?.includes('started again') === false) await signal(supervisor, 'SIGHUP');
      return;
    case 2: {
      // One that keeps the address in silence after a crash has no right to put it back.
      const last = supervisor.log.findLast((line) => /Entering|started again/.test(line)) ?? '';
      if (last.includes('Entering MASTER'))
        await namespace.ip('address', 'del', `${VIP}/32`, 'dev', 'eth1').catch(() => '');
      return;
    }
    default:
      return; // Most moments are calm.
  }
}

async function signal(supervisor: Job, name: NodeJS.Signals): Promise<void> {
  const [daemon] = await childrenOf(await supervisor.pid());
  if (daemon !== undefined) process.kill(daemon, name);
}

/** Kills the one who serves, mostly, and perhaps again while it starts; what was wrong afterwards. */
async function kill(random: Random, pair: Pair, both: Both): Promise<string[]> {
  const holders = await pair.holders();
  const serving = both.find(({ router }) => router.host.name === holders[0]);
  const victim = serving && !random.chance(4) ? serving : random.pick(both);
  const from = Prober.mark();
  for (let again = random.chance(4) ? 2 : 1; again > 0; again -= 1) {
    const ends = victim.supervisor.log.length;
    await signal(victim.supervisor, 'SIGKILL');
    await eventually('it has ended', () => lastEnd(victim.supervisor.log) >= ends);
    if (again > 1) await sleep(random.below(600));
  }
  const { log } = victim.supervisor;
  const isBack = (): boolean => log.findLastIndex((line) => line.includes('Startup complete')) > lastEnd(log);
  await eventually('it is back', isBack);
  await sleep(ONE_OWNER);
  const wrong: string[] = [];
  const isOne = async (): Promise<boolean> => (await pair.holders()).length === 1;
  await eventually('one has it', isOne, { within: MOMENT }).catch(async () => {
    wrong.push(`${(await pair.holders()).join(' and ') || 'nobody'} has the address`);
  });
  const { lost, sent, longestHole, answeredBy } = await pair.prober.report({ from });
  if (lost > LOST) wrong.push(`${lost} of ${sent} requests had no answer, for ${longestHole} ms; ${answeredBy.join()}`);
  return wrong.map((what) => `${victim.router.host.name} killed: ${what}`);
}

const lastEnd = (log: readonly string[]): number => log.findLastIndex((line) => line.includes('started again'));

function summary(both: Both): string {
  const count = (words: string): number =>
    both.flatMap(({ supervisor }) => supervisor.log).filter((line) => line.includes(words)).length;
  const ways = [
    `${count('started again')} starts`,
    `${count('after its last advert, before anybody could take over')} went on as MASTER`,
    `${count('keeps what was left here')} kept the address in silence`,
    `${count('put back at once')} addresses put back`,
  ];
  return ways.join(', ');
}

/** All ends in order, and nothing is left; what is. */
async function stop(both: Both): Promise<string[]> {
  const left: string[] = [];
  for (const { router, supervisor } of both) {
    const { host } = router;
    await signal(supervisor, 'SIGTERM');
    await supervisor.ended;
    if (await host.holds(VIP)) left.push(`${host.name} still has the address`);
    if ((await linesOf(host.namespace, '/run/vrrpd/state')).length > 0) left.push(`${host.name} still has a note`);
  }
  return left;
}

// What a check script means, by keepalived and by vrrpd: the same scripts under both, whose runs, log lines and priorities
// on the wire are the same. Where vrrpd has it otherwise on purpose, that is said and asserted. keepalived.conf(5): vrrp_script.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Daemon } from './daemon.js';
import { eventually, PATIENCE } from './eventually.js';
import type { Job } from './job.js';
import { LoneHost } from './lone-host.js';

/** Says which run it is and ends with the code, or by the signal, of that run; the last one goes on. */
const CHECK = `#!/bin/bash
name=$1; shift
n=$(( $(cat /run/open/count.$name 2>/dev/null) + 1 )); echo $n > /run/open/count.$name
code=\${!n:-\${!#}}
echo "run $n $code" >> /run/open/said.$name
case $code in [A-Z]*) kill -$code $$; sleep 1;; esac
exit $code
`;
const SLOW = `#!/bin/sh
echo begin >> /run/open/said.$1; sleep $2; echo end >> /run/open/said.$1
`;
/** A script that a TERM ends, and a child of it that takes it for no reason to end. */
const PARENT = `#!/bin/bash
( trap '' TERM; while :; do sleep 1; done ) &
echo $! >> /run/pids
sleep 60
`;
/** One that ends well when it is told to end, after its child. */
const POLITE = `#!/bin/bash
( trap 'echo TERM child >> /run/open/said.polite; exit' TERM; sleep 60 & wait ) &
trap 'echo TERM parent >> /run/open/said.polite; wait; exit 0' TERM
wait
`;
const DEAF = `#!/bin/bash
trap '' TERM
echo $$ >> /run/pids
while :; do sleep 1; done
`;
const WORDS = `#!/bin/bash
printf '<%s>' "$@" > /run/open/said.words; exit 0
`;
const WHO = `#!/bin/bash
read -r _ _ _ _ group _ < /proc/$$/stat
[ $group = $$ ] && own=own || own=foreign
echo "$(id -un) in its $own group, reads $(readlink /proc/$$/fd/0)" > /run/open/said.who
`;

const PROGRAMS = { check: CHECK, slow: SLOW, parent: PARENT, polite: POLITE, deaf: DEAF, words: WORDS, who: WHO };
/** Of each of the checks that have most to do. */
const RUNS = 17;
const BUSIEST = ['counting', 'waiting', 'signals'];

interface Check {
  readonly name: string;
  readonly script: string;
  readonly interval?: number;
  readonly more?: string;
  readonly weight: number;
  /** What its instance's adverts say, one after the other; of keepalived's, where they are others. */
  readonly adverts: readonly number[];
  readonly theirs?: readonly number[];
}

const counting = '/run/check counting 0 1 1 0 1 1 1 0 1 0 0 126 127 255 0 0';
const signals = '/run/check signals 0 0 0 0 0 KILL KILL 0 0 TERM 3 0';
const waiting = '/run/check waiting 1 1 1 1 1 0 1 0 0';
const late = { interval: 30, more: 'timeout 6', weight: -20, adverts: [100, 80] };
/** Not found and the like: it counts as failed here, and is not tracked there. */
const broken = { weight: -20, adverts: [80], theirs: [100] };
const good = { interval: 3, more: 'timeout 3', weight: 20, adverts: [120] };

const checks: readonly Check[] = [
  { name: 'counting', script: counting, more: 'rise 2\n fall 3', weight: 20, adverts: [120, 100, 120, 100, 120] },
  { name: 'waiting', script: waiting, more: 'init_fail\n rise 2', weight: 20, adverts: [100, 120] },
  { name: 'signals', script: signals, weight: -20, adverts: [100, 80, 100, 80, 100] },
  { name: 'overlap', script: '/run/slow overlap 1.5', interval: 1, more: 'timeout 10', weight: 20, adverts: [120] },
  { name: 'parent', script: '/run/parent', ...late },
  { name: 'deaf', script: '/run/deaf', ...late },
  // keepalived counts the exit code although it comes after the timeout.
  { name: 'polite', script: '/run/polite', ...late, theirs: [100] },
  // keepalived ends it at the interval; here it fails then, and its exit code counts when it ends.
  { name: 'overrun', script: '/run/slow overrun 2.5', weight: -20, adverts: [100, 80, 100, 80, 100], theirs: [80] },
  { name: 'missing', script: '/run/nothing', ...broken },
  { name: 'plain', script: '/run/plain', ...broken },
  { name: 'directory', script: '/run', ...broken },
  { name: 'bare', script: 'test -e /run/check', ...good },
  { name: 'readable', script: '</run/check', ...good },
  { name: 'unreadable', script: '</run/nothing', weight: 20, adverts: [100] },
  { name: 'words', script: "/run/words 'a b' | ; * >x", ...good },
  { name: 'who', script: '/run/who', ...good, more: 'timeout 3\n user nobody' },
  { name: 'member', script: '/run/check member 1', weight: -20, adverts: [100] },
];

const scriptBlock = ({ name, script, interval = 1, more = '', weight }: Check): string =>
  `vrrp_script ${name} {\n script "${script}"\n interval ${interval}\n weight ${weight}\n ${more}\n}\n`;

const instanceBlock = (name: string, index: number): string => `
vrrp_instance VI_${name} {
    interface eth0
    virtual_router_id ${index + 1}
    priority 100
    virtual_ipaddress {
        192.168.107.${index + 1}
    }
    ${name === 'other' ? '' : `track_script {\n ${name}\n }`}
}
`;

/** An instance for each of them; those of a sync group are the last two. */
const configuration = `global_defs {
    enable_script_security
    script_user root
}
vrrp_script unused {
    script "/run/check unused 0"
}
${checks.map(scriptBlock).join('')}${[...checks.map(({ name }) => name), 'other'].map(instanceBlock).join('')}
vrrp_sync_group SG {
    group {
        VI_member
        VI_other
    }
}
`;

/** What was seen of a check. */
interface Seen {
  readonly adverts: readonly number[];
  /** What its script wrote down. */
  readonly said: readonly string[];
  /** What the log says of its results. */
  readonly results: readonly string[];
}

/** Of one daemon. */
interface Findings {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly job: Job;
  /** Scripts that should have been ended, and still are. */
  readonly left: readonly string[];
  readonly lone: LoneHost;
}

async function watch(t: Test, daemon: Daemon): Promise<Findings> {
  const lone = await LoneHost.open('checks', '192.168.106.251/24');
  t.teardown(() => lone.close());
  const { namespace } = lone;
  for (const [name, text] of Object.entries(PROGRAMS)) await namespace.write(`/run/${name}`, text, { mode: 0o755 });
  await namespace.write('/run/plain', PROGRAMS.check);
  await namespace.run('mkdir', '-m', '777', '/run/open');
  const capture = await lone.capture();
  const job = await lone.start(daemon, configuration);
  for (const name of BUSIEST) {
    const runs = async (): Promise<number> => (await lone.lines(`/run/open/said.${name}`)).length;
    await eventually(`${daemon}: ${RUNS} runs of ${name}`, async () => (await runs()) >= RUNS, {
      within: 2 * PATIENCE,
    });
  }
  // What that means is in an advert.
  await sleep(1_500);
  const all = await capture.adverts();
  const seen = new Map<string, Seen>();
  for (const [index, { name }] of checks.entries()) {
    const own = all.flatMap(({ received }) =>
      received.kind === 'advert' && received.advert.virtualRouterId === index + 1 ? [received.advert.priority] : [],
    );
    seen.set(name, {
      adverts: own.filter((priority, position) => priority !== own[position - 1]),
      said: await lone.lines(`/run/open/said.${name}`),
      results: job.log.flatMap((line) => line.split(`VRRP_Script(${name}) `).slice(1)),
    });
  }
  const pids = await lone.lines('/run/pids');
  const left = await Promise.all(
    pids.map(async (pid) => ((await namespace.read(`/proc/${pid}/comm`).catch(() => '')) === '' ? [] : [pid])),
  );
  t.equal(pids.length, 2, `${daemon}: the scripts that hang ran`);
  return { seen, job, left: left.flat(), lone };
}

/** The words that name a result; what vrrpd adds in parentheses is its own. */
const plain = (result: string): string => result.replace(/^timed_out.*/, 'timed_out');

t.test('the same scripts under both', async (t) => {
  const [theirs, ours] = await Promise.all([watch(t, 'keepalived'), watch(t, 'vrrpd')]);
  const of = ({ seen }: Findings, name: string): Seen => seen.get(name) ?? { adverts: [], said: [], results: [] };
  for (const { name, adverts, theirs: others } of checks) {
    const [our, their] = [of(ours, name), of(theirs, name)];
    t.strictSame(their.adverts.slice(0, adverts.length), others ?? adverts, `keepalived: adverts of ${name}`);
    // Whether the overrun is just counted when the instance becomes MASTER is chance.
    const begin = name === 'overrun' ? our.adverts.indexOf(100) : 0;
    t.strictSame(our.adverts.slice(begin, begin + adverts.length), adverts, `vrrpd: adverts of ${name}`);
    if (others === undefined && !['overlap', 'unreadable'].includes(name))
      t.strictSame(our.results.map(plain), their.results.map(plain), `results of ${name}`);
  }
  for (const name of [...BUSIEST, 'words', 'who']) {
    const { said } = of(ours, name);
    t.ok(said.length > 0);
    t.strictSame(said.slice(0, 16), of(theirs, name).said.slice(0, 16), `the runs of ${name}`);
  }
  t.strictSame(of(ours, 'words').said, ['<a b><|><;><*><>x>'], 'no shell');
  t.strictSame(of(ours, 'who').said, ['nobody in its own group, reads /dev/null']);
  for (const one of [theirs, ours])
    t.strictSame([...of(one, 'polite').said].sort(), ['TERM child', 'TERM parent'], 'the whole process group is told');
  for (const name of ['overlap', 'overrun']) {
    const pairs = of(ours, name).said.join(' ');
    t.match(pairs, /^(begin end ){3,12}(begin ?)?(end)?$/, `vrrpd: one run of ${name} at a time, and none is ended`);
  }
  t.notOk(of(theirs, 'overrun').said.includes('end'), 'keepalived ends an overrun at the interval');
  for (const { left, lone, job } of [theirs, ours]) {
    t.strictSame(left, [], 'what had to be ended is gone, with its children');
    t.strictSame(await lone.lines('/run/open/said.unused'), [], 'an unused script never runs');
    t.strictSame(await lone.lines('/run/open/said.member'), [], 'nor a weighted one of a member of a group');
    t.strictSame(await job.stop(), { code: 0, signal: null });
  }
  for (const name of ['missing', 'plain', 'directory'])
    t.match(of(ours, name).results, [/^failed \(cannot run: /], 'vrrpd tells of each one that can not run');
});

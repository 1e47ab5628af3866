// A MASTER with everything that scripts, FIFOs and files can do to it, all at once: its adverts keep their rhythm, each
// trouble is shown, nothing is left over when it stops, and it holds no more descriptors the second time than the first.

import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Snapshot } from '../../src/status/snapshot.js';
import { gapsBetween, percentile } from './adverts.js';
import { eventually, PATIENCE } from './eventually.js';
import type { Job } from './job.js';
import { LoneHost, logged } from './lone-host.js';

const HANGS = "#!/bin/bash\ntrap '' TERM\nwhile :; do sleep 1; done\n";
/** What it starts stays, holds the output open and says something now and then. */
const LEAVES = '#!/bin/bash\n/run/left-behind 1000 &\nexit 0\n';
const FLOODS = '#!/bin/bash\nyes flood | head -c 20000000; echo; echo the last line\n';
const STAYS = '#!/bin/bash\nsleep 1\nexit 0\n';
const EXITS = '#!/bin/bash\nexit $1\n';
const DIES = '#!/bin/bash\nkill -$1 $$\nsleep 30\n';
const PROGRAMS = {
  hangs: HANGS,
  leaves: LEAVES,
  floods: FLOODS,
  exits: EXITS,
  dies: DIES,
  vanishes: STAYS,
  turns: STAYS,
};

interface Check {
  readonly name: string;
  readonly script: string;
  readonly interval?: number;
  readonly timeout?: number;
  /** What the status says of it. */
  readonly shown: RegExp;
}

const SIGNALS = ['KILL', 'TERM', 'HUP', 'SEGV', 'ABRT', 'PIPE', 'USR1'];
const checks: readonly Check[] = [
  { name: 'hangs', script: '/run/hangs', interval: 3, timeout: 2, shown: /^still running after 2 s$/ },
  { name: 'stopped', script: '/run/dies STOP', interval: 3, timeout: 2, shown: /^still running after 2 s$/ },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
    name: `leaves-${number}`,
    script: '/run/leaves',
    interval: 1,
    shown: /^exit 0 after/,
  })),
  { name: 'floods', script: '/run/floods', interval: 6, timeout: 20, shown: /^exit 0 after .*the last line"$/ },
  { name: 'vanishes', script: '/run/vanishes', interval: 3, shown: /^cannot run: \/run\/vanishes: no such file$/ },
  { name: 'turns', script: '/run/turns', interval: 3, shown: /^cannot run: \/run\/turns: not executable$/ },
  ...[0, 1, 2, 126, 127, 255].map((code) => ({
    name: `exit-${code}`,
    script: `/run/exits ${code}`,
    shown: new RegExp(`^exit ${code} after`),
  })),
  ...SIGNALS.map((name) => ({ name, script: `/run/dies ${name}`, shown: new RegExp(`^SIG${name} after`) })),
  ...Array.from({ length: 200 }, (_, index) => ({
    name: `many-${index}`,
    script: '/bin/true',
    interval: 8,
    shown: /^exit 0 after/,
  })),
];

const files = ['garbage', 'directory', 'pipe', 'coming'];
const INSTANCE = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int 1
    virtual_ipaddress {
        192.168.106.249
    }`;
/** The same without any trouble. */
const CONTROL = `${INSTANCE}\n}\n`;

const configuration = `global_defs {
    enable_script_security
    script_user root
    notify_fifo /run/unread
    vrrp_notify_fifo /run/full
    vrrp_notify_priority_changes true
}
${checks
  .map(
    ({ name, script, interval = 3, timeout }) => `vrrp_script ${name} {
    script "${script}"
    interval ${interval}
    ${timeout === undefined ? '' : `timeout ${timeout}`}
    weight -1
}
`,
  )
  .join('')}${files.map((name) => `track_file ${name} {\n file /run/files/${name}\n weight 1\n}\n`).join('')}
${INSTANCE}
    track_script {
        ${checks.map(({ name }) => name).join('\n        ')}
    }
    track_file {
        ${files.join('\n        ')}
    }
}
`;

/** A round of things that happen to files and scripts; six seconds. */
async function round({ namespace }: LoneHost): Promise<void> {
  for (const name of ['vanishes', 'turns']) await namespace.write(`/run/${name}`, STAYS, { mode: 0o755 });
  await namespace.run('chmod', '755', '/run/turns');
  for (let number = 0; number < 10; number += 1) {
    await namespace.run(
      'sh',
      '-c',
      `cd /run/files; echo ${number} > coming; echo "x$(date)" > garbage; mkdir -p directory`,
    );
    await sleep(200);
    await namespace.run('sh', '-c', 'cd /run/files; rm -r coming directory; [ -p pipe ] || mkfifo pipe');
  }
  await namespace.run('sh', '-c', 'cd /run/files; mkdir directory; echo garbage > garbage');
  // While they run.
  await namespace.run('sh', '-c', 'rm /run/vanishes; echo > /run/turns.new; mv /run/turns.new /run/turns');
  await sleep(3_500);
}

/** Open descriptors; the least of a while, since those of running scripts come and go. */
async function descriptors(job: Job): Promise<number> {
  const counts: number[] = [];
  for (let count = 0; count < 40; count += 1) {
    counts.push((await readdir(`/proc/${await job.pid()}/fd`)).length);
    await sleep(50);
  }
  return Math.min(...counts);
}

const ALERTS = [
  'check vanishes cannot run',
  'check turns cannot run',
  'track_file garbage: /run/files/garbage holds "garbage"',
  'track_file directory: /run/files/directory is no plain file',
  'track_file pipe: /run/files/pipe is no plain file',
  'FIFO /run/full:',
];

/** Until the status has shown each trouble: of many checks some are always on their way. */
async function judgeStatus(t: Test, lone: LoneHost): Promise<void> {
  const missing = new Map(checks.map(({ name, shown }) => [name, shown]));
  let snapshot: Snapshot | undefined;
  await eventually('each result is shown', async () => {
    snapshot = await lone.status();
    for (const { name, lastResult = '' } of snapshot.instances[0]?.checks ?? [])
      if (missing.get(name)?.test(lastResult)) missing.delete(name);
    return missing.size === 0;
  }).catch(() => undefined);
  t.strictSame([...missing], [], `the results of ${checks.length} checks`);
  t.equal(snapshot?.instances[0]?.state, 'MASTER');
  for (const words of ALERTS)
    t.ok(
      snapshot?.alerts.some((alert) => alert.includes(words)),
      `an alert: ${words}`,
    );
}

/** ms. On a busy machine a single one may be late, but none is left out. */
const NO_ADVERT_MISSED = 1_900;
/** Processes of the test itself, and of what asks for them. */
const OWN = ['bash', 'tcpdump', 'MainThread', 'ps', 'unshare'];

t.test('all at once', async (t) => {
  const lone = await LoneHost.open('bad', '192.168.106.251/24');
  t.teardown(() => lone.close());
  const { namespace } = lone;
  for (const [name, text] of Object.entries(PROGRAMS)) await namespace.write(`/run/${name}`, text, { mode: 0o755 });
  await namespace.run('cp', '/bin/sleep', '/run/left-behind');
  await namespace.run('mkdir', '/run/files');
  await namespace.run('mkfifo', '/run/full');
  const fill = 'exec 3<>/run/full; head -c 65536 /dev/zero >&3; echo full; read -r _';
  const filler = namespace.start(['bash', '-c', fill]);
  await eventually('the FIFO is full', () => filler.log.includes('full') || filler.ending !== undefined);
  const capture = await lone.capture();
  const quiet = await LoneHost.open('quiet', '192.168.106.252/24');
  t.teardown(() => quiet.close());
  const control = await quiet.capture();
  await quiet.start('vrrpd', CONTROL);
  const job = await lone.start('vrrpd', configuration);
  await logged(job, 'Entering MASTER STATE');

  await round(lone);
  await round(lone);
  // Two pipes each: the oldest ones are closed by now.
  const left = (): Promise<string> => namespace.run('pgrep', '-c', 'left-behind');
  await eventually('much is left behind', async () => Number(await left()) > 60, { within: 3 * PATIENCE });
  const before = await descriptors(job);
  await round(lone);
  await judgeStatus(t, lone);
  const after = await descriptors(job);
  t.ok(after < before + 30, `${before} descriptors before, ${after} after`);

  const gaps = gapsBetween(await capture.adverts());
  const late = gaps.map((gap) => gap - 1_000);
  t.comment(
    `${gaps.length} gaps; lateness: p50 ${percentile(late, 50)}, p99 ${percentile(late, 99)} ms, largest ${Math.max(...late)}`,
  );
  t.ok(gaps.length > 15);
  // A machine that is too busy for anybody is so for one that has nothing else to do.
  const usual = gapsBetween(await control.adverts());
  const [most, mostUsual] = [percentile(gaps, 90), Math.max(1_000, percentile(usual, 90))];
  t.ok(most < mostUsual + 100, `nine in ten gaps are under ${most} ms, ${mostUsual} ms without any trouble`);
  const largest = Math.max(...gaps);
  t.ok(largest < NO_ADVERT_MISSED, `the largest is ${largest} ms, ${Math.max(...usual)} ms without any trouble`);

  t.strictSame(await job.stop(), { code: 0, signal: null });
  // What was ended at the stop needs a moment for it.
  let names = new Set<string>();
  const settled = async (): Promise<boolean> => {
    const processes = await namespace.run('ps', '-eo', 'comm=');
    names = new Set(processes.split('\n').filter((name) => name !== '' && !OWN.includes(name)));
    return names.size === 1;
  };
  await eventually('what was ended is gone', settled).catch(() => undefined);
  t.strictSame(names, new Set(['left-behind']), 'only what scripts left behind before they ended well is left');
});

// A recording of a router beside a real keepalived: start, take-over, a failing check, a reload, a peer that comes back,
// the stop, a second start and its crash. Played again, every effect is as it was.

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { daemonCommand, projectRoot } from './daemon.js';
import { eventually } from './eventually.js';
import type { Job } from './job.js';
import { configuration, Pair, PASSWORD } from './pair.js';

/** Instead of the pair's, which could be found in any file. */
const SECRET = 'geheim-7';
const RECORDING = '/var/log/recording';

const secret = (text: string): string => text.replace(`auth_pass ${PASSWORD}`, `auth_pass ${SECRET}`);
const checked = (weight: number): string =>
  `vrrp_script chk {\n    script "/bin/sh -c 'test -e /tmp/good' ${SECRET}"\n    interval 1\n    weight ${weight}\n}\n` +
  secret(configuration({ priority: 110, nopreempt: false })).replace(
    /}\n$/,
    '    track_script {\n        chk\n    }\n}\n',
  );

async function replay(file: string): Promise<string> {
  const program = path.join(projectRoot(), 'dist/vrrpd.cjs');
  return (await promisify(execFile)(process.execPath, [program, 'replay', file])).stdout;
}

t.setTimeout(100_000);
t.test('a recorded router beside keepalived', { timeout: 90_000 }, async (t) => {
  const pair = await Pair.open({ a: 'keepalived', b: 'vrrpd', nopreempt: false });
  t.teardown(() => pair.close());
  const { namespace } = pair.b.host;
  const says = (job: Job, words: string) => eventually(words, () => job.log.some((line) => line.includes(words)));
  const conf = '/etc/keepalived/keepalived.conf';
  await namespace.write(conf, checked(5));
  await namespace.write('/tmp/good', '');
  await namespace.run('mkdir', '-p', path.dirname(RECORDING));
  const start = async () => namespace.start([...(await daemonCommand(pair.b.host, 'vrrpd')), '--record', RECORDING]);
  const peer = { ...pair.a, configuration: secret(pair.a.configuration) };

  await pair.start(peer);
  await pair.answeredBy(pair.a, 6_000);
  const job = await start();
  const recorded = (words: string) =>
    eventually(`${words} in the recording`, async () =>
      (await readFile(namespace.outside(RECORDING), 'latin1').catch(() => '')).includes(words),
    );
  await recorded('"priority":120,');
  await peer.job?.kill();
  await says(job, 'Entering MASTER STATE');
  await namespace.run('rm', '/tmp/good');
  await says(job, 'VRRP_Script(chk) failed');
  await namespace.write(conf, checked(7));
  await job.signal('SIGHUP');
  await says(job, 'Reload complete');
  await pair.start(peer);
  await eventually('it yields', () => job.log.filter((line) => line.includes('Entering BACKUP STATE')).length === 2);
  await job.stop();

  const again = await start();
  await says(again, 'Entering BACKUP STATE');
  await recorded('Entering BACKUP STATE');
  await again.kill();

  const [former, latest] = [namespace.outside(`${RECORDING}.1`), namespace.outside(RECORDING)];
  const transcript = await replay(former);
  for (const words of [
    '< 192.168.1.191: vrid 91 prio 120 (192.168.1.190)',
    '> vrid 91 prio 115 (192.168.1.190)',
    'add 192.168.1.190/32 to eth1',
    'Entering MASTER STATE: no advert from 192.168.1.191',
    'check chk: exit 1',
    'reload',
    'remove 192.168.1.190/32 from eth1',
    'stop: SIGTERM',
    'all effects are as recorded',
  ])
    t.match(transcript, words);
  const crashed = await replay(latest);
  t.match(crashed, 'Entering BACKUP STATE');
  t.match(crashed, 'all effects are as recorded');
  for (const file of [former, latest]) {
    const text = await readFile(file, 'latin1');
    t.notMatch(text, SECRET, 'no password');
    t.match(text, '"password":"', 'but its stand-in');
    t.equal((await stat(file)).mode & 0o777, 0o600);
  }
  t.notMatch(transcript, SECRET);
});

// What a daemon finds in /run after a crash of the one before: a note that is damaged, forged or of another boot, and a /run that
// is full or read-only. It says one thing about it, believes none of it, and serves. The note: src/daemon/crash-note.ts.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { eventually } from './eventually.js';
import type { Job } from './job.js';
import { logged, LoneHost } from './lone-host.js';
import { VIP } from './pair.js';

const NOTE = '/run/vrrpd/state';
const CONFIGURATION = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 91
    priority 250
    advert_int 1
    virtual_ipaddress {
        ${VIP}
    }
}
`;

/** What is done to the note, and what is said of it. */
const damages: readonly (readonly [name: string, command: string, says: string])[] = [
  ['truncated', `truncate -s 300 ${NOTE}`, 'it is not whole'],
  ['empty', `truncate -s 0 ${NOTE}`, 'it is empty'],
  ['noise', `head -c 100000 /dev/urandom > ${NOTE}`, 'is not valid JSON'],
  ['of another owner', `chown 65534 ${NOTE}`, 'it belongs to the user 65534'],
  ['one that others may write', `chmod 666 ${NOTE}`, 'others'],
  ['a link', `mv ${NOTE} /run/elsewhere; ln -s /run/elsewhere ${NOTE}`, 'it is a symbolic link'],
  [
    'of another boot',
    `sed -i "s/$(cat /proc/sys/kernel/random/boot_id)/${randomUUID()}/" ${NOTE}`,
    'it is of another boot or another network namespace',
  ],
  ['changed', `sed -i s/192.168.1.190/192.168.1.198/ ${NOTE}`, 'its checksum is wrong'],
];

/** Starts the daemon; returns when it serves. */
async function serve(lone: LoneHost): Promise<Job> {
  const job = await lone.start('vrrpd', CONFIGURATION);
  await logged(job, 'Entering MASTER STATE');
  await eventually('it has the address', () => lone.host.holds(VIP));
  return job;
}

const aboutNote = (job: Job): string[] => job.log.filter((line) => line.includes(NOTE));

t.jobs = 5;
for (const [name, command, says] of damages)
  t.test(`the note is ${name}`, { buffered: true }, async (t) => {
    const lone = await LoneHost.open('lone', '192.168.1.191/24');
    t.teardown(() => lone.close());
    const first = await serve(lone);
    await eventually('it is noted', async () => (await lone.lines(NOTE)).length > 2);
    await first.kill();
    await lone.namespace.run('sh', '-c', command);
    const job = await serve(lone);
    const [warning = '', ...more] = aboutNote(job);
    t.match(warning, `What an earlier run noted in ${NOTE} is ignored: `);
    t.match(warning, says);
    t.strictSame(more, [], 'and nothing else is said of it');
    t.notMatch(job.log.join('\n'), 'after its last advert, before', 'it does not go on by such a note');
    t.strictSame(await job.stop(), { code: 0, signal: null });
    t.notOk(await lone.host.holds(VIP));
    t.strictSame(await lone.lines(NOTE), [], 'nothing is left of it');
  });

const folders: readonly (readonly [name: string, options: string, free: string])[] = [
  ['full', 'size=4k', 'rm /run/vrrpd/full'],
  ['read-only', 'ro', 'mount -o remount,rw /run/vrrpd'],
];
for (const [name, options, free] of folders)
  t.test(`the folder in /run is ${name}`, { buffered: true }, async (t) => {
    const lone = await LoneHost.open('lone', '192.168.1.191/24');
    t.teardown(() => lone.close());
    await lone.namespace.run('mkdir', '-p', '/run/vrrpd');
    await lone.namespace.run('mount', '-t', 'tmpfs', '-o', `${options},mode=750`, 'tmpfs', '/run/vrrpd');
    await lone.namespace.run('sh', '-c', 'head -c 4096 /dev/zero > /run/vrrpd/full || true');
    for (const run of ['at first', 'after a crash']) {
      const job = await serve(lone);
      // Several times as long as it takes to try again.
      await sleep(1_500);
      const [warning = '', ...more] = aboutNote(job);
      t.match(warning, `What is held can not be noted in ${NOTE}: `, run);
      t.strictSame(more, [], 'told once');
      if (run === 'at first') await job.kill();
      else {
        await lone.namespace.run('sh', '-c', free);
        await logged(job, `${NOTE} is written again`);
        t.strictSame(await job.stop(), { code: 0, signal: null });
      }
    }
    t.notOk(await lone.host.holds(VIP));
  });

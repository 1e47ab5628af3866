// What a daemon costs: the memory of all its processes and the time that they had on a processor, by the kernel's word.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../lab/job.js';
import { processesOf } from './resident.js';

/** Percent of one processor that the daemon and its children need in the next so many seconds. */
export async function processorShare(job: Job, seconds: number): Promise<number> {
  const begin = { at: performance.now(), spent: await spentMilliseconds(job) };
  await sleep(seconds * 1_000);
  const spent = (await spentMilliseconds(job)) - begin.spent;
  return (100 * spent) / (performance.now() - begin.at);
}

/** proc(5): the first number of schedstat is nanoseconds on a processor. */
async function spentMilliseconds(job: Job): Promise<number> {
  let nanoseconds = 0;
  for (const pid of await processesOf(job))
    for (const thread of await readdir(`/proc/${pid}/task`).catch((): string[] => []))
      nanoseconds += Number((await schedstat(pid, thread)).split(' ')[0]);
  return nanoseconds / 1_000_000;
}

const schedstat = (pid: number, thread: string): Promise<string> =>
  readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');

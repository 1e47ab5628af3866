// The memory that a daemon has: that of all its processes together, as the kernel counts resident pages.

import { readFile } from 'node:fs/promises';
import { childrenOf, type Job } from '../lab/job.js';

export async function residentMegabytes(job: Job): Promise<number> {
  let kilobytes = 0;
  for (const pid of await processesOf(job)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** The daemon and all that it started, by the machine's numbers. */
export async function processesOf(job: Job): Promise<number[]> {
  const pids = [(await job.pid()) ?? 0];
  // The list grows while it is walked.
  for (const pid of pids) pids.push(...(await childrenOf(pid)));
  return pids;
}

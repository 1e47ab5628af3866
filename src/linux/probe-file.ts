// The script "</path" of a check: whether a file can be read. access(2)
// It is not opened, since that would wait at a pipe, and nothing in it is looked at.

import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import type { Probe } from '../config/probe.js';
import type { Finding } from './finding.js';

/** Throws what is in the way. A file system that does not answer is not waited for. */
export async function probeFile({ path }: Extract<Probe, { kind: 'file' }>, signal: AbortSignal): Promise<Finding> {
  await Promise.race([access(path, constants.R_OK), once(signal, 'abort')]);
  signal.throwIfAborted();
  return { ok: true, words: `${path} can be read` };
}

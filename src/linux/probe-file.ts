// The script "</path" of a check: whether a file can be read. access(2)
// It is not opened, since that would wait at a pipe, and nothing in it is looked at.

import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import type { Probe } from '../config/probe.js';
import type { Finding } from './finding.js';

/** A look that hangs in the file system holds one of Node's four threads: of each path there is one at a time. */
const looks = new Map<string, Promise<void>>();

function look(path: string): Promise<void> {
  const same = looks.get(path);
  if (same) return same;
  const fresh = access(path, constants.R_OK).finally(() => looks.delete(path));
  looks.set(path, fresh);
  return fresh;
}

/** Throws what is in the way. A file system that does not answer is not waited for. */
export async function probeFile({ path }: Extract<Probe, { kind: 'file' }>, signal: AbortSignal): Promise<Finding> {
  await Promise.race([look(path), once(signal, 'abort')]);
  signal.throwIfAborted();
  return { ok: true, words: `${path} can be read` };
}

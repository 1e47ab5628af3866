// The files that keepalived's signals ask for: each is written beside its place under a random name and then put there,
// so that a reader never sees half of one, and a symbolic link in its place is replaced and not followed. They are
// root's alone. An error is a line in the log and nothing more. rename(2)

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { GlobalDefs } from '../config/model.js';
import { now } from '../linux/clock.js';
import { dumpData } from '../status/dump-data.js';
import { dumpJson } from '../status/dump-json.js';
import { dumpStats } from '../status/dump-stats.js';
import type { DumpFacts } from '../status/dump-words.js';
import type { Router } from '../vrrp/router.js';
import { SteadyWallTime } from './wall-time.js';

export type DumpKind = 'data' | 'stats' | 'json';

export interface DumpPlan {
  readonly files: Readonly<Record<DumpKind, string>>;
  readonly jsonVersion: 1 | 2;
}

/** Where keepalived's tools look for them. */
export function usualDumps(temporary = process.env.TMPDIR): DumpPlan {
  const folder = temporary !== undefined && path.isAbsolute(temporary) ? temporary : '/tmp';
  const file = (kind: DumpKind): string => path.join(folder, `keepalived.${kind}`);
  return { files: { data: file('data'), stats: file('stats'), json: file('json') }, jsonVersion: 1 };
}

/** With the places that the configuration names. */
export function dumpPlan({ stateDumpFile, statsDumpFile, jsonDumpFile, jsonVersion }: GlobalDefs): DumpPlan {
  const { data, stats, json } = usualDumps().files;
  const files = { data: stateDumpFile ?? data, stats: statsDumpFile ?? stats, json: jsonDumpFile ?? json };
  return { files, jsonVersion };
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

export class DumpFiles {
  readonly #warn: (line: string) => void;
  readonly #wallTime = new SteadyWallTime();
  /** The latest text for each place; an older one that is not written yet is of no use. */
  readonly #texts = new Map<string, string>();
  #writing: Promise<void> | undefined;

  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  /** The text is of this moment; resolves when all that was asked for is written. */
  write(kind: DumpKind, router: Router, plan: DumpPlan): Promise<void> {
    const at = now();
    const text = textOf(kind, router, {
      facts: { config: router.config, host: hostname(), wallTime: (point) => this.#wallTime.at(point, at) },
      jsonVersion: plan.jsonVersion,
    });
    if (text === undefined) return Promise.resolve();
    this.#texts.set(plan.files[kind], text);
    return (this.#writing ??= this.#writeAll());
  }

  /** One after the other, those included that are asked for meanwhile. */
  async #writeAll(): Promise<void> {
    for (const [file, text] of this.#texts) {
      this.#texts.delete(file);
      await replace(file, text).catch((error: unknown) => this.#warn(`No dump file: ${String(error)}`));
    }
    this.#writing = undefined;
  }
}

function textOf(
  kind: DumpKind,
  router: Router,
  { facts, jsonVersion }: { facts: DumpFacts; jsonVersion: 1 | 2 },
): string | undefined {
  switch (kind) {
    case 'data':
      return dumpData(router, facts);
    case 'stats':
      return dumpStats(router);
    case 'json':
      return dumpJson(router, facts, jsonVersion);
  }
}

async function replace(file: string, text: string): Promise<void> {
  const fresh = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(8).toString('hex')}`);
  const handle = await open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(text).finally(() => handle.close());
    await rename(fresh, file);
  } catch (error) {
    await unlink(fresh).catch(() => undefined);
    throw error;
  }
}

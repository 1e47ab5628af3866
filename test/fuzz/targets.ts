// All targets, and how many inputs each of them gets.

import type { Test } from 'tap';
import { config, pieces } from './config.js';
import { sockets } from './connections.js';
import { answers, closeControl, requests } from './control.js';
import { dumps } from './dumps.js';
import { crashNote } from './crash-note.js';
import { closeFiles, comm, lines, note, number, pid } from './files.js';
import { describeFailure, fuzz } from './fuzz.js';
import { closeNetlink, notifications, replies } from './netlink.js';
import { advert, advertisement, arp } from './packets.js';
import { closeProbes, haproxy, http } from './probes.js';
import { router } from './router.js';
import { story } from './story.js';
import type { Target } from './target.js';

/** Only root may send to a netlink socket in the kernel's place. */
export const ofRoot: readonly Target[] = [notifications, replies];
export const targets: readonly Target[] = [
  ...[
    advert,
    arp,
    advertisement,
    sockets,
    router,
    config,
    pieces,
    dumps,
    requests,
    answers,
    haproxy,
    http,
    number,
    note,
    crashNote,
    pid,
    comm,
    lines,
    story,
  ],
  ...ofRoot,
];

/** Sockets, files and folders that targets have opened. */
export async function closeTargets(): Promise<void> {
  await closeControl();
  await closeProbes();
  closeFiles();
  closeNetlink();
}

/** In a run of the tests, all targets together. */
const INPUTS = Number(process.env.FUZZ ?? 200_000);
const SEED = Number(process.env.SEED ?? 1);

/** Its part of so many inputs. */
export function inputsOf({ share }: Target, all: number): number {
  return Math.ceil((all * share) / targets.reduce((sum, target) => sum + target.share, 0));
}

/** A test for each of the targets. */
export function fuzzTests(t: Pick<Test, 'test' | 'teardown'>, some: readonly Target[]): void {
  t.teardown(closeTargets);
  for (const target of some)
    t.test(target.name, async (t) => {
      const inputs = inputsOf(target, INPUTS);
      const failure = await fuzz(target, { inputs, seed: SEED });
      t.equal(failure && describeFailure(failure), undefined, `${inputs} inputs`);
    });
}

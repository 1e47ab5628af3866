// The model of keepalived against keepalived 2.2.7 itself: each story of test/scenario/keepalived is played with real
// daemons and with the model. What they tell those outside, what they send, in which order and when must be the same.

import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { readCast, type Cast } from './cast.js';
import { projectRoot } from './daemon.js';
import { differences, largestLateness, predict } from './prediction.js';
import { noRealRoot } from './real-root.js';
import { StoryLab } from './story.js';

const FOLDER = path.join(projectRoot(), 'test/scenario/keepalived');
/** How many networks are made at once. */
const BUILDERS = 4;
/** Milliseconds between the beginnings of two stories: daemons that start together are late. */
const APART = 100;

t.setTimeout(115_000);
t.test('keepalived and its model agree', async (t) => {
  // What computes beside it has to wait: this is about moments.
  if (!noRealRoot) setPriority(-20);
  const stories = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
  const casts = stories.map((name) => ({ name, cast: readCast(path.join(FOLDER, name)) }));
  const labs: { name: string; cast: Cast; lab: StoryLab }[] = [];
  t.teardown(() => Promise.all(labs.map(({ lab }) => lab.close())));
  // All networks are there before the first story begins: while the kernel makes one, others are held up.
  const toBuild = casts.values();
  const build = async (): Promise<void> => {
    for (const one of toBuild) labs.push({ ...one, lab: await StoryLab.open(one.cast) });
  };
  await Promise.all(Array.from({ length: BUILDERS }, build));
  const played = labs.map(async ({ name, cast, lab }, index) => {
    await sleep(index * APART);
    return { name, cast, real: await lab.play() };
  });
  for (const { name, cast, real } of await Promise.all(played)) {
    const model = predict(cast, real);
    const apart = Math.round(largestLateness(real, model));
    const found = differences(real, model);
    const what = `${name}: ${model.told.length} events, at most ${apart} ms apart`;
    t.same(found, [], what, found.length === 0 ? {} : { logs: Object.fromEntries(real.logs) });
  }
});

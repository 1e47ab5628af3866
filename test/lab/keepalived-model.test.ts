// The model of keepalived against keepalived 2.2.7 itself: each story of test/scenario/keepalived is played with real
// daemons and with the model. What they tell those outside, what they send, in which order and when must be the same.

import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { readCast } from './cast.js';
import { projectRoot } from './daemon.js';
import { differences, disorder, largestLateness, predict } from './prediction.js';
import { noRealRoot } from './real-root.js';
import { StoryLab } from './story.js';

const FOLDER = path.join(projectRoot(), 'test/scenario/keepalived');
const only = process.env.STORY;
const stories = readdirSync(FOLDER).filter(
  (file) => file.endsWith('.txt') && (only === undefined || file.startsWith(only)),
);
/** Milliseconds between the beginnings of two stories: daemons that start together are late. */
const APART = 200;

t.setTimeout(115_000);
t.test('keepalived and its model agree', async (t) => {
  // What computes beside it has to wait: this is about moments.
  if (!noRealRoot) setPriority(-20);
  const casts = stories.map((story) => readCast(path.join(FOLDER, story)));
  // All networks are there before the first story begins: while the kernel makes one, others are held up.
  const labs: StoryLab[] = [];
  t.teardown(() => Promise.all(labs.map((lab) => lab.close())));
  const t0 = performance.now();
  for (const cast of casts) labs.push(await StoryLab.open(cast));
  console.error('opened', performance.now() - t0);
  const all = await Promise.all(
    labs.map(async (lab, index) => {
      await sleep(index * APART);
      return lab.play();
    }),
  );
  console.error('played', performance.now() - t0);
  for (const [index, real] of all.entries()) {
    const cast = casts[index];
    if (!cast) continue;
    const model = predict(cast, real);
    const hosts = cast.hosts.map(({ name }) => name);
    const found = [...differences(real, model, hosts), ...disorder(real.told, model.told)];
    const lateness = Math.round(largestLateness(real, model));
    t.same(found, [], `${stories[index]}: ${model.told.length} events, at most ${lateness} ms apart`);
    console.error(`${stories[index]}: ${model.told.length} events, at most ${lateness} ms apart`);
    if (process.env.SHOW) { for (const [w, p] of Object.entries({ real, model })) for (const list of ['told','sent'] as const) console.error(w, list, p[list].map((e) => `${Math.round(e.at)} ${e.host} ${e.words}`)); console.error(real.done.map((d) => `${Math.round(d.at)} ${JSON.stringify(d.command)}`)); }
  }
});

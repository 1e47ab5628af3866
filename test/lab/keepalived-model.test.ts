// The model of keepalived against keepalived 2.2.7 itself: each story of test/scenario/keepalived is played with real
// daemons and with the model. What they tell those outside, what they send, in which order and when must be the same.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readCast } from './cast.js';
import { differences, disorder, largestLateness, predict } from './prediction.js';
import { projectRoot } from './daemon.js';
import { StoryLab } from './story.js';

const FOLDER = path.join(projectRoot(), 'test/scenario/keepalived');
const only = process.env.STORY;
const stories = readdirSync(FOLDER).filter(
  (file) => file.endsWith('.txt') && (only === undefined || file.startsWith(only)),
);

t.setTimeout(115_000);
t.jobs = 8;
for (const story of stories)
  t.test(story.replace('.txt', ''), { buffered: true }, async (t) => {
    const cast = readCast(path.join(FOLDER, story));
    const lab = await StoryLab.open(cast);
    t.teardown(() => lab.close());
    const real = await lab.play();
    const model = predict(cast, real);
    const hosts = cast.hosts.map(({ name }) => name);
    const found = [...differences(real, model, hosts), ...disorder(real.told, model.told)];
    t.same(found, [], `${model.told.length} events, at most ${Math.round(largestLateness(real, model))} ms apart`);
    if (process.env.SHOW) {
      for (const [w, p] of Object.entries({ real, model }))
        for (const list of ['told', 'sent'] as const)
          console.error(
            w,
            list,
            p[list].map((e) => `${Math.round(e.at)} ${e.host} ${e.words}`),
          );
      console.error(real.done.map((d) => `${Math.round(d.at)} ${JSON.stringify(d.command)}`));
    }
  });

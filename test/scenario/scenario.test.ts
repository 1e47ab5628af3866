// Dialogues show what the routers do in the stories of the field: each file is played and compared with what it recorded.
// They don't judge; the oracles do. With WRITE_SCENARIOS=1 they are written anew before they are compared.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { joinDialogue, playDialogue, splitDialogue } from './dialogue.js';

const FOLDER = new URL('./', import.meta.url);

for (const name of readdirSync(FOLDER).filter((one) => one.endsWith('.txt')))
  t.test(name, (t) => {
    const file = new URL(name, FOLDER);
    const { commands } = splitDialogue(readFileSync(file, 'utf8'));
    t.match(commands, /^# \S/, 'its first line says what it shows');
    const played = playDialogue(commands, FOLDER);
    if (process.env.WRITE_SCENARIOS === '1') writeFileSync(file, joinDialogue(commands, played));
    t.equal(splitDialogue(readFileSync(file, 'utf8')).recorded, played);
    t.end();
  });

// docs/STORIES.md has every command of the language and every built-in story, none that does not exist, and examples that
// can be read.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { STORIES } from '../../src/sim/stories.js';
import { COMMAND_NAMES, readStory } from '../../src/sim/story.js';

const text = readFileSync(new URL('../../docs/STORIES.md', import.meta.url), 'utf8');

/** The rows of the table with this head: their cells, code marks taken off the first and the last. */
function tableOf(head: string): string[][] {
  const [, rest = ''] = text.split(`| ${head} |`);
  const [, , ...rows] = rest.split('\n');
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}

t.test('commands', (t) => {
  const rows = tableOf('command | what it does | for example');
  t.same(rows.map(([name]) => name).sort(), [...COMMAND_NAMES].sort());
  for (const [name, , example = ''] of rows) {
    t.equal(example.split(' ')[0], name, `an example of ${name}`);
    t.same(readStory(example).problems, [], example);
  }
  t.end();
});

t.test('built-in stories', (t) => {
  t.same(
    tableOf('story | what is done | and then').map(([name]) => name),
    [...STORIES, 'all'],
  );
  t.end();
});

t.test('the story that is shown', (t) => {
  const shown = /^ {4}# The master's(?:.*\n {4}.*)+/m.exec(text)?.[0] ?? '';
  t.match(readStory(shown), { problems: [], lines: { length: 7 } });
  t.end();
});

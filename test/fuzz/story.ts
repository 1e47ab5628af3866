// The language of stories: each line is a command, a host, or a problem at a place in that line; no number is out of bounds.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStory } from '../../src/sim/story.js';
import { must, wordsOf, type Target } from './target.js';

const SCENARIOS = 'test/scenario';
const texts = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(join(SCENARIOS, name), 'utf8').split(/^---$/m)[0] ?? '');
const lines = texts.join('').split('\n');

/** All that is a number in a command, however deep. */
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : [];

export const story: Target = {
  name: 'story',
  share: 8,
  seeds: texts.map((text) => Buffer.from(text)),
  words: wordsOf(
    'host run start stop link up down cut heal check file process advert weather one-way 1ms 99999h 0.5 % #',
  ),
  input: (random) => Buffer.from(random.list(9, () => random.pick(lines)).join('\n')),
  check: (input) => {
    const text = input.toString('utf8');
    const written = text.split('\n').map((line) => line.replace(/#.*/s, ''));
    const { hosts, lines: commands, problems } = readStory(text);
    const told = [...hosts, ...commands, ...problems].map(({ line }) => line).sort((one, other) => one - other);
    const meant = written.flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]));
    must(told.join() === meant.join(), 'each line is told of once');
    for (const { line, column, words } of problems)
      must(words !== '' && column >= 1 && column <= (written[line - 1] ?? '').length + 1, `${line}:${column} is there`);
    must(numbersIn(commands).every(Number.isFinite), 'numbers are numbers');
    must(new Set(hosts.map(({ name }) => name)).size === hosts.length, 'a host is named once');
  },
};

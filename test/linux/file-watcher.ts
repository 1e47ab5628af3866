// A process of its own that watches the file it is called with and writes what it reads, a line a reading.

import { WatchedFiles } from '../../src/linux/watched-files.js';

const [, , file = ''] = process.argv;
new WatchedFiles((_name, reading) => console.log(reading.kind === 'number' ? String(reading.value) : reading.kind)).set(
  [{ name: 'a', file, weight: 1, reverse: false, place: { file: 'test', line: 1, column: 1 }, places: {} }],
);

// A file that a test starts as a process: the runner has made it a program beside the test's own.

import path from 'node:path';

/** The command that runs the TypeScript file `name` of the test's folder. */
export const programOf = (name: string): [string, string] => [
  process.execPath,
  path.join(path.dirname(process.argv[1] ?? ''), name.replace(/\.ts$/, '.mjs')),
];

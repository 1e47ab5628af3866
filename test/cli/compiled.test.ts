// The code that the build compiles ahead: the engine takes it with the flags of a real start, and the program runs as well
// where it does not.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
const [, flags = ''] = /^#!\/usr\/bin\/env -S node (.*)$/m.exec(readFileSync(program, 'utf8')) ?? [];

/** What `vrrpd --version` says, and whether the engine refused the code. */
async function version(...options: readonly string[]): Promise<string> {
  const text = `process.argv = ['node', 'vrrpd', '--version'];
    const { script } = await import('${program}');
    console.log('refused:', script.cachedDataRejected);`;
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const words = [...options, '--input-type=module', '--eval', text];
  return (await promisify(execFile)(process.execPath, words, { env })).stdout;
}

t.test('with the flags of its first line', async (t) => {
  t.match(flags, '--optimize-for-size');
  t.match(await version(...flags.split(' ')), /^vrrpd v\S+\nrefused: false\n|^refused: false\nvrrpd v\S+\n$/);
});

// Later engines take the code with some of the flags too, none with none of them.
t.test('without them', async (t) => {
  t.match(await version(), /^vrrpd v\S+\nrefused: true\n|^refused: true\nvrrpd v\S+\n$/);
});

// The user of scripts for whom the file names none: keepalived_script where the host has such a user.

import './own-network.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Scripts } from '../../src/linux/scripts.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import { noRealRoot } from '../lab/real-root.js';

const whoRuns = (): Promise<ScriptOutcome> =>
  new Promise((resolve) => {
    const place = { file: 'test', line: 1, column: 1 };
    new Scripts().start({ argv: ['/bin/sh', '-c', 'echo $(id -u):$(id -g)'], place }, resolve);
  });

t.test('without that user it is the daemon’s own, with it that one', { skip: noRealRoot }, async (t) => {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('keepalived_script:'));
  // A file of this mount namespace alone.
  const file = join(mkdtempSync(join(tmpdir(), 'vl-')), 'passwd');
  writeFileSync(file, `${accounts.join('\n')}\n`);
  execFileSync('mount', ['--bind', file, '/etc/passwd']);
  t.match(await whoRuns(), { output: '0:0' });
  writeFileSync(file, `${[...accounts, 'keepalived_script:x:64321:64322::/:/bin/false'].join('\n')}\n`);
  t.match(await whoRuns(), { output: '64321:64322' });
});

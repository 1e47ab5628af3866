// The manual page has every option, every exit code, every signal and the version that the program has; and no option
// that it has not.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { KEEPALIVED_OPTIONS, OWN_OPTIONS, SIGNAL_NUMBERS } from '../../src/cli/options.js';
import { CONTROL_SOCKET } from '../../src/daemon/control.js';
import { EXIT } from '../../src/daemon/exit-code.js';
import { VERSION } from '../../src/daemon/version.js';

const page = readFileSync(new URL('../../docs/vrrpd.8', import.meta.url), 'utf8').replaceAll('\\-', '-');
const section = (name: string): string => page.split(/^\.SH "?/m).find((text) => text.startsWith(name)) ?? '';

t.test('options', (t) => {
  const options = section('OPTIONS');
  for (const [long, { short }] of Object.entries(KEEPALIVED_OPTIONS)) {
    t.match(options, new RegExp(`--${long}[ ;=\\n]`), long);
    if (short !== undefined) t.match(options, new RegExp(`^\\.BR -${short} ", " --${long}[ ;=\\n]`, 'm'), `-${short}`);
  }
  const named = [...options.matchAll(/--([\w-]+)/g)].map(([, long = '']) => long);
  t.same(
    named.filter((long) => !(long in KEEPALIVED_OPTIONS)),
    Object.keys(OWN_OPTIONS),
  );
  const [, refusedPart = ''] = options.split('.SS Options that are refused');
  const [refusedOnes = '', silent = ''] = refusedPart.split('.SS Options without meaning');
  const isIn = (part: string, long: string): boolean => new RegExp(`--${long}[ ;]`).test(part);
  for (const [long, { description, refused }] of Object.entries(KEEPALIVED_OPTIONS)) {
    if (long === 'version' || long === 'help') continue;
    t.equal(isIn(refusedOnes, long), refused !== undefined, `${long} is refused, or not`);
    t.equal(isIn(silent, long), description === undefined && refused === undefined, `${long} has a meaning, or none`);
  }
  t.end();
});

t.test('exit codes, signals, files and the version', (t) => {
  const codes = [...section('EXIT CODES').matchAll(/^\.TP\n\.B (\d+)$/gm)].map(([, code]) => Number(code));
  t.same(
    codes,
    Object.values(EXIT).sort((a, b) => a - b),
  );
  for (const name of Object.keys(SIGNAL_NUMBERS)) t.ok(section('OPTIONS').includes(name), name);
  t.ok(section('FILES').includes(CONTROL_SOCKET));
  t.ok(page.includes(`"vrrpd ${VERSION}"`) && page.includes(`vrrpd v${VERSION}`));
  t.end();
});

// Which capabilities are missing, and that child processes inherit none of the ambient ones.

import { spawnSync } from 'node:child_process';
import t from 'tap';
import { missingCapabilities } from '../../src/linux/capabilities.js';
import { programOf } from '../program.js';

t.test('from the text of /proc/self/status', (t) => {
  const status = (effective: string): string =>
    `Name:\tvrrpd\nCapPrm:\tffffffffffffffff\nCapEff:\t${effective}\nCapBnd:\t0\n`;
  t.same(missingCapabilities(status('000001ffffffffff')), []);
  t.same(missingCapabilities(status('0000000000003000')), []);
  t.same(missingCapabilities(status('0000000000001000')), ['CAP_NET_RAW']);
  t.same(missingCapabilities(status('0000000000002000')), ['CAP_NET_ADMIN']);
  t.same(missingCapabilities(status('0000000000000000')), ['CAP_NET_ADMIN', 'CAP_NET_RAW']);
  t.same(missingCapabilities('nothing'), ['CAP_NET_ADMIN', 'CAP_NET_RAW']);
  t.end();
});

/** A root that has no capability but those it is given, as with `AmbientCapabilities=` of systemd. */
const setpriv = (...capabilities: string[]): string[] => {
  const list = ['-all', ...capabilities].join();
  return ['--securebits=+noroot', `--inh-caps=${list}`, `--ambient-caps=${list}`];
};
const root = process.getuid?.() === 0;

t.test('ambient capabilities are kept here and not handed on', { skip: !root && 'needs root' }, (t) => {
  const run = (...capabilities: string[]): unknown => {
    const { stdout, stderr } = spawnSync('setpriv', [...setpriv(...capabilities), ...programOf('ambient-teller.ts')], {
      encoding: 'utf8',
    });
    return JSON.parse(stdout === '' ? JSON.stringify(stderr) : stdout);
  };
  t.same(run('+net_admin', '+net_raw'), [[], '3000', '0000']);
  t.same(run('+net_raw'), [['CAP_NET_ADMIN'], '2000', '0000']);
  t.same(run(), [['CAP_NET_ADMIN', 'CAP_NET_RAW'], '0000', '0000']);
  t.end();
});

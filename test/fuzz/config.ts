// The configuration reader: any text is either a Config or says why not, at a place that is in a file. What is read is printed
// and reads back equal, is the same configuration to a reload, runs in a router, and can be dumped and compared.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparePair } from '../../src/advice/pair.js';
import { describeFinding, describePaired } from '../../src/advice/text.js';
import { diffConfigs, isEqual } from '../../src/config/diff.js';
import type { Config } from '../../src/config/model.js';
import { printConfig } from '../../src/config/print.js';
import { plainDiagnostic, printDiagnostic, readConfig, type Diagnostic } from '../../src/config/read.js';
import { after, instant, seconds, times } from '../../src/time.js';
import { Router } from '../../src/vrrp/router.js';
import { eth1 } from '../vrrp/host.js';
import { PIECES, randomConfiguration, randomPieces } from './config-grammar.js';
import { checkDumps } from './dumps.js';
import { must, mustEqual, type Target } from './target.js';

const LAYOUTS = 'test/fixtures/layouts';

/** With what the layouts do not use. */
const RICH = `$VIP=192.0.2.1/24
$BLOCK=\\
    virtual_ipaddress { \\
        $VIP dev eth0 label "eth0:1" \\
    }
@node1 $PRIO=110
@^node1 $PRIO=90
include b.conf
global_defs { router_id "a b" # comment
 vrrp_garp_interval 0.5 ! another
}
vrrp_script chk { script "/bin/x 'a b' \\"c\\" \\x41" user
 interval 0.5
 weight -20 reverse }
~SEQ(n, 1, 3) ~LST({a, b}, {x, 1}, {y, 2}) static_ipaddress { 10.\${n}.0.1 dev eth0 }
static_routes { default via 192.0.2.254 table 7
 blackhole 10.0.0.0/8 }
static_rules { from 10.0.0.0/8 lookup 7 }
vrrp_instance VI_1 {
 interface eth0
 virtual_router_id 7
 priority \${PRIO}
 $BLOCK
 authentication { auth_type PASS
 auth_pass "x#y" }
 track_script { chk weight 3 }
 notify /bin/y root
}
virtual_server 10.0.0.1 80 { real_server 10.0.0.2 80 { TCP_CHECK { } } }
`;

export const samples = [
  RICH,
  ...readdirSync(LAYOUTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(join(LAYOUTS, name), 'utf8')),
];

/** Two that include each other, where an input has no others of these names. */
const FILES: Readonly<Record<string, string>> = {
  'b.conf': 'global_defs {\ninclude c.conf\n',
  'c.conf': 'include b.conf\n}\n',
};

function filesOf(text: string): ReadonlyMap<string, string> {
  const [main = '', ...others] = text.split(/^=== /m);
  const named = others.map((part): [string, string] => {
    const end = part.indexOf('\n');
    return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)];
  });
  return new Map([...Object.entries(FILES), ...named, ['main.conf', main]]);
}

/** The others are no different. */
const MOST_SHOWN = 30;

/** Every message is at a place that is there, and can be shown. */
function checkMessages(diagnostics: readonly Diagnostic[], files: ReadonlyMap<string, string>): void {
  // 5000, the first error, and that there are more.
  must(diagnostics.length <= 5_002, 'the messages are limited');
  const linesOf = new Map<string, readonly string[]>();
  for (const [index, one] of diagnostics.entries()) {
    const { file, line, column } = one.place;
    const lines = linesOf.get(file) ?? (files.get(file) ?? '').replace(/^\ufeff/, '').split('\n');
    linesOf.set(file, lines);
    const text = lines[line - 1];
    const words = `${one.code} at ${file}:${line}:${column}`;
    must(text !== undefined && column >= 1 && column <= text.length + 1, `${words} is in the file`);
    if (index >= MOST_SHOWN) continue;
    must(!/(?![\t\n])\p{Cc}/u.test(printDiagnostic(one)), `${words} shows no control characters`);
    plainDiagnostic(one);
  }
}

function checkPrinted(config: Config, defaults: boolean): Config {
  const text = printConfig(config, { defaults });
  const { config: again } = readConfig({ file: 'printed', load: () => text });
  must(again !== undefined && isEqual(again, config), `printed, it reads otherwise: ${text}`);
  must(printConfig(again, { defaults }) === text, 'printed again it is the same');
  return again;
}

/** To a reload both are the same. */
function checkReload(config: Config, again: Config): Router {
  const { instances, scripts, blocks, statics } = diffConfigs(config, again);
  const other = [...instances, ...scripts].filter(({ kind }) => kind !== 'keep' && kind !== 'same');
  mustEqual([other, blocks, statics], [[], [], false], 'an equal file differs in nothing');
  const now = instant(1_000_000_000);
  const router = new Router(config, now);
  for (const name of new Set(config.vrrpInstances.flatMap((one) => one.interface)))
    router.handle({ kind: 'link', interface: name, link: eth1 }, now);
  router.handle({ kind: 'start' }, now);
  const effects = router.handle({ kind: 'reload', config: again }, now).filter(({ kind }) => kind !== 'log');
  mustEqual(effects, [], 'a reload of an equal file has no effect');
  router.handle({ kind: 'tick' }, after(now, seconds(10)));
  return router;
}

/** In seconds of virtual time. */
const LONGEST_STORY = 600;

/** How long the pair check plays grows with what is written: the longest ones are left out. */
function isShort({ vrrpScripts, vrrpInstances }: Config): boolean {
  const lengths = [
    ...vrrpScripts.map(({ interval, rise, fall }) => times(rise + fall, interval)),
    ...vrrpInstances.flatMap(({ preemptDelay, advertInt }) => [preemptDelay, times(100, advertInt)]),
  ];
  return vrrpInstances.length <= 4 && lengths.every((length) => length <= seconds(LONGEST_STORY));
}

function checkPair(config: Config, again: Config): void {
  const { paired, findings } = comparePair([config, again], ['one', 'other']);
  for (const one of findings) describeFinding(one);
  for (const one of paired) describePaired(one, [config, again]);
}

function check(input: Buffer): void {
  const files = filesOf(input.toString('utf8'));
  let loads = 0;
  const load = (file: string): string | undefined => {
    loads += 1;
    return files.get(file);
  };
  const match = (pattern: string): { file: string }[] =>
    pattern === '*.conf' ? [...files.keys()].map((file) => ({ file })) : files.has(pattern) ? [{ file: pattern }] : [];
  const { config, partial, diagnostics } = readConfig({ file: 'main.conf', load, match, configId: 'x' });
  must(loads <= 4_097, 'the files that are read are limited');
  const hasError = diagnostics.some(({ severity }) => severity === 'error');
  must((config === undefined) === hasError, 'a config exactly when there is no error');
  checkMessages(diagnostics, files);
  if (config === undefined) {
    // For further checks alone, but those must not fail.
    if (partial) printConfig(partial, { defaults: true });
    return;
  }
  const again = checkPrinted(config, input.length % 2 === 0);
  if (config.vrrpInstances.length > 200) return;
  checkDumps(checkReload(config, again), config);
  if (input.length % 32 === 0 && isShort(config)) checkPair(config, again);
}

export const config: Target = {
  name: 'config',
  share: 1,
  seeds: samples.map((text) => Buffer.from(text)),
  words: PIECES,
  input: (random) => Buffer.from(randomConfiguration(random)),
  check,
};

/** Short texts, of which many can be tried. */
export const pieces: Target = {
  name: 'pieces',
  share: 5,
  seeds: [],
  words: PIECES,
  input: (random) => Buffer.from(randomPieces(random)),
  check,
};

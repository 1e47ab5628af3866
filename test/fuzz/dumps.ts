// The dump files and the status, from both sides: what a router writes, programs that go by its layout read back; and those
// readers, as well as the command line's, take whatever else they are given.

import type { Config } from '../../src/config/model.js';
import { dumpData } from '../../src/status/dump-data.js';
import { dumpJson } from '../../src/status/dump-json.js';
import { dumpStats } from '../../src/status/dump-stats.js';
import type { DumpFacts } from '../../src/status/dump-words.js';
import { takeSnapshot } from '../../src/status/snapshot.js';
import { renderStatus } from '../../src/status/text.js';
import { instant, seconds } from '../../src/time.js';
import type { Router } from '../../src/vrrp/router.js';
import { readData, readJson, readStats } from '../lab/exporter.js';
import { aConfig, anInstance, aScript, failed, TestHost, tracked } from '../vrrp/host.js';
import { must, mustEqual, type Target } from './target.js';

const factsOf = (config: Config): DumpFacts => ({
  config,
  host: 'lb1',
  wallTime: (at) => ({ seconds: at / 1_000_000, date: 'Sat Nov 21 07:28:24.452494 2026' }),
});

/** Whatever the instances are called, a reader finds each of them. */
export function checkDumps(router: Router, config: Config): void {
  const names = config.vrrpInstances.map(({ name }) => name);
  const { instances } = readData(dumpData(router, factsOf(config)));
  mustEqual(
    instances.map(({ name }) => name),
    names,
    'the instances of keepalived.data',
  );
  mustEqual(
    readStats(dumpStats(router)).map(({ name }) => name),
    names,
    'the instances of keepalived.stats',
  );
  const json = dumpJson(router, factsOf(config), 1);
  mustEqual(json === undefined ? [] : readJson(json).map(({ data }) => data.iname), names, 'those of keepalived.json');
  const now = instant(1_010_000_000);
  const snapshot = takeSnapshot(router, {
    ...{
      version: '0',
      host: 'lb1',
      pid: 1,
      configFile: '/x',
      warnings: 0,
      alerts: [],
      lateness: { latestMilliseconds: 0, longestMilliseconds: 0 },
      startedAt: now,
      now,
    },
    wallTime: () => '2026-11-21T03:12:07.000+01:00',
  });
  must(renderStatus(snapshot).split('\n').length >= names.length, 'the status tells of each instance');
}

/** Real ones, of a router that has something to tell. */
function samples(): string[] {
  const instances = [anInstance({ tracks: [tracked({ weight: 2 })] })];
  const host = new TestHost({ instances, scripts: [aScript({ weight: 2 })] });
  host.scriptsEnd = failed;
  host.start();
  host.pass(seconds(30));
  const config = aConfig({ instances });
  return [
    dumpData(host.router, factsOf(config)),
    dumpStats(host.router),
    dumpJson(host.router, factsOf(config), 1) ?? '',
  ];
}

const texts = samples();

export const dumps: Target = {
  name: 'dumps',
  share: 6,
  seeds: texts.map((text) => Buffer.from(text)),
  words: [' VRRP Instance = ', '------< ', ' = ', ':\n', '     ', '   ', 'VRRP Instance: ', '(3):', '"', '{', '['],
  input: (random) => Buffer.from(random.pick(texts)),
  check: (input) => {
    const text = input.toString('utf8');
    const { instances, scripts, groups, files, processes } = readData(text);
    const blocks = [instances, scripts, groups, files, processes].flat();
    must(JSON.stringify(blocks).length <= 3 * text.length + 100 * blocks.length + 100, 'no more than is in the file');
    for (const { counts } of readStats(text))
      for (const count of Object.values(counts)) must(Number.isInteger(count) || count > 1e15, 'a count is a number');
    try {
      readJson(text);
    } catch (error) {
      must(error instanceof SyntaxError, 'what is no JSON is said to be none');
    }
  },
};

// The layouts of version 3, IPv6 and unicast: each is used without a warning and means what its page says; the hosts of each
// fit together. That they print back is looked at for all samples together. keepalived 2.2.7 -t takes them, but for the cloud's.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { comparePair } from '../../src/advice/pair.js';
import { describeFinding } from '../../src/advice/text.js';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { milliseconds } from '../../src/time.js';

const LAYOUTS = new URL('../fixtures/layouts/', import.meta.url);

function layout(name: string): Config {
  const { config, diagnostics } = readConfig({ file: name, load: () => readFileSync(new URL(name, LAYOUTS), 'utf8') });
  t.strictSame(
    diagnostics.filter(({ severity }) => severity !== 'hint'),
    [],
    name,
  );
  if (config === undefined) throw new Error(name);
  return config;
}

const addresses = ({ vrrpInstances }: Config): string[][] =>
  vrrpInstances.map(({ virtualAddresses }) => virtualAddresses.map(({ prefix }) => prefix.address));

t.test('what they mean', (t) => {
  const fast = layout('6-version-3/node1.conf');
  t.match(fast.global, { vrrpRtPriority: 50, vrrpNoSwap: true });
  t.match(fast.vrrpInstances, [{ version: 3, family: 'ipv4', advertInt: milliseconds(100) }]);
  const recipe = layout('7-dual-stack/excluded.conf');
  t.match(recipe.vrrpInstances, [{ version: 2, family: 'ipv4', authentication: { type: 'PASS' } }]);
  t.match(recipe.vrrpInstances[0]?.excludedAddresses, [{ prefix: { length: 64 } }, { prefix: { length: 128 } }]);
  const both = layout('7-dual-stack/instances.conf');
  t.match(both.vrrpInstances, [
    { version: 3, family: 'ipv4', mcastDstIp: '224.0.0.18' },
    { version: 3, family: 'ipv6', mcastDstIp: 'ff02::12' },
  ]);
  t.strictSame(addresses(both)[1], ['fe80::63', '2001:db8:0:1::30']);
  const routed = layout('8-unicast/node3.conf');
  t.match(routed.vrrpInstances, [{ srcIp: '203.0.113.13', trackSrcIp: true, unicast: { checkSrc: true, ttl: 255 } }]);
  t.equal(routed.vrrpInstances[0]?.unicast?.peers.length, 3);
  const cloud = layout('9-cloud/node1.conf');
  t.match(cloud.vrrpInstances, [{ version: 3, family: 'ipv4', virtualAddresses: [], unicast: { checkSrc: true } }]);
  t.match(cloud.vrrpInstances[0]?.notify.rxLowerPri?.argv, ['/usr/local/bin/claim-address', 'again']);
  t.end();
});

t.test('their hosts fit together', (t) => {
  const pairs = [
    ['6-version-3/node1.conf', '6-version-3/node2.conf'],
    ['8-unicast/node1.conf', '8-unicast/node2.conf'],
    ['8-unicast/node1.conf', '8-unicast/node3.conf'],
    ['9-cloud/node1.conf', '9-cloud/node2.conf'],
  ] as const;
  for (const [one, other] of pairs) {
    const { findings, paired } = comparePair([layout(one), layout(other)], ['a', 'b']);
    t.strictSame(findings.map(describeFinding), [], other);
    const holders = Object.fromEntries((paired[0]?.outcomes ?? []).map(({ story, holders }) => [story.kind, holders]));
    t.match(holders, { 'both-start': [0], return: [0] }, other);
  }
  t.end();
});

// Which instance of the new file is which of the old one: by virtual router, where several have one VRID by their adverts, then
// by name; what speaks another version, or no longer the same way, begins anew.

import t from 'tap';
import { diffConfigs } from '../../src/config/diff.js';
import { aConfig, anInstance, ip } from '../vrrp/host.js';

const unicast = (...peers: string[]) => ({
  unicast: {
    peers: peers.map((text) => ({ address: ip(text) })),
    ttl: 255,
    checkSrc: false,
    oldChecksum: 'as-heard' as const,
  },
});
type Changes = Parameters<typeof anInstance>[0];

/** "kind: name before > name after" of each. */
function changes(before: Changes[], after: Changes[]): string[] {
  const configOf = (list: Changes[]) => aConfig({ instances: list.map((one) => anInstance(one)) });
  return diffConfigs(configOf(before), configOf(after)).instances.map((change) => {
    const [from, to] = ['before' in change ? change.before.name : '', 'after' in change ? change.after.name : ''];
    return `${change.kind}: ${from} > ${to}`;
  });
}

t.test('one instance', (t) => {
  const rows: [before: Changes, after: Changes, expected: string[]][] = [
    [{}, {}, ['keep: VI_1 > VI_1']],
    [{}, { name: 'B' }, ['update: VI_1 > B']],
    [{}, { priority: 9 }, ['update: VI_1 > VI_1']],
    [{}, { mcastDstIp: ip('224.0.0.20') }, ['update: VI_1 > VI_1']],
    [unicast('10.0.0.3'), unicast('10.0.0.4'), ['update: VI_1 > VI_1']],
    [{}, unicast('10.0.0.3'), ['restart: VI_1 > VI_1']],
    [unicast('10.0.0.3'), {}, ['restart: VI_1 > VI_1']],
    [{}, { version: 3 }, ['restart: VI_1 > VI_1']],
    [{}, { version: 3, family: 'ipv6' }, ['restart: VI_1 > VI_1']],
    [{}, { name: 'B', family: 'ipv6' }, ['add:  > B', 'remove: VI_1 > ']],
  ];
  for (const [before, after, expected] of rows)
    t.strictSame(changes([before], [after]), expected, JSON.stringify(after));
  t.end();
});

t.test('several with one VRID', (t) => {
  const [a, b] = [
    { name: 'A', ...unicast('10.0.0.3') },
    { name: 'B', ...unicast('10.0.0.4') },
  ];
  t.strictSame(changes([a, b], [b, a]), ['keep: B > B', 'keep: A > A']);
  t.strictSame(changes([a, b], [{ ...b, name: 'C' }]), ['update: B > C', 'remove: A > ']);
  t.strictSame(changes([a, b], [{ ...b, ...unicast('10.0.0.7') }, a]), ['update: B > B', 'keep: A > A']);
  const group = { name: 'G', mcastDstIp: ip('224.0.0.20') };
  t.strictSame(changes([{}, group], [group, {}]), ['keep: G > G', 'keep: VI_1 > VI_1']);
  t.strictSame(changes([a, {}], [{}]), ['keep: VI_1 > VI_1', 'remove: A > ']);
  t.end();
});

// Addresses put on interfaces and taken off, as `ip` sees them; what is fine already, what is refused and why.

import { ip, vethPair } from './own-network.js';
import t from 'tap';
import { parseAddress, parsePrefix, type Prefix } from '../../src/address.js';
import type { VirtualAddress } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { Addresses } from '../../src/linux/addresses.js';
import { Netlink } from '../../src/linux/netlink.js';
import { now } from '../../src/linux/clock.js';

interface Shown {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
  readonly label: string;
  readonly broadcast?: string;
}
const shown = (dev: string): Shown[] =>
  (JSON.parse(ip(`-j addr show ${dev}`)) as [{ addr_info: Shown[] }])[0].addr_info.filter(
    ({ scope, family }) => family === 'inet' || scope === 'global',
  );
function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(text);
  return prefix;
}
const virtual = (text: string, rest: Partial<VirtualAddress> = {}): VirtualAddress => ({
  prefix: prefixOf(text),
  dev: 'vl-a',
  scope: 0,
  place: { file: 'test', line: 1, column: 1 },
  ...rest,
});

await vethPair('vl-a', 'vl-b');
const netlink = new Netlink();
const indices = new Map(
  (JSON.parse(ip('-j link')) as { ifname: string; ifindex: number }[]).map(({ ifname, ifindex }) => [ifname, ifindex]),
);
const addresses = new Addresses(netlink, (dev) => indices.get(dev));
t.teardown(() => netlink.close());

t.test('the options of keepalived.conf, as ip shows them', (t) => {
  const lines = [
    '192.0.2.10/32 peer 198.51.100.7/32 dev vl-a',
    '192.0.2.11/24 preferred_lft 0 noprefixroute dev vl-a',
    '192.0.2.12/24 preferred_lft forever brd + dev vl-a',
    '2001:db8::5/128 dev vl-a',
    '2001:db8::6/64 -nodad home dev vl-a',
  ];
  const text = `static_ipaddress {\n${lines.join('\n')}\n}\n`;
  const all = readConfig({ file: 'x', load: () => text }).config?.staticIpaddress ?? [];
  t.equal(all.length, lines.length);
  t.same(addresses.add(all), []);
  const said = ip('-d addr show vl-a').replaceAll(/ +/g, ' ');
  t.match(said, /inet 192\.0\.2\.10 peer 198\.51\.100\.7\/32 scope global vl-a/);
  t.match(said, /inet 192\.0\.2\.11\/24 scope global deprecated( secondary)? noprefixroute vl-a/);
  t.match(
    said,
    /inet 192\.0\.2\.12\/24 brd 192\.0\.2\.255 scope global( secondary)? vl-a\n valid_lft forever preferred_lft forever/,
  );
  t.match(
    said,
    /inet6 2001:db8::5\/128 scope global (nodad deprecated|deprecated nodad) \n valid_lft forever preferred_lft 0sec/,
    'as keepalived',
  );
  t.match(said, /inet6 2001:db8::6\/64 scope global (tentative )?home(address)? /, 'probed for duplicates');
  t.same(addresses.remove(all), []);
  t.same(shown('vl-a'), []);
  t.end();
});

t.test('an address with all that belongs to it', (t) => {
  const plain = virtual('192.0.2.190/32');
  const broadcast = parseAddress('192.0.2.127');
  const full = virtual('192.0.2.65/26', { scope: 253, label: 'vl-a:vip', ...(broadcast && { broadcast }) });
  t.same(
    addresses.add([plain, full, virtual('198.51.100.1/24', { dev: 'vl-b', scope: 254 }), virtual('2001:db8::1/64')]),
    [],
  );
  t.match(shown('vl-a'), [
    { local: '192.0.2.65', prefixlen: 26, scope: 'link', label: 'vl-a:vip', broadcast: '192.0.2.127' },
    { local: '192.0.2.190', prefixlen: 32, scope: 'global', label: 'vl-a' },
    { family: 'inet6', local: '2001:db8::1', prefixlen: 64 },
  ]);
  t.equal(shown('vl-a')[1]?.broadcast, undefined);
  t.match(shown('vl-b'), [{ local: '198.51.100.1', prefixlen: 24, scope: 'host' }]);

  t.same(addresses.add([plain, full]), [], 'there already');
  t.same(
    addresses.remove([plain, virtual('192.0.2.65/26'), virtual('2001:db8::1/64')]),
    [],
    'whatever scope and label',
  );
  t.same(shown('vl-a'), []);
  t.same(addresses.remove([plain, full]), [], 'gone already');
  t.end();
});

t.test('what is refused comes back with its reason, the others are done', (t) => {
  const [good, later] = [virtual('192.0.2.1/24'), virtual('192.0.2.2/24')];
  const wrong = virtual('192.0.2.3/24', { scope: 254 });
  const nowhere = virtual('192.0.2.4/24', { dev: 'vl-none' });
  const refused = addresses.add([good, nowhere, wrong, later]);
  t.same(refused.map(({ address }) => address.prefix.address).toSorted(), ['192.0.2.3', '192.0.2.4']);
  t.match(
    refused.find(({ address }) => address === nowhere),
    { code: 'ENODEV', message: 'no such device' },
  );
  t.match(
    refused.find(({ address }) => address === wrong),
    { code: 'EINVAL' },
  );
  t.same(
    shown('vl-a').map(({ local }) => local),
    ['192.0.2.1', '192.0.2.2'],
  );

  t.same(addresses.remove([good, nowhere, later]), [], 'an interface that is gone has no address either');
  indices.set('vl-gone', 99_999);
  t.match(addresses.add([virtual('192.0.2.9/32', { dev: 'vl-gone' })]), [{ code: 'ENODEV' }]);
  t.same(addresses.remove([virtual('192.0.2.9/32', { dev: 'vl-gone' })]), []);
  t.end();
});

t.test('what was prepared is for the interface that has the name at the time', (t) => {
  const one = virtual('192.0.2.20/32', { dev: 'vl-renamed' });
  addresses.prepare([one]);
  for (const dev of ['vl-a', 'vl-b', 'vl-a']) {
    indices.set('vl-renamed', indices.get(dev) ?? 0);
    t.same(addresses.add([one]), []);
    t.match(shown(dev).at(-1), { local: '192.0.2.20' });
    t.same(addresses.remove([one]), []);
    addresses.prepare([one]);
  }
  t.end();
});

t.test('a thousand, more than one datagram of requests', (t) => {
  const many = Array.from({ length: 1000 }, (_, i) => virtual(`10.${String(i >> 8)}.${String(i & 255)}.1/32`));
  const start = now();
  t.same(addresses.add(many), []);
  const took = now() - start;
  t.equal(shown('vl-a').length, 1000);
  t.same(addresses.add(many), []);
  t.same(addresses.remove(many), []);
  t.same(shown('vl-a'), []);
  t.comment(`added in ${String(took)} µs`);
  t.end();
});

t.test('the kernel’s words for what is wrong are kept', (t) => {
  const [refusal] = addresses.add([virtual('192.0.2.1/24', { label: 'a'.repeat(40) })]);
  t.match(refusal, { code: 'ERANGE', message: /attribute|range/i });
  t.end();
});

// What others do to the addresses, routes and interface of an instance, under virtual time.

import t from 'tap';
import type { Config } from '../../src/config/model.js';
import { parseMac, parsePrefix, sameNetwork, type Prefix } from '../../src/address.js';
import { readConfig } from '../../src/config/read.js';
import { milliseconds, seconds } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import { aConfig, anAddress, anInstance, eth1, ip, TestHost } from './host.js';

function read(text: string): Config {
  const { config, diagnostics } = readConfig({ file: 'x', load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join());
  return config;
}
const { staticRoutes: routes, staticRules: rules } = read(
  'static_routes {\n10.8.0.0/16 via 192.168.1.1\n10.7.0.0/16 dev eth1 no_track\n}\n' +
    'static_rules {\nfrom 10.8.0.0/16 lookup 9\nfrom 10.9.0.0/16 lookup 9 no_track\n}\n',
);
const withRoutes = anInstance({ virtualRoutes: routes, virtualRules: rules });
const [route, untrackedRoute] = routes;
const [rule, untrackedRule] = rules;
const ROUTE = 'add-route 10.8.0.0/16 via 192.168.1.1';
const RULE = 'add-route from 10.8.0.0/16 lookup 9';
const UNTRACKED = 'add-route 10.7.0.0/16 dev eth1 no_track';

const removed = (entry: (typeof routes)[number] | (typeof rules)[number] | undefined): Input => {
  if (!entry) throw new Error('no entry');
  return { kind: 'route-removed', entry };
};
const addressRemoved = (address: string): Input => ({
  kind: 'address-removed',
  interface: 'eth1',
  address: ip(address),
});
const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text);
  if (!parsed) throw new Error(text);
  return parsed;
};
/** One that is MASTER, its first burst over. */
function aMaster(instance = withRoutes): TestHost {
  const host = new TestHost({ instances: [instance] });
  host.start();
  host.pass(seconds(10.2));
  t.equal(host.state, 'MASTER');
  return host;
}

t.test('a route or rule that somebody removes is back at once, five times in 10 s', (t) => {
  const host = aMaster();
  t.same(host.give(removed(rule)), [RULE]);
  t.match(
    host.log.at(-1),
    '(VI_1) rule from 10.8.0.0/16 lookup 9 was removed by somebody else: put back at once (1 in',
  );
  for (let count = 0; count < 5; count += 1) t.same(host.give(removed(route)), [ROUTE]);
  t.same(host.give(removed(route)), []);
  t.match(host.log.at(-1), 'put back with the next advert (6 in the last 10 s)');
  t.same(host.give(removed(rule)), [RULE], 'another one has no part in that fight');
  t.same(host.pass(seconds(1)), ['advert 120', ROUTE]);
  host.pass(seconds(11));
  t.same(host.give(removed(route)), [ROUTE], 'at once again');
  t.equal(host.instance.statistics.routesPutBack, 9);
  t.equal(host.state, 'MASTER');

  for (const one of [untrackedRoute, untrackedRule]) t.same(host.give(removed(one)), [], 'no_track');
  host.hear({ priority: 200 });
  t.same(host.give(removed(route)), [], 'a BACKUP has none');
  t.end();
});

t.test('static routes and rules are put back too, then a second later', (t) => {
  const statics = { staticIpaddress: [], staticRoutes: routes, staticRules: rules };
  const host = new TestHost({ instances: [], statics });
  host.start();
  t.same(host.give(removed(rule)), [RULE]);
  t.match(host.log.at(-1), 'static rule from 10.8.0.0/16 lookup 9 was removed by somebody else: put back at once');
  for (const one of [untrackedRoute, untrackedRule]) t.same(host.give(removed(one)), [], 'no_track');
  for (let count = 0; count < 5; count += 1) t.same(host.give(removed(route)), [ROUTE]);
  t.same(host.give(removed(route)), []);
  t.match(host.log.at(-1), 'put back a second later');
  host.give(removed(route));
  t.same(host.pass(milliseconds(999)), []);
  t.same(host.pass(milliseconds(1)), [ROUTE], 'once');
  for (let count = 0; count < 2; count += 1) host.give(removed(route));
  t.same(host.give({ kind: 'reload', config: aConfig({}) }).length, 4);
  t.same(host.pass(seconds(2)), [], 'a reload took it out');
  t.end();
});

t.test('a network manager that restarts: all addresses go, the own one comes back', (t) => {
  const network = [{ ...anAddress('192.168.1.200'), prefix: prefix('192.168.1.200/24') }, anAddress('192.168.1.190')];
  const host = aMaster(anInstance({ virtualAddresses: network, virtualRoutes: routes, virtualRules: rules }));
  t.same(host.link('eth1', { ...eth1, addresses: [] }), []);
  t.same(host.give(addressRemoved('192.168.1.191')), []);
  t.same(
    host.give(addressRemoved('192.168.1.200')),
    [],
    'in the network of the own one: after it, or it was the primary',
  );
  t.match(host.log.at(-1), "removed from eth1: put back after the interface's own address");
  t.same(host.give(addressRemoved('192.168.1.190')), ['add 192.168.1.190', 'garp 192.168.1.190 x1']);
  t.same(host.pass(milliseconds(900)), ['advert 120'], 'also not with an advert');
  t.same(host.link('eth1', eth1), ['add 192.168.1.200', ROUTE, UNTRACKED, 'garp 192.168.1.200 x1']);
  t.match(host.log.at(-1), '192.168.1.191/24 is on eth1 again after 900 ms');
  t.equal(host.state, 'MASTER');

  t.same(host.link('eth1', eth1), []);
  t.same(host.give(addressRemoved('192.168.1.191')), [ROUTE, UNTRACKED], 'gone and back unseen: routes went with it');
  host.link('eth1', { ...eth1, addresses: [] });
  host.pass(seconds(1));
  t.equal(host.state, 'FAULT', 'it does not come back');
  t.end();
});

t.test('a BACKUP does not mind', (t) => {
  const host = new TestHost();
  host.start();
  host.link('eth1', { ...eth1, addresses: [] });
  host.pass(milliseconds(20));
  host.link('eth1', eth1);
  host.pass(seconds(4));
  t.same(host.times('notify'), [0, 3.53125], 'BACKUP, then MASTER at its time');
  t.end();
});

t.test('another own address takes the place at once', (t) => {
  const host = aMaster();
  host.link('eth1', { ...eth1, addresses: [prefix('192.168.1.7/24')] });
  t.equal(host.instance.source, '192.168.1.7');
  host.pass(seconds(3));
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a virtual address of another instance is no address to send from', (t) => {
  const other = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.180')] });
  const host = new TestHost({ instances: [anInstance(), other] });
  host.link('eth1', { ...eth1, addresses: [prefix('192.168.1.180/32'), ...eth1.addresses] });
  t.equal(host.instance.source, '192.168.1.191');
  t.end();
});

t.test('another MAC address is announced at once', (t) => {
  const host = aMaster();
  const mac = parseMac('02:00:00:00:00:77') ?? eth1.mac;
  t.same(host.link('eth1', { ...eth1, mac }), ['garp 192.168.1.190 x5']);
  t.match(host.log.at(-1), `eth1 has the MAC address ${mac} now, not ${eth1.mac}`);
  t.end();
});

t.test('one network', (t) => {
  const same = (one: string, other: string): boolean => sameNetwork(prefix(one), prefix(other));
  t.ok(same('10.0.0.1/24', '10.0.0.2/24'));
  t.ok(same('10.0.0.129/25', '10.0.0.254/25'));
  t.notOk(same('10.0.0.127/25', '10.0.0.128/25'));
  t.notOk(same('10.0.0.1/24', '10.0.0.1/32'));
  t.notOk(same('10.0.0.1/32', '10.0.0.2/32'));
  t.ok(same('10.0.0.1/0', '99.0.0.2/0'));
  t.notOk(same('10.0.0.1/24', '2001:db8::1/24'));
  t.end();
});

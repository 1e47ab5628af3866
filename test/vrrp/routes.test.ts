// Routes and rules of an instance, and what the host has in any state, under virtual time.

import t from 'tap';
import type { Config, Route } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { milliseconds, seconds } from '../../src/time.js';
import { aConfig, anAddress, anAdvert, anInstance, eth1, ip, TestHost } from './host.js';

function read(text: string): Config {
  const { config, diagnostics } = readConfig({ file: 'x', load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join());
  return config;
}
const { staticRoutes: routes, staticRules: rules } = read(
  'static_routes {\n10.8.0.0/16 via 192.168.1.1\n10.9.0.0/16 dev eth1\n}\nstatic_rules {\nfrom 10.8.0.0/16 lookup 9\n}\n',
);
const [first, second] = routes as readonly [Route, Route];
const withRoutes = anInstance({ virtualRoutes: routes, virtualRules: rules });

t.test('addresses, routes, rules, then gratuitous ARP; and off in the opposite order', (t) => {
  const host = new TestHost({ instances: [withRoutes] });
  host.start();
  t.same(host.pass(seconds(3.6)).slice(0, 6), [
    'advert 120',
    'add 192.168.1.190',
    'add-route 10.8.0.0/16 via 192.168.1.1',
    'add-route 10.9.0.0/16 dev eth1',
    'add-route from 10.8.0.0/16 lookup 9',
    'garp 192.168.1.190 x5',
  ]);
  t.same(host.hear({ priority: 200 }), [
    'remove-route from 10.8.0.0/16 lookup 9',
    'remove-route 10.9.0.0/16 dev eth1',
    'remove-route 10.8.0.0/16 via 192.168.1.1',
    'remove 192.168.1.190',
    'notify BACKUP 120',
  ]);
  t.end();
});

t.test('what an earlier run left is taken off at the start', (t) => {
  const host = new TestHost({ instances: [withRoutes] });
  const words = host.start();
  for (const word of [
    'remove-route from 10.8.0.0/16 lookup 9',
    'remove-route 10.9.0.0/16 dev eth1',
    'remove 192.168.1.190',
  ])
    t.ok(words.includes(word), word);
  t.end();
});

t.test('a route that the kernel refuses is told, and tried again with each advert', (t) => {
  const host = new TestHost({ instances: [withRoutes] });
  host.start();
  host.pass(seconds(4));
  host.give({ kind: 'failed', effect: 'add-route', interface: 'eth1', entry: second, error: 'network is down' });
  t.match(host.log.at(-1), '(VI_1) add-route 10.9.0.0/16 dev eth1 refused: network is down');
  t.same(host.pass(seconds(1)), ['advert 120', 'add-route 10.9.0.0/16 dev eth1']);
  t.same(host.pass(seconds(1)), ['advert 120'], 'and was set then');
  t.end();
});

t.test('an address that comes back brings its routes along', (t) => {
  const host = new TestHost({ instances: [withRoutes] });
  host.start();
  host.pass(seconds(4));
  const words = host.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') });
  t.same(words.slice(0, 2), ['add 192.168.1.190', 'add-route 10.8.0.0/16 via 192.168.1.1']);
  const untracked = new TestHost({
    instances: [anInstance({ virtualAddresses: [{ ...anAddress('192.168.1.190'), noTrack: true }] })],
  });
  untracked.start();
  untracked.pass(seconds(4));
  t.same(untracked.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') }), [], 'no_track');
  t.end();
});

t.test('a reload touches the routes that differ', (t) => {
  const host = new TestHost({ instances: [anInstance({ virtualRoutes: [first] })] });
  host.start();
  host.pass(seconds(60));
  t.same(host.reload({ instances: [anInstance({ virtualRoutes: [second], virtualRules: rules })] }), [
    'remove-route 10.8.0.0/16 via 192.168.1.1',
    'add-route 10.9.0.0/16 dev eth1',
    'add-route from 10.8.0.0/16 lookup 9',
  ]);
  t.end();
});

t.test(
  'static things: at the start, when their interface comes, when an address is removed, and off at the end',
  (t) => {
    const statics = read(
      'static_ipaddress {\n10.1.0.1/24 dev eth1\n10.2.0.1/24 dev eth2\n10.3.0.1/24 dev eth1 no_track\n}\n' +
        'static_routes {\n10.8.0.0/16 dev eth2\n}\nstatic_rules {\nfrom 10.8.0.0/16 lookup 9\n}\n',
    );
    const host = new TestHost({ instances: [], statics });
    t.same(host.start(), ['add 10.1.0.1', 'add 10.3.0.1', 'add-route from 10.8.0.0/16 lookup 9']);
    t.same(host.link('eth2', { ...eth1, index: 3 }), [
      'add 10.2.0.1',
      'add-route 10.8.0.0/16 dev eth2',
      'add-route from 10.8.0.0/16 lookup 9',
    ]);
    t.same(host.give({ kind: 'address-removed', interface: 'eth1', address: ip('10.1.0.1') }).slice(0, 1), [
      'add 10.1.0.1',
    ]);
    t.same(host.give({ kind: 'address-removed', interface: 'eth1', address: ip('10.3.0.1') }), []);
    host.give({ kind: 'failed', effect: 'add-address', interface: 'eth2', address: ip('10.2.0.1'), error: 'no' });
    t.match(host.log.at(-1), 'static add-address 10.2.0.1 on eth2 refused: no');

    const fewer = { ...statics, staticIpaddress: statics.staticIpaddress.slice(0, 1), staticRules: [] };
    t.same(host.give({ kind: 'reload', config: aConfig({ statics: fewer }) }), [
      'remove-route from 10.8.0.0/16 lookup 9',
      'remove 10.2.0.1',
      'remove 10.3.0.1',
    ]);
    t.same(host.give({ kind: 'reload', config: aConfig({ statics: fewer }) }), [], 'an equal one touches nothing');
    t.same(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['remove-route 10.8.0.0/16 dev eth2', 'remove 10.1.0.1']);
    t.end();
  },
);

t.test('an advert lists what fits the MTU; the rest is held like excluded addresses', (t) => {
  const many = Array.from({ length: 12 }, (_, index) => anAddress(`10.0.0.${index + 1}`));
  const host = new TestHost({ instances: [anInstance({ virtualAddresses: many })] }, { eth1: { ...eth1, mtu: 68 } });
  host.start();
  host.pass(seconds(4));
  t.equal(host.instance.advertised.length, 8, '(68 - 36) / 4');
  t.equal(host.times('add 10.0.0.').length, 12);
  const same = many.slice(0, 8).map(({ prefix }) => prefix.address);
  host.give(anAdvert({ priority: 200, addresses: same }));
  t.equal(host.state, 'BACKUP');
  t.equal(host.instance.statistics.addressListsDiffer, 0, 'a peer with the same MTU has the same list');
  host.pass(milliseconds(1));
  t.end();
});

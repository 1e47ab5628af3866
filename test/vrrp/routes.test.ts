// Routes and rules of an instance, and what the host has in any state, under virtual time.

import t from 'tap';
import type { Config, Route } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { seconds } from '../../src/time.js';
import { aConfig, anAddress, anInstance, eth1, ip, TestHost } from './host.js';

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

t.test('what an earlier run left is taken off at the start', (t) => {
  const there = { address: ip('192.168.1.190'), length: 32 };
  const host = new TestHost({ instances: [withRoutes] }, { eth1: { ...eth1, addresses: [...eth1.addresses, there] } });
  const words = host.start();
  for (const word of [
    'remove-route from 10.8.0.0/16 lookup 9',
    'remove-route 10.9.0.0/16 dev eth1',
    'remove 192.168.1.190',
  ])
    t.ok(words.includes(word), word);
  const clean = new TestHost({ instances: [withRoutes] }).start();
  t.notOk(clean.includes('remove 192.168.1.190'), 'the kernel is not asked for what is not there');
  t.end();
});

t.test('a route that the kernel refuses is told, and tried again with each advert', (t) => {
  const host = new TestHost({ instances: [withRoutes] });
  host.start();
  host.pass(seconds(5));
  host.give({ kind: 'failed', effect: 'add-route', interface: 'eth1', entry: second, error: 'network is down' });
  t.match(host.log.at(-1), '(VI_1) add-route 10.9.0.0/16 dev eth1 refused: network is down');
  t.same(host.pass(seconds(1)), ['advert 120', 'add-route 10.9.0.0/16 dev eth1']);
  t.same(host.pass(seconds(1)), ['advert 120'], 'and was set then');
  t.end();
});

t.test('of an instance that gives its addresses up they go with the last address', (t) => {
  const virtualAddresses = ['10.0.0.1', '10.0.0.2'].map((text) => anAddress(text));
  const host = new TestHost({ instances: [anInstance({ virtualRoutes: [first], virtualAddresses })] });
  host.start();
  host.pass(seconds(4));
  host.hear({ priority: 200, addresses: ['10.0.0.1', '10.0.0.2'] });
  t.same(host.claim({ address: '10.0.0.2' }), ['remove 10.0.0.2']);
  t.same(host.claim({ address: '10.0.0.1' }).slice(0, 2), [
    'remove-route 10.8.0.0/16 via 192.168.1.1',
    'remove 10.0.0.1',
  ]);
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

t.test('the order of the words of a route is no difference', (t) => {
  const routesOf = (words: string): readonly Route[] => read(`static_routes {\n${words}\n}\n`).staticRoutes;
  const parts = (staticRoutes: readonly Route[], smtpAlert: boolean) => ({
    instances: [anInstance({ virtualRoutes: staticRoutes, smtpAlert })],
    statics: { staticIpaddress: [], staticRoutes, staticRules: [] },
  });
  const host = new TestHost(parts(routesOf('10.8.0.0/16 dev eth1 via 192.168.1.1'), false));
  host.start();
  host.pass(seconds(5));
  t.equal(host.state, 'MASTER');
  t.same(host.reload(parts(routesOf('via 192.168.1.1 dev eth1 to 10.8.0.0/16'), true)), []);
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
    t.same(host.link('eth2', { ...eth1, index: 3 }), ['add 10.2.0.1', 'add-route 10.8.0.0/16 dev eth2']);
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

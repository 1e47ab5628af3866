// Routes and rules set and taken off, as `ip` sees them; what is fine already, what is refused and why.

import { ip, vethPair } from './own-network.js';
import t from 'tap';
import type { Route, Rule } from '../../src/config/model.js';
import { describeRoute } from '../../src/config/route-text.js';
import { readConfig } from '../../src/config/read.js';
import { Netlink } from '../../src/linux/netlink.js';
import { Routes } from '../../src/linux/routes.js';

await vethPair('vl-a', 'vl-b');
ip('addr add 192.0.2.1/24 dev vl-a');
ip('addr add 2001:db8::1/64 dev vl-a nodad');
const netlink = new Netlink();
const indices = new Map(
  (JSON.parse(ip('-j link')) as { ifname: string; ifindex: number }[]).map(({ ifname, ifindex }) => [ifname, ifindex]),
);
const routes = new Routes(netlink, (dev) => indices.get(dev));
t.teardown(() => netlink.close());

/** Lines of static_routes and static_rules as the reader understands them. */
function entries(lines: readonly string[], block: 'static_routes' | 'static_rules'): (Route | Rule)[] {
  const { config, diagnostics } = readConfig({ file: 'x', load: () => `${block} {\n${lines.join('\n')}\n}\n` });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join());
  return [...config.staticRoutes, ...config.staticRules];
}
const shown = (what: string): string => ip(what).replaceAll(/ +/g, ' ').replaceAll(/ +$/gm, '');

t.test('routes', (t) => {
  const lines = [
    '198.51.100.0/24 via 192.0.2.2',
    '198.51.101.0/24 dev vl-a metric 7 src 192.0.2.1 table 100',
    'default via 192.0.2.3 table 1000 proto 77',
    'blackhole 203.0.113.0/25',
    'unreachable 203.0.113.128/26 table 100',
    'prohibit 203.0.113.192/26 metric 3',
    '198.51.102.1 dev vl-a scope global mtu 1300 tos 0x10',
    '10.9.0.0/16 via 10.8.0.1 dev vl-a onlink',
    '2001:db8:1::/48 via 2001:db8::2 metric 5',
  ];
  const all = entries(lines, 'static_routes');
  t.equal(all.length, lines.length);
  t.same(routes.add(all), []);
  t.match(shown('route show'), /^198\.51\.100\.0\/24 via 192\.0\.2\.2 dev vl-a proto keepalived$/m);
  t.match(shown('route show'), /^blackhole 203\.0\.113\.0\/25 proto keepalived$/m);
  t.match(shown('route show'), /^prohibit 203\.0\.113\.192\/26 proto keepalived metric 3$/m);
  t.match(
    shown('route show'),
    /^198\.51\.102\.1 tos 0x10 dev vl-a proto keepalived mtu 1300|^198\.51\.102\.1 tos lowdelay dev vl-a proto keepalived mtu 1300/m,
  );
  t.match(shown('route show'), /^10\.9\.0\.0\/16 via 10\.8\.0\.1 dev vl-a proto keepalived onlink$/m);
  t.match(
    shown('route show table 100'),
    /^198\.51\.101\.0\/24 dev vl-a proto keepalived scope link src 192\.0\.2\.1 metric 7$/m,
  );
  t.match(shown('route show table 100'), /^unreachable 203\.0\.113\.128\/26 proto keepalived$/m);
  t.match(shown('route show table 1000'), /^default via 192\.0\.2\.3 dev vl-a proto 77$/m);
  t.match(shown('-6 route show'), /^2001:db8:1::\/48 via 2001:db8::2 dev vl-a proto keepalived metric 5 pref medium$/m);
  t.same(routes.add(all), [], 'there already');
  t.same(routes.remove(all), []);
  t.notMatch(ip('route show table all'), /keepalived|proto 77/);
  t.same(routes.remove(all), [], 'gone already');
  t.end();
});

t.test('rules', (t) => {
  const lines = [
    'from 192.0.2.0/24 table 100 priority 1000',
    'to 198.51.100.0/24 iif vl-a lookup 1000 priority 1001',
    'not fwmark 0x10/0xff blackhole priority 1002',
    'from all oif vl-b lookup main suppress_prefixlength 0 priority 1003',
    'from 192.0.2.7 tos 0x10 goto 2000 priority 1004',
    'inet6 from 2001:db8::/32 unreachable priority 1005',
  ];
  const all = entries(lines, 'static_rules');
  t.same(routes.add(all), []);
  const said = shown('rule show');
  t.match(said, /^1000:\sfrom 192\.0\.2\.0\/24 lookup 100$/m);
  t.match(said, /^1001:\sfrom all to 198\.51\.100\.0\/24 iif vl-a lookup 1000$/m);
  t.match(said, /^1002:\snot from all fwmark 0x10\/0xff blackhole$/m);
  t.match(said, /^1003:\sfrom all oif vl-b lookup main suppress_prefixlength 0$/m);
  t.match(said, /^1004:\sfrom 192\.0\.2\.7 tos (0x10|lowdelay) goto 2000/m);
  t.match(shown('-6 rule show'), /^1005:\sfrom 2001:db8::\/32 unreachable$/m);
  t.same(routes.add(all), [], 'there already');
  t.same(routes.remove(all), []);
  t.notMatch(ip('rule show'), /^100\d:/m);
  t.same(routes.remove(all), [], 'gone already');
  t.end();
});

t.test('what is refused', (t) => {
  const [lost, unreachable, good] = entries(
    ['10.7.0.0/16 dev nope', '10.6.0.0/16 via 10.99.0.1', '10.5.0.0/16 dev vl-a'],
    'static_routes',
  );
  if (!lost || !unreachable || !good) throw new Error('three routes');
  t.match(routes.add([lost, unreachable, good]), [
    { entry: lost, code: 'ENODEV' },
    { entry: unreachable, code: 'ENETUNREACH', message: /gateway/ },
  ]);
  t.match(ip('route show'), '10.5.0.0/16', 'the others are set');
  t.same(routes.remove([lost, good]), [], 'one whose interface is gone went with it');
  t.end();
});

t.test('an entry as text reads back equal', (t) => {
  const routeLines = ['10.0.0.0/8 via 192.0.2.2 metric 5 table 9', 'default dev vl-a scope 253', 'throw 10.1.0.0/16'];
  for (const one of entries(routeLines, 'static_routes'))
    t.match(entries([describeRoute(one)], 'static_routes'), [{ ...one, place: {} }]);
  const ruleLines = ['not from 10.0.0.0/8 fwmark 1/3 lookup 9', 'inet6 to 2001:db8::/32 goto 7', 'iif vl-a nop'];
  for (const one of entries(ruleLines, 'static_rules'))
    t.match(entries([describeRoute(one)], 'static_rules'), [{ ...one, place: {} }]);
  t.end();
});

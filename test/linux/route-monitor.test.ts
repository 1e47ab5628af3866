// The monitor of routes and rules: what others remove or replace is told, what we remove and what is not ours is not; a
// flood of other routes, and an overrun of its queue, after which it is right again.

import { ip, until, vethPair } from './own-network.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import type { Route, Rule } from '../../src/config/model.js';
import { describeRoute } from '../../src/config/route-text.js';
import { readConfig } from '../../src/config/read.js';
import { Netlink } from '../../src/linux/netlink.js';
import { RouteMonitor } from '../../src/linux/route-monitor.js';
import { Routes } from '../../src/linux/routes.js';

await vethPair('vl-a', 'vl-b');
ip('addr add 192.0.2.1/24 dev vl-a');
ip('addr add 2001:db8::1/64 dev vl-a nodad');
const netlink = new Netlink();
t.teardown(() => netlink.close());
const indices = new Map(
  (JSON.parse(ip('-j link')) as { ifname: string; ifindex: number }[]).map(({ ifname, ifindex }) => [ifname, ifindex]),
);
const indexOf = (dev: string): number | undefined => indices.get(dev);
const routes = new Routes(netlink, indexOf);

/** Lines of static_routes and static_rules as the reader understands them. */
function entries(routeLines: readonly string[], ruleLines: readonly string[] = []): (Route | Rule)[] {
  const text = `static_routes {\n${routeLines.join('\n')}\n}\nstatic_rules {\n${ruleLines.join('\n')}\n}\n`;
  const { config, diagnostics } = readConfig({ file: 'x', load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join());
  return [...config.staticRoutes, ...config.staticRules];
}

/** With the entries set and watched; `removed` tells what it says next. */
function monitor(t: Test, all: readonly (Route | Rule)[], options = {}, onReadable = (): void => undefined) {
  const one = new RouteMonitor(netlink, { indexOf, onReadable }, options);
  t.same(one.add(all), []);
  t.teardown(() => {
    one.close();
    routes.remove(all);
  });
  const removed = (): string[] =>
    one.receive().map((input) => (input.kind === 'route-removed' ? describeRoute(input.entry) : input.kind));
  return { one, removed };
}

const present = (list: string[]): string[] | undefined => (list.length > 0 ? list : undefined);

const LINES = [
  '198.51.100.0/24 via 192.0.2.2',
  '198.51.101.0/24 dev vl-a metric 7 src 192.0.2.1 table 100',
  'default via 192.0.2.3 table 1000 proto 77',
  'blackhole 203.0.113.0/25',
  '198.51.102.1 dev vl-a scope global mtu 1300 tos 0x10',
  '2001:db8:1::/48 via 2001:db8::2',
  '2001:db8:2::/48 via 2001:db8::2 metric 5',
];
const RULES = [
  'from 198.51.100.0/24 lookup 100',
  'to 203.0.113.0/24 iif vl-a fwmark 7/15 priority 50 lookup 1000',
  'not from 192.0.2.7 tos 0x10 blackhole',
  'fwmark 9 goto 32766',
  'oif vl-a suppress_prefixlength 0 lookup main',
  'from 2001:db8:3::/48 lookup 100',
];

t.test('each one that somebody else removes is told once', (t) => {
  const all = entries(LINES, RULES);
  t.equal(all.length, LINES.length + RULES.length);
  const { removed } = monitor(t, all);
  t.same(removed(), [], 'our own additions are nothing');
  const commands = [
    'route del 198.51.100.0/24',
    'route del 198.51.101.0/24 table 100',
    'route del default table 1000',
    'route del blackhole 203.0.113.0/25',
    'route del 198.51.102.1 tos 0x10',
    '-6 route del 2001:db8:1::/48',
    '-6 route del 2001:db8:2::/48',
    'rule del from 198.51.100.0/24 lookup 100',
    'rule del pref 50',
    'rule del not from 192.0.2.7 tos 0x10 blackhole',
    'rule del fwmark 9',
    'rule del oif vl-a suppress_prefixlength 0 lookup main',
    '-6 rule del from 2001:db8:3::/48 lookup 100',
  ];
  for (const [index, command] of commands.entries()) {
    ip(command);
    t.same(removed(), all.slice(index, index + 1).map(describeRoute), command);
    t.same(removed(), []);
  }
  t.same(routes.add(all), []);
  for (const command of commands) ip(command);
  t.same(removed(), all.map(describeRoute), 'all in one queue');
  t.same(routes.add(all), []);
  t.same(routes.remove(all), []);
  t.same(removed(), [], 'our own removals are nothing');
  t.end();
});

t.test('a route that another one takes the place of, and others beside ours', (t) => {
  const all = entries(['198.51.100.0/24 via 192.0.2.2', '2001:db8:1::/48 via 2001:db8::2']);
  const { removed, one } = monitor(t, all);
  ip('route replace 198.51.100.0/24 via 192.0.2.9');
  t.same(removed(), ['198.51.100.0/24 via 192.0.2.2'], 'replaced');
  t.same(routes.add(all), []);
  t.match(ip('route get 198.51.100.7'), /via 192\.0\.2\.2 /, 'ours goes before it');
  ip('route del 198.51.100.0/24 via 192.0.2.9');
  t.same(removed(), [], 'the other one goes');
  for (const words of ['metric 9', 'table 100', 'via 192.0.2.8 tos 0x10'])
    for (const act of ['add', 'replace', 'del'])
      ip(`route ${act} 198.51.100.0/24 ${words.startsWith('via') ? '' : 'via 192.0.2.9 '}${words}`);
  t.same(removed(), [], 'others with the same destination');
  ip('-6 route replace 2001:db8:1::/48 via 2001:db8::9');
  t.same(removed(), ['2001:db8:1::/48 via 2001:db8::2'], 'IPv6 too');
  ip('-6 route del 2001:db8:1::/48');
  one.remove(all);
  t.same(routes.add(all), []);
  ip('route del 198.51.100.0/24');
  t.same(removed(), [], 'forgotten');
  t.end();
});

/** `ip` beside us, with many lines at once. */
function batch(lines: readonly string[]): Promise<unknown> {
  const child = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(lines.join('\n'));
  return once(child, 'exit');
}
const others = (count: number, act: string): string[] =>
  Array.from({ length: count }, (_, at) => `route ${act} 10.${at >> 8}.${at & 255}.0/24 via 192.0.2.3`);

t.test('a flood of other routes is passed over', async (t) => {
  const count = 25_000;
  const all = entries(['10.200.7.0/24 via 192.0.2.2', '10.8.0.0/16 via 192.0.2.2']);
  const work = { busy: 0, longest: 0, inputs: 0 };
  const { one, removed } = monitor(t, all, {}, () => {
    const from = performance.now();
    work.inputs += one.receive().length;
    const took = performance.now() - from;
    work.busy += took;
    work.longest = Math.max(work.longest, took);
  });
  for (const act of ['add', 'del']) await batch(others(count, act));
  await until('the queue is empty', () => one.receive().length === 0);
  const each = (1_000 * work.busy) / (2 * count);
  t.comment(`${each.toFixed(1)} us each, at most ${work.longest.toFixed(1)} ms in one go`);
  t.equal(work.inputs, 0, 'nothing of ours');
  t.ok(each < 100, 'and little work');
  ip('route del 10.8.0.0/16');
  t.same(await until('the removal', () => present(removed())), ['10.8.0.0/16 via 192.0.2.2']);
});

t.test('an overrun: the tables are read', async (t) => {
  const all = entries(LINES, RULES.slice(0, 2));
  const { removed } = monitor(t, all, { receiveBuffer: 8192 });
  await batch(others(2_000, 'add'));
  t.same(removed(), [], 'all are there');
  await batch(others(2_000, 'del'));
  ip('route del 198.51.101.0/24 table 100');
  ip('rule del pref 50');
  const [, second, eighth] = [all[0], all[1], all[8]].map((entry) => entry && describeRoute(entry));
  t.same(await until('the reading', () => present(removed())), [eighth, second], 'two are not');
  t.same(removed(), [], 'said once');
});

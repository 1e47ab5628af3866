// The firewall of no_accept: its text, and with the kernel's own: what a neighbour's packets come to while the address is
// here, what stays possible, and that nothing is left. RFC 5798 § 6.1 (Accept_Mode)

import { ip, until, vethPair } from '../linux/own-network.js';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { Firewall } from '../../src/daemon/firewall.js';
import { firewallRules } from '../../src/linux/firewall.js';
import { anAddress, anInstance } from '../vrrp/host.js';

const NOTE = '/run/vrrpd/firewall';
const PORT = 7007;

const refusing = (...addresses: string[]) =>
  anInstance({ accept: false, virtualAddresses: addresses.map((address) => anAddress(address, 'vl-a')) });

t.test('the rules', (t) => {
  t.equal(firewallRules([anInstance()]), '');
  t.equal(firewallRules([anInstance({ accept: false, priority: 255 })]), '', 'an owner accepts');
  const excluded = [anAddress('2001:db8::2'), anAddress('fe80::1', 'eth2'), anAddress('192.0.2.1')];
  const more = anInstance({ accept: false, virtualAddresses: [anAddress('fe80::1')], excludedAddresses: excluded });
  t.equal(
    firewallRules([anInstance(), refusing('192.0.2.1', '192.0.2.2'), more]),
    `table inet vrrpd {
  chain input {
    type filter hook input priority -1; policy accept;
    icmpv6 type { 133, 134, 135, 136 } accept
    ip daddr { 192.0.2.1, 192.0.2.2 } counter drop
    iifname "eth1" ip6 daddr { fe80::1 } counter drop
    ip6 daddr { 2001:db8::2 } counter drop
    iifname "eth2" ip6 daddr { fe80::1 } counter drop
  }
}
`,
  );
  t.end();
});

t.test('in the kernel', async (t) => {
  // The notes of this test are its own.
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  await vethPair('vl-a', 'vl-b');
  const neighbour = spawn('unshare', ['--net', 'sleep', '60']);
  t.teardown(() => neighbour.kill());
  const namespaceOf = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);
  await until('the neighbour', () => namespaceOf(neighbour.pid ?? 'self') !== namespaceOf('self'));
  ip(`link set vl-b netns ${String(neighbour.pid)}`);
  const there = (...command: string[]): boolean =>
    spawnSync('nsenter', ['--net', '-t', String(neighbour.pid), ...command]).status === 0;
  there('ip', 'link', 'set', 'vl-b', 'up');
  for (const [here, beyond] of [
    ['192.0.2.7/24', '192.0.2.8/24'],
    ['2001:db8::7/64', '2001:db8::8/64'],
  ] as const) {
    ip(`addr add ${here} dev vl-a${here.includes(':') ? ' nodad' : ''}`);
    there('ip', 'addr', 'add', beyond, 'dev', 'vl-b', ...(here.includes(':') ? ['nodad'] : []));
  }
  const virtual = ['192.0.2.10', '2001:db8::10'];
  ip(`addr add ${virtual[0] ?? ''}/32 dev vl-a`);
  ip(`addr add ${virtual[1] ?? ''}/128 dev vl-a nodad`);
  const server = createServer((end) => end.end()).listen(PORT);
  t.teardown(() => server.close());

  const pings = (address: string): boolean => there('ping', '-c1', '-W0.3', address);
  const connects = (address: string): boolean =>
    there('timeout', '0.3', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${PORT}`);
  const table = (): string => spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' }).stdout;
  const complaints: string[] = [];
  const open = (): Firewall => new Firewall((text) => complaints.push(text));

  await until('the network', () => pings('2001:db8::7') && pings('192.0.2.7'));
  const firewall = open();
  await firewall.apply([anInstance()]);
  t.notOk(existsSync(NOTE), 'who drops nothing needs no table');
  for (const address of virtual) t.ok(pings(address) && connects(address), `${address} before`);
  await firewall.apply([refusing(...virtual)]);
  t.ok(existsSync(NOTE));
  there('ip', '-6', 'neigh', 'flush', 'dev', 'vl-b');
  for (const address of virtual) t.notOk(pings(address) || connects(address), address);
  const neighbours = there('sh', '-c', `ip -6 neigh show ${virtual[1] ?? ''} | grep lladdr`);
  t.ok(neighbours, 'neighbour discovery still finds it');
  for (const address of ['192.0.2.7', '2001:db8::7']) t.ok(pings(address), `the host's own ${address}`);
  t.match(table(), /ip daddr 192\.0\.2\.10 counter packets [2-9]/, 'ping and TCP were dropped');
  t.match(table(), /ip6 daddr 2001:db8::10 counter packets [2-9]/);

  const next = open();
  await next.apply([refusing('192.0.2.99')]);
  t.ok(pings('192.0.2.10'), 'a process that follows upon a crash puts its own in the place of what was left');
  t.equal(table().match(/daddr/g)?.length, 1);
  const gone = open();
  t.ok(gone.mayBeThere());
  await gone.apply([]);
  t.equal(table(), '');
  t.notOk(gone.mayBeThere());
  t.same(complaints, []);
});

t.test('without nft', async (t) => {
  const { PATH } = process.env;
  t.teardown(() => (process.env.PATH = PATH));
  process.env.PATH = '/nowhere';
  const complaints: string[] = [];
  const firewall = new Firewall((text) => complaints.push(text));
  await firewall.apply([anInstance()]);
  t.same(complaints, []);
  await firewall.apply([refusing('192.0.2.1')]);
  const words =
    'no_accept is not in effect, what is sent to the addresses is accepted: there is no nft (package nftables)';
  t.same(complaints, [words]);
  process.env.PATH = PATH;
  await Promise.all([firewall.apply([refusing('192.0.2.1')]), firewall.apply([anInstance()])]);
  t.same(complaints, [words], 'the next time it is tried again');
  t.notOk(firewall.mayBeThere());
});

t.test('refused', async (t) => {
  const complaints: string[] = [];
  const firewall = new Firewall((text) => complaints.push(text));
  const odd = anInstance({ accept: false, virtualAddresses: [anAddress('fe80::1', 'a"b')] });
  await firewall.apply([odd]);
  t.match(complaints, [/^no_accept is not in effect, .*: .*Error: /]);
  await firewall.apply([]);
});

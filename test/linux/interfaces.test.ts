// The monitor of interfaces: links that go down, go away, come back under another index or name, addresses that others
// remove, and an overrun of its queue, after which what it shows is right again.

import { idle, ip, running, until, vethPair } from './own-network.js';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { formatPrefix, parsePrefix, type Prefix } from '../../src/address.js';
import type { VirtualAddress } from '../../src/config/model.js';
import { Addresses } from '../../src/linux/addresses.js';
import { Interfaces } from '../../src/linux/interfaces.js';
import { Netlink } from '../../src/linux/netlink.js';
import type { Input } from '../../src/vrrp/input.js';

// The kernel gives no interface an address by itself.
writeFileSync('/proc/sys/net/ipv6/conf/default/addr_gen_mode', '1');
const netlink = new Netlink();
t.teardown(() => netlink.close());

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(text);
  return prefix;
}
const virtual = (text: string): VirtualAddress => ({
  prefix: prefixOf(text),
  dev: 'vl-a',
  scope: 0,
  place: { file: 'test', line: 1, column: 1 },
});
/** An input in one line: "vl-a 3 up 10.0.0.1/24", "vl-a gone", "vl-a lost 10.0.0.1". */
function lineOf(input: Input): string {
  if (input.kind === 'address-removed') return `${input.interface} lost ${input.address}`;
  if (input.kind !== 'link') return input.kind;
  if (input.link === undefined) return `${input.interface} gone`;
  const state = [input.link.up ? 'up' : 'down', ...(input.flapped ? ['again'] : [])];
  return [input.interface, ...state, ...input.link.addresses.map(formatPrefix)].join(' ');
}

function monitor(t: Test, options = {}): { lines: () => string[]; interfaces: Interfaces; calls: () => number } {
  let calls = 0;
  const interfaces = new Interfaces(netlink, () => calls++, options);
  t.teardown(() => interfaces.close());
  return { interfaces, calls: () => calls, lines: () => interfaces.receive().map(lineOf) };
}

t.test('the first receive() tells of all interfaces', async (t) => {
  await vethPair('vl-a', 'vl-b');
  ip('addr add 192.0.2.1/24 dev vl-a');
  ip('addr add 192.0.2.2/24 dev vl-a');
  ip('link set vl-a mtu 1400 address 02:00:00:00:00:0a');
  const { interfaces, lines } = monitor(t);
  t.equal(interfaces.find('vl-a'), undefined);
  t.same(lines().toSorted(), ['lo down', 'vl-a up 192.0.2.1/24 192.0.2.2/24', 'vl-b up']);
  t.match(interfaces.find('vl-a'), { mac: '02:00:00:00:00:0a', mtu: 1400, up: true });
  t.equal(interfaces.find('lo')?.mac, '00:00:00:00:00:00');
  t.same(lines(), []);
});

t.test('changes are told once, as they are at the end', async (t) => {
  const { interfaces, lines, calls } = monitor(t);
  lines();
  ip('link set vl-b down');
  await until('the call', () => calls() > 0);
  await idle('vl-a');
  t.same(lines().toSorted(), ['vl-a down 192.0.2.1/24 192.0.2.2/24', 'vl-b down'], 'no carrier is down');
  ip('link set vl-b up');
  for (const name of ['vl-a', 'vl-b']) await running(name);
  t.same(lines().toSorted(), ['vl-a up 192.0.2.1/24 192.0.2.2/24', 'vl-b up']);

  const before = interfaces.find('vl-a');
  ip('link set vl-a promisc on');
  ip('link set vl-a promisc off');
  ip('link set vl-a mtu 1300');
  ip('link set vl-a mtu 1400');
  t.same(lines(), [], 'nothing of interest, or back as it was');
  t.same(interfaces.find('vl-a'), before);

  ip('link set vl-b down');
  await idle('vl-a');
  ip('link set vl-b up');
  for (const name of ['vl-a', 'vl-b']) await running(name);
  t.same(
    lines().toSorted(),
    ['vl-a up again 192.0.2.1/24 192.0.2.2/24', 'vl-b up again'],
    'but for a link that flapped',
  );

  ip('addr add 192.0.2.3/32 dev vl-a');
  t.same(lines(), ['vl-a up 192.0.2.1/24 192.0.2.3/32 192.0.2.2/24']);
  ip('link set vl-a down');
  ip('link set vl-a name vl-n');
  ip('link set vl-n up');
  for (const name of ['vl-n', 'vl-b']) await running(name);
  const renamed = 'vl-n up 192.0.2.1/24 192.0.2.3/32 192.0.2.2/24';
  t.same(lines().toSorted(), ['vl-a gone', 'vl-b up again', renamed], 'renamed');
  ip('link set vl-n down');
  ip('link set vl-n name vl-a');
  lines();
});

t.test('an interface that is deleted and made again', async (t) => {
  const { interfaces, lines } = monitor(t);
  lines();
  const first = interfaces.find('vl-a')?.index;
  ip('link del vl-a');
  t.same(lines().toSorted(), ['vl-a gone', 'vl-b gone'], 'its addresses are not told of one by one');
  await vethPair('vl-a', 'vl-b');
  lines();
  const second = interfaces.find('vl-a')?.index;
  t.not(second, first);
  ip('addr add 192.0.2.1/24 dev vl-a');
  lines();
  ip('link del vl-a');
  await vethPair('vl-a', 'vl-b');
  const inputs = interfaces.receive();
  t.same(inputs.map(lineOf).toSorted(), ['vl-a up', 'vl-b up'], 'both at once: another index, no addresses');
  t.not(interfaces.find('vl-a')?.index, second);
});

t.test('a bridge port that leaves its bridge is no interface that goes', (t) => {
  ip('link add vl-br type bridge');
  const { lines, interfaces } = monitor(t);
  lines();
  ip('link set vl-b master vl-br');
  ip('link set vl-b nomaster');
  lines();
  t.ok(interfaces.find('vl-b'));
  ip('link del vl-br');
  t.same(lines(), ['vl-br gone']);
  t.end();
});

t.test('what others remove is told, what we remove is not', (t) => {
  const { interfaces, lines } = monitor(t);
  lines();
  const addresses = new Addresses(netlink, interfaces.indexOf, interfaces.removedHere);
  const three = ['192.0.2.190/32', '192.0.2.191/32', '192.0.2.192/32'].map(virtual);
  t.same(addresses.add(three), []);
  t.same(lines(), ['vl-a up 192.0.2.190/32 192.0.2.191/32 192.0.2.192/32']);
  ip('addr del 192.0.2.191/32 dev vl-a');
  t.same(lines(), ['vl-a up 192.0.2.190/32 192.0.2.192/32', 'vl-a lost 192.0.2.191']);
  t.same(addresses.remove(three), []);
  t.same(lines(), ['vl-a up']);

  addresses.add(three);
  addresses.remove(three);
  addresses.add(three);
  ip('addr flush dev vl-a');
  t.same(lines(), ['vl-a lost 192.0.2.190', 'vl-a lost 192.0.2.191', 'vl-a lost 192.0.2.192'], 'in one queue');
  t.end();
});

t.test('what the kernel takes along with an address that we remove is told', (t) => {
  const { interfaces, lines } = monitor(t);
  lines();
  const addresses = new Addresses(netlink, interfaces.indexOf, interfaces.removedHere);
  const four = [1, 2, 3, 4].map((host) => virtual(`198.51.100.${String(host)}/24`));
  addresses.add(four);
  lines();
  t.same(addresses.remove(four.slice(0, 1)), []);
  t.same(lines(), ['vl-a up', ...[2, 3, 4].map((host) => `vl-a lost 198.51.100.${String(host)}`)]);
  addresses.add(four);
  lines();
  addresses.remove(four.slice(1, 3));
  t.same(lines(), ['vl-a up 198.51.100.1/24 198.51.100.4/24'], 'secondary ones go alone');
  addresses.remove(four);
  lines();
  t.end();
});

t.test('an IPv6 address counts once nobody else has been found to have it', async (t) => {
  const { lines } = monitor(t);
  lines();
  ip('addr add 192.0.2.1/24 dev vl-a');
  ip('addr add fe80::1/64 dev vl-a');
  t.same(lines(), ['vl-a up 192.0.2.1/24'], 'it is looked for');
  ip('addr add 2001:db8::1/64 dev vl-a nodad');
  ip('addr add 192.0.2.2/24 dev vl-a');
  ip('addr add 2001:db8::7/64 dev vl-b nodad');
  lines();
  ip('addr add 2001:db8::7/64 dev vl-a');
  const told = await until('the end of the search', () => lines().find((line) => line.includes('fe80::1')));
  t.equal(told, 'vl-a up 192.0.2.1/24 192.0.2.2/24 2001:db8::1/64 fe80::1/64');
  await until('the end of the other', () => ip('addr show vl-a').includes('dadfailed'));
  t.same(lines(), [], 'somebody has it');
  t.equal(
    monitor(t)
      .lines()
      .find((line) => line.startsWith('vl-a')),
    told,
    'who asks later is told the same',
  );
  ip('link set vl-b down');
  await idle('vl-a');
  t.same(lines().toSorted(), [told.replace('up', 'down'), 'vl-b down', 'vl-b lost 2001:db8::7']);
  ip('link set vl-b up');
  await running('vl-a');
  lines();
  ip('addr flush dev vl-a');
  lines();
});

t.test('what others remove of IPv6 is told, what we remove is not', async (t) => {
  const { interfaces, lines } = monitor(t);
  lines();
  const addresses = new Addresses(netlink, interfaces.indexOf, interfaces.removedHere);
  const two = ['2001:db8::190/128', '2001:db8::191/64'].map(virtual);
  const first = two.slice(0, 1);
  t.same(addresses.add(two), []);
  await until('both', () => lines().includes('vl-a up 2001:db8::191/64 2001:db8::190/128'));
  ip('addr del 2001:db8::191/64 dev vl-a');
  t.same(lines(), ['vl-a up 2001:db8::190/128', 'vl-a lost 2001:db8::191']);
  t.same(addresses.remove(two), [], 'one of them is gone');
  t.same(lines(), ['vl-a up']);

  addresses.add(first);
  addresses.remove(first);
  addresses.add(first);
  ip('addr del 2001:db8::190/128 dev vl-a');
  t.same(lines(), ['vl-a lost 2001:db8::190'], 'in one queue');
  addresses.add(first);
  ip('addr del 2001:db8::190/128 dev vl-a');
  addresses.remove(first);
  t.same(lines(), ['vl-a lost 2001:db8::190'], 'it was gone when we wanted to remove it');
});

t.test('an overrun is survived: all is read anew', (t) => {
  const { interfaces, lines } = monitor(t, { receiveBuffer: 4096 });
  const addresses = new Addresses(netlink, interfaces.indexOf, interfaces.removedHere);
  const batch = (command: string): void => {
    execFileSync('ip', ['-batch', '-'], { input: command });
  };
  const many = Array.from({ length: 2000 }, (_, i) => `10.${String(i >> 8)}.${String(i & 255)}.1/32`);
  ip('addr add 192.0.2.7/24 dev vl-a');
  lines();
  batch(many.map((prefix) => `addr add ${prefix} dev vl-a\n`).join(''));
  t.same(lines(), [['vl-a up 192.0.2.7/24', ...many].join(' ')]);
  t.same(lines(), []);

  batch(
    many
      .slice(0, 1500)
      .map((prefix) => `addr del ${prefix} dev vl-a\n`)
      .join(''),
  );
  ip('link set vl-b mtu 1280');
  const told = lines();
  t.equal(told.filter((line) => line.startsWith('vl-a lost ')).length, 1500, 'those that vanished meanwhile are told');
  t.equal(
    told.find((line) => line.startsWith('vl-a up')),
    ['vl-a up 192.0.2.7/24', ...many.slice(1500)].join(' '),
  );
  t.equal(interfaces.find('vl-b')?.mtu, 1280);

  t.same(addresses.remove(many.map(virtual)), []);
  lines();
  ip('addr del 192.0.2.7/24 dev vl-a');
  t.same(lines(), ['vl-a up', 'vl-a lost 192.0.2.7'], 'and it goes on as before');
  t.end();
});

// The order of an interface's addresses, kept from notifications, is the kernel's own after any sequence of changes.

import { ip, until, vethPair } from './own-network.js';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { formatPrefix } from '../../src/address.js';
import { Interfaces } from '../../src/linux/interfaces.js';
import { Netlink } from '../../src/linux/netlink.js';

await vethPair('vl-a', 'vl-b');
const netlink = new Netlink();
t.teardown(() => netlink.close());

/** A small generator, so that a failure can be repeated. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

interface Shown {
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
}
const shown = (family = 4): string[] =>
  ((JSON.parse(ip(`-j -${family} addr show vl-a`)) as Shown[])[0]?.addr_info ?? []).map(
    ({ local, prefixlen }) => `${local}/${String(prefixlen)}`,
  );

for (const promote of ['0', '1'])
  t.test(`with promote_secondaries ${promote}`, (t) => {
    writeFileSync('/proc/sys/net/ipv4/conf/vl-a/promote_secondaries', promote);
    ip('addr flush dev vl-a');
    const interfaces = new Interfaces(netlink, () => undefined);
    t.teardown(() => interfaces.close());
    interfaces.receive();
    const random = numbers(7);
    const pick = <T>(choices: readonly T[]): T => choices[random.next().value % choices.length] as T;
    let changes = 0;
    for (let step = 0; step < 100; step++) {
      const present = shown();
      const [network, host, length] = [pick([1, 2, 3]), pick([1, 2, 3, 4, 5]), pick([24, 24, 24, 32])];
      const command =
        present.length > 0 && pick([true, true, false, false, false])
          ? `addr del ${pick(present)} dev vl-a`
          : `addr add 10.0.${String(network)}.${String(host)}/${String(length)} dev vl-a scope ${pick(['global', 'link', 'host'])}`;
      try {
        ip(command);
        changes++;
      } catch {
        // There already, or of another scope than its network's first.
      }
      interfaces.receive();
      t.same(interfaces.find('vl-a')?.addresses.map(formatPrefix), shown(), `${String(step)}: ${command}`);
    }
    t.ok(changes > 50, `${String(changes)} changes`);
    ip('addr replace 10.9.9.1/24 dev vl-a');
    ip('addr replace 10.9.9.2/24 dev vl-a');
    ip('addr change 10.9.9.1/24 dev vl-a valid_lft 500 preferred_lft 400');
    interfaces.receive();
    t.same(interfaces.find('vl-a')?.addresses.map(formatPrefix), shown(), 'one that is only changed keeps its place');
    t.end();
  });

t.test('IPv6 addresses come behind those of IPv4', async (t) => {
  writeFileSync('/proc/sys/net/ipv6/conf/vl-a/addr_gen_mode', '1');
  ip('addr flush dev vl-a');
  const interfaces = new Interfaces(netlink, () => undefined);
  t.teardown(() => interfaces.close());
  const told = (): string[] => {
    interfaces.receive();
    return interfaces.find('vl-a')?.addresses.map(formatPrefix) ?? [];
  };
  const isKernelOrder = (): boolean => String(told()) === String([...shown(4), ...shown(6)]);
  for (const command of [
    'add 2001:db8::1/64',
    'add fe80::1/64',
    'add 2001:db8::2/128',
    'add 10.0.1.1/24',
    'add fe80::2/64',
    'add 10.0.1.2/24',
    'add fd00::1/64',
    'del 2001:db8::1/64',
    'add 2001:db8::1/64',
    'add fec0::1/64',
    'add 10.0.2.1/24',
    'change 2001:db8::2/128 valid_lft 500 preferred_lft 400',
    'del 10.0.1.1/24',
    'add ::2/128',
  ]) {
    ip(`addr ${command} dev vl-a${command.includes('::') ? ' nodad' : ''}`);
    await until(command, isKernelOrder);
  }
  t.equal(told().length, 9);
  const later = new Interfaces(netlink, () => undefined);
  t.teardown(() => later.close());
  later.receive();
  t.same(later.find('vl-a')?.addresses, interfaces.find('vl-a')?.addresses, 'whoever asks later is told the same');
});

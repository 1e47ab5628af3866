// From configurations to a network: segments by the names of interfaces or by VRID, addresses and clients that are made up.

import t from 'tap';
import { readFileSync } from 'node:fs';
import type { VrrpInstance } from '../../src/config/model.js';
import { planNetwork, type NamedHost } from '../../src/sim/plan.js';
import { Random } from '../../src/sim/random.js';
import { anAddress } from '../vrrp/host.js';
import { configOf, ip } from './pair.js';

interface Router {
  readonly dev: string;
  readonly id: number;
  readonly addresses: readonly string[];
  readonly lines?: string;
}

const aHost = (name: string, routers: readonly Router[], rest = ''): NamedHost => ({
  name,
  daemon: 'vrrpd',
  config: configOf(
    rest +
      routers
        .map(
          ({ dev, id, addresses, lines = '' }) =>
            `vrrp_instance VI_${id} {\ninterface ${dev}\nvirtual_router_id ${id}\n${lines}\n` +
            `virtual_ipaddress {\n${addresses.join('\n')}\n}\n}\n`,
        )
        .join(''),
  ),
});

/** "host interface segment address" of all interfaces. */
const described = (hosts: readonly NamedHost[]): string[] =>
  planNetwork(hosts).hosts.flatMap(({ name, interfaces }) =>
    interfaces.map(
      (one) => `${name} ${one.name} ${one.segment} ${one.addresses.map(({ address }) => address).join(' ')}`,
    ),
  );

t.test('interfaces of one name are on one segment', (t) => {
  const routers = [
    { dev: 'eth0', id: 1, addresses: ['10.0.0.100'] },
    { dev: 'eth1', id: 2, addresses: ['10.0.1.100'] },
  ];
  t.strictSame(described([aHost('a', routers), aHost('b', routers)]), [
    'a eth0 eth0 10.0.0.1',
    'a eth1 eth1 10.0.1.1',
    'b eth0 eth0 10.0.0.2',
    'b eth1 eth1 10.0.1.2',
  ]);
  t.end();
});

t.test('an interface of another name is on the segment of its virtual router', (t) => {
  const one = aHost('a', [
    { dev: 'eth0', id: 1, addresses: ['10.0.0.100'] },
    { dev: 'eth1', id: 2, addresses: ['10.0.1.100'] },
  ]);
  const other = aHost('b', [
    { dev: 'ens19', id: 2, addresses: ['10.0.1.100'] },
    { dev: 'ens18', id: 1, addresses: ['10.0.0.100'] },
    { dev: 'ens20', id: 3, addresses: ['10.0.2.100'] },
  ]);
  t.strictSame(described([one, other]).slice(2), [
    'b ens19 eth1 10.0.1.2',
    'b ens18 eth0 10.0.0.2',
    'b ens20 ens20 10.0.2.2',
  ]);
  t.end();
});

t.test('all interfaces that the file names are there, one without addresses in a network of its own', (t) => {
  const lines = 'track_interface {\neth7\n}\nvirtual_ipaddress_excluded {\n10.0.3.1 dev eth3\n}\n';
  const delays = 'interface_up_down_delays {\neth9 1 1\n}\n';
  const hosts = ['a', 'b'].map((name) =>
    aHost(name, [{ dev: 'eth0', id: 1, addresses: ['10.0.0.100'], lines }], delays),
  );
  t.strictSame(described(hosts).slice(0, 4), [
    'a eth0 eth0 10.0.0.1',
    'a eth3 eth3 198.18.1.1',
    'a eth7 eth7 198.18.2.1',
    'a eth9 eth9 198.18.3.1',
  ]);
  t.end();
});

t.test('an address is as mcast_src_ip says; one that is made up is nobody else’s', (t) => {
  const router = { dev: 'eth0', id: 1, addresses: ['10.0.0.1', '10.0.0.3'] };
  const written = { ...router, lines: 'mcast_src_ip 10.0.0.2' };
  t.strictSame(described([aHost('a', [router]), aHost('b', [router]), aHost('c', [written])]), [
    'a eth0 eth0 10.0.0.4',
    'b eth0 eth0 10.0.0.5',
    'c eth0 eth0 10.0.0.2',
  ]);
  t.end();
});

t.test('made-up addresses are different, are no virtual ones, and ascend with the hosts of a segment', (t) => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Random(seed);
    const last = (): string => `10.0.0.${random.between(1, random.pick([12, 254]))}`;
    const addresses = [...new Set(random.list(random.pick([5, 240]), last)), '10.0.0.200'];
    const virtual = addresses.slice(0, 250);
    const count = random.between(2, 5);
    const hosts = Array.from({ length: count }, (_, index) =>
      aHost(`h${index}`, [{ dev: 'eth0', id: 1, addresses: [...new Set(virtual)] }]),
    );
    const { hosts: planned } = planNetwork(hosts);
    const own = planned.flatMap(({ interfaces }) => interfaces.flatMap((one) => one.addresses));
    const lasts = own.map(({ address }) => Number(address.split('.')[3]));
    t.equal(new Set(own.map(({ address }) => address)).size, count, `seed ${seed}: all different`);
    t.notOk(
      own.some(({ address }) => virtual.includes(address)),
      `seed ${seed}: none is virtual`,
    );
    if (own.every(({ address }) => address.startsWith('10.0.0.')))
      t.strictSame(
        lasts,
        lasts.toSorted((a, b) => a - b),
        `seed ${seed}: ascending`,
      );
    const macs = planned.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac));
    t.equal(new Set(macs).size, count);
  }
  t.end();
});

t.test('a network that is full gives way to a spare one', (t) => {
  const all = Array.from({ length: 254 }, (_, index) => `10.0.0.${index + 1}`);
  t.strictSame(described(['a', 'b'].map((name) => aHost(name, [{ dev: 'eth0', id: 1, addresses: all }]))), [
    'a eth0 eth0 198.18.0.1',
    'b eth0 eth0 198.18.0.2',
  ]);
  t.end();
});

t.test('a client on each segment that has virtual addresses, for all of them, each once', (t) => {
  const first = aHost('a', [
    { dev: 'eth0', id: 1, addresses: ['10.0.0.100', '10.0.0.101'] },
    { dev: 'eth1', id: 2, addresses: ['10.0.1.100'], lines: 'track_interface {\neth2\n}\n' },
  ]);
  const second = aHost('b', [
    { dev: 'eth0', id: 1, addresses: ['10.0.0.101', '10.0.0.102'] },
    { dev: 'eth1', id: 2, addresses: ['10.0.1.100'] },
  ]);
  t.match(planNetwork([first, second]).clients, [
    {
      ...{ name: 'client', segment: 'eth0', targets: ['10.0.0.100', '10.0.0.101', '10.0.0.102'] },
      addresses: { ipv4: '198.18.0.254', ipv6: 'fe80::ff:fe00:ff' },
    },
    { name: 'client', segment: 'eth1', addresses: { ipv4: '198.18.1.254' }, targets: ['10.0.1.100'] },
  ]);
  t.equal(planNetwork([first, second]).clients?.length, 2, 'none on eth2');
  t.end();
});

t.test('IPv6 has link-local addresses from the MAC addresses, alone or beside IPv4', (t) => {
  /** As configOf reads it, whatever of IPv6 it reads by now. */
  const onIpv6 = (host: NamedHost, changes: Partial<VrrpInstance> = {}): NamedHost => ({
    ...host,
    config: {
      ...host.config,
      vrrpInstances: host.config.vrrpInstances.map((one) => ({
        ...one,
        version: 3,
        family: 'ipv6',
        virtualAddresses: [anAddress('2001:db8::100', 'eth0')],
        ...changes,
      })),
    },
  });
  const routers = [{ dev: 'eth0', id: 1, addresses: ['10.0.0.100'] }];
  const alone = ['a', 'b'].map((name) => onIpv6(aHost(name, routers)));
  t.strictSame(described(alone), ['a eth0 eth0 fe80::ff:fe00:1', 'b eth0 eth0 fe80::ff:fe00:2']);
  t.match(planNetwork(alone).clients, [{ targets: ['2001:db8::100'] }]);
  const written = onIpv6(aHost('c', routers), { srcIp: ip('fe80::7') });
  t.strictSame(described([written]), ['c eth0 eth0 fe80::7']);
  const excluded = { excludedAddresses: [anAddress('2001:db8::101', 'eth0')] };
  const both = aHost('d', routers);
  const dual = { ...both.config, vrrpInstances: both.config.vrrpInstances.map((one) => ({ ...one, ...excluded })) };
  t.strictSame(described([{ ...both, config: dual }]), ['d eth0 eth0 10.0.0.1 fe80::ff:fe00:1']);
  t.end();
});

t.test('hosts have the addresses that their unicast peers send to', (t) => {
  const withPeers = (name: string, ...peers: string[]): NamedHost => {
    const host = aHost(name, [{ dev: 'eth0', id: 1, addresses: ['10.0.0.100'] }]);
    const unicast = {
      peers: peers.map((address) => ({ address: ip(address) })),
      ...({ ttl: 255, checkSrc: false, oldChecksum: 'as-heard' } as const),
    };
    return {
      ...host,
      config: { ...host.config, vrrpInstances: host.config.vrrpInstances.map((one) => ({ ...one, unicast })) },
    };
  };
  const expected = ['a eth0 eth0 10.9.0.1', 'b eth0 eth0 10.9.0.2', 'c eth0 eth0 10.9.0.3'];
  const others = [
    withPeers('a', '10.9.0.2', '10.9.0.3'),
    withPeers('b', '10.9.0.1', '10.9.0.3'),
    withPeers('c', '10.9.0.1', '10.9.0.2'),
  ];
  t.strictSame(described(others), expected, 'each lists the others');
  const all = ['10.9.0.1', '10.9.0.2', '10.9.0.3'];
  t.strictSame(described(['a', 'b', 'c'].map((name) => withPeers(name, ...all))), expected, 'all have the same list');
  t.end();
});

t.test('layout 1: two hosts on one segment, one client', (t) => {
  const folder = new URL('../fixtures/layouts/1-mycat-haproxy-pair/', import.meta.url);
  const hosts = ['01', '02'].map((node): NamedHost => {
    const text = readFileSync(new URL(`keepalived-edu-haproxy-${node}.conf`, folder), 'utf8');
    return { name: `lb${node}`, daemon: 'vrrpd', config: configOf(text) };
  });
  t.strictSame(described(hosts), ['lb01 eth1 eth1 192.168.1.1', 'lb02 eth1 eth1 192.168.1.2']);
  t.match(planNetwork(hosts).clients, [{ targets: ['192.168.1.190'] }]);
  t.end();
});

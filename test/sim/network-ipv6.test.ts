// The simulated network with IPv6: neighbour discovery as the kernels speak it, addresses that wait until nobody else turns
// out to have them, and adverts that go to one host instead of a group. RFC 4861 § 7.2, RFC 4862 § 5.4.

import t from 'tap';
import { VRRP_GROUPS } from '../../src/address.js';
import type { UnicastSettings, VrrpInstance } from '../../src/config/model.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { Network } from '../../src/sim/network.js';
import { planNetwork } from '../../src/sim/plan.js';
import { Random } from '../../src/sim/random.js';
import { milliseconds, seconds } from '../../src/time.js';
import { aConfig, anAddress, anInstance } from '../vrrp/host.js';
import { ip } from './pair.js';

const VIRTUAL = ip('2001:db8::100');
const PREFIX = { address: VIRTUAL, length: 64 };
const LINK_LOCAL = [ip('fe80::ff:fe00:1'), ip('fe80::ff:fe00:2')] as const;

/** Two hosts with keepalived on IPv6, lb1 with the higher priority. */
function ipv6Pair(changes: Partial<VrrpInstance> = {}) {
  const happened: string[] = [];
  const hosts = [150, 100].map((priority, index) => ({
    name: `lb${index + 1}`,
    daemon: 'keepalived' as const,
    config: aConfig({
      instances: [
        anInstance({
          ...{ priority, version: 3, family: 'ipv6', mcastDstIp: VRRP_GROUPS.ipv6, authentication: { type: 'none' } },
          virtualAddresses: [anAddress(VIRTUAL)],
          ...changes,
        }),
      ],
    }),
  }));
  const network = new Network({
    ...planNetwork(hosts),
    random: new Random(1),
    watch: (happening) => {
      const at = (network.now / 1_000_000).toFixed(4);
      if (happening.kind === 'answered') happened.push(`${at} ${happening.by?.name ?? 'nobody'}`);
      else if (happening.kind === 'effect' && isLoud(happening.effect))
        happened.push(`${at} ${happening.host.name} ${happening.effect.kind}`);
    },
  });
  const [lb1, lb2] = [network.host('lb1'), network.host('lb2')];
  const by = (): string | undefined => network.clients[0]?.answeredBy(VIRTUAL)?.name;
  return { network, lb1, lb2, by, happened };
}

const isLoud = ({ kind }: Effect): boolean => kind === 'send-na' || kind === 'add-address';

t.test('a client asks until a kernel answers, and believes an advertisement at once', (t) => {
  const { network, lb1, lb2, by } = ipv6Pair();
  for (const host of [lb1, lb2]) host.isOn = true;
  network.run(seconds(1.5));
  t.equal(by(), undefined);
  lb1.addAddress('eth1', PREFIX);
  network.run(seconds(1));
  t.equal(by(), 'lb1', 'answered');
  lb2.addAddress('eth1', PREFIX);
  network.run(seconds(20));
  t.equal(by(), 'lb1', 'a second owner that says nothing is not seen');
  lb2.interfaces.get('eth1')?.announce(VIRTUAL);
  network.run(milliseconds(1));
  t.equal(by(), 'lb2');
  lb2.deleteAddress(VIRTUAL);
  network.run(seconds(10));
  t.equal(by(), 'lb1', 'asked again once the other does not answer any more');
  t.end();
});

t.test('a probe is answered to all: clients follow who answers last', (t) => {
  const { network, lb1, lb2, by } = ipv6Pair();
  for (const host of [lb1, lb2]) {
    host.isOn = true;
    host.addAddress('eth1', PREFIX);
  }
  lb1.interfaces.get('eth1')?.announce(VIRTUAL);
  network.run(milliseconds(1));
  t.equal(by(), 'lb1');
  lb1.interfaces.get('eth1')?.probe(VIRTUAL);
  network.run(milliseconds(1));
  t.equal(by(), 'lb2', 'RFC 4861 § 7.2.4: the answer to :: goes to all nodes, and overrides');
  t.end();
});

t.test('a pair of keepalived on IPv6: take-over, farewell, and the clients follow', (t) => {
  const { network, lb1, lb2, by, happened } = ipv6Pair();
  lb1.start();
  lb2.start();
  network.run(seconds(3.5));
  t.same(happened, ['3.4141 lb1 add-address', '3.4141 lb1 send-na', '3.4142 lb1']);
  lb1.stop();
  network.run(seconds(0.7));
  t.equal(by(), 'lb2');
  t.equal(lb2.standingOf('VI_1')?.state, 'MASTER');
  t.end();
});

t.test('duplicate detection: an address is there a second later, or never where somebody else has it', (t) => {
  const dad = { ...anAddress(VIRTUAL), flags: ['dad'] as const };
  const { network, lb1, lb2 } = ipv6Pair({ virtualAddresses: [dad] });
  lb1.start();
  network.run(seconds(3.5));
  t.equal(lb1.standingOf('VI_1')?.state, 'MASTER');
  t.equal(lb1.has(VIRTUAL), false, 'not yet');
  network.run(seconds(1));
  t.equal(lb1.has(VIRTUAL), true);
  lb2.isOn = true;
  const [one, other] = [lb1, lb2].map(({ interfaces }) => interfaces.get('eth1'));
  t.equal(other?.add(PREFIX, { isDetected: true }), true);
  t.equal(other?.add(PREFIX, { isDetected: true }), false, 'it is being looked for already');
  network.run(seconds(2));
  t.equal(lb2.has(VIRTUAL), false, 'the one who has it answered the probe');
  t.equal(other?.add(PREFIX, { isDetected: true }), true, 'it was given up');
  one?.remove(VIRTUAL);
  one?.add(PREFIX, { isDetected: true });
  network.run(seconds(2));
  t.same([lb1.has(VIRTUAL), lb2.has(VIRTUAL)], [false, false], 'both probed in the same moment');
  other?.add(PREFIX, { isDetected: true });
  t.equal(other?.remove(VIRTUAL), true, 'while it is being looked for');
  network.run(seconds(2));
  t.equal(lb2.has(VIRTUAL), false);
  t.end();
});

t.test('unicast adverts go to the host that has the address, and to nobody else', (t) => {
  const unicast: UnicastSettings = {
    ...{ ttl: 255, checkSrc: false, oldChecksum: 'as-heard' },
    peers: LINK_LOCAL.map((address) => ({ address })),
  };
  const { network, lb1, lb2 } = ipv6Pair({ unicast });
  lb1.start();
  lb2.start();
  network.run(seconds(8));
  t.same(
    [lb1, lb2].map((host) => host.standingOf('VI_1')?.state),
    ['MASTER', 'BACKUP'],
  );
  const away: UnicastSettings = { ...unicast, peers: [{ address: ip('2001:db8:9::1') }] };
  const apart = ipv6Pair({ unicast: away });
  apart.lb1.start();
  apart.lb2.start();
  apart.network.run(seconds(8));
  t.same(
    [apart.lb1, apart.lb2].map((host) => host.standingOf('VI_1')?.state),
    ['MASTER', 'MASTER'],
    'there are no routers to it',
  );
  t.end();
});

// The model of keepalived 2.2.7 by itself, under virtual time: a test a quirk. That the real one does the same is
// test/lab/keepalived-model.test.ts's business.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { VRRP_GROUPS } from '../../src/address.js';
import type { UnicastSettings } from '../../src/config/model.js';
import {
  aGroup,
  anAddress,
  anInstance,
  aScript,
  eth1,
  failed,
  ip,
  succeeded,
  tracked,
  type Said,
} from '../vrrp/host.js';
import { garp, Peer, quiet } from './peer.js';

const OTHER_ADDRESS = '192.168.1.189';

const TAKES_OVER = 'advert 91 120, add 192.168.1.190, garp x5, VI_1 MASTER';

t.test('the start: what an earlier run left is removed, then BACKUP for the whole wait, whatever `state` says', (t) => {
  const peer = new Peer({ instances: [anInstance({ state: 'MASTER', garp: quiet })] });
  t.equal(peer.start(), 'remove 192.168.1.190, VI_1 BACKUP');
  t.same(peer.log, ['(VI_1) removing VIPs.', '(VI_1) Entering BACKUP STATE (init)']);
  t.same(peer.pass(seconds(4)), [`3531: ${TAKES_OVER}`]);
  t.end();
});

t.test('an owner takes over at once and never says that it was BACKUP; after a fault it waits like others', (t) => {
  const peer = Peer.of({ priority: 255 });
  t.same(peer.pass(milliseconds(1)), ['0: advert 91 255, add 192.168.1.190, garp x5, VI_1 MASTER']);
  peer.link(false);
  t.equal(peer.link(true), 'VI_1 BACKUP');
  t.match(peer.pass(seconds(3.1)), [/^3003: .*MASTER/]);
  t.end();
});

t.test('a second burst after garp_master_delay, and one more after each lower advert', (t) => {
  const peer = Peer.of({ garp: { ...garp, masterDelay: milliseconds(1_500), lowerPrioDelay: milliseconds(2_500) } });
  peer.pass(milliseconds(3_532));
  t.same(peer.pass(seconds(1.6)), ['999: advert 91 120', '1499: garp x5']);
  t.equal(peer.hear({ priority: 100 }), 'advert 91 120, garp x5, VI_1 MASTER_RX_LOWER_PRI');
  peer.pass(milliseconds(300));
  peer.hear({ priority: 100 });
  t.same(peer.pass(seconds(2.7)), ['1000: advert 91 120', '2000: advert 91 120', '2200: garp x5', '2500: garp x5']);
  t.end();
});

t.test('any packet for its VRID, however bad, sets the timer of a MASTER anew', (t) => {
  const bad: Partial<Said>[] = [
    { ttl: 254 },
    { checksumValid: false },
    { authentication: { type: 'PASS', password: '2222' } },
    { interval: seconds(2) },
    { addresses: ['192.168.1.190', OTHER_ADDRESS] },
    { addresses: [OTHER_ADDRESS] },
    { version: 3 },
    { type: 2 },
  ];
  for (const said of bad) {
    const peer = Peer.master();
    for (let count = 0; count < 10; count += 1) {
      t.equal(peer.hear({ priority: 200, ...said }), '', `${JSON.stringify(said)}: silence`);
      t.same(peer.pass(milliseconds(300)), []);
    }
    t.same(peer.pass(milliseconds(700)), ['700: advert 91 120']);
    peer.hear({ priority: 200, from: '192.168.1.191' });
    peer.hear({ priority: 200, to: ip('192.168.1.191') });
    t.same(peer.pass(seconds(1)), ['1000: advert 91 120'], 'one of its own source, or to its own address, is nothing');
  }
  t.end();
});

t.test('a MASTER that hears a better one leaves without a word; of two equal ones the higher address wins', (t) => {
  for (const said of [{ priority: 121 }, { priority: 120 }]) {
    const peer = Peer.master();
    t.equal(peer.hear(said), 'remove 192.168.1.190, VI_1 BACKUP');
    t.match(peer.pass(seconds(3.6)), [/^3531: /], 'a whole wait follows');
  }
  const peer = Peer.master();
  t.match(peer.hear({ priority: 120, from: '192.168.1.1' }), /^advert 91 120, garp/, 'a lower address has to go');
  t.end();
});

t.test('priority 0: a MASTER answers at once, a BACKUP waits its skew time, from the last one on', (t) => {
  const peer = Peer.of();
  peer.hear({ priority: 0 });
  peer.pass(milliseconds(400));
  peer.hear({ priority: 0 });
  t.same(peer.pass(milliseconds(600)), [`531: ${TAKES_OVER}`]);
  t.equal(peer.hear({ priority: 0 }), 'advert 91 120');
  t.end();
});

t.test('a BACKUP does not let a lower advert count, unless nopreempt or a running preempt_delay says so', (t) => {
  const lower = { priority: 100 };
  const takenOverAfter = (changes: Parameters<typeof anInstance>[0]): number => {
    const peer = Peer.of(changes);
    for (let count = 0; count < 10; count += 1) {
      peer.hear(lower);
      const [first] = peer.pass(seconds(1));
      if (first !== undefined) return count + parseInt(first) / 1_000;
    }
    return Infinity;
  };
  t.equal(takenOverAfter({}), 3.531);
  t.equal(takenOverAfter({ preemptDelay: seconds(1.5) }), 4.531, 'the last one that counted came after 1 s');
  t.equal(takenOverAfter({ nopreempt: true }), Infinity);
  t.end();
});

t.test('preempt_delay begins anew when an advert is not lower', (t) => {
  const peer = Peer.of({ preemptDelay: seconds(1.5) });
  for (const priority of [100, 120, 100, 100]) {
    peer.hear({ priority });
    peer.pass(seconds(1));
  }
  t.match(peer.pass(seconds(3)), [/^2531: /], 'the last one counted still');
  t.end();
});

t.test('its own link down: two farewells that nobody hears, FAULT; up again: the whole wait', (t) => {
  const peer = Peer.master();
  t.equal(peer.link(false), 'advert 91 0, advert 91 0, remove 192.168.1.190, VI_1 FAULT');
  t.equal(peer.hear({ priority: 1 }), '');
  t.equal(peer.link(true), 'VI_1 BACKUP');
  t.same(peer.pass(seconds(3.6)), [`3531: ${TAKES_OVER}`]);
  t.end();
});

t.test('a stop: one farewell, the addresses, then STOP', (t) => {
  const peer = Peer.master();
  t.equal(peer.give({ kind: 'stop', cause: 'SIGTERM' }), 'advert 91 0, remove 192.168.1.190, VI_1 STOP');
  t.same(peer.pass(seconds(10)), []);
  t.end();
});

t.test('an address that somebody removes: priority 0, BACKUP, and MASTER again after the skew time', (t) => {
  const peer = Peer.master();
  const removed = peer.give({ kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') });
  t.equal(removed, 'advert 91 0, remove 192.168.1.190, VI_1 BACKUP');
  t.same(peer.pass(seconds(1)), [`531: ${TAKES_OVER}`]);
  t.end();
});

t.test('of two owners each one lowers itself to 254 when it hears the other', (t) => {
  const peer = Peer.of({ priority: 255 });
  peer.pass(seconds(0.5));
  t.equal(peer.hear({ priority: 255 }), 'remove 192.168.1.190, VI_1 BACKUP');
  t.match(peer.pass(seconds(3.1)), [/^3007: advert 91 254/]);
  t.end();
});

t.test(
  'a weighted check moves the running wait by the difference of the skew; a MASTER says so in its next advert',
  (t) => {
    const tracks = [tracked({ weight: -60 })];
    const peer = new Peer({ instances: [anInstance({ garp: quiet, tracks })], scripts: [aScript({ weight: -60 })] });
    peer.start();
    peer.scriptEnds = failed;
    t.match(peer.pass(seconds(4)), [/^3765: advert 91 60/], '196/256 s, not 136/256 s');
    t.ok(peer.log.includes('(VI_1) Changing effective priority from 120 to 60'));
    peer.scriptEnds = succeeded;
    t.same(peer.pass(seconds(3)), ['765: advert 91 60', '1765: advert 91 60', '2765: advert 91 120']);
    t.end();
  },
);

t.test('a check without a weight: INIT until it has ended once, FAULT when it fails, back when it has risen', (t) => {
  const script = aScript({ interval: seconds(1), rise: 2, fall: 2 });
  const peer = new Peer({ instances: [anInstance({ garp: quiet, tracks: [tracked()] })], scripts: [script] });
  peer.scriptEnds = failed;
  t.equal(peer.start(), 'remove 192.168.1.190, VI_1 FAULT', 'the first result decides alone');
  peer.scriptEnds = succeeded;
  t.same(peer.pass(seconds(5.6)), ['2000: VI_1 BACKUP', `5531: ${TAKES_OVER}`]);
  peer.scriptEnds = failed;
  t.match(peer.pass(seconds(2)), [/advert 91 120/, /^1400: advert 91 0, advert 91 0, remove .*, VI_1 FAULT/]);
  t.end();
});

t.test(
  'a sync group: the last one takes all along, the first one is told to wait; a fault of one is a fault of all',
  (t) => {
    const second = { name: 'VI_2', virtualRouterId: 92, priority: 60, virtualAddresses: [anAddress(OTHER_ADDRESS)] };
    const instances = [anInstance({ garp: quiet }), anInstance({ garp: quiet, tracks: [tracked()], ...second })];
    const script = aScript({ interval: seconds(1) });
    const peer = new Peer({ instances, groups: [aGroup(['VI_1', 'VI_2'])], scripts: [script] });
    const residue = 'remove 192.168.1.190, remove 192.168.1.189';
    t.equal(
      peer.start(),
      `${residue}, VI_2 BACKUP, VI_1 BACKUP, G BACKUP`,
      'it begins with the one whose check it was',
    );
    const [first, ...more] = peer.pass(milliseconds(3_800));
    t.match(
      first,
      /^3765: advert 92 60, add .*189, garp x5, VI_2 MASTER, advert 91 120, add .*190.* MASTER, G MASTER$/,
    );
    t.same(more, []);
    t.equal(
      peer.hear({ priority: 200 }),
      'remove 192.168.1.190, VI_1 BACKUP, remove 192.168.1.189, VI_2 BACKUP, G BACKUP',
    );
    peer.pass(seconds(4));
    peer.scriptEnds = failed;
    t.match(
      peer.pass(seconds(1)).join(),
      /advert 92 0, advert 92 0, .*VI_2 FAULT, advert 91 0, remove .*VI_1 FAULT, G FAULT/,
    );
    t.end();
  },
);

const v3 = { version: 3, advertInt: seconds(0.1) } as const;

t.test('version 3: the skew is a part of the interval, and the interval is that of the master', (t) => {
  const alone = Peer.of(v3);
  t.same(alone.pass(seconds(0.4)), [`353: ${TAKES_OVER}`]);
  const peer = Peer.of(v3);
  peer.hear({ version: 3, interval: seconds(1), priority: 150 });
  t.same(peer.pass(seconds(3.6)), [`3531: ${TAKES_OVER}`]);
  t.same(peer.pass(seconds(0.25)), ['31: advert 91 120', '131: advert 91 120', '231: advert 91 120'], 'its own again');
  peer.hear({ version: 3, interval: seconds(0.5), priority: 150 });
  t.match(peer.pass(seconds(2)), [/^1765: .*MASTER/], 'of the one that it gives way to');
  t.end();
});

t.test(
  'version 3: a lower advert that does not count says nothing of the interval; a farewell waits the known skew',
  (t) => {
    const peer = Peer.of(v3);
    peer.hear({ version: 3, interval: seconds(1), priority: 100 });
    t.match(peer.pass(seconds(0.4)), [/^353: .*MASTER/]);
    const left = Peer.of(v3);
    left.hear({ version: 3, interval: seconds(1), priority: 150 });
    left.hear({ version: 3, interval: seconds(0.2), priority: 0 });
    t.match(left.pass(seconds(1)), [/^531: .*MASTER/]);
    t.end();
  },
);

t.test('IPv6: its adverts, announcements and packets are of that family', (t) => {
  const address = '2001:db8::190';
  const peer = new Peer({
    instances: [
      anInstance({
        ...{ version: 3, family: 'ipv6', mcastDstIp: VRRP_GROUPS.ipv6, garp: quiet },
        virtualAddresses: [anAddress(address)],
        excludedAddresses: [anAddress('192.168.1.190')],
      }),
    ],
  });
  peer.give({ kind: 'link', interface: 'eth1', link: { ...eth1, addresses: eth1.addresses.slice(0, 1) } });
  t.match(peer.start(), /^remove.*FAULT$/, 'no link-local address to send from');
  peer.give({ kind: 'link', interface: 'eth1', link: eth1 });
  t.same(peer.pass(seconds(3.6)), [
    `3531: advert 91 120, add ${address}, add 192.168.1.190, garp x5, na x5, VI_1 MASTER`,
  ]);
  t.equal(
    peer.hear({ version: 3, priority: 200, addresses: [address] }),
    '',
    'one on IPv4 is of another virtual router',
  );
  const over = { from: 'fe80::192', to: VRRP_GROUPS.ipv6 };
  t.match(peer.hear({ version: 3, priority: 200, addresses: [address], ...over }), /VI_1 BACKUP$/);
  t.end();
});

t.test('unicast: to each peer, its own address too; any TTL, and anybody, unless told otherwise', (t) => {
  const unicast = (changes: Partial<UnicastSettings> = {}) => ({
    ...{ srcIp: ip('192.168.1.191') },
    unicast: {
      peers: [{ address: ip('192.168.1.191') }, { address: ip('192.168.1.192') }],
      ...({ ttl: 255, checkSrc: false, oldChecksum: 'as-heard' } as const),
      ...changes,
    },
  });
  const to = ip('192.168.1.191');
  const peer = Peer.of(unicast());
  t.match(peer.pass(seconds(3.6)), [/^3531: advert 91 120, advert 91 120, add/]);
  t.equal(peer.hear({ priority: 200 }), '', 'not to the group');
  t.match(peer.hear({ priority: 200, ttl: 3, from: '192.168.1.77', to }), /VI_1 BACKUP$/);
  const strict = Peer.of(unicast({ checkSrc: true }));
  strict.pass(seconds(3.6));
  t.equal(strict.hear({ priority: 200, from: '192.168.1.77', to }), '');
  t.match(strict.log.at(-1), /unicast source address 192\.168\.1\.77 not a unicast peer/);
  const limited = Peer.of(unicast({ peers: [{ address: ip('192.168.1.192'), minTtl: 250, maxTtl: 254 }] }));
  limited.pass(seconds(3.6));
  t.equal(limited.hear({ priority: 200, to }), '', 'TTL 255');
  t.match(limited.log.at(-1), /TTL\/HL 255 not in range \[250, 254\]/);
  t.match(limited.hear({ priority: 200, ttl: 250, to }), /VI_1 BACKUP$/);
  t.match(Peer.of(unicast({ peers: [] })).log.at(-1), /FAULT STATE/, 'unicast_fault_no_peer');
  t.match(Peer.of({ ...unicast(), srcIp: ip('10.7.7.7'), trackSrcIp: true }).log.at(-1), /FAULT STATE/, 'track_src_ip');
  t.end();
});

// The status as an operator reads it: each state, within 80 columns, what needs attention first.

import t from 'tap';
import type { InstanceStatus, Snapshot } from '../../src/status/snapshot.js';
import { renderStatus } from '../../src/status/text.js';

const instance: InstanceStatus = {
  name: 'VI_1',
  state: 'MASTER',
  since: '2026-11-21T03:12:07.000+01:00',
  forSeconds: 27_060,
  why: 'no advert from 192.168.1.192 for 3.523 s (112 there, 122 here)',
  faults: [],
  interface: 'eth1',
  virtualRouterId: 91,
  version: 2,
  family: 'ipv4',
  advertIntSeconds: 1,
  source: '192.168.1.191',
  sendsTo: { kind: 'group', address: '224.0.0.18' },
  accept: true,
  nopreempt: true,
  priority: { base: 120, effective: 122, contributions: [{ tracker: 'chk_haproxy', value: 2 }] },
  addresses: [{ prefix: '192.168.1.190/32', dev: 'eth1', onWire: true, present: true, announcedSecondsAgo: 0.4321 }],
  checks: [
    {
      kind: 'script',
      name: 'chk_haproxy',
      state: 'up',
      weight: 2,
      running: false,
      lastResult: 'exit 0 after 12 ms',
      endedSecondsAgo: 1.04,
    },
  ],
  adverts: {
    sent: 27_064,
    heard: 183_618,
    dropped: 3,
    dropReasons: { ttl: 1, password: 2 },
    priorityZeroSent: 0,
    priorityZeroHeard: 0,
    sendErrors: 0,
    addressListsDiffer: 0,
  },
  becameMaster: 1,
  releasedMaster: 0,
  addressesPutBack: 0,
  secondOwners: [],
  secondOwnersSeen: 0,
  connectionsReset: 0,
  routesPutBack: 0,
  transitions: [
    { at: '2026-11-21T03:12:07.000+01:00', from: 'BACKUP', to: 'MASTER', why: 'no advert for 3.523 s' },
    { at: '2026-11-17T20:00:00.000+01:00', from: 'FAULT', to: 'BACKUP', why: 'eth1 is up again' },
    { at: '2026-10-30T20:00:00.000+01:00', from: 'INIT', to: 'FAULT', why: 'eth1 is down' },
  ],
};

const snapshot = (changes: Partial<InstanceStatus> = {}, more: Partial<Snapshot> = {}): Snapshot => ({
  version: '0.1.0',
  host: 'edu-haproxy-01',
  pid: 1,
  configFile: '/etc/keepalived/keepalived.conf',
  warnings: 1,
  takenAt: '2026-11-21T10:43:07.000+01:00',
  startedAt: '2026-11-09T06:43:07.000+01:00',
  upSeconds: 1_051_200,
  lateness: { latestMilliseconds: 0.2, longestMilliseconds: 4 },
  alerts: [],
  unreadablePackets: 0,
  unknownVirtualRouterPackets: 0,
  instances: [{ ...instance, ...changes }],
  ...more,
});

const render = (...parts: Parameters<typeof snapshot>): string => {
  const text = renderStatus(snapshot(...parts));
  for (const line of text.split('\n')) t.ok(line.length <= 80, `80 columns: ${line}`);
  return text;
};

t.test('what was held up, what is given up', (t) => {
  const late = renderStatus(snapshot({}, { lateness: { latestMilliseconds: 0, longestMilliseconds: 63.2 } }));
  t.match(late, /^! held up by 63 ms at worst since the start: see the log$/m);
  t.notMatch(renderStatus(snapshot()), /held up/);
  const leaving = renderStatus(snapshot({ givesUp: 'asked to yield (vrrpd failover)' }));
  t.match(leaving, /^ {2}gives up {3}asked to yield \(vrrpd failover\) {3}stays until another router serves$/m);
  t.end();
});

t.test('a name of a sync group moves what stands behind the state, within the 80 columns', (t) => {
  t.match(render({ group: 'G1' }), /^VI_1 {3}MASTER for 7 h 31 m +eth1 {2}in G1 {2}VRID 91 {2}v2 {2}every 1 s$/m);
  t.match(render({ group: 'a-group-with-a-longer-name' }), /^ {2}eth1 {2}in a-group-with-a-longer-name {2}VRID 91/m);
  t.end();
});

t.test('a MASTER', (t) => {
  t.equal(
    render(),
    `vrrpd 0.1.0 on edu-haproxy-01   up 12 d 4 h
  /etc/keepalived/keepalived.conf (1 warning)

VI_1   MASTER for 7 h 31 m                        eth1  VRID 91  v2  every 1 s
  why        no advert from 192.168.1.192 for 3.523 s (112 there, 122 here)
  priority   122 = 120 + 2 chk_haproxy   nopreempt
  address    192.168.1.190/32 eth1   there, announced 0.4 s ago
  check      chk_haproxy   up   exit 0 after 12 ms, 1 s ago
  adverts    sent 27 064   heard 183 618   dropped 3 (ttl 1, password 2)
  last       03:12:07   BACKUP -> MASTER   no advert for 3.523 s
             Tue        FAULT -> BACKUP   eth1 is up again
             2026-10-30   INIT -> FAULT   eth1 is down`,
  );
  t.end();
});

t.test('a BACKUP says whom it listens to and when it takes over', (t) => {
  const master = {
    address: '192.168.1.191',
    priority: 122,
    advertIntSeconds: 1,
    heardSecondsAgo: 0.41,
    takesOverInSeconds: 3.2,
  };
  const text = render({ state: 'BACKUP', master, addresses: [] });
  t.match(text, /master {5}192\.168\.1\.191 priority 122, heard 0\.4 s ago,\s+takes over in 3\.2 s if it falls silent/);
  t.match(render({ state: 'BACKUP', takesOverInSeconds: 2 }), /master {5}none heard {3}takes over in 2 s/);
  t.end();
});

t.test('version 3: the interval that its master says, where it is another one', (t) => {
  const master = {
    address: '192.168.1.191',
    priority: 122,
    advertIntSeconds: 0.8,
    heardSecondsAgo: 0.4,
    takesOverInSeconds: 2,
  };
  const text = render({ state: 'BACKUP', version: 3, advertIntSeconds: 0.25, master });
  t.match(text, /^VI_1 .* v3 {2}every 0\.25 s$/m);
  t.match(text, /^ {2}master {5}192\.168\.1\.191 priority 122, every 0\.8 s, heard 0\.4 s ago,/m);
  t.end();
});

t.test('where adverts go is told when it is not the usual group', (t) => {
  t.notMatch(render(), /group|unicast|no_accept/);
  t.match(render({ sendsTo: { kind: 'group', address: '224.0.0.77' } }), /^ {2}group {6}224\.0\.0\.77$/m);
  const onIpv6 = { family: 'ipv6', sendsTo: { kind: 'group', address: 'ff02::12' } } as const;
  t.match(render(onIpv6), /^VI_1 .* v2 IPv6 {2}every 1 s$/m);
  t.notMatch(render(onIpv6), /group/);
  const peers = [
    { address: '192.168.1.191', isOwn: true },
    { address: '192.168.1.192', isOwn: false },
    { address: '192.168.1.193', isOwn: false, minTtl: 254 },
  ];
  t.match(
    render({ sendsTo: { kind: 'peers', ttl: 77, peers } }),
    '  unicast    192.168.1.191 (this host)   192.168.1.192\n             192.168.1.193 (TTL 254 to 255)   TTL 77\n',
  );
  t.match(render({ sendsTo: { kind: 'peers', ttl: 255, peers: [] } }), /^ {2}unicast {4}no peer$/m);
  t.match(render({ accept: false }), /^ {2}no_accept {2}what is sent to its addresses is dropped on this host$/m);
  t.end();
});

t.test('the longest IPv6 addresses are whole, and in 80 columns', (t) => {
  const address = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff';
  const peer = `${address.slice(0, -1)}e`;
  const dev = 'enp0s31f6.1234a';
  const text = render({
    ...{ name: 'a_virtual_router_with_a_long_name', state: 'BACKUP', interface: dev, version: 3, family: 'ipv6' },
    why: `heard ${peer} with priority 122, ours 112`,
    source: address,
    master: { address: peer, priority: 112, advertIntSeconds: 0.5, heardSecondsAgo: 0.4, takesOverInSeconds: 2.3 },
    sendsTo: {
      kind: 'peers',
      ttl: 64,
      peers: [
        { address, isOwn: true },
        { address: peer, isOwn: false, minTtl: 1 },
      ],
    },
    addresses: [{ prefix: `${address}/128`, dev, onWire: false, present: true, announcedSecondsAgo: 12.5 }],
  });
  const unwrapped = text.replaceAll(/\s+/g, ' ');
  for (const whole of [
    `heard ${peer} with priority 122, ours 112`,
    `master ${peer} priority 112, lower than ours, every 0.5 s, heard 0.4 s ago, takes over in 2.3 s`,
    `unicast ${address} (this host) ${peer} (TTL 1 to 255) TTL 64`,
    `address ${address}/128 ${dev} (excluded from the adverts) there, announced 12.5 s ago`,
  ])
    t.ok(unwrapped.includes(whole), whole);
  t.end();
});

t.test('a FAULT shows its reasons first', (t) => {
  const text = render({ state: 'FAULT', faults: ['eth1 is down', 'chk failed (exit 1 after 3 ms)'] });
  t.match(text.split('\n').slice(4, 6), ['  fault      eth1 is down', '  fault      chk failed (exit 1 after 3 ms)']);
  t.end();
});

t.test('what needs attention stands at the top, marked in words', (t) => {
  const alerts = ['check chk_haproxy cannot run: /etc/keepalived/haproxy_check.sh: no such file', 'another'];
  const missing = { prefix: '192.168.1.190/32', dev: 'eth1', onWire: true, present: false };
  const lines = render({ addresses: [missing] }, { alerts }).split('\n');
  t.match(lines[2], /^! check chk_haproxy cannot run/);
  t.match(lines.join('\n'), /192\.168\.1\.190\/32 eth1 {3}MISSING/);
  t.end();
});

t.test('a negative weight, an excluded address, a name too long for one line', (t) => {
  const contributions = [{ tracker: 'a', value: -30 }];
  const text = render({
    name: 'a_virtual_router_with_a_name_that_somebody_meant_well',
    priority: { base: 120, effective: 90, contributions },
    addresses: [{ prefix: '10.0.0.1/24', dev: 'eth1', onWire: false, present: true }],
  });
  t.match(text, '90 = 120 - 30 a');
  t.match(text, '(excluded from the adverts)');
  t.end();
});

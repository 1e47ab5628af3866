// Adverts that go to each peer instead of the group: unicast_peer and what belongs to it. The host has 192.168.1.191 and
// fe80::191; its peers are 192.168.1.192 and .193, and it stands in their list itself, as the same file everywhere has it.

import type { VrrpInstance } from '../../src/config/model.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { milliseconds, seconds } from '../../src/time.js';
import { anAddress, anInstance, eth1, ip, ipv6, TestHost, unicastTo, VERSION_3, type Said } from '../vrrp/host.js';
import {
  backup,
  dropped,
  effectsWithin,
  master,
  MASTER_DOWN,
  sentence,
  statesOf,
  stop,
  takesOverAfter,
  within,
} from './words.js';

const ALL = ['192.168.1.191', '192.168.1.192', '192.168.1.193'];
const UNICAST = unicastTo(ALL);
const toUs = { to: ip('192.168.1.191') };
const peer = (said: Partial<Said> = {}): Said => ({ priority: 200, ...toUs, ...said });
const headersOf = (host: TestHost) => effectsWithin(host, seconds(1), 'send-advert').map(({ header }) => header);
const destinations = (host: TestHost) => headersOf(host).map(({ destination }) => destination);

sentence('keepalived: one packet to each peer. vrrpd: the own addresses of the host are left out', (t) => {
  const host = master(UNICAST);
  const [first, second, ...others] = headersOf(host);
  t.match([first, second, others], [{ destination: '192.168.1.192' }, { destination: '192.168.1.193' }, []]);
  t.match(first, { source: '192.168.1.191', ttl: 255 });
  t.equal(second?.identification, (first?.identification ?? 0) + 1);
  t.equal(host.instance.statistics.advertsSent, 18, 'an advert is one, however many it goes to');
});

sentence('vrrpd: which addresses are those of the host is looked at when an advert is sent', (t) => {
  const host = master(UNICAST);
  const address = { address: ip('192.168.1.193'), length: 24 };
  host.link('eth2', { ...eth1, index: 3, addresses: [address] });
  t.same(destinations(host), ['192.168.1.192']);
  host.link('eth2', { ...eth1, index: 3, addresses: [] });
  t.same(destinations(host), ['192.168.1.192', '192.168.1.193']);
});

sentence('keepalived: who speaks to peers alone is in no group', (t) => {
  const host = new TestHost({ instances: [anInstance(UNICAST)] });
  const [opened] = host.router.handle({ kind: 'start' }, host.now).filter(({ kind }) => kind === 'open-link');
  t.same(opened, { kind: 'open-link', interface: 'eth1', family: 'ipv4', groups: [] });
});

sentence('keepalived: unicast_ttl', (t) => {
  const [sent] = headersOf(master(unicastTo(ALL, { ttl: 3 })));
  t.equal(sent?.ttl, 3);
});

sentence('keepalived: unicast on IPv6, from unicast_src_ip', (t) => {
  const srcIp = ip('2001:db8::1');
  const links = { eth1: { ...eth1, addresses: [{ address: srcIp, length: 64 }] } };
  const host = new TestHost({ instances: [anInstance({ ...ipv6(), ...unicastTo(['2001:db8::2']), srcIp })] }, links);
  host.start();
  host.pass(seconds(20));
  t.match(headersOf(host), [{ source: '2001:db8::1', destination: '2001:db8::2' }]);
  host.hear({ priority: 120, from: '2001:db8::2', to: srcIp });
  t.equal(host.state, 'RELEASING', 'the higher address of the two sources wins');
});

sentence('keepalived: with unicast no group is joined, beside multicast only that of the others', (t) => {
  const groupsOf = (...instances: VrrpInstance[]) => {
    const { router } = new TestHost({ instances });
    return router.handle({ kind: 'start' }, router.instances.get('VI_1')?.since ?? (0 as never));
  };
  t.match(groupsOf(anInstance(UNICAST)), [{ kind: 'open-link', groups: [] }]);
  const other = anInstance({ name: 'VI_2', virtualRouterId: 92 });
  t.match(groupsOf(anInstance(UNICAST), other), [{ kind: 'open-link', groups: ['224.0.0.18'] }]);
});

sentence('keepalived: a unicast router counts unicast adverts only, and one of the group those of its group', (t) => {
  dropped(t, 'destination', { priority: 200 }, UNICAST);
  dropped(t, 'destination', peer());
  dropped(t, 'destination', { priority: 200, to: ip('224.0.0.19') });
  const host = backup(UNICAST);
  host.hear(peer());
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('keepalived: the TTL of unicast adverts is free, unless the peer has limits', (t) => {
  const host = backup(UNICAST);
  host.hear(peer({ ttl: 3 }));
  t.equal(host.instance.statistics.advertsHeard, 1);
  const peers = [{ address: ip('192.168.1.192'), minTtl: 250, maxTtl: 254 }, { address: ip('192.168.1.193') }];
  const limited = { unicast: { ...UNICAST.unicast, peers } };
  dropped(t, 'ttl', peer({ ttl: 249 }), limited);
  dropped(t, 'ttl', peer({ ttl: 255 }), limited);
  for (const said of [{ ttl: 250 }, { ttl: 254 }, { ttl: 1, from: '192.168.1.193' }]) {
    const other = backup(limited);
    other.hear(peer(said));
    t.equal(other.instance.statistics.advertsHeard, 1, JSON.stringify(said));
  }
});

sentence('keepalived: check_unicast_src: who is no peer does not count; it is the last thing looked at', (t) => {
  const checked = unicastTo(ALL, { checkSrc: true });
  const stranger = peer({ from: '192.168.1.77' });
  dropped(t, 'unicast-source', stranger, checked);
  dropped(t, 'address-list', { ...stranger, addresses: ['10.0.0.1'] }, checked);
  const open = backup(UNICAST);
  open.hear(stranger);
  t.equal(open.instance.statistics.advertsHeard, 1);
});

sentence('keepalived: several unicast routers with one VRID on one interface: the one whose peer speaks', (t) => {
  const one = anInstance(unicastTo(['192.168.1.192']));
  const virtualAddresses = [anAddress('10.0.0.1')];
  const other = anInstance({ name: 'VI_2', virtualAddresses, ...unicastTo(['192.168.1.193']) });
  const host = new TestHost({ instances: [one, other] });
  host.start();
  host.pass(seconds(5));
  host.hear(peer({ from: '192.168.1.193', addresses: ['10.0.0.1'] }));
  t.same(statesOf(host), ['MASTER', 'RELEASING']);
  const beside = new TestHost({ instances: [one, anInstance({ name: 'VI_2', virtualAddresses })] });
  beside.start();
  beside.pass(seconds(5));
  beside.hear({ priority: 200, addresses: ['10.0.0.1'] });
  t.same(statesOf(beside), ['MASTER', 'RELEASING'], 'beside one of the group');
});

sentence('keepalived: unicast_fault_no_peer: without peers it is in FAULT', (t) => {
  const host = backup(unicastTo([]));
  t.equal(host.state, 'FAULT');
  t.match(host.log.at(-1), /it has no unicast peer/);
  host.reload({ instances: [anInstance(UNICAST)] });
  t.equal(host.state, 'BACKUP');
  t.equal(backup(unicastTo(['192.168.1.191'])).state, 'BACKUP', 'a list that has only this host is one');
});

sentence('keepalived: version 3: the checksum is over the real destination', (t) => {
  const [sent] = effectsWithin(master({ ...VERSION_3, ...UNICAST }), seconds(1), 'send-advert');
  if (!sent) throw new Error('nothing is sent');
  t.match(decodeIpv4Advert(encodeIpv4Advert(sent.header, sent.advert)), { checksumValid: true });
  t.notOk(sent.header.checksum);
});

sentence('keepalived: old_unicast_checksum: a peer that makes it with 224.0.0.18 is spoken to in the same way', (t) => {
  const forms = (host: TestHost) => headersOf(host).map(({ checksum }) => checksum ?? 'usual');
  const old = peer({ version: 3, priority: 100, hasOldChecksum: true });
  const host = master({ ...VERSION_3, ...UNICAST });
  t.same(forms(host), ['usual', 'usual']);
  host.hear(old);
  t.same(forms(host).slice(-2), ['group', 'usual']);
  host.hear(old);
  t.equal(host.log.filter((line) => line.includes('checksums')).length, 1, 'told once');
  host.hear({ ...old, hasOldChecksum: undefined as never });
  t.same(forms(host).slice(-2), ['usual', 'usual'], 'until it does otherwise');
  t.same(forms(master({ ...VERSION_3, ...unicastTo(ALL, { oldChecksum: 'always' }) })), ['group', 'group']);
  t.same(forms(master({ ...VERSION_3, v3ChecksumAsV2: true })), ['plain']);
  t.same(forms(master({ ...unicastTo(ALL, { oldChecksum: 'always' }) })), ['usual', 'usual'], 'not in version 2');
  dropped(t, 'checksum', old, { ...VERSION_3, ...unicastTo(ALL, { oldChecksum: 'never' }) });
});

sentence('keepalived: track_src_ip: FAULT while the source is not on the host, on whatever interface', (t) => {
  const srcIp = ip('10.0.0.77');
  const eth2 = { ...eth1, index: 3, addresses: [{ address: srcIp, length: 24 }] };
  const host = backup({ ...UNICAST, srcIp, trackSrcIp: true });
  t.equal(host.state, 'FAULT');
  t.match(host.log.at(-1), /10\.0\.0\.77, the source of its adverts, is not on this host/);
  host.link('eth2', eth2);
  t.equal(host.state, 'BACKUP');
  host.link('eth2', { ...eth2, addresses: [] });
  t.equal(host.state, 'FAULT');
  host.link('eth2', eth2);
  host.link('eth2');
  t.equal(host.state, 'FAULT', 'the interface is gone');
  t.equal(backup({ ...UNICAST, srcIp }).state, 'FAULT', 'unicast: without the keyword too');
  t.equal(backup({ srcIp }).state, 'BACKUP', 'multicast, not tracked: sending fails then');
});

sentence('vrrpd: a tracked source on the own interface that is gone for a moment is no fault', (t) => {
  const host = master({ ...UNICAST, srcIp: ip('192.168.1.191'), trackSrcIp: true });
  host.link('eth1', { ...eth1, addresses: [] });
  t.equal(host.state, 'MASTER');
  host.pass(seconds(1));
  t.equal(host.state, 'FAULT');
});

sentence('vrrpd: a unicast router does not look for a second owner: its networks answer for others', (t) => {
  t.same(within(master(UNICAST), seconds(30), 'probe'), []);
});

sentence('vrrpd: a farewell goes to each peer, and the address goes 10 ms after the first advert of one', (t) => {
  const host = master(UNICAST);
  t.same(stop(host), ['advert 0', 'advert 0']);
  host.pass(milliseconds(500));
  t.equal(host.instance.statistics.priorityZeroSent, 2);
  host.hear(peer());
  t.same(within(host, seconds(1), 'remove'), [0.01005]);
});

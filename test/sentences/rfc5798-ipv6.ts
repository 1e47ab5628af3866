// RFC 5798 and RFC 9568 on IPv6: where adverts come from and go to, how addresses are announced, and both families beside
// each other on one interface. The host is fe80::191, its peer fe80::192, the virtual address 2001:db8::190.

import { virtualMac } from '../../src/address.js';
import { milliseconds, seconds } from '../../src/time.js';
import { decodeIpv6Advert, encodeIpv6Advert } from '../../src/packet/vrrp.js';
import { anAddress, anInstance, eth1, ip, ipv6, TestHost, VERSION_3, type Said } from '../vrrp/host.js';
import {
  backup,
  dropped,
  effectsWithin,
  master,
  MASTER_DOWN,
  sentence,
  SKEW,
  statesOf,
  stop,
  takesOverAfter,
  within,
} from './words.js';

const IPV6 = ipv6();
const peer = (said: Partial<Said> = {}): Said => ({ priority: 200, from: 'fe80::192', ...said });
const announced = { address: '2001:db8::190' };
/** Addresses of both families, none of which will do. */
const withoutLinkLocal = {
  ...eth1,
  addresses: [...eth1.addresses.slice(0, 1), { address: ip('2001:db8::191'), length: 64 }],
};

sentence('RFC 5798 § 5.1.2: from a link-local address to ff02::12, hop limit 255', (t) => {
  const [sent] = effectsWithin(master(IPV6), seconds(1), 'send-advert');
  t.match(sent?.header, { source: 'fe80::191', destination: 'ff02::12', ttl: 255 });
  t.notOk(sent?.header.checksum, 'there is one way to make a checksum on IPv6');
});

sentence('RFC 5798 § 5.1: the octets that leave are those that a receiver takes for valid', (t) => {
  const [sent] = effectsWithin(master(IPV6), seconds(1), 'send-advert');
  if (!sent) throw new Error('nothing is sent');
  const { source, destination, ttl: hopLimit } = sent.header;
  const received = decodeIpv6Advert(encodeIpv6Advert(sent.header, sent.advert), { source, destination, hopLimit });
  t.match(received, { kind: 'advert', checksumValid: true, advert: { addresses: ['2001:db8::190'], priority: 120 } });
});

sentence('RFC 5798 § 7.2: the source is none of the virtual addresses, although one is link-local too', (t) => {
  const changes = ipv6('fe80::1:190', '2001:db8::190');
  const link = { ...eth1, addresses: [{ address: ip('fe80::1:190'), length: 64 }, ...eth1.addresses] };
  const host = new TestHost({ instances: [anInstance(changes)] }, { eth1: link });
  t.ok(host.start().includes('remove fe80::1:190'), 'it was left there');
  const [sent] = effectsWithin(host, seconds(4), 'send-advert');
  t.equal(sent?.header.source, 'fe80::191');
  t.same(sent?.advert.addresses, ['fe80::1:190', '2001:db8::190'], '§ 5.2.9: the link-local one first, as in the file');
});

sentence('RFC 5798 § 7.2: without a link-local address there is nothing to send from', (t) => {
  const host = new TestHost({ instances: [anInstance(IPV6)] }, { eth1: withoutLinkLocal });
  host.start();
  t.equal(host.state, 'FAULT');
  t.match(host.log.at(-1), /eth1 has no link-local address yet to send from/);
  host.link('eth1', eth1);
  t.equal(host.state, 'BACKUP', 'duplicate detection has let it pass');
  t.match(host.log.at(-1), /eth1 has a link-local address again/);
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('vrrpd: a link-local address that is gone for a moment is no fault', (t) => {
  const host = master(IPV6);
  host.link('eth1', withoutLinkLocal);
  t.same(within(host, seconds(0.9), 'advert'), [0.53125]);
  host.link('eth1', eth1);
  host.pass(seconds(3));
  t.equal(host.state, 'MASTER');
  host.link('eth1', withoutLinkLocal);
  host.pass(seconds(1.1));
  t.equal(host.state, 'FAULT');
  const other = master();
  other.link('eth1', withoutLinkLocal);
  t.equal(other.instance.lost, undefined, 'it is nothing to an instance of IPv4');
});

sentence('RFC 5798 § 6.4.2 (390): timer: the advert, the addresses, then an unsolicited ND for each of them', (t) => {
  const host = backup(ipv6('2001:db8::190', '2001:db8::191'));
  t.same(host.pass(seconds(4)), [
    'advert 120',
    'add 2001:db8::190',
    'add 2001:db8::191',
    'na 2001:db8::190 2001:db8::191 x5',
    'notify MASTER 120',
  ]);
  t.ok(host.log.includes('(VI_1) Sending unsolicited Neighbour Advert on eth1 for 2001:db8::190'));
});

sentence('keepalived: addresses of both families: each one is announced once before any a second time', (t) => {
  const host = backup({ excludedAddresses: [anAddress('2001:db8::190'), anAddress('10.0.0.2')] });
  t.same(
    host.pass(seconds(4)).filter((word) => /^(garp|na)/.test(word)),
    ['garp 192.168.1.190 10.0.0.2 x1', 'na 2001:db8::190 x1', 'garp 192.168.1.190 10.0.0.2 x4', 'na 2001:db8::190 x4'],
  );
});

sentence('vrrpd: one neighbour advertisement for each address right after each advert', (t) => {
  const { masterRefresh: _unwritten, ...garp } = anInstance().garp;
  const host = master({ ...IPV6, garp });
  t.same(within(host, seconds(3), 'na 2001:db8::190 x1'), [0.53125, 1.53125, 2.53125]);
});

sentence('RFC 5798 § 6.4.3 (735-765): an equal priority: the greater link-local address', (t) => {
  const lower = master(IPV6);
  lower.hear(peer({ priority: 120, from: 'fe80::a' }));
  t.equal(lower.state, 'MASTER');
  const higher = master(IPV6);
  t.same(higher.hear(peer({ priority: 120, from: 'fe80::1:1' })), ['advert 1']);
  t.same(higher.claim(announced), ['remove 2001:db8::190', 'notify BACKUP 120']);
});

sentence('RFC 5798 § 7.1: MUST verify that the Hop Limit is 255', (t) => {
  dropped(t, 'ttl', peer({ ttl: 254 }), IPV6);
});

sentence('RFC 5798 § 7.1: MUST verify the checksum, with the pseudo header', (t) => {
  dropped(t, 'checksum', peer({ checksumValid: false }), IPV6);
});

sentence('RFC 5798 § 5.1.2.2: what is sent to another group does not count', (t) => {
  dropped(t, 'destination', peer({ to: ip('ff02::1') }), IPV6);
});

sentence('RFC 9568 § 5.2.5: an advert without addresses is ignored. vrrpd: but by one that has none itself', (t) => {
  dropped(t, 'address-list', peer({ addresses: [] }), IPV6);
  dropped(t, 'address-list', { priority: 200, version: 3, addresses: [] }, VERSION_3);
  const host = backup({ ...VERSION_3, virtualAddresses: [] });
  host.hear({ priority: 200, version: 3, addresses: [] });
  t.equal(host.instance.statistics.advertsHeard, 1);
});

sentence('keepalived: as many addresses as fit the MTU with the headers of IP and VRRP', (t) => {
  const many = Array.from({ length: 200 }, (_, index) => `2001:db8::${index + 1}`);
  const [sent] = effectsWithin(master(ipv6(...many)), seconds(1), 'send-advert');
  t.equal(sent?.advert.addresses.length, 89, '(1500 - 48) / 16, less one');
  const small = { eth1: { ...eth1, mtu: 68 } };
  const four = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7', '10.0.0.8'];
  const virtualAddresses = [...four, '10.0.0.9', '10.0.0.10', '10.0.0.11'].map((text) => anAddress(text));
  for (const [version, room] of [
    [2, 8],
    [3, 10],
  ] as const) {
    const host = new TestHost({ instances: [anInstance({ ...VERSION_3, version, virtualAddresses })] }, small);
    host.start();
    t.equal(effectsWithin(host, seconds(4), 'send-advert')[0]?.advert.addresses.length, room, `version ${version}`);
  }
});

sentence(
  'RFC 5798 § 8.4: version 2 on IPv4 and version 3 on IPv6, one VRID, beside each other on one interface',
  (t) => {
    const instances = [anInstance(), anInstance({ ...IPV6, name: 'VI_6' })];
    const host = new TestHost({ instances });
    t.same(host.start().slice(0, 2), ['open-link eth1', 'open-link eth1 ipv6']);
    host.pass(seconds(4));
    host.hear(peer());
    host.claim(announced);
    t.same(statesOf(host), ['MASTER', 'BACKUP']);
    host.hear({ priority: 200 });
    host.claim();
    t.same(statesOf(host), ['BACKUP', 'BACKUP']);
  },
);

sentence('vrrpd: an interface is listened on for a family as long as an instance of it speaks there', (t) => {
  const six = anInstance({ ...IPV6, name: 'VI_6' });
  const host = new TestHost({ instances: [anInstance(), six] });
  host.start();
  t.same(host.reload({ instances: [anInstance()] }), ['notify DELETED 120', 'close-link eth1 ipv6']);
  t.same(host.reload({ instances: [anInstance(), six] }), ['open-link eth1 ipv6', 'notify BACKUP 120']);
  host.give({ kind: 'failed', effect: 'open-link', interface: 'eth1', family: 'ipv6', error: 'x' });
  t.same(statesOf(host), ['BACKUP', 'FAULT']);
  t.same(host.link('eth1', eth1), ['open-link eth1 ipv6', 'notify BACKUP 120'], 'the next event is another try');
});

sentence('vrrpd: other groups and a larger receive buffer open it again', (t) => {
  const host = backup();
  const mcastDstIp = ip('224.0.0.19');
  const reload = (...instances: Parameters<typeof anInstance>[0][]) =>
    host.router
      .handle({ kind: 'reload', config: { ...host.router.config, vrrpInstances: instances.map(anInstance) } }, host.now)
      .filter(({ kind }) => kind === 'open-link');
  const other = { name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('10.0.0.2')] };
  t.match(reload({}, { ...other, mcastDstIp }), [{ family: 'ipv4', groups: ['224.0.0.18', '224.0.0.19'] }]);
  t.same(reload({}, { ...other, mcastDstIp }), []);
  t.match(reload({ kernelRxBufSize: 100_000 }, { ...other, mcastDstIp, kernelRxBufSize: 200_000 }), [
    { receiveBuffer: 200_000 },
  ]);
});

sentence('vrrpd: IPv6 waits 2.2 intervals after the third farewell: others take over later there', (t) => {
  for (const [interval, third, gone] of [
    [1, 1.050898, 3.250898],
    [0.1, 0.10959, 0.32959],
  ] as const) {
    const host = backup({ ...IPV6, advertInt: seconds(interval) });
    host.pass(seconds(6));
    stop(host);
    t.same(within(host, seconds(5), 'advert 0'), [0.005, third]);
    t.equal(host.times('remove 2001:db8::190').length, 1);
    t.same(Math.round((host.times('remove')[0] ?? 0) * 1e6) / 1e6, Math.round((6 + gone) * 1e6) / 1e6);
  }
});

sentence('vrrpd: an address goes when the heir says an unsolicited advertisement for it', (t) => {
  const host = master(IPV6);
  stop(host);
  t.same(host.hear(peer()), []);
  host.pass(milliseconds(3));
  t.same(host.claim(announced).slice(0, 2), ['remove 2001:db8::190', 'advert 1']);
});

sentence(
  'vrrpd: an address with duplicate detection goes at the advert of the heir: our answer would be a duplicate',
  (t) => {
    const [first] = IPV6.virtualAddresses;
    if (!first) throw new Error('no address');
    const virtualAddresses = [{ ...first, flags: ['dad'] as const }, anAddress('2001:db8::191')];
    const host = master({ ...IPV6, virtualAddresses });
    const addresses = ['2001:db8::190', '2001:db8::191'];
    stop(host);
    host.hear(peer({ addresses, priority: 1 }));
    t.same(host.pass(milliseconds(1)), [], 'a single priority 1 may be a farewell');
    host.hear(peer({ addresses }));
    t.same(host.pass(seconds(0)), ['remove 2001:db8::190']);
    t.same(within(host, seconds(1), 'remove'), [0.01], 'what is not checked stays as long as always');
  },
);

sentence('vrrpd: a second owner of an IPv6 address is looked for by a neighbour solicitation, and named', (t) => {
  const host = backup(IPV6);
  t.same(within(host, seconds(20), 'probe 2001:db8::190'), [MASTER_DOWN + 1, MASTER_DOWN + 11]);
  t.same(host.claim(announced), []);
  t.same(host.pass(milliseconds(5)), ['na 2001:db8::190 x1']);
  t.ok(
    host.log.includes(
      '(VI_1) A second owner of 2001:db8::190: 02:00:00:00:00:07 announces it by neighbour advertisement',
    ),
  );
});

const refreshing = (): TestHost => {
  const { masterRefresh: _unwritten, ...garp } = anInstance().garp;
  const host = master({ ...IPV6, garp });
  host.pass(seconds(6));
  return host;
};
const VIRTUAL_MAC = virtualMac('ipv6', anInstance().virtualRouterId);
const WORD = 'na 2001:db8::190 x1';

sentence(
  'RFC 5798 § 7.3: the virtual MAC address announces: whose it is speaks an interval later, and has the last word',
  (t) => {
    const host = master(IPV6);
    host.pass(seconds(6));
    host.claim({ address: '2001:db8::190', mac: VIRTUAL_MAC });
    t.same(within(host, seconds(1), WORD), [], 'neither at once nor with the next advert');
    host.hear(peer());
    t.equal(host.state, 'RELEASING');
    t.same(within(host, seconds(10), WORD), []);
  },
);

sentence('vrrpd: without an advert of it within an interval and 50 ms, the addresses are announced again', (t) => {
  const host = refreshing();
  host.claim({ address: '2001:db8::190', mac: VIRTUAL_MAC });
  t.same(within(host, milliseconds(1_100), WORD), [1.05]);
  t.equal(within(host, seconds(5), WORD).length, 5, 'and with each advert, as before');
  const answered = master();
  answered.claim({ mac: virtualMac('ipv4', anInstance().virtualRouterId), isAnswer: true });
  t.same(answered.pass(milliseconds(5)), ['garp 192.168.1.190 x1'], 'an answer to a probe announces nothing');
});

sentence('vrrpd: an IPv6 address that somebody else removes is put back at once', (t) => {
  const host = master({ excludedAddresses: [anAddress('2001:db8::190')] });
  const removed = { kind: 'address-removed', interface: 'eth1', address: ip('2001:db8::190') } as const;
  t.same(host.give(removed), ['add 2001:db8::190', 'na 2001:db8::190 x1']);
});

sentence('RFC 5798 § 6.4.2 (430): priority zero of an IPv6 router', (t) => {
  const host = backup(IPV6);
  host.hear(peer());
  host.hear(peer({ priority: 0 }));
  t.equal(takesOverAfter(host), SKEW);
});

// RFC 3768 § 7.1 (receiving VRRP packets) with the sentences of § 5 that it carries out: octets that somebody sent, and
// what becomes of them. A packet that is dropped changes nothing, no timer included: `dropped` checks that each time.

import { internetChecksum } from '../../src/packet/checksum.js';
import { seconds } from '../../src/time.js';
import type { DropReason } from '../../src/vrrp/statistics.js';
import { anInstance, eth1, ip, TestHost, type Said } from '../vrrp/host.js';
import {
  backup,
  changed,
  counts,
  dropped,
  hearOctets,
  master,
  octetsOf,
  second,
  sentence,
  takenOver,
} from './words.js';

const good = octetsOf({ priority: 200 });

sentence('RFC 3768 § 7.1: a packet that passes all checks is processed', (t) => {
  const host = counts(t, { priority: 200 });
  t.match(host.instance.master, { address: '192.168.1.192', priority: 200 });
});

sentence('RFC 3768 § 7.1: MUST verify that the IP TTL is 255', (t) => {
  for (const ttl of [0, 1, 64, 254]) dropped(t, 'ttl', octetsOf({ priority: 200, ttl }));
});

sentence(
  'RFC 3768 § 5.2.3: a router receiving a packet with the TTL not equal to 255 MUST discard it, whatever it says',
  (t) => {
    dropped(t, 'ttl', octetsOf({ priority: 0, ttl: 254 }));
  },
);

sentence('RFC 3768 § 7.1: MUST verify the VRRP version is 2', (t) => {
  dropped(t, 'version', octetsOf({ priority: 200, version: 3 }));
  for (const version of [0, 1, 4, 15]) dropped(t, 'version', changed(good, 20, (version << 4) | 1));
});

sentence('RFC 3768 § 7.1: MUST verify that the received packet contains the complete VRRP packet', (t) => {
  const cut = (length: number): Buffer => changed(good.subarray(0, length), 2, 0, length);
  for (const [what, length] of [
    ['without the last octet of the Authentication Data', 39],
    ['without Authentication Data', 32],
    ['without IP Address(es)', 28],
  ] as const) {
    t.comment(what);
    dropped(t, 'length', cut(length));
  }
  dropped(t, 'length', changed(good, 23, 2));
});

sentence(
  'RFC 3768 § 7.1: the complete packet includes the fixed fields: without them it is of no virtual router',
  (t) => {
    const host = master();
    t.same(hearOctets(host, changed(good.subarray(0, 27), 2, 0, 27)), []);
    t.same(hearOctets(host, good.subarray(0, 19)), []);
    t.equal(host.router.unclaimed.unreadable, 2);
  },
);

sentence('RFC 3768 § 7.1: what stands behind the packet, the padding of a short frame, is no part of it', (t) => {
  const host = backup();
  hearOctets(host, Buffer.concat([good, Buffer.alloc(10, 0xee)]));
  t.equal(host.instance.statistics.advertsHeard, 1);
});

sentence('RFC 3768 § 7.1: MUST verify the VRRP checksum', (t) => {
  for (const [offset, octet] of [
    [22, 201],
    [26, 0],
    [27, 0],
    [31, 191],
  ] as const)
    dropped(t, 'checksum', changed(good, offset, octet));
});

sentence('RFC 3768 § 7.1: MUST verify that the VRID is configured on the receiving interface', (t) => {
  const host = new TestHost({ instances: [anInstance(), second()] }, { eth1, eth2: eth1 });
  host.start();
  t.same(hearOctets(host, octetsOf({ priority: 200, virtualRouterId: 93 })), []);
  t.same(hearOctets(host, good, 'eth2'), [], '91 is configured, but on eth1');
  t.equal(host.router.unclaimed.unknownVirtualRouter, 2);
  hearOctets(host, octetsOf({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] }));
  t.same(
    [...host.router.instances.values()].map(({ statistics }) => statistics.advertsHeard),
    [0, 1],
    'each instance hears its own',
  );
});

sentence(
  'RFC 3768 § 7.1: MUST verify that the local router is not the IP Address owner (255). ' +
    'vrrpd: the owner hears too: a second owner is a mistake that only an election ends',
  (t) => {
    const host = master({ priority: 255 });
    host.hear({ priority: 254 });
    t.equal(host.state, 'MASTER', 'nobody else is better');
    host.hear({ priority: 255, from: '192.168.1.9' });
    t.equal(host.state, 'MASTER', 'with the lower address');
    takenOver(host, { priority: 255, from: '192.168.1.200' });
    t.equal(host.state, 'BACKUP', 'the higher address wins, as with every other tie');
  },
);

sentence('RFC 3768 § 7.1: MUST verify that the Auth Type matches the locally configured authentication method', (t) => {
  dropped(t, 'authentication-mismatch', octetsOf({ priority: 200, authentication: { type: 'none' } }));
  dropped(t, 'authentication-mismatch', good, { authentication: { type: 'none' } });
});

sentence('RFC 3768 § 5.3.6: a packet with unknown authentication type MUST be discarded', (t) => {
  for (const number of [2, 3, 255])
    dropped(t, 'authentication-type', octetsOf({ priority: 200, authentication: { type: 'other', number } }));
});

sentence('RFC 3768 § 7.1: MUST perform that authentication method (RFC 2338: the simple text password)', (t) => {
  for (const password of ['1112', '11111', '111', ''])
    dropped(t, 'password', octetsOf({ priority: 200, authentication: { type: 'PASS', password } }));
  counts(t, { priority: 200, authentication: { type: 'PASS', password: '1111' } });
});

sentence(
  'RFC 3768 § 5.3.10: the authentication string is ignored on reception where there is no authentication',
  (t) => {
    const plain = octetsOf({ priority: 200, authentication: { type: 'none' } });
    const host = backup({ authentication: { type: 'none' } });
    const strange = changed(plain, 32, ...Buffer.from('whatever'));
    strange.writeUInt16BE(0, 26);
    strange.writeUInt16BE(internetChecksum(strange.subarray(20)), 26);
    hearOctets(host, strange);
    t.equal(host.instance.statistics.advertsHeard, 1);
  },
);

sentence('RFC 3768 § 7.1: MUST verify that the Adver Interval is the same as the locally configured one', (t) => {
  for (const interval of [0, 2, 255]) dropped(t, 'interval', octetsOf({ priority: 200, interval: seconds(interval) }));
  counts(t, { priority: 200, interval: seconds(5) }, { advertInt: seconds(5) });
});

sentence('RFC 3768 § 5.3.2: a packet with unknown type MUST be discarded', (t) => {
  for (const type of [0, 2, 15]) dropped(t, 'type', changed(good, 20, 0x20 | type));
});

sentence(
  'RFC 3768 § 5.2.2: the destination is 224.0.0.18. vrrpd: nothing else counts, as keepalived without unicast',
  (t) => {
    for (const to of ['192.168.1.191', '224.0.0.1', '255.255.255.255'])
      dropped(t, 'destination', octetsOf({ priority: 200, to: ip(to) }));
  },
);

sentence(
  'RFC 791 § 3.1: options of the IP header are skipped, and a packet shorter than its total length is none',
  (t) => {
    const host = backup();
    const options = Buffer.concat([good.subarray(0, 20), Buffer.alloc(4, 1), good.subarray(20)]);
    hearOctets(host, changed(changed(options, 0, 0x46), 2, 0, options.length));
    t.equal(host.instance.statistics.advertsHeard, 1);
    hearOctets(host, changed(good, 2, 0, good.length + 1));
    t.equal(host.router.unclaimed.unreadable, 1);
  },
);

sentence('RFC 3768 § 5.2.4: the protocol number is 112; another one is no VRRP', (t) => {
  const host = backup();
  hearOctets(host, changed(good, 9, 17));
  t.equal(host.router.unclaimed.unreadable, 1);
});

sentence('keepalived: a packet from the own source address is ignored', (t) => {
  dropped(t, 'own-source', octetsOf({ priority: 200, from: '192.168.1.191' }));
});

sentence(
  'RFC 3768 § 7.1: if any one of the checks fails, the receiver MUST discard the packet. vrrpd: and does not move a timer',
  (t) => {
    const host = master();
    const bad = octetsOf({ priority: 250, authentication: { type: 'PASS', password: 'wrong' } });
    const before = host.times('advert').length;
    for (let count = 0; count < 40; count += 1) {
      host.pass(seconds(0.3));
      hearOctets(host, bad);
    }
    t.equal(host.times('advert').length - before, 12, 'one a second; keepalived falls silent');
  },
);

sentence('RFC 3768 § 7.1: SHOULD log the event. vrrpd: the first at once, then a line each ten seconds', (t) => {
  const host = master();
  const before = host.log.length;
  const bad = octetsOf({ priority: 250, from: '192.168.1.77', authentication: { type: 'PASS', password: 'x' } });
  for (let count = 0; count < 1000; count += 1) {
    hearOctets(host, bad);
    host.pass(seconds(0.025));
  }
  const words = (what: string) =>
    `(VI_1) dropped ${what}: wrong password. Another VRRP pair on this network may use VRID 91`;
  t.same(
    host.log.slice(before).filter((line) => line.startsWith('(VI_1) dropped')),
    [
      words('an advert from 192.168.1.77'),
      words('399 adverts from 192.168.1.77 in the last 10 s'),
      words('400 adverts from 192.168.1.77 in the last 10 s'),
    ],
  );
  t.equal(
    host.log.filter((line) => line.includes('A second owner')).length,
    1,
    'one who has our address is named once',
  );
});

sentence('keepalived: of several things wrong the first in its order is the one that is counted', (t) => {
  const host = backup();
  let said: Said = {
    ...{ priority: 200, from: '192.168.1.191', to: ip('192.168.1.191'), ttl: 1, version: 3, type: 9, addresses: [] },
    ...{ authentication: { type: 'other', number: 2 }, interval: seconds(3), checksumValid: false },
  };
  const mended: [DropReason, Partial<Said>][] = [
    ['ttl', { ttl: 255 }],
    ['version', { version: 2 }],
    ['own-source', { from: '192.168.1.9' }],
    ['authentication-type', { authentication: { type: 'none' } }],
    ['authentication-mismatch', { authentication: { type: 'PASS', password: 'x' } }],
    ['password', { authentication: { type: 'PASS', password: '1111' } }],
    ['interval', { interval: seconds(1) }],
    ['type', { type: 1 }],
    ['checksum', { checksumValid: true }],
    ['destination', { to: ip('224.0.0.18') }],
    ['address-list', { addresses: ['192.168.1.190'] }],
  ];
  for (const [reason, change] of mended) {
    const { dropped } = host.instance.statistics;
    host.hear(said);
    t.same({ ...dropped, [reason]: 0 }, { ...host.instance.statistics.dropped, [reason]: 0 });
    t.equal(dropped[reason], 1, reason);
    said = { ...said, ...change };
  }
  host.hear(said);
  t.equal(host.instance.statistics.advertsHeard, 1);
});

sentence('keepalived: in INIT and FAULT nothing is heard', (t) => {
  const host = new TestHost({}, { eth1: { ...eth1, up: false } });
  host.start();
  t.same(hearOctets(host, good), []);
  t.same(hearOctets(host, changed(good, 8, 1)), []);
  t.equal(host.instance.statistics.advertsHeard, 0);
  t.equal(host.instance.statistics.dropped.ttl, 0, 'nor counted');
});

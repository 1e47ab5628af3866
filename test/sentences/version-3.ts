// RFC 5798 and RFC 9568: the sentences of version 3 on IPv4: the octets, the times, and what they share with version 2
// (whose Master is the Active Router of RFC 9568). The learned interval is in rfc5798-interval.ts, IPv6 in rfc5798-ipv6.ts.

import { VRRP_GROUPS } from '../../src/address.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { decodeIpv4Advert, encodeIpv4Advert, type Advert } from '../../src/packet/vrrp.js';
import { milliseconds, seconds } from '../../src/time.js';
import { elect } from '../../src/vrrp/election.js';
import { masterDownInterval, skewTime } from '../../src/vrrp/timers.js';
import { ip } from '../vrrp/host.js';
import {
  backup,
  changed,
  dropped,
  master,
  MASTER_DOWN,
  octetsOf,
  sentence,
  SKEW,
  stop,
  takenOver,
  takesOverAfter,
} from './words.js';

const header = { source: ip('10.9.0.1'), destination: VRRP_GROUPS.ipv4, ttl: 255, identification: 1 };
const advert: Advert = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  interval: milliseconds(250),
  addresses: [ip('10.9.0.100')],
};
const packet = encodeIpv4Advert(header, advert);

sentence(
  'RFC 5798 § 5.1: version, type, VRID, priority, count, interval, checksum, addresses: no authentication',
  (t) => {
    t.equal(packet.subarray(20).toString('hex'), '31339601001943ac0a090064');
  },
);

sentence('RFC 5798 § 5.2.6: the 4 bits before the interval MUST be set to zero on transmission', (t) => {
  const longest = encodeIpv4Advert(header, { ...advert, interval: milliseconds(40_950) });
  t.equal(longest.readUInt16BE(24), 0x0fff);
});

sentence('RFC 5798 § 5.2.6: and ignored on reception', (t) => {
  for (const bits of [0x10, 0x80, 0xf0])
    t.match(decodeIpv4Advert(changed(packet, 24, bits)), { advert: { interval: milliseconds(250) } });
});

sentence('RFC 5798 § 5.2.7: the Maximum Advertisement Interval is 12 bits of centiseconds', (t) => {
  for (const [interval, units] of [
    [milliseconds(10), 1],
    [seconds(1), 100],
    [milliseconds(40_950), 4095],
  ] as const) {
    const octets = encodeIpv4Advert(header, { ...advert, interval });
    t.equal(octets.readUInt16BE(24), units);
    t.match(decodeIpv4Advert(octets), { advert: { interval } });
  }
});

sentence('RFC 5798 § 5.2.8: the checksum is over the message and a pseudo-header', (t) => {
  const sum = 0x0a09 + 0x0001 + 0xe000 + 0x0012 + 112 + 12;
  t.equal(internetChecksum(packet.subarray(20), sum), 0);
  t.match(decodeIpv4Advert(packet), { checksumValid: true });
  const elsewhere = encodeIpv4Advert({ ...header, destination: ip('10.9.0.2') }, advert);
  t.equal(elsewhere.readUInt16BE(26), 0x19b4, 'with the real destination');
});

sentence(
  'RFC 9568 § 5.2.8: for IPv4 without a pseudo-header. vrrpd: either is valid, since both are in the field',
  (t) => {
    const other = changed(packet, 26, 0, 0);
    other.writeUInt16BE(internetChecksum(other.subarray(20)), 26);
    t.match(decodeIpv4Advert(other), { checksumValid: true });
    t.match(decodeIpv4Advert(changed(other, 22, 151)), { checksumValid: false });
  },
);

sentence('RFC 3768 § 5.3.8: in version 2 a checksum with a pseudo-header is wrong', (t) => {
  const two = octetsOf({ priority: 200 });
  two.writeUInt16BE(0, 26);
  const sum = 0xc0a8 + 0x01c0 + 0xe000 + 0x0012 + 112 + 20;
  two.writeUInt16BE(internetChecksum(two.subarray(20), sum), 26);
  dropped(t, 'checksum', two);
});

sentence('RFC 5798 § 7.1: the complete packet: fixed fields and addresses', (t) => {
  t.match(decodeIpv4Advert(changed(packet, 23, 2)), { kind: 'malformed', found: 'length 12, expected 16' });
  t.match(decodeIpv4Advert(changed(packet, 23, 0)), { kind: 'malformed', found: 'length 12, expected 8' });
  t.match(decodeIpv4Advert(changed(packet.subarray(0, 31), 2, 0, 31)), { kind: 'malformed', reason: 'length' });
});

sentence('RFC 5798 § 6.1: Skew_Time = ((256 - priority) * Master_Adver_Interval) / 256', (t) => {
  for (const [priority, interval, expected] of [
    [100, 1000, 609_375],
    [100, 250, 152_343],
    [254, 10, 78],
    [1, 40_950, 40_790_039],
  ] as const)
    t.equal(skewTime({ version: 3, priority, masterAdvertInt: milliseconds(interval) }), expected);
});

sentence('RFC 5798 § 6.1: Master_Down_Interval = (3 * Master_Adver_Interval) + Skew_Time', (t) => {
  const basis = { version: 3, priority: 100, masterAdvertInt: milliseconds(250), downTimerAdverts: 3 } as const;
  t.equal(masterDownInterval(basis), 902_343);
});

sentence(
  'RFC 5798 § 6.4.1 (100-165): a Startup event: the owner to Master, others with Master_Down_Timer to Backup',
  (t) => {
    const owner = backup({ priority: 255 });
    owner.pass(seconds(0));
    t.equal(owner.state, 'MASTER');
    t.equal(takesOverAfter(backup()), MASTER_DOWN);
  },
);

sentence('RFC 5798 § 6.4.2 (430): Priority zero: Set the Master_Down_Timer to Skew_Time', (t) => {
  const host = backup();
  host.hear({ priority: 0 });
  t.equal(takesOverAfter(host), SKEW);
});

sentence('RFC 5798 § 6.4.2 (445, 470): Preempt_Mode True and a lower priority: Discard the ADVERTISEMENT', (t) => {
  const host = backup();
  host.pass(seconds(1));
  host.hear({ priority: 1 });
  t.equal(takesOverAfter(host), 2.53125);
});

sentence(
  'RFC 5798 § 6.4.3 (655-670): Shutdown: an ADVERTISEMENT with Priority = 0, Transition to {Initialize}',
  (t) => {
    const host = master();
    t.equal(stop(host)[0], 'advert 0');
    takenOver(host);
    t.equal(host.state, 'INIT');
  },
);

sentence('RFC 5798 § 6.4.3 (710): a Master that hears priority zero: Send an ADVERTISEMENT', (t) => {
  t.same(master().hear({ priority: 0 }), ['advert 120']);
});

sentence('RFC 5798 § 6.4.3 (735-765): an equal priority and a greater primary address: Transition to {Backup}', (t) => {
  const host = master();
  takenOver(host, { priority: 120, from: '192.168.1.250' });
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence('RFC 9568 § 6.4.3: addresses by unsigned integer comparison in network byte order, IPv6 ones too', (t) => {
  const own = { priority: 100, address: ip('fe80::9') };
  for (const [address, outcome] of [
    ['fe80::10', 'better'],
    ['fe80::8', 'worse'],
    ['fe80::9', 'same'],
    ['fe7f::ffff', 'worse'],
  ] as const)
    t.equal(elect({ own, other: { priority: 100, address: ip(address) } }), outcome, address);
});

sentence(
  'RFC 9568 § 6.4.3: a lower advert: discard it, and Send an ADVERTISEMENT immediately to assert the Active state',
  (t) => {
    const host = master();
    t.equal(host.hear({ priority: 119 })[0], 'advert 120');
    t.equal(host.state, 'MASTER');
  },
);

sentence(
  'RFC 9568 § 7.1: a differing list of addresses is no reason to drop the packet. vrrpd: where one is shared',
  (t) => {
    const host = backup();
    host.hear({ priority: 200, addresses: ['192.168.1.190', '10.0.0.1'] });
    t.equal(takesOverAfter(host), MASTER_DOWN);
    t.equal(host.instance.statistics.addressListsDiffer, 1);
  },
);

sentence(
  'RFC 9568 § 7.1: a receiver MUST verify the version: an instance of version 2 drops packets of version 3',
  (t) => {
    dropped(t, 'version', octetsOf({ priority: 200, version: 3 }));
  },
);

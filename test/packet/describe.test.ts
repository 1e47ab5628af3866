// The one line for a received packet.

import t from 'tap';
import type { IpAddress } from '../../src/address.js';
import { describeAdvert, describeHeard } from '../../src/packet/describe.js';
import type { ReceivedAdvert } from '../../src/packet/vrrp.js';
import { milliseconds, seconds } from '../../src/time.js';

const ends = { source: '192.168.1.191' as IpAddress, destination: '224.0.0.18' as IpAddress, ttl: 255 };
const good: ReceivedAdvert & { kind: 'advert' } = {
  kind: 'advert',
  ...ends,
  type: 1,
  checksumValid: true,
  advert: {
    version: 2,
    virtualRouterId: 91,
    priority: 120,
    interval: seconds(1),
    authentication: { type: 'PASS', password: '1111' },
    addresses: ['192.168.1.190' as IpAddress, '192.168.1.189' as IpAddress],
  },
};

t.test('one line each', (t) => {
  const fields = 'VRRPv2, vrid 91, prio 120, authtype PASS, intvl 1s, addrs: 192.168.1.190,192.168.1.189';
  t.equal(describeAdvert(good), `192.168.1.191 > 224.0.0.18: ${fields}`);
  t.equal(
    describeAdvert({ ...good, ttl: 254, type: 3, checksumValid: false }),
    `192.168.1.191 > 224.0.0.18: ${fields}, type 3, ttl 254, bad checksum`,
  );
  t.match(
    describeAdvert({ ...good, advert: { ...good.advert, version: 2, authentication: { type: 'other', number: 2 } } }),
    /authtype 2,/,
  );
  t.equal(
    describeAdvert({
      ...good,
      advert: { version: 3, virtualRouterId: 91, priority: 0, interval: milliseconds(250), addresses: [] },
    }),
    '192.168.1.191 > 224.0.0.18: VRRPv3, vrid 91, prio 0, intvl 25cs, addrs: none',
  );
  t.equal(
    describeAdvert({
      kind: 'malformed',
      ...ends,
      virtualRouterId: 91,
      reason: 'length',
      found: 'length 28, expected 24',
    }),
    '192.168.1.191 > 224.0.0.18: VRRP, vrid 91, length 28, expected 24',
  );
  t.equal(describeAdvert({ kind: 'unreadable', reason: 'ip-header' }), 'VRRP, unreadable: ip-header');
  t.end();
});

t.test('on IPv6, and unicast', (t) => {
  const [source, destination] = ['fe80::ff:fe00:a', 'ff02::12'] as IpAddress[] as [IpAddress, IpAddress];
  const addresses = ['fe80::190', '2001:db8::190'] as IpAddress[];
  const advert = { version: 3, virtualRouterId: 91, priority: 120, interval: milliseconds(250), addresses } as const;
  const received = { ...good, source, destination, advert };
  const fields = 'VRRPv3, vrid 91, prio 120, intvl 25cs, addrs: fe80::190,2001:db8::190';
  t.equal(describeAdvert(received), `fe80::ff:fe00:a > ff02::12: ${fields}`);
  t.equal(describeAdvert({ ...received, ttl: 64 }), `fe80::ff:fe00:a > ff02::12: ${fields}, hlim 64`);
  t.equal(
    describeHeard({ ...received, ttl: 64 }),
    'fe80::ff:fe00:a: vrid 91 prio 120 v3 each 0.25 s (fe80::190 and 1 more), hlim 64',
  );
  t.match(describeAdvert({ ...good, hasOldChecksum: true }), /, old checksum$/);
  t.match(describeHeard({ ...good, hasOldChecksum: true, ttl: 3 }), /\), ttl 3, old checksum$/);
  t.end();
});

t.test('the password is not shown', (t) => {
  t.notMatch(describeAdvert(good), /1111/);
  t.end();
});

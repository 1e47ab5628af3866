// RFC 3768 § 7.1, the list of addresses, where vrrpd follows RFC 9568 § 7.1: an advert with another list is no reason for
// two Masters. Disjoint lists are two pairs of routers with one VRID.

import type { VrrpInstance } from '../../src/config/model.js';
import { anAddress } from '../vrrp/host.js';
import { backup, counts, dropped, octetsOf, sentence } from './words.js';

const listing = (...addresses: string[]): Partial<VrrpInstance> => ({
  virtualAddresses: addresses.map((text) => anAddress(text)),
});

sentence(
  'RFC 3768 § 7.1: MAY verify that the list of addresses matches; the receiver MUST drop a packet that is not the ' +
    "owner's. vrrpd: lists that share an address count, as RFC 9568 has it: both would be Master during an edit",
  (t) => {
    for (const [ours, theirs] of [
      [['10.0.0.1'], ['10.0.0.1', '10.0.0.2']],
      [['10.0.0.1', '10.0.0.2'], ['10.0.0.2']],
      [
        ['10.0.0.1', '10.0.0.2'],
        ['10.0.0.2', '10.0.0.3'],
      ],
    ] as const) {
      const host = counts(t, { priority: 200, addresses: theirs }, listing(...ours));
      t.equal(host.instance.statistics.addressListsDiffer, 1);
    }
  },
);

sentence(
  'RFC 3768 § 7.1: the receiver SHOULD log a differing list. vrrpd: once for each difference, with what it is',
  (t) => {
    const host = backup();
    for (const addresses of [
      ['192.168.1.190', '10.0.0.2'],
      ['192.168.1.190', '10.0.0.2'],
      ['192.168.1.190', '10.0.0.3'],
    ])
      host.hear({ priority: 200, addresses });
    t.same(
      host.log.filter((line) => line.includes('address list')),
      ['10.0.0.2', '10.0.0.3'].map(
        (address) =>
          `(VI_1) 192.168.1.192 has another address list: it has ${address} more. Its adverts count all the same`,
      ),
    );
  },
);

sentence(
  'RFC 3768 § 7.1: a list that shares no address is dropped. vrrpd: it is another pair with a copied VRID',
  (t) => {
    for (const addresses of [['192.168.1.77'], ['192.168.1.77', '192.168.1.78'], []])
      dropped(t, 'address-list', octetsOf({ priority: 200, addresses }));
    dropped(t, 'address-list', octetsOf({ priority: 0, addresses: ['192.168.1.77'] }));
    dropped(t, 'address-list', octetsOf({ priority: 255, addresses: ['192.168.1.77'] }));
  },
);

sentence('keepalived: the lists are compared as sets: the order does not matter, and two empty ones are equal', (t) => {
  for (const [ours, theirs] of [
    [
      ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
      ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
    ],
    [[], []],
  ] as const) {
    const host = counts(t, { priority: 200, addresses: theirs }, listing(...ours));
    t.equal(host.instance.statistics.addressListsDiffer, 0);
  }
});

sentence('keepalived: excluded addresses are no part of the list', (t) => {
  const host = counts(t, { priority: 200 }, { excludedAddresses: [anAddress('10.0.0.9')] });
  t.equal(host.instance.statistics.addressListsDiffer, 0);
});

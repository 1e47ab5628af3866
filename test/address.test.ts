// Addresses as canonical text: what is one, how two compare, and that text and octets agree.

import ipaddr from 'ipaddr.js';
import t from 'tap';
import {
  addressFromOctets,
  addressOctets,
  compareAddresses,
  familyOf,
  formatPrefix,
  macFromOctets,
  macOctets,
  parseAddress,
  parseMac,
  parsePrefix,
  type IpAddress,
} from '../src/address.js';
import { randomFrom, randomOctets } from './packet/random.js';

const GOOD: [string, string][] = [
  ['192.168.1.190', '192.168.1.190'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['fe80::1', 'fe80::1'],
  ['::ffff:1.2.3.4', '::ffff:102:304'],
  ['::ffff:102:304', '::ffff:102:304'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
];
const BAD = [
  ...['', ' ', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '256.1.1.1', '010.1.1.1', '0x7f.0.0.1', '127.1', '2130706433'],
  ...['192. 168.1.190', ' 192.168.1.190', '192.168.1.190\n', '192.168.1.190/24', '１.2.3.4', '1.2.3.-4', '1.2.3.4e1'],
  ...['fe80::1%eth0', 'fe80::1%1', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::1', ':1:2:3'],
  ...['::1 ', '::1\n', '::ffff:1.2.3', '::ffff:256.1.1.1', '::ffff:01.2.3.4', '1:2:3:4:5:6:7::8:9', '[::1]'],
];

t.test('good addresses have one canonical text each', (t) => {
  for (const [text, canonical] of GOOD) t.equal(parseAddress(text), canonical, text);
  t.end();
});

t.test('anything else is no address', (t) => {
  for (const text of BAD) t.equal(parseAddress(text), undefined, JSON.stringify(text));
  t.end();
});

t.test('octets and back', (t) => {
  t.same([...addressOctets('192.168.1.190' as IpAddress)], [192, 168, 1, 190]);
  t.same([...addressOctets('2001:db8::1' as IpAddress)], [0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1]);
  for (const [, canonical] of GOOD) t.equal(addressFromOctets(addressOctets(canonical as IpAddress)), canonical);
  t.end();
});

t.test('octets and text of IPv6 are those of the package that reads them', (t) => {
  const random = randomFrom(1);
  let different = 0;
  for (let round = 0; round < 5_000; round += 1) {
    const octets = Buffer.concat(
      Array.from({ length: 8 }, () => (random(3) > 0 ? Buffer.alloc(2) : randomOctets(random, 2))),
    );
    const text = new ipaddr.IPv6([...octets]).toRFC5952String();
    if (addressFromOctets(octets) === text && octets.equals(addressOctets(text as IpAddress))) continue;
    different += 1;
    t.fail(`${octets.toString('hex')} is ${text}, not ${addressFromOctets(octets)}`);
  }
  t.equal(different, 0);
  t.end();
});

t.test('addresses compare as unsigned numbers, not as text (RFC 3768 § 6.4.3)', (t) => {
  const ascending = [
    ...['0.0.0.0', '9.255.255.255', '10.0.0.9', '10.0.0.10', '10.0.0.200', '10.0.1.0', '127.255.255.255', '128.0.0.0'],
    ...['255.255.255.255', '::', '::1', '2001:db8::9', '2001:db8::10', 'fe80::1', 'ff02::12'],
  ] as IpAddress[];
  for (const [i, one] of ascending.entries())
    for (const [j, other] of ascending.entries())
      t.equal(Math.sign(compareAddresses(one, other)), Math.sign(i - j), `${one} and ${other}`);
  t.end();
});

t.test('families', (t) => {
  t.equal(familyOf('10.0.0.1' as IpAddress), 'ipv4');
  t.equal(familyOf('::ffff:1.2.3.4' as IpAddress), 'ipv6');
  t.end();
});

t.test('prefixes', (t) => {
  t.same(parsePrefix('192.168.1.190'), { address: '192.168.1.190', length: 32 });
  t.same(parsePrefix('192.168.1.190/24'), { address: '192.168.1.190', length: 24 });
  t.same(parsePrefix('10.0.0.0/0'), { address: '10.0.0.0', length: 0 });
  t.same(parsePrefix('2001:db8::1'), { address: '2001:db8::1', length: 128 });
  t.same(parsePrefix('2001:DB8::1/64'), { address: '2001:db8::1', length: 64 });
  for (const text of [
    '10.0.0.1/33',
    '::1/129',
    '10.0.0.1/',
    '10.0.0.1/-1',
    '10.0.0.1/2/3',
    '/24',
    '10.0.0.1/255.0.0.0',
  ])
    t.equal(parsePrefix(text), undefined, text);
  for (const text of ['192.168.1.190/24', '2001:db8::1/128']) {
    const prefix = parsePrefix(text);
    t.equal(prefix && formatPrefix(prefix), text);
  }
  t.end();
});

t.test('MAC addresses', (t) => {
  const mac = parseMac('02:00:5E:00:01:0A');
  t.equal(mac, '02:00:5e:00:01:0a');
  t.same(mac && [...macOctets(mac)], [2, 0, 0x5e, 0, 1, 10]);
  t.equal(macFromOctets(Uint8Array.from([2, 0, 0x5e, 0, 1, 10])), mac);
  for (const text of [
    '',
    '02:00:5e:00:01',
    '02:00:5e:00:01:0a:0b',
    '02-00-5e-00-01-0a',
    '2:0:5e:0:1:a',
    '02:00:5e:00:01:0g',
  ])
    t.equal(parseMac(text), undefined, text);
  t.equal(parseMac('02:00:5e:00:01:0a\n'), undefined);
  t.end();
});

// Stories of pairs with version 3, IPv6 and unicast, and what a host is told of that keeps its clients or the other one out.

import t from 'tap';
import type { NamedHost } from '../../src/sim/plan.js';
import { readAsKeepalived } from '../../src/sim/keepalived/reading.js';
import { encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import type { Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';
import { ip } from './pair.js';
import { factsOf, hostsOf, layout, play } from './playing.js';

const IPV6 = 'fe80::10/64\n2001:db8::10/64';
const text = (lines: string, addresses = '10.0.0.100/24'): string => `
vrrp_instance V {
  interface eth0
  virtual_router_id 5
  ${lines}
  virtual_ipaddress {
    ${addresses}
  }
}`;
const own = (interval: number): string => `the protocol's own time with advert_int ${interval}`;

t.test('version 3 ten times a second: a third of a second after a crash, nothing else', (t) => {
  t.match(factsOf(play(layout('6-version-3/node1.conf', '6-version-3/node2.conf'), ['crash', 'stop', 'check-fails'])), {
    start: `342 ms; n1; ${own(0.1)}`,
    crash: `346 ms; n2; ${own(0.1)}`,
    'crash, back': '0 ms; n1; n1 takes it: 150 against 140',
    stop: '0 ms; n2',
    'check-fails': '0 ms; n2; n2 takes it: 140 against 130',
  });
  t.end();
});

t.test('IPv6, and peers of it: each address moves', (t) => {
  const hosts = hostsOf(text('priority 110', IPV6), text('priority 100', IPV6));
  const played = play(hosts, ['crash', 'stop']);
  for (const { outcomes } of played)
    t.strictSame(
      outcomes.map(({ target }) => target),
      ['fe80::10', '2001:db8::10'],
    );
  t.match(factsOf(played), {
    crash: `3610 ms; n2; ${own(1)}`,
    'crash, back': '0 ms; n1; n1 takes it: 110 against 100',
    stop: '0 ms; n2',
    'stop, started': '0 ms; n1; n1 takes it: 110 against 100',
  });
  const peers = (one: number, two: number): string =>
    `advert_int 0.1\nunicast_src_ip 2001:db8::${one}\nunicast_peer {\n2001:db8::${two}\n}`;
  const unicast = hostsOf(text(`priority 110\n${peers(2, 3)}`, IPV6), text(`priority 100\n${peers(3, 2)}`, IPV6));
  t.match(factsOf(play(unicast, ['crash', 'stop'])), { crash: `361 ms; n2; ${own(0.1)}`, stop: '0 ms; n2' });
  t.end();
});

t.test('unicast: three hosts with one list; and a peer that is not named', (t) => {
  const three = layout('8-unicast/node1.conf', '8-unicast/node2.conf', '8-unicast/node3.conf');
  t.match(factsOf(play(three, ['crash', 'stop'])), {
    crash: `1727 ms; n2; ${own(0.5)}`,
    'crash, back': '0 ms; n1; n1 takes it: 150 against 140',
    stop: '0 ms; n2',
  });
  const peers = (one: number, two: number): string => `unicast_src_ip 10.0.0.${one}\nunicast_peer {\n10.0.0.${two}\n}`;
  const unnamed = hostsOf(text(`priority 100\n${peers(2, 3)}`), text(`priority 110\n${peers(3, 22)}`));
  t.match(factsOf(play(unnamed, ['stop'])).start, /n1\+n2; n1 and n2 have it at once/);
  t.end();
});

t.test('no_accept: the hole is none, and clients get no further', (t) => {
  const drops = 'n1 drops what clients send to it';
  for (const [lines, why] of [
    ['version 3\nno_accept', 'no_accept'],
    ['version 3\nstrict_mode', 'strict mode'],
  ] as const) {
    const facts = factsOf(play(hostsOf(text(`priority 110\n${lines}`), text('priority 100\nversion 3')), ['crash']));
    t.match(facts.start, `${drops}: ${why}; the protocol's own time`);
    t.notMatch(facts.crash, drops, 'the other one takes it');
    t.match(facts['crash, back'], `${drops}: ${why}`);
  }
  t.end();
});

t.test('keepalived 2.2.7 has v3_checksum_as_v2 for a wrong checksum, and takes the addresses as well', (t) => {
  const pair = (lines: string): NamedHost[] =>
    hostsOf(text(`priority 110\nversion 3\n${lines}`), text('priority 100\nversion 3')).map((host, index) =>
      index === 1 ? { ...host, daemon: 'keepalived' } : host,
    );
  t.match(factsOf(play(pair('v3_checksum_as_v2'), ['stop'])).start, /n1\+n2; n1 and n2 have it at once/);
  t.match(factsOf(play(pair(''), ['stop'])).start, /ms; n1; the protocol/);

  const common = { virtualRouterId: 5, priority: 110, interval: seconds(1) };
  const advert: Advert = { ...common, version: 3, addresses: [ip('10.0.0.100')] };
  const ends = { source: ip('10.0.0.1'), destination: ip('224.0.0.18'), ttl: 255, identification: 1 };
  const toPeer = { ...ends, destination: ip('10.0.0.2') };
  const ipv6 = { ...ends, source: ip('fe80::1'), destination: ip('ff02::12') };
  const reads = (...packet: Parameters<typeof encodeAdvertPacket>): unknown => {
    const read = readAsKeepalived(encodeAdvertPacket(...packet));
    return read.kind === 'advert' && read.checksumValid;
  };
  t.equal(reads(ends, advert), true);
  t.equal(reads({ ...ends, checksum: 'plain' }, advert), false, 'RFC 9568');
  t.equal(reads({ ...toPeer, checksum: 'group' }, advert), true, 'keepalived before 1.3.6, found out by itself');
  t.equal(reads(ipv6, { ...advert, addresses: [ip('fe80::10')] }), true);
  t.equal(reads(ends, { ...advert, version: 2, authentication: { type: 'none' } }), true, 'version 2 has none');
  t.equal(readAsKeepalived(new Uint8Array(9)).kind, 'unreadable');
  t.end();
});

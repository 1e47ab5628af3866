// Every frame of the captures of keepalived 2.2.7, FRR 8.4 and Linux (test/fixtures/pcaps), octet for octet in both
// directions. The names of the files say who sent, what, and where it is not to a group.

import { readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { macFromOctets } from '../../src/address.js';
import { decodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { readIpv6 } from '../../src/packet/ipv6.js';
import { decodeAdvertisement, encodeNeighbourProbe, encodeUnsolicitedAdvertisement } from '../../src/packet/ndisc.js';
import { encodeIpv4Advert, encodeIpv6Advert, type ReceivedAdvert } from '../../src/packet/vrrp.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, readPcap, type Frame } from '../pcap.js';

const FOLDER = new URL('../fixtures/pcaps/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.pcap'));
t.ok(files.length >= 18, 'the captures are there');

/** FRR's macvlan of VRID 91; keepalived sends from the interface's own address. */
const FRR = ['00:00:5e:00:01:5b', '00:00:5e:00:02:5b'];
const isFromFrr = (octets: Buffer): boolean => FRR.includes(macFromOctets(octets.subarray(6, 12)));
const DF = 0x4000;
const SOLICITATION = 135;

/** FRR leaves the IP header to the kernel, which sets DF; vrrpd and keepalived do not. */
function withoutDf(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(copy.readUInt16BE(6) & ~DF, 6);
  copy.writeUInt16BE(0, 10);
  copy.writeUInt16BE(internetChecksum(copy.subarray(0, 20)), 10);
  return copy;
}

const GROUP = { ip4: '224.0.0.18', ip6: 'ff02::12' };
const PEER = { ip4: '192.168.1.192', ip6: '2001:db8::192' };

/** What each advert of a file has, after the file's name. */
function expectedOf(file: string): object {
  const family = file.includes('ip6') ? 'ip6' : 'ip4';
  const isUnicast = file.includes('unicast');
  const version = file.includes('-v3-') ? 3 : 2;
  const advert = { version, virtualRouterId: 91, interval: isUnicast ? 500_000 : 1_000_000 };
  const addresses = family === 'ip4' ? ['192.168.1.190'] : ['fe80::190'];
  if (file.startsWith('ka-v') && family === 'ip6') addresses.push('2001:db8::190');
  return {
    destination: (isUnicast ? PEER : GROUP)[family],
    // keepalived leaves the hop limit of unicast on IPv6 to the kernel.
    ttl: isUnicast && family === 'ip6' ? 64 : 255,
    type: 1,
    checksumValid: true,
    hasOldChecksum: file.includes('-old') ? true : undefined,
    advert: { ...advert, addresses },
  };
}

function checkAdvert(t: Test, frame: Frame, file: string): void {
  const received = decodeAdvertPacket(frame.payload);
  if (received.kind !== 'advert') return void t.fail('an advert', { received });
  t.match(received, expectedOf(file));
  t.equal(received.hasOldChecksum, file.includes('-old') ? true : undefined);
  t.ok([250, 120, 110, 0].includes(received.advert.priority), `priority ${received.advert.priority}`);
  if (frame.etherType === ETHERTYPE_IPV4) checkIpv4(t, frame, received);
  else checkIpv6(t, frame, received);
}

type Decoded = Extract<ReceivedAdvert, { kind: 'advert' }>;

function checkIpv4(t: Test, { octets, payload }: Frame, { source, destination, ttl, advert, hasOldChecksum }: Decoded) {
  const packet = payload.subarray(0, payload.readUInt16BE(2));
  const fromFrr = isFromFrr(octets);
  t.equal((packet.readUInt16BE(6) & DF) !== 0, fromFrr, 'DF is how FRR differs');
  const header = { source, destination, ttl, identification: packet.readUInt16BE(4) };
  const again = encodeIpv4Advert(hasOldChecksum ? { ...header, checksum: 'group' } : header, advert);
  t.equal(again.toString('hex'), (fromFrr ? withoutDf(packet) : packet).toString('hex'));
}

function checkIpv6(t: Test, { payload }: Frame, received: Decoded): void {
  const ip = readIpv6(payload);
  t.match(ip, { trafficClass: 0xc0, hopLimit: received.ttl });
  t.equal(encodeIpv6Advert(received, received.advert).toString('hex'), ip?.payload.toString('hex'));
}

function checkArp(t: Test, { octets }: Frame): void {
  const received = decodeArp(octets);
  if (received.kind !== 'arp') return void t.fail('ARP', { received });
  t.equal(received.operation, 1);
  t.equal(received.sender.address, '192.168.1.190');
  t.equal(received.target.address, received.sender.address);
  t.equal(encodeGratuitousArp(received.sender).toString('hex'), octets.toString('hex'));
}

/** What the hosts of the captures have, and where; of the virtual addresses whoever is the master. */
const AT: Record<string, RegExp> = {
  '2001:db8::77': /^02:00:00:00:00:0a$/,
  '2001:db8::191': /^02:00:00:00:00:0a$/,
  '2001:db8::192': /^02:00:00:00:00:0b$/,
  'fe80::ff:fe00:b': /^02:00:00:00:00:0b$/,
  'fe80::190': /^(02:00:00:00:00:0[ab]|00:00:5e:00:02:5b)$/,
  '2001:db8::190': /^02:00:00:00:00:0a$/,
};

function checkAdvertisement(t: Test, { octets }: Frame): void {
  const received = decodeAdvertisement(octets);
  if (received.kind !== 'advertisement') return void t.fail('a neighbour advertisement', { received });
  const { source, target } = received;
  t.match(target.mac, AT[target.address] ?? /^$/, target.address);
  t.equal(source, target.address);
  const isToAll = readIpv6(octets.subarray(14))?.destination === 'ff02::1';
  // A solicited one goes to whom has asked.
  if (!isToAll) return;
  const again = encodeUnsolicitedAdvertisement({ ...target, isRouter: isFromFrr(octets) });
  t.equal(again.toString('hex'), octets.toString('hex'), 'FRR is a router');
}

/** Duplicate detection of the kernel: ours is the same without its option, a nonce. RFC 7527 § 4.1 */
function checkSolicitation(t: Test, { octets }: Frame): void {
  t.same(decodeAdvertisement(octets), { kind: 'unreadable', reason: 'not-an-advertisement' });
  const ip = readIpv6(octets.subarray(14));
  if (ip?.source !== '::') return;
  const mac = macFromOctets(octets.subarray(6, 12));
  const probe = encodeNeighbourProbe({ mac, address: '2001:db8::77' as typeof ip.source });
  const parts = (frame: Buffer): string[] => [
    frame.toString('hex', 0, 18),
    frame.toString('hex', 20, 56),
    frame.toString('hex', 58, 78),
  ];
  t.same(parts(probe), parts(octets), 'all but the lengths, the checksum and the option');
}

/** By the name of what it is, the check of a frame. */
function kindOf({ etherType, payload }: Frame): keyof typeof CHECKS {
  if (etherType === ETHERTYPE_ARP) return 'arp';
  if (etherType === ETHERTYPE_IPV4 || payload[6] === 112) return 'advert';
  return payload[40] === SOLICITATION ? 'solicitation' : 'advertisement';
}

const CHECKS = {
  advert: checkAdvert,
  arp: checkArp,
  advertisement: checkAdvertisement,
  solicitation: checkSolicitation,
};

/** What is in a file, after its name. */
function kindsOf(file: string): string[] {
  if (file.startsWith('kernel')) return ['advertisement', 'solicitation'];
  if (file.includes('ip6-unicast')) return ['advert', 'advertisement', 'solicitation'];
  if (file.includes('ip6')) return ['advert', 'advertisement'];
  return file.includes('unicast') ? ['advert'] : ['advert', 'arp'];
}

for (const file of files)
  t.test(file, (t) => {
    const found = new Set<string>();
    for (const frame of readPcap(readFileSync(new URL(file, FOLDER)))) {
      const kind = kindOf(frame);
      found.add(kind);
      CHECKS[kind](t, frame, file);
    }
    t.same([...found].sort(), kindsOf(file));
    t.end();
  });

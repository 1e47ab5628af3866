// Every frame of the captures of keepalived 2.2.7 and FRR 8.4 (test/fixtures/pcaps), octet for octet in both directions.
// IPv6 frames are counted and left alone: the codecs have no IPv6 yet.

import { readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { macFromOctets } from '../../src/address.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, readPcap, type Frame } from '../pcap.js';

const FOLDER = new URL('../fixtures/pcaps/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.pcap'));
t.ok(files.length >= 13, 'the captures are there');

/** FRR's macvlan of VRID 91; keepalived sends from the interface's own address. */
const FRR = '00:00:5e:00:01:5b';
const DF = 0x4000;

/** FRR leaves the IP header to the kernel, which sets DF; vrrpd and keepalived do not. */
function withoutDf(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(copy.readUInt16BE(6) & ~DF, 6);
  copy.writeUInt16BE(0, 10);
  copy.writeUInt16BE(internetChecksum(copy.subarray(0, 20)), 10);
  return copy;
}

function checkAdvert(t: Test, { octets, payload }: Frame, file: string): void {
  const packet = payload.subarray(0, payload.readUInt16BE(2));
  const received = decodeIpv4Advert(payload);
  if (received.kind !== 'advert') return void t.fail('an advert', { received });
  const { source, destination, ttl, type, checksumValid, advert } = received;
  t.match(
    { destination, ttl, type, checksumValid },
    { destination: '224.0.0.18', ttl: 255, type: 1, checksumValid: true },
  );
  t.match(advert, {
    version: file.includes('-v3-') ? 3 : 2,
    virtualRouterId: 91,
    interval: 1_000_000,
    addresses: ['192.168.1.190'],
  });
  t.ok([120, 110, 0].includes(advert.priority), `priority ${advert.priority}`);

  const fromFrr = macFromOctets(octets.subarray(6, 12)) === FRR;
  t.equal((packet.readUInt16BE(6) & DF) !== 0, fromFrr, 'DF is how FRR differs');
  const again = encodeIpv4Advert({ source, destination, ttl, identification: packet.readUInt16BE(4) }, advert);
  t.equal(again.toString('hex'), (fromFrr ? withoutDf(packet) : packet).toString('hex'));
}

function checkArp(t: Test, { octets }: Frame): void {
  const received = decodeArp(octets);
  if (received.kind !== 'arp') return void t.fail('ARP', { received });
  t.equal(received.operation, 1);
  t.equal(received.sender.address, '192.168.1.190');
  t.equal(received.target.address, received.sender.address);
  t.equal(encodeGratuitousArp(received.sender).toString('hex'), octets.toString('hex'));
}

for (const file of files)
  t.test(file, (t) => {
    const count = { adverts: 0, arps: 0, ipv6: 0 };
    for (const frame of readPcap(readFileSync(new URL(file, FOLDER)))) {
      if (frame.etherType === ETHERTYPE_IPV4) {
        count.adverts += 1;
        checkAdvert(t, frame, file);
      } else if (frame.etherType === ETHERTYPE_ARP) {
        count.arps += 1;
        checkArp(t, frame);
      } else {
        count.ipv6 += 1;
        t.equal(frame.etherType, ETHERTYPE_IPV6);
      }
    }
    if (file.includes('ip6')) t.ok(count.ipv6 > 0 && count.adverts === 0 && count.arps === 0, 'only IPv6', { count });
    else t.ok(count.adverts > 0 && count.arps > 0 && count.ipv6 === 0, 'adverts and ARP', { count });
    t.end();
  });

// Captures of simulated runs are read back by another reader of the same format.

import t from 'tap';
import { decodeArp } from '../../src/packet/arp.js';
import { decodeIpv4Advert } from '../../src/packet/vrrp.js';
import { pcapHeader, pcapRecord } from '../../src/sim/pcap.js';
import { instant, seconds } from '../../src/time.js';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, readPcap } from '../pcap.js';
import { Pair } from './pair.js';

t.test('header and records, with stamps in microseconds', (t) => {
  const frame = Uint8Array.from({ length: 60 }, (_, index) => index);
  const at = instant(12_345_678_901);
  const frames = readPcap(Buffer.concat([pcapHeader(), pcapRecord(at, frame), pcapRecord(instant(0), frame)]));
  t.strictSame(
    frames.map((one) => one.at),
    [at, 0],
  );
  for (const { octets } of frames) t.strictSame([...octets], [...frame]);
  t.strictSame(readPcap(pcapHeader()), [], 'a file without frames');
  t.end();
});

t.test('the frames of a run are adverts and ARP as they are on a wire', (t) => {
  const pair = new Pair();
  pair.host('lb1').start();
  pair.network.run(seconds(10));
  const records = pair.frames.map((frame, index) => pcapRecord(instant(index), frame));
  const frames = readPcap(Buffer.concat([pcapHeader(), ...records]));
  t.equal(frames.length, pair.frames.length);
  const adverts = frames.filter(({ etherType }) => etherType === ETHERTYPE_IPV4);
  t.equal(adverts.length, 7);
  for (const { payload } of adverts)
    t.match(decodeIpv4Advert(payload), { kind: 'advert', ttl: 255, checksumValid: true, advert: { priority: 150 } });
  const arps = frames.filter(({ etherType }) => etherType === ETHERTYPE_ARP);
  t.ok(arps.length >= 10, 'two bursts of five, and what the client asked');
  for (const { octets } of arps) t.equal(decodeArp(octets).kind, 'arp');
  t.end();
});

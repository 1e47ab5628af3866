// RFC 3768 § 7.2 (transmitting VRRP packets) and § 7.3, with § 5: the octets of an advert as they leave, field by field,
// and gratuitous ARP. Taken from a running router, so the way from the configuration to the wire is in it.

import type { Test } from 'tap';
import type { VrrpInstance } from '../../src/config/model.js';
import { decodeArp, encodeGratuitousArp } from '../../src/packet/arp.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { decodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';
import { aFile, anAddress, anInstance, eth1, ip, TestHost, tracked } from '../vrrp/host.js';
import { backup, effectsWithin, initialize, master, second, sentence, sentWithin, within } from './words.js';

/** The IP packet of the next advert of a MASTER. */
function packetOf(changes: Partial<VrrpInstance> = {}): Buffer {
  const [packet = Buffer.alloc(0)] = sentWithin(master(changes), seconds(1));
  return packet;
}

const vrrpOf = (changes: Partial<VrrpInstance> = {}): Buffer => packetOf(changes).subarray(20);
const octet = (t: Test, packet: Buffer, offset: number, expected: number) =>
  t.equal(packet.readUInt8(offset), expected, `octet ${offset}`);

sentence('RFC 3768 § 7.2: Set the source IP address to interface primary IP address', (t) => {
  t.match(decodeIpv4Advert(packetOf()), { source: '192.168.1.191' });
});

sentence(
  'RFC 3768 § 5.2.1: the primary address is none of the virtual ones, although those are on the interface',
  (t) => {
    const addresses = ['192.168.1.190', '192.168.1.191', '10.0.0.1'].map((text) => ({ address: ip(text), length: 24 }));
    const host = new TestHost({}, { eth1: { ...eth1, addresses } });
    host.start();
    const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(4));
    t.match(decodeIpv4Advert(packet), { source: '192.168.1.191' });
  },
);

sentence('keepalived: mcast_src_ip is the source where it is written', (t) => {
  t.match(decodeIpv4Advert(packetOf({ srcIp: ip('10.0.0.77') })), { source: '10.0.0.77' });
});

sentence('keepalived: a change of the primary address is that of the source', (t) => {
  const host = master();
  host.link('eth1', { ...eth1, addresses: [{ address: ip('192.168.1.7'), length: 24 }] });
  const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(1));
  t.match(decodeIpv4Advert(packet), { source: '192.168.1.7' });
});

sentence('RFC 3768 § 7.2: Send the VRRP packet to the VRRP IP multicast group; § 5.2.2: it is 224.0.0.18', (t) => {
  t.same([...packetOf().subarray(16, 20)], [224, 0, 0, 18]);
});

sentence('RFC 3768 § 5.2.3: the TTL MUST be set to 255', (t) => octet(t, packetOf(), 8, 255));

sentence('RFC 3768 § 7.2: Set the IP protocol to VRRP; § 5.2.4: its number is 112', (t) =>
  octet(t, packetOf(), 9, 112),
);

sentence('RFC 3768 § 5.3.1: this document defines version 2; § 5.3.2: the only type is 1', (t) =>
  octet(t, vrrpOf(), 0, 0x21),
);

sentence('RFC 3768 § 7.2: fill in the packet fields; § 5.3.3: the VRID', (t) => {
  for (const virtualRouterId of [1, 255]) octet(t, vrrpOf({ virtualRouterId }), 1, virtualRouterId);
});

sentence('RFC 3768 § 5.3.4: the priority, 255 for the owner', (t) => {
  for (const priority of [1, 100, 255]) octet(t, vrrpOf({ priority }), 2, priority);
});

sentence('RFC 3768 § 5.3.4: routers backing up MUST use values between 1 and 254, whatever is tracked', (t) => {
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: 1 })];
  for (const [number, priority] of [
    [-200, 1],
    [200, 254],
    [7, 127],
  ] as const) {
    const host = master({ tracks }, { files: [aFile()] });
    host.file(number);
    const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(1));
    octet(t, packet.subarray(20), 2, priority);
  }
});

sentence('RFC 3768 § 5.3.4: the owner says 255 whatever is tracked', (t) => {
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: 1 })];
  const host = master({ tracks, priority: 255 }, { files: [aFile()] });
  host.file(-200);
  const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(1));
  octet(t, packet.subarray(20), 2, 255);
});

sentence('RFC 3768 § 5.3.5: Count IP Addrs is the number of addresses; § 5.3.9: they are listed', (t) => {
  const virtualAddresses = ['10.0.0.9', '10.0.0.1', '10.0.0.5'].map((text) => anAddress(text));
  const vrrp = vrrpOf({ virtualAddresses });
  octet(t, vrrp, 3, 3);
  t.same([...vrrp.subarray(8, 20)], [10, 0, 0, 9, 10, 0, 0, 1, 10, 0, 0, 5], "in the file's order");
});

sentence('keepalived: excluded addresses are held and announced, but not on the wire', (t) => {
  const host = master({ excludedAddresses: [anAddress('10.0.0.9')] });
  t.equal(host.times('add 10.0.0.9').length, 1);
  t.ok(host.trace.some(({ what }) => what === 'garp 192.168.1.190 10.0.0.9 x5'));
  const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(1));
  octet(t, packet.subarray(20), 3, 1);
  t.equal(packet.length, 20 + 8 + 4 + 8);
});

sentence('keepalived: addresses that do not fit the MTU are held like excluded ones', (t) => {
  const virtualAddresses = Array.from({ length: 12 }, (_, index) => anAddress(`10.0.0.${index + 1}`));
  const host = initialize({ virtualAddresses });
  host.link('eth1', { ...eth1, mtu: 68 });
  host.start();
  const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(4));
  t.equal(packet.length, 68, 'as long as the MTU');
  octet(t, packet.subarray(20), 3, 8);
  t.equal(host.times('add 10.0.0.').length, 12);
  host.hear({ priority: 200, addresses: virtualAddresses.slice(0, 8).map(({ prefix }) => prefix.address) });
  t.equal(host.instance.statistics.addressListsDiffer, 0, 'a peer with the same MTU has the same list');
});

sentence('RFC 3768 § 5.3.6: Authentication Type 0 is No Authentication; § 5.3.10: the data is zero then', (t) => {
  const vrrp = vrrpOf({ authentication: { type: 'none' } });
  octet(t, vrrp, 4, 0);
  t.same([...vrrp.subarray(12)], [0, 0, 0, 0, 0, 0, 0, 0], 'and there all the same');
});

sentence('RFC 2338 § 5.3.6: type 1 is a Simple Text Password, as keepalived has it: padded with zeros', (t) => {
  const vrrp = vrrpOf({ authentication: { type: 'PASS', password: 'secret' } });
  octet(t, vrrp, 4, 1);
  t.equal(vrrp.subarray(12).toString('latin1'), 'secret\0\0');
});

sentence('RFC 3768 § 5.3.7: the Advertisement Interval in seconds', (t) => {
  octet(t, vrrpOf(), 5, 1);
  const [packet = Buffer.alloc(0)] = sentWithin(master({ advertInt: seconds(255) }), seconds(1100));
  octet(t, packet.subarray(20), 5, 255);
});

sentence('RFC 3768 § 7.2: Compute the VRRP checksum; § 5.3.8: over the entire VRRP message, no pseudo header', (t) => {
  for (const vrrp of [vrrpOf(), vrrpOf({ authentication: { type: 'none' } })]) {
    t.equal(internetChecksum(vrrp), 0);
    const without = Buffer.from(vrrp);
    without.writeUInt16BE(0, 6);
    t.equal(internetChecksum(without), vrrp.readUInt16BE(6), 'the checksum field counts as zero');
  }
});

sentence(
  "RFC 1071 § 1: the 16-bit one's complement of the sum, every carry added, an odd octet padded with zero",
  (t) => {
    const octets = Buffer.from('0001f203f4f5f6f7', 'hex');
    t.equal(internetChecksum(octets), 0x220d, 'the example of its § 3');
    t.equal(internetChecksum(Buffer.from('ffffffff0001', 'hex')), 0xfffe, 'the carry has a carry');
    t.equal(internetChecksum(Buffer.alloc(65_535, 0xff)), 0x00ff, 'the longest packet');
  },
);

sentence(
  'RFC 791 § 3.1: the IP header: IHL 5, precedence 0xC0, the total length, no fragments, its own checksum',
  (t) => {
    const packet = packetOf();
    t.same([packet.readUInt8(0), packet.readUInt8(1)], [0x45, 0xc0]);
    t.equal(packet.readUInt16BE(2), packet.length);
    t.equal(packet.readUInt16BE(6), 0, 'nor DF');
    t.equal(internetChecksum(packet.subarray(0, 20)), 0);
  },
);

sentence('keepalived: the identification counts up from 1, for each instance by itself', (t) => {
  const host = initialize();
  host.start();
  const packets = sentWithin(host, seconds(6));
  t.same(
    packets.map((packet) => packet.readUInt16BE(4)),
    [1, 2, 3],
  );
  host.instance.identification = 0xffff;
  t.same(
    sentWithin(host, seconds(2)).map((packet) => packet.readUInt16BE(4)),
    [0, 1],
    'modulo 2^16',
  );
});

sentence('keepalived: the packet of a known configuration, octet for octet', (t) => {
  const host = initialize({
    virtualRouterId: 51,
    priority: 150,
    authentication: { type: 'PASS', password: 'secretpa' },
    virtualAddresses: [anAddress('10.9.0.100'), anAddress('10.9.0.101')],
  });
  host.link('eth1', { ...eth1, addresses: [{ address: ip('10.9.0.1'), length: 24 }] });
  host.start();
  const [packet = Buffer.alloc(0)] = sentWithin(host, seconds(4));
  t.equal(
    packet.toString('hex'),
    '45c0002c00010000ff70d0840a090001e0000012' + '21339602010186400a0900640a0900657365637265747061',
  );
});

sentence(
  'RFC 3768 § 7.2: where the interface has no primary address nothing is sent. vrrpd: it may come back within 1 s',
  (t) => {
    const host = master();
    const { source } = host.instance;
    host.link('eth1', { ...eth1, addresses: [] });
    t.equal(host.instance.source, source, 'until then the last one counts');
    host.pass(seconds(1));
    t.equal(host.state, 'FAULT');
    t.same(within(host, seconds(10), 'advert'), []);
  },
);

sentence(
  'RFC 3768 § 7.2: the source MAC address is that of the virtual router. vrrpd: that of the interface, as keepalived',
  (t) => {
    t.match(effectsWithin(backup(), seconds(4), 'send-garp'), [{ interface: 'eth1', mac: eth1.mac }]);
  },
);

sentence(
  'RFC 3768 § 7.3: it is 00-00-5E-00-01-{VRID}. vrrpd: use_vmac is not there, all VRIDs have one MAC address',
  (t) => {
    const host = backup({}, { instances: [anInstance(), second()] });
    t.match(effectsWithin(host, seconds(4), 'send-garp'), [{ mac: eth1.mac }, { mac: eth1.mac }]);
  },
);

sentence('keepalived: gratuitous ARP is a broadcast request; its sender and its target are the address', (t) => {
  const frame = encodeGratuitousArp({ mac: eth1.mac, address: ip('192.168.1.190') });
  t.equal(
    frame.toString('hex'),
    'ffffffffffff' + '020000000001' + '0806' + '0001080006040001' + '020000000001c0a801be' + 'ffffffffffffc0a801be',
  );
  t.match(decodeArp(frame), { kind: 'arp', operation: 1, sender: { address: '192.168.1.190', mac: eth1.mac } });
});
